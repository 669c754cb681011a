//! The C interface: one file per subject, translation only.
//!
//! Every exported name is declared here (or generated from `idl/`); what it does lives in the core.
//!
//! # The pointer contract
//!
//! Nothing here can check a pointer that C gives, so every entry is `unsafe`. All ask the same of their caller, and
//! it is said here once; an entry's own page has a `# Safety` of its own only if it asks for more. `libxl.h` and the
//! headers beside it tell the application the same at their heads.
//!
//! - **NULL** is allowed for every pointer. If a required pointer is NULL, the entry logs that and returns
//!   `ERROR_INVAL`, or the neutral value if it returns no error code.
//! - **`ctx`** is NULL or *live*: it came from `libxl_ctx_alloc`, `libxl_ctx_free` was not called for it, and no thread
//!   calls that before this call has returned. Any number of threads may use one ctx at once.
//! - Another pointer is NULL or *valid*. What an entry reads through it is initialised: by the type's `_init`, by an
//!   entry that filled it, or field by field; and no other thread writes to it during the call. What an entry writes
//!   through it has room for the type, is aligned for it, and no other thread uses it during the call; it need not be
//!   initialised if only a result is stored.
//! - **A text** (`char *`) is a *string*: it ends with a NUL, and no thread writes to it during the call.
//! - **An array** has as many elements as the number that comes with it says.
//! - **What the library returned** (a list, an event, a console reader, a policy, a struct's own strings) is passed
//!   once to the entry that frees it, with the number that was returned with it, and is not used afterwards. The
//!   application may put memory of its own into a struct that an entry disposes of, if it is from `malloc`.
//! - **Hooks and callbacks** are functions of the types that `libxl_event.h` gives, which can be called with the
//!   pointer that is registered with them for as long as they are registered. What an operation fills stays valid
//!   until its completion was reported.
//!
//! The pointers stay raw in the signatures. cbindgen writes the same C for `Option<&T>`, but a reference guarantees
//! more than an application does: that its target is valid until the *call* ends, while the application may free a
//! device that it passed to an operation in a callback of that same call; and that the target overlaps nothing that
//! the call writes, while `libxl_TYPE_copy(ctx, p, p)` is allowed in C. So the entries create references only where
//! they read.

#![allow(non_camel_case_types)]
// The entries' contract is stated above. Helpers that ask for something of their own say so.
#![allow(clippy::missing_safety_doc)]

pub mod ao;
pub mod bitmap;
pub mod builtin;
pub mod child;
pub mod console;
#[cfg(since = "4.18")]
pub mod console_exec_since_4_18;
#[cfg(not(since = "4.18"))]
pub mod console_exec_until_4_18;
#[cfg(since = "4.18")]
pub mod console_since_4_18;
pub mod cpuid;
pub mod cpupool;
pub mod create;
pub mod ctx;
pub mod device;
#[cfg(since = "4.19")]
pub mod device_since_4_19;
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
