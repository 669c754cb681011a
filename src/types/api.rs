//! The constants, hooks and callback types of `libxl.h` and `libxl_event.h`, which are not described in `idl/`.

use std::ffi::{c_char, c_int, c_short, c_uint, c_void};

use libc::{pid_t, timeval};

use super::builtin::libxl_ev_user;
use super::sys::{libxl_ctx, libxl_event, libxl_event_type};

/// The version argument of `libxl_ctx_alloc`.
pub const LIBXL_VERSION: c_int = 0;

/// The number of bits in `viridian_enable` and `viridian_disable`.
pub const LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH: c_int = 64;
/// A domain's default maximum of grant frames.
pub const LIBXL_MAX_GRANT_FRAMES_DEFAULT: u32 = 32;
/// A domain's default maximum of maptrack frames.
pub const LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT: u32 = 1024;
/// A grant limit that the library, or Xen, chooses.
pub const LIBXL_MAX_GRANT_DEFAULT: u32 = u32::MAX;
/// The length of the text form of a UUID.
pub const LIBXL_UUID_FMTLEN: usize = 36;
/// The length of the text form of an Ethernet address.
pub const LIBXL_MAC_FMTLEN: usize = 17;
/// A function number in a PCI address that means all functions of the device.
pub const LIBXL_PCI_FUNC_ALL: c_uint = c_uint::MAX;
/// A timer mode that the library chooses.
pub const LIBXL_TIMER_MODE_DEFAULT: c_int = -1;
/// A memory size that the library chooses.
pub const LIBXL_MEMKB_DEFAULT: u64 = u64::MAX;
/// An invalid guest frame number.
pub const LIBXL_INVALID_GFN: u64 = u64::MAX;
/// The default boundary for the check of conflicts between guest memory and reserved device memory, in KiB.
pub const LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT: u64 = 2048 * 1024;
/// The length of a VM generation ID in bytes.
pub const LIBXL_MS_VM_GENID_LEN: usize = 16;
/// A flag of `libxl_domain_suspend`: save a stream for debugging.
pub const LIBXL_SUSPEND_DEBUG: c_int = 1;
/// A flag of `libxl_domain_suspend`: the guest runs while it is saved.
pub const LIBXL_SUSPEND_LIVE: c_int = 2;
/// Values of scheduling parameters that leave the parameter unchanged.
pub const LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_PERIOD_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_SLICE_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_LATENCY_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_EXTRATIME_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_BUDGET_DEFAULT: c_int = -1;
pub const LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT: c_int = -1;
/// Any cpupool.
pub const LIBXL_CPUPOOL_POOLID_ANY: u32 = u32::MAX;

/// The cache allocation types under their older name.
pub use super::sys::libxl_psr_cbm_type as libxl_psr_type;

/// How the end of an asynchronous operation is reported.
#[repr(C)]
#[derive(Copy, Clone)]
pub struct libxl_asyncop_how {
    /// Called at the end; if NULL, an event is reported instead.
    pub callback:
        Option<unsafe extern "C" fn(ctx: *mut libxl_ctx, rc: c_int, for_callback: *mut c_void)>,
    pub u: libxl_asyncop_how_u,
}

/// A value of the application that is returned to it.
#[repr(C)]
#[derive(Copy, Clone)]
pub union libxl_asyncop_how_u {
    /// Without a callback: becomes `for_user` of the event.
    pub for_event: libxl_ev_user,
    /// With a callback: its argument.
    pub for_callback: *mut c_void,
}

/// How the progress of an operation is reported.
#[repr(C)]
#[derive(Copy, Clone)]
pub struct libxl_asyncprogress_how {
    /// Called for each report, with an event that the callback must free; if NULL, the event is queued instead.
    pub callback: Option<
        unsafe extern "C" fn(
            ctx: *mut libxl_ctx,
            event: *mut libxl_event,
            for_callback: *mut c_void,
        ),
    >,
    pub for_event: libxl_ev_user,
    pub for_callback: *mut c_void,
}

/// A reader of Xen's console, opaque to the application.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__xen_console_reader {
    _private: [u8; 0],
}
pub type libxl_xen_console_reader = libxl__xen_console_reader;

/// Returns whether the caller looks for this event.
pub type libxl_event_predicate =
    Option<unsafe extern "C" fn(event: *const libxl_event, user: *mut c_void) -> c_int>;

/// The callbacks with which events are reported to the application.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_event_hooks {
    /// One bit for each event type that is passed to `event_occurs`.
    pub event_occurs_mask: u64,
    /// Called with an event, which the application owns then.
    pub event_occurs: Option<unsafe extern "C" fn(user: *mut c_void, event: *mut libxl_event)>,
    /// Called when events of this type (all types, if 0) may have been lost.
    pub disaster: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            type_: libxl_event_type,
            msg: *const c_char,
            errnoval: c_int,
        ),
    >,
}

/// A generator of events of a domain's death, opaque to the application.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__evgen_domain_death {
    _private: [u8; 0],
}
pub type libxl_evgen_domain_death = libxl__evgen_domain_death;

/// A generator of events of a drive's ejection requests, opaque to the application.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__evgen_disk_eject {
    _private: [u8; 0],
}
pub type libxl_evgen_disk_eject = libxl__evgen_disk_eject;

/// The hooks with which the library registers file descriptors and timeouts in the application's main loop.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_osevent_hooks {
    pub fd_register: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            fd: c_int,
            for_app_registration_out: *mut *mut c_void,
            events: c_short,
            for_libxl: *mut c_void,
        ) -> c_int,
    >,
    pub fd_modify: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            fd: c_int,
            for_app_registration_update: *mut *mut c_void,
            events: c_short,
        ) -> c_int,
    >,
    pub fd_deregister: Option<
        unsafe extern "C" fn(user: *mut c_void, fd: c_int, for_app_registration: *mut c_void),
    >,
    pub timeout_register: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            for_app_registration_out: *mut *mut c_void,
            abs: timeval,
            for_libxl: *mut c_void,
        ) -> c_int,
    >,
    pub timeout_modify: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            for_app_registration_update: *mut *mut c_void,
            abs: timeval,
        ) -> c_int,
    >,
    pub timeout_deregister:
        Option<unsafe extern "C" fn(user: *mut c_void, for_app_registration: *mut c_void)>,
}

/// The owner of SIGCHLD, which handles the signal and reaps children.
pub type libxl_sigchld_owner = c_uint;
/// The library, while it has children.
pub const libxl_sigchld_owner_libxl: libxl_sigchld_owner = 0;
/// The application.
pub const libxl_sigchld_owner_mainloop: libxl_sigchld_owner = 1;
/// The library, all the time.
pub const libxl_sigchld_owner_libxl_always: libxl_sigchld_owner = 2;
/// The library, all the time, and only for its own children.
pub const libxl_sigchld_owner_libxl_always_selective_reap: libxl_sigchld_owner = 3;

/// How children are forked and reaped.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_childproc_hooks {
    /// The owner of SIGCHLD.
    pub chldowner: libxl_sigchld_owner,
    /// Called instead of `fork`.
    pub fork_replacement: Option<unsafe extern "C" fn(user: *mut c_void) -> pid_t>,
    /// Called for a reaped child that is not the library's. Returns 0 if it is the application's.
    pub reaped_callback:
        Option<unsafe extern "C" fn(pid: pid_t, status: c_int, user: *mut c_void) -> c_int>,
}
