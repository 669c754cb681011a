//! The locks of a domain, which processes with this library or the C library take: files and `flock`, by libxl's own
//! protocol.
//!
//! | lock | file | guards | taken |
//! |---|---|---|---|
//! | [`DeviceLock`] | `libxl-device-changes-lock` | changes of devices through the device model | awaited |
//! | [`QmpLock`] | `qmp-socket-lock` | the device model's socket, which takes one connection at a time | awaited, inside of the former |
//! | [`FastLock`] | `domain-userdata-lock` | the domain's userdata, libxl-json among them; target with maxmem | blocking; held for moments |
//!
//! # Order
//!
//! Outermost first: slow locks, fast lock, leaf locks (`sync::locked`). The types enforce two rules. A fast lock is
//! bound to its thread (not `Send`), so an operation, which may go on in another thread after each wait, does not
//! compile if it waits while it has one; this includes the wait for a slow lock. And what a lock guards takes the guard
//! as an argument, or is a method of the guard. The other rules are checked at run time in debug builds:
//! `sync/order.rs`.
//!
//! ```compile_fail
//! # use xenlight::lock::FastLock;
//! # async fn wait() {}
//! fn operation(work: impl Future<Output = ()> + Send) {}
//! # fn lock() -> FastLock { unimplemented!() }
//! operation(async {
//!     let guard = lock();
//!     wait().await;
//!     drop(guard);
//! });
//! ```
//!
//! ```
//! # use xenlight::lock::FastLock;
//! # async fn wait() {}
//! fn operation(work: impl Future<Output = ()> + Send) {}
//! # fn lock() -> FastLock { unimplemented!() }
//! operation(async {
//!     {
//!         let guard = lock();
//!         drop(guard);
//!     }
//!     wait().await;
//! });
//! ```
//!
//! # Files
//!
//! | file | subject |
//! |---|---|
//! | `file.rs` | the implementation of the protocol |
//! | `fast.rs` | the fast lock |
//! | `slow.rs`, `slow/host.rs` | the slow locks: how one is taken, and every way in which the wait for one ends |
//! | `queue.rs` | the waiters of this process for slow locks |
//! | `name.rs` | the paths of the files |

mod fast;
mod file;
pub mod name;
mod queue;
mod slow;

pub use fast::FastLock;
pub use file::{FileLock, LockFailure};
pub use slow::{DeviceLock, QmpLock};
