//! What a guest starts from: its kernel, its modules and its first memory, put in place by libxenguest.
//!
//! An [`Image`] is libxenguest's description of a guest that is being built. It goes through steps, in this
//! order: [`Image::new`]; kernel and modules; how memory lies ([`Image::set_layout`], [`Image::set_numa`]);
//! [`Image::parse`]; [`Image::populate`]; tables and map, for an HVM or PVH guest; [`Image::load`]; and then it tells
//! where the pages for console and xenstore are ([`Image::rings`]). Dropped at any step, it gives back all
//! that it holds in this process; the guest's own memory is freed with the domain.
//!
//! The declarations are those of [`crate::xen::hypervisor::sys`], since libxenguest works on libxenctrl's handle.
//! It logs to the logger that the handle was opened with.
//!
//! Several threads may build at once on one handle. Beyond what the text of [`crate::xen::hypervisor`] says
//! of libxenctrl this rests on libxenguest 4.17: what it writes to lies in the image. Its loaders and
//! architectures are lists that constructors have made before any call is possible; it decompresses
//! with the system's libraries; and `xc_dom_loginit`, which writes to the handle, does so only for a
//! handle without a logger, and is not called here.

mod hvm_info;
mod image;

pub use hvm_info::vcpus_at_boot;
pub use image::{Blob, Channel, Facts, Image, ImageKind, Layout, Rings};
