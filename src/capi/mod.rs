//! The C interface: one file per subject, translation only.
//!
//! Every exported name is declared here (or generated from `idl/`); what it does lives in the core.

#![allow(non_camel_case_types)]

pub mod ao;
pub mod bitmap;
pub mod builtin;
pub mod child;
pub mod console;
pub mod cpuid;
pub mod cpupool;
pub mod create;
pub mod ctx;
pub mod device;
pub mod disk;
pub mod display;
pub mod domain;
pub mod dominfo;
pub mod entry;
pub mod event;
pub mod flask;
pub mod give;
pub mod host;
pub mod json;
pub mod lists;
pub mod memory;
pub mod migrate;
pub mod names;
pub mod nic;
pub mod operation;
pub mod osevent;
pub mod pci;
pub mod plug;
pub mod psr;
pub mod qemu;
pub mod sched;
pub mod tmem;
pub mod topology;
pub mod types;
pub mod usb;
pub mod userdata;
pub mod util;
pub mod uuid;
pub mod vcpu;
pub mod vtpm;
