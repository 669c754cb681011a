//! The xenstore client against a real `xenstored` and against one that misbehaves.
//!
//! `cargo test --test store` starts Debian's `xenstored` (package xen-utils-4.17), which runs without
//! Xen when it need not serve domains. On a Xen host the same program, given the daemon's socket or the
//! kernel's device, runs against that: `XENLIGHT_STORE=/dev/xen/xenbus store-… real`; see
//! `box/dom0`.

mod daemon;
mod fake;
mod hostile;
mod measure;
mod real;
mod silent;
mod unprivileged;
