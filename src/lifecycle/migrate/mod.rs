//! Migration: saves a guest into a stream, and restores one from a stream, on this host or another.
//!
//! | file | subject |
//! |---|---|
//! | `record.rs`, `stream.rs` | the stream's records, and reading and writing them; independent of domains |
//! | `message.rs`, `helper.rs` | the messages of `libxl-save-helper`, which handles libxc's image, and running it |
//! | `suspend.rs` | suspending and resuming the guest |
//! | `emulator.rs` | the device model's xenstore nodes in a stream |
//! | `save.rs`, `restore.rs` | the whole operations |
//! | `replicate.rs` | the parameters of a replication |
//!
//! # The stream's descriptor
//!
//! The stream's descriptor belongs to the application and is in blocking mode. Libxc's image, which is gigabytes, is
//! transferred between the helper and the descriptor without passing through this process. The few records before and
//! after it are read and written here without blocking a thread (`runtime/bytes.rs`), so other operations of the ctx
//! continue while a receiver is slow.
//!
//! # At most one copy runs
//!
//! A migration consists of two operations, in two processes, and a protocol between their applications. The guarantees
//! of the two operations are:
//!
//! - *save*: it either succeeds, and the guest is suspended and the stream complete; or it fails, and the guest runs
//!   (or has shut down by itself, or was suspended before) and the stream has no END record;
//! - *restore*: it either succeeds, and there is a domain that is paused and has not run; or it fails, and there is no
//!   domain. It succeeds only after an END record.
//!
//! So if the save fails, the restore cannot have succeeded; and if both succeed, neither copy runs: one is suspended,
//! the other paused. The applications then agree on which of them to resume or unpause. If the message with which
//! they do that is lost, both copies exist, neither runs, and an administrator has to decide.

pub(super) mod emulator;
mod helper;
pub mod message;
pub mod record;
pub mod replicate;
pub mod restore;
pub mod save;
pub mod stream;
pub mod suspend;
