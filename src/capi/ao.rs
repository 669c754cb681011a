//! The C entry for cutting asynchronous operations short.

use std::ffi::*;

use crate::capi::entry::with_ctx;
use crate::capi::operation::key;
use crate::core::Error;
use crate::runtime::in_progress::Answer;
use crate::types::sys::*;

/// Asks the operation that was begun with a `libxl_asyncop_how` like `*how` to end soon; with NULL, the
/// one that began last of those that a thread waits for. Of several alike it is the youngest.
///
/// 0 if it will end, most likely with `ERROR_ABORTED`; `ERROR_ABORTED` if it was asked before;
/// `ERROR_NOTFOUND` if there is no such operation, or it has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_ao_abort(
    ctx: *mut libxl_ctx,
    how: *const libxl_asyncop_how,
) -> c_int {
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live and `how` NULL or valid.
    unsafe {
        with_ctx(ctx, "libxl_ao_abort", |ctx| match ctx.in_progress().abort(key(how)) {
            Answer::Asked => 0,
            Answer::AskedBefore => Error::Aborted.code(),
            Answer::NotFound => Error::NotFound.code(),
        })
    }
}
