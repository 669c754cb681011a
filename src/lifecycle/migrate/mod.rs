//! A guest that leaves its domain: saved into a stream, and restored from one, on this host or another.
//!
//! | file | subject |
//! |---|---|
//! | `record.rs`, `stream.rs` | the stream's records, reading and writing them; they know no domain |
//! | `message.rs`, `helper.rs` | Xen's program for libxc's part of the stream, and what it says |
//! | `suspend.rs` | having the guest suspend, and run on |
//! | `emulator.rs` | QEMU's part of a stream |
//! | `save.rs`, `restore.rs` | all of it, in order |
//! | `replicate.rs` | what a replication is asked for, and what of it there is |
//!
//! # The bytes
//!
//! The stream's descriptor is the application's, and blocks. Gigabytes of it, libxc's image, go between the helper and
//! the descriptor and never through this process. Before and after the helper a few records are ours; reading and writing
//! them keeps no thread in the kernel (`runtime/bytes.rs`), so other operations of the ctx go on while a receiver is slow.
//!
//! # Exactly one runs
//!
//! A migration is two operations of two libraries and what their applications say to each other. Of each side is
//! promised:
//!
//! - *saving*: it either succeeds, with the guest suspended and the stream whole; or fails, with the guest running (or
//!   ended by itself) and the stream without its END record;
//! - *restoring*: it either succeeds, with a domain that is paused and never ran; or fails, with no domain. It
//!   succeeds only after an END record.
//!
//! So when one side fails, the other cannot have succeeded; and when both succeed, neither runs the guest: one
//! has it suspended, the other paused. Who lets it run is the applications' to agree on, one word after END has passed. If
//! that word is lost both copies are there and neither runs; an administrator who looks decides.

pub(super) mod emulator;
mod helper;
pub mod message;
pub mod record;
pub mod replicate;
pub mod restore;
pub mod save;
pub mod stream;
pub mod suspend;
