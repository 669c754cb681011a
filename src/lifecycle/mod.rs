//! Whole operations on a domain: creating, controlling, saving, restoring, migrating, resetting and destroying it, and
//! reading its configuration back.

pub mod bootloader;
pub mod build;
pub mod control;
pub mod create;
pub mod destroy;
pub mod migrate;
pub mod numa;
pub mod payload;
pub mod retrieve;
pub mod soft_reset;
pub mod vcpus;
