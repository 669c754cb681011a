//! The C entries of the types in `idl/`: init, dispose, copy, JSON and names; generated.

use std::ffi::{c_char, c_int};

use crate::types::sys::*;
use crate::types::{engine, tables};

include!(concat!(env!("OUT_DIR"), "/exports.rs"));

/// What the generated entries call: the interpreter of the tables, inside the panic boundary.
///
/// Each function's contract is that of the interpreter's function of the same name.
mod boundary {
    use super::*;
    use crate::capi::entry::{guarded, live};
    use crate::core::{Ctx, Error};
    use crate::error;
    use crate::types::engine::ReadError;
    use crate::types::shape::Type;
    use crate::xen::log::Log;

    /// yajl's status for a generator that has failed before: yajl has no code for a defect of ours.
    const YAJL_IN_ERROR_STATE: yajl_gen_status = 3;

    /// # Safety
    /// `ctx` is NULL or live.
    unsafe fn log<'a>(ctx: *mut libxl_ctx) -> Option<&'a Log> {
        // SAFETY: NULL or live, by the caller's contract.
        unsafe { live(ctx) }.map(Ctx::log)
    }

    /// # Safety
    /// As for [`engine::init`].
    pub unsafe fn init(p: *mut u8, ty: &Type) {
        // SAFETY: what `engine` asks is what this function asks of its caller.
        guarded(None, ty.name, || unsafe { engine::init(p, ty) }, |_| ());
    }

    /// # Safety
    /// As for [`engine::init_key`].
    pub unsafe fn init_key(p: *mut u8, ty: &Type, key: &str, value: c_int) {
        // SAFETY: what `engine` asks is what this function asks of its caller.
        guarded(None, ty.name, || unsafe { engine::init_key(p, ty, key, value) }, |_| ());
    }

    /// # Safety
    /// As for [`engine::dispose`].
    pub unsafe fn dispose(p: *mut u8, ty: &Type) {
        // SAFETY: what `engine` asks is what this function asks of its caller.
        guarded(None, ty.name, || unsafe { engine::dispose(p, ty) }, |_| ());
    }

    /// # Safety
    /// As for [`engine::copy`].
    pub unsafe fn copy(ctx: *mut libxl_ctx, dst: *mut u8, src: *const u8, ty: &Type) {
        // SAFETY: `ctx` is the entry's, so NULL or live.
        let log = unsafe { log(ctx) };
        // SAFETY: what `engine` asks is what this function asks of its caller.
        guarded(log, ty.name, || unsafe { engine::copy(dst, src, ty) }, |_| ());
    }

    /// # Safety
    /// As for [`engine::to_json`].
    pub unsafe fn to_json(ctx: *mut libxl_ctx, p: *const u8, ty: &Type) -> *mut c_char {
        // SAFETY: `ctx` is the entry's, so NULL or live.
        let log = unsafe { log(ctx) };
        let failed = |_| std::ptr::null_mut();
        // SAFETY: what `engine` asks is what this function asks of its caller.
        guarded(log, ty.name, || unsafe { engine::to_json(p, ty) }, failed)
    }

    /// # Safety
    /// As for [`engine::from_json`].
    pub unsafe fn from_json(ctx: *mut libxl_ctx, p: *mut u8, s: *const c_char, ty: &Type) -> c_int {
        // SAFETY: `ctx` is the entry's, so NULL or live.
        let log = unsafe { log(ctx) };
        let read = || {
            // SAFETY: what `engine` asks is what this function asks of its caller.
            let Err(e) = (unsafe { engine::from_json(p, s, ty) }) else { return 0 };
            if let Some(log) = log.filter(|_| e != ReadError::Null) {
                error!(log, "{}: {e}", ty.name);
            }
            e.code()
        };
        guarded(log, ty.name, read, |e: Error| e.code())
    }

    /// # Safety
    /// As for [`engine::gen_json`].
    pub unsafe fn gen_json(hand: yajl_gen, p: *const u8, ty: &Type) -> yajl_gen_status {
        // SAFETY: what `engine` asks is what this function asks of its caller.
        let body = || unsafe { engine::gen_json(hand, p, ty) };
        guarded(None, ty.name, body, |_| YAJL_IN_ERROR_STATE)
    }

    /// # Safety
    /// As for [`engine::enum_from_string`].
    pub unsafe fn enum_from_string(s: *const c_char, e: *mut c_int, ty: &Type) -> c_int {
        // SAFETY: what `engine` asks is what this function asks of its caller.
        let body = || unsafe { engine::enum_from_string(s, e, ty) };
        guarded(None, ty.name, body, |e: Error| e.code())
    }
}
