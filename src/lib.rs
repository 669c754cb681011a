//! libxenlight 4.17 in Rust: libxl's C ABI over a safe core.
//!
//! Layers, each using only those below it (see `docs/architecture.md`):
//!
//! ```text
//! capi                 extern "C", one file per subject; translation only
//! domain device config
//! qemu                 what a toolstack asks for
//! lock                 a domain's locks on files
//! core                 ctx, operations, errors
//! runtime              waiting: tasks, the reactor, events, children
//! xen                  hypercalls, xenstore client, log
//! types                the public types, generated from idl/
//! sync                 locks, and what a forked child needs of them
//! ```

pub mod capi;
pub mod config;
pub mod core;
pub mod device;
pub mod domain;
pub mod lock;
pub mod qemu;
pub mod runtime;
pub mod sync;
pub mod types;
pub mod xen;
