//! The C entry for aborting asynchronous operations.

use std::ffi::*;

use crate::capi::entry::with_ctx;
use crate::capi::operation::key;
use crate::core::Error;
use crate::runtime::in_progress::Answer;
use crate::types::sys::*;

/// Requests the abort of the operation that was started with a `libxl_asyncop_how` equal to `*how`, or with NULL of a
/// synchronous one; if there are several, of the one that was started last.
///
/// 0 if the abort was requested: the operation will end soon, usually with `ERROR_ABORTED`. `ERROR_ABORTED` if it was
/// requested before; `ERROR_NOTFOUND` if there is no such operation, or it has completed.
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
