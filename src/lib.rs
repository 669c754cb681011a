//! libxenlight 4.17 in Rust: libxl's C ABI over a safe core.
//!
//! Layers, each using only those below it (see `docs/architecture.md`; `capi-tests/no-xen/layers` holds the code to it):
//!
//! ```text
//! capi            extern "C", one file per subject; translation only
//! lifecycle       whole operations on a domain: create, build, destroy, control, save, restore, migrate
//! device          one file per kind; add, remove, read, hotplug, driver domains
//! qemu   config   the device model and its monitor; defaults and checks of a configuration
//! domain          facts about a domain: identity, names, kind, userdata, nodes, memory, scheduling
//! lock            a domain's locks on files
//! core            ctx, operations, errors, watches
//! xen    runtime  hypercalls, xenstore client, log; tasks, the reactor, events, children
//! types  sync     the public types, generated from idl/; locks in memory, and what a forked child needs of them
//! ```

// What clippy.toml forbids; tests may.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_macros))]

pub mod capi;
pub mod config;
pub mod core;
pub mod device;
pub mod domain;
pub mod lifecycle;
pub mod lock;
pub mod qemu;
pub mod runtime;
pub mod sync;
pub mod types;
pub mod xen;
