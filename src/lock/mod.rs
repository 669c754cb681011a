//! A domain's locks, which processes with either library take: files and `flock`, by libxl's own protocol.
//!
//! | lock | file | guards | taken |
//! |---|---|---|---|
//! | [`DeviceLock`] | `libxl-device-changes-lock` | changes of devices through the device model | awaited |
//! | [`QmpLock`] | `qmp-socket-lock` | the device model's socket, which takes one connection at a time | awaited, inside of the former |
//! | [`FastLock`] | `domain-userdata-lock` | the domain's userdata, libxl-json among them; target with maxmem | blocking; held for moments |
//!
//! # Order
//!
//! Outermost first: slow locks, fast lock, leaf locks (`sync::locked`). What types can say they say: a fast lock
//! is bound to its thread (not `Send`), so an operation, which may go on in another thread after each wait, does
//! not compile with a wait while it has one, the wait for a slow lock included; and what a lock guards takes the
//! guard as an argument, or is a method of it. The rest is checked at run time in debug builds: `sync/order.rs`.
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
//! | `file.rs` | the one implementation of the protocol |
//! | `fast.rs` | the fast lock |
//! | `slow.rs`, `slow/host.rs` | the slow locks: how one is had, and every way that the wait for one ends |
//! | `queue.rs` | their waiters of this process |
//! | `name.rs` | where the files are |

mod fast;
mod file;
pub mod name;
mod queue;
mod slow;

pub use fast::FastLock;
pub use file::{FileLock, LockFailure};
pub use slow::{DeviceLock, QmpLock};
