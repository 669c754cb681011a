//! Loading a guest by means of libxenguest: its kernel, its modules and its initial memory.
//!
//! An [`Image`] is libxenguest's description of a guest that is being built. The steps are, in this order:
//! [`Image::new`]; kernel and modules; the memory layout ([`Image::set_layout`], [`Image::set_numa`]);
//! [`Image::parse`]; [`Image::populate`]; tables and memory map, for an HVM or PVH guest; [`Image::load`]; and then the
//! pages for console and xenstore are known ([`Image::rings`]). When an image is dropped, at any step, everything that
//! it holds in this process is released; the guest's own memory is freed with the domain.
//!
//! The declarations are in [`crate::xen::hypervisor::sys`], since libxenguest uses libxenctrl's handle. libxenguest
//! logs to the logger with which the handle was opened.
//!
//! Several threads may build guests at the same time on one handle. In addition to what the documentation of
//! [`crate::xen::hypervisor`] says about libxenctrl, this is justified by properties of libxenguest 4.17: all memory
//! that it writes to is in the image. Its loaders and architectures are lists that constructors have filled before any
//! call is possible; it decompresses with the system's libraries; and `xc_dom_loginit`, which writes to the handle,
//! does so only for a handle without a logger, and is not called here.

mod hvm_info;
mod image;

pub use hvm_info::vcpus_at_boot;
pub use image::{Blob, Channel, Facts, Image, ImageKind, Layout, Rings};
