//! The common part of the entries that add and remove devices.

use std::ffi::c_int;

use crate::capi::entry::null_argument;
use crate::capi::operation::{Operation, start};
use crate::core::{Ao, Ctx, Result};
use crate::device::Device;
use crate::device::add::{Addable, Stored, running};
use crate::device::remove::{self, Force};
use crate::types::idiomatic::{CForm, write_back};
use crate::types::shape::Type;
use crate::types::sys::{libxl_asyncop_how, libxl_ctx};

/// The second part of an addition. Like [`removal`] it is not generic, so that the library contains one future
/// instead of one for each kind.
async fn connect(ao: Ao, written: Result<running::Written>) -> Result<()> {
    written?.connect(&ao).await
}

async fn removal(ao: Ao, device: Device, force: Force) -> Result<()> {
    remove::remove(&ao, &device, force).await
}

async fn nothing(_: Ao, written: Result<()>) -> Result<()> {
    written
}

/// Adds a device, also to the domain's stored configuration. The defaults in the application's struct are set when
/// the nodes are written, which is before this returns.
///
/// # Safety
/// As for [`start`]; `device` is NULL or a valid value of the type that `table` describes.
pub unsafe fn add<T>(
    ctx: *mut libxl_ctx,
    domid: u32,
    device: *mut T::C,
    how: *const libxl_asyncop_how,
    name: &'static str,
    table: &Type,
) -> c_int
where
    T: Stored + CForm,
{
    // SAFETY: what `add` asks of its caller is what `add_by` asks.
    unsafe { add_by(ctx, domid, device, how, name, table, running::write_stored::<T>, connect) }
}

/// As [`add`], for a kind that is not in the stored configuration and whose back end is not waited for.
///
/// # Safety
/// As for [`add`].
pub unsafe fn add_bare<T>(
    ctx: *mut libxl_ctx,
    domid: u32,
    device: *mut T::C,
    how: *const libxl_asyncop_how,
    name: &'static str,
    table: &Type,
) -> c_int
where
    T: Addable + CForm,
{
    // SAFETY: what `add_bare` asks of its caller is what `add_by` asks.
    unsafe { add_by(ctx, domid, device, how, name, table, running::write_unstored::<T>, nothing) }
}

/// Writes a device's nodes with `write`, and runs `rest` with the result.
///
/// # Safety
/// As for [`add`].
#[expect(clippy::too_many_arguments, reason = "those of the entry, and what differs")]
pub unsafe fn add_by<T, W, F>(
    ctx: *mut libxl_ctx,
    domid: u32,
    device: *mut T::C,
    how: *const libxl_asyncop_how,
    name: &'static str,
    table: &Type,
    write: fn(&Ctx, u32, &mut T) -> Result<W>,
    rest: impl FnOnce(Ao, Result<W>) -> F,
) -> c_int
where
    T: CForm,
    F: Operation,
{
    // SAFETY: NULL or a valid value, by the caller's contract; the copy is made here.
    let Some(mut complete) = (unsafe { device.as_ref().map(|given| T::from_c(given)) }) else {
        // SAFETY: `ctx` is NULL or live, by the caller's contract.
        return unsafe { null_argument(ctx, name) };
    };
    let begin = |ao: Ao| {
        let written = write(&ao, domid, &mut complete);
        if written.is_ok() {
            // SAFETY: it is valid, and the application's own until we return.
            unsafe { write_back(&complete, &mut *device, table) };
        }
        Ok(rest(ao, written))
    };
    // SAFETY: `ctx` and `how` are what the caller says, NULL, live or valid; an entry holds no lock.
    unsafe { start(ctx, how, name, domid, begin) }
}

/// Removes a device. Of `device` only the devid (for a disk the vdev) and the back end are used.
///
/// # Safety
/// As for [`add`].
pub unsafe fn take<T>(
    ctx: *mut libxl_ctx,
    domid: u32,
    device: *mut T::C,
    how: *const libxl_asyncop_how,
    name: &'static str,
    force: Force,
) -> c_int
where
    T: Addable + CForm,
{
    // SAFETY: NULL or a valid value, by the caller's contract; the copy is made here.
    let Some(given) = (unsafe { device.as_ref().map(|given| T::from_c(given)) }) else {
        // SAFETY: `ctx` is NULL or live, by the caller's contract.
        return unsafe { null_argument(ctx, name) };
    };
    let begin = |ao: Ao| {
        let device = given.device(&ao, domid)?;
        Ok(removal(ao, device, force))
    };
    // SAFETY: `ctx` and `how` are what the caller says, NULL, live or valid; an entry holds no lock.
    unsafe { start(ctx, how, name, domid, begin) }
}
