//! What `libxl.h` and `libxl_event.h` declare beside the types of `idl/`: numbers, hooks and ways of
//! being told.

use std::ffi::{c_char, c_int, c_short, c_uint, c_void};

use libc::{pid_t, timeval};

use super::builtin::libxl_ev_user;
use super::sys::{libxl_ctx, libxl_event, libxl_event_type};

/// What `libxl_ctx_alloc` is given as the version.
pub const LIBXL_VERSION: c_int = 0;

/// Bits in `viridian_enable` and `viridian_disable`.
pub const LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH: c_int = 64;
/// Default grant frames and maptrack frames of a domain.
pub const LIBXL_MAX_GRANT_FRAMES_DEFAULT: u32 = 32;
pub const LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT: u32 = 1024;
/// Grant limits: the library, or Xen, decides.
pub const LIBXL_MAX_GRANT_DEFAULT: u32 = u32::MAX;
/// Characters in the text of a UUID and of an Ethernet address.
pub const LIBXL_UUID_FMTLEN: usize = 36;
pub const LIBXL_MAC_FMTLEN: usize = 17;
/// A PCI address that means every function of the device.
pub const LIBXL_PCI_FUNC_ALL: c_uint = c_uint::MAX;
pub const LIBXL_TIMER_MODE_DEFAULT: c_int = -1;
/// A memory size that the library shall choose.
pub const LIBXL_MEMKB_DEFAULT: u64 = u64::MAX;
/// An invalid guest frame.
pub const LIBXL_INVALID_GFN: u64 = u64::MAX;
pub const LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT: u64 = 2048 * 1024;
pub const LIBXL_MS_VM_GENID_LEN: usize = 16;
pub const LIBXL_SUSPEND_DEBUG: c_int = 1;
pub const LIBXL_SUSPEND_LIVE: c_int = 2;
/// Scheduler parameters: leave as it is.
pub const LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_PERIOD_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_SLICE_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_LATENCY_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_EXTRATIME_DEFAULT: c_int = -1;
pub const LIBXL_DOMAIN_SCHED_PARAM_BUDGET_DEFAULT: c_int = -1;
pub const LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT: c_int = -1;
/// No pool in particular.
pub const LIBXL_CPUPOOL_POOLID_ANY: u32 = u32::MAX;

/// The cache allocation types under their older name.
pub use super::sys::libxl_psr_cbm_type as libxl_psr_type;

/// How the end of an asynchronous operation is told.
#[repr(C)]
#[derive(Copy, Clone)]
pub struct libxl_asyncop_how {
    /// Called at the end; without it an event comes.
    pub callback:
        Option<unsafe extern "C" fn(ctx: *mut libxl_ctx, rc: c_int, for_callback: *mut c_void)>,
    pub u: libxl_asyncop_how_u,
}

/// What the application wants handed back.
#[repr(C)]
#[derive(Copy, Clone)]
pub union libxl_asyncop_how_u {
    /// Without a callback: for the event's `for_user`.
    pub for_event: libxl_ev_user,
    /// With one: its argument.
    pub for_callback: *mut c_void,
}

/// How progress of an operation is told.
#[repr(C)]
#[derive(Copy, Clone)]
pub struct libxl_asyncprogress_how {
    /// Called for each step, with an event that it shall free; without it the event is queued.
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

/// A reading of Xen's console, known to the library alone.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__xen_console_reader {
    _private: [u8; 0],
}
pub type libxl_xen_console_reader = libxl__xen_console_reader;

/// Whether an event is one that the caller looks for.
pub type libxl_event_predicate =
    Option<unsafe extern "C" fn(event: *const libxl_event, user: *mut c_void) -> c_int>;

/// How an application is told of events without asking.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_event_hooks {
    /// One bit for each event type that goes to `event_occurs`.
    pub event_occurs_mask: u64,
    /// Takes the event over.
    pub event_occurs: Option<unsafe extern "C" fn(user: *mut c_void, event: *mut libxl_event)>,
    /// Events of this type (all, if 0) may have been lost.
    pub disaster: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            type_: libxl_event_type,
            msg: *const c_char,
            errnoval: c_int,
        ),
    >,
}

/// An application's interest in a domain's death, known to the library alone.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__evgen_domain_death {
    _private: [u8; 0],
}
pub type libxl_evgen_domain_death = libxl__evgen_domain_death;

/// An application's interest in a drive's eject button, known to the library alone.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl__evgen_disk_eject {
    _private: [u8; 0],
}
pub type libxl_evgen_disk_eject = libxl__evgen_disk_eject;

/// An application's main loop, for the library to wait in.
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

/// Who handles SIGCHLD and reaps children.
pub type libxl_sigchld_owner = c_uint;
/// The library, while it has children.
pub const libxl_sigchld_owner_libxl: libxl_sigchld_owner = 0;
/// The application.
pub const libxl_sigchld_owner_mainloop: libxl_sigchld_owner = 1;
/// The library, all the time.
pub const libxl_sigchld_owner_libxl_always: libxl_sigchld_owner = 2;
/// The library, all the time, and only for its own children.
pub const libxl_sigchld_owner_libxl_always_selective_reap: libxl_sigchld_owner = 3;

/// How children are made and reaped.
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct libxl_childproc_hooks {
    pub chldowner: libxl_sigchld_owner,
    /// Called instead of `fork`.
    pub fork_replacement: Option<unsafe extern "C" fn(user: *mut c_void) -> pid_t>,
    /// Called for a reaped child that is not the library's: returns 0 if it was the application's.
    pub reaped_callback:
        Option<unsafe extern "C" fn(pid: pid_t, status: c_int, user: *mut c_void) -> c_int>,
}
