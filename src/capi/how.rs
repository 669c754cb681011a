//! How an application learns that an operation is done: it waits, or it gets a call, or an event.
//!
//! There is no runtime yet, so every operation runs to its end inside the call that starts it.
//! `libxl.h` allows that for callbacks: the call back may come before the initiating function returns.
//! It does not for events, since nothing can queue one yet: those are refused before anything is done.

use std::ffi::{c_int, c_void};

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::types::sys::{libxl_asyncop_how, libxl_ctx};

/// What `ao_how` asks for.
#[derive(Debug)]
pub enum How {
    /// The return value tells the outcome.
    Synchronous,
    /// This function is to be told the outcome.
    Callback {
        function: unsafe extern "C" fn(*mut libxl_ctx, c_int, *mut c_void),
        data: *mut c_void,
    },
}

impl How {
    /// Reads what the application gave.
    ///
    /// # Safety
    /// `how` is NULL or points to a `libxl_asyncop_how`.
    pub unsafe fn of(ctx: &Ctx, how: *const libxl_asyncop_how) -> Result<Self> {
        // SAFETY: the caller's contract.
        let Some(how) = (unsafe { how.as_ref() }) else { return Ok(Self::Synchronous) };
        let Some(function) = how.callback else {
            error!(ctx, "operations that complete with an event are not there yet");
            return Err(Error::NotImplemented);
        };
        // SAFETY: with a callback, the union holds its pointer (`libxl.h`); every member of the union
        // lies at its start.
        let data = unsafe { (&raw const how.u).cast::<*mut c_void>().read() };
        Ok(Self::Callback { function, data })
    }

    /// Tells the outcome of an operation that was started, the way the application asked for.
    ///
    /// # Safety
    /// `ctx` is the live ctx that the operation ran on. No lock may be held: the callback is the
    /// application's, and may call the library.
    pub unsafe fn complete(self, ctx: *mut libxl_ctx, outcome: Result<()>) -> c_int {
        let rc = outcome.err().map_or(0, Error::code);
        match self {
            Self::Synchronous => rc,
            Self::Callback { function, data } => {
                // SAFETY: the application gave the function for this ctx and this pointer.
                unsafe { function(ctx, rc, data) };
                0
            }
        }
    }

    /// As [`How::complete`], for operations whose failure the C library finds before it calls them
    /// started: there the initiating call itself fails, and the application hears no more.
    ///
    /// # Safety
    /// As for [`How::complete`].
    pub unsafe fn complete_if_started(self, ctx: *mut libxl_ctx, outcome: Result<()>) -> c_int {
        match outcome {
            Err(error) => error.code(),
            // SAFETY: the caller's contract.
            Ok(()) => unsafe { self.complete(ctx, Ok(())) },
        }
    }
}
