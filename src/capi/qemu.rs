//! The C entries for QEMU's monitor.

use std::ffi::*;

use super::operation::{Lent, start};
use crate::capi::give;
use crate::core::Error;
use crate::error;
use crate::qemu::qmp;
use crate::types::sys::*;

/// Executes `command_line` in the human monitor of the domain's QEMU, and stores its output in `*output`, which the
/// caller frees. On failure `*output` is unchanged: `ERROR_LOCK_FAIL` if there is no such domain, `ERROR_FAIL`
/// without QEMU, `ERROR_QMP_*` if QEMU refuses, `ERROR_PROTOCOL_ERROR_QMP` and `ERROR_QEMU_API` if the answer is
/// invalid, `ERROR_TIMEDOUT` after ten minutes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_qemu_monitor_command(
    ctx: *mut libxl_ctx,
    domid: u32,
    command_line: *const c_char,
    output: *mut *mut c_char,
    ao_how: *const libxl_asyncop_how,
) -> c_int {
    let output = Lent(output);
    // SAFETY: by the contract of `capi`, `ctx` is NULL or live, `ao_how` NULL or valid, the line NULL or a string, and
    // `output` NULL or valid until the operation has ended.
    unsafe {
        start(ctx, ao_how, "libxl_qemu_monitor_command", domid, |ao| {
            let line = give::text(command_line).map(<[u8]>::to_vec);
            let (Some(line), false) = (line, output.get().is_null()) else {
                error!(ao, domid = domid, "libxl_qemu_monitor_command: called with a NULL pointer");
                return Err(Error::Invalid);
            };
            Ok(async move {
                let text = qmp::monitor_command(&ao, domid, &line).await?;
                let text = give::string(text.split(|&b| b == 0).next().unwrap_or_default());
                if text.is_null() {
                    return Err(Error::NoMemory);
                }
                output.get().write(text);
                Ok(())
            })
        })
    }
}
