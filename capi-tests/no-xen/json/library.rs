//! The two libraries: the distribution's by `dlopen`, ours linked in or, with `XENLIGHT_LIB` set, also
//! by `dlopen`, so that the exported names are gone through as well.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::transmute;
use std::ptr::null_mut;

use xenlight::capi::cpuid::{libxl_cpuid_parse_config, libxl_cpuid_parse_config_xend};
use xenlight::types::engine;
use xenlight::types::shape::{Shape, Type};
use xenlight::types::sys::{yajl_gen, yajl_gen_status};

use crate::debian_xen::Debian;

/// One of the two.
pub struct Library {
    /// NULL for the one linked in.
    handle: *mut c_void,
    /// Ours needs none.
    ctx: Option<Box<FakeCtx>>,
}

/// The C library looks at the logger and the garbage collector of a ctx, and makes no ctx without Xen:
/// this is as much of one as these functions need.
#[repr(C)]
struct FakeCtx {
    logger: *const Logger,
    _handles: [*mut c_void; 2],
    /// -1: nothing is collected.
    collected: c_int,
    _pointers: *mut c_void,
    owner: *const FakeCtx,
    _rest: [usize; 1024],
}

/// A logger that drops every line.
#[repr(C)]
struct Logger([unsafe extern "C" fn(); 3]);

static SILENT: Logger = Logger([nothing; 3]);

unsafe extern "C" fn nothing() {}

impl Library {
    pub fn theirs() -> Self {
        let mut ctx = Box::new(FakeCtx {
            logger: &SILENT,
            _handles: [null_mut(); 2],
            collected: -1,
            _pointers: null_mut(),
            owner: std::ptr::null(),
            _rest: [0; 1024],
        });
        ctx.owner = &*ctx;
        Self { handle: Debian::built().open(), ctx: Some(ctx) }
    }

    pub fn ours() -> Self {
        let handle = match std::env::var("XENLIGHT_LIB") {
            Ok(path) => open(&CString::new(path).unwrap()),
            Err(_) => null_mut(),
        };
        Self { handle, ctx: None }
    }

    fn linked_in(&self) -> bool {
        self.handle.is_null()
    }

    fn ctx(&self) -> *mut c_void {
        self.ctx.as_deref().map_or(null_mut(), |ctx| std::ptr::from_ref(ctx) as *mut c_void)
    }

    fn symbol(&self, name: &str) -> *mut c_void {
        let text = CString::new(name).unwrap();
        // SAFETY: the handle is open.
        let found = unsafe { libc::dlsym(self.handle, text.as_ptr()) };
        assert!(!found.is_null(), "{name} is not exported");
        found
    }

    fn function(&self, ty: &Type, function: &str) -> *mut c_void {
        self.symbol(&format!("{}_{function}", ty.name))
    }

    /// # Safety
    /// `p` is room for a value of type `ty`, as everywhere below.
    pub unsafe fn init(&self, p: *mut u8, ty: &Type) {
        // SAFETY: the caller's contract; the function has this type in the header. So everywhere below.
        unsafe {
            if self.linked_in() {
                return engine::init(p, ty);
            }
            let f: unsafe extern "C" fn(*mut u8) = transmute(self.function(ty, "init"));
            f(p)
        }
    }

    /// # Safety
    /// `p` is a value of type `ty`.
    pub unsafe fn dispose(&self, p: *mut u8, ty: &Type) {
        // The two that own nothing have no function for it.
        if ty.name.starts_with("libxl_sched_credit") {
            return;
        }
        // SAFETY: as above.
        unsafe {
            if self.linked_in() {
                return engine::dispose(p, ty);
            }
            let f: unsafe extern "C" fn(*mut u8) = transmute(self.function(ty, "dispose"));
            f(p)
        }
    }

    /// # Safety
    /// `from` is a value of type `ty`, `to` is room for one.
    pub unsafe fn copy(&self, to: *mut u8, from: *const u8, ty: &Type) {
        type Copy = unsafe extern "C" fn(*mut c_void, *mut u8, *const u8);
        // SAFETY: as above.
        unsafe {
            if self.linked_in() {
                return engine::copy(to, from, ty);
            }
            let f: Copy = transmute(self.function(ty, "copy"));
            f(self.ctx(), to, from)
        }
    }

    /// # Safety
    /// `p` is a value of type `ty`.
    pub unsafe fn to_json(&self, p: *const u8, ty: &Type) -> Vec<u8> {
        type ByPointer = unsafe extern "C" fn(*mut c_void, *const u8) -> *mut c_char;
        type ByValue = unsafe extern "C" fn(*mut c_void, c_int) -> *mut c_char;
        // SAFETY: as above; the text is malloc's and ours to free.
        unsafe {
            let text = if self.linked_in() {
                engine::to_json(p, ty)
            } else {
                let f = self.function(ty, "to_json");
                match ty.shape {
                    Shape::Enum(_) => {
                        transmute::<*mut c_void, ByValue>(f)(self.ctx(), p.cast::<c_int>().read())
                    }
                    _ => transmute::<*mut c_void, ByPointer>(f)(self.ctx(), p),
                }
            };
            assert!(!text.is_null(), "{}: no JSON", ty.name);
            let bytes = CStr::from_ptr(text).to_bytes().to_vec();
            libc::free(text.cast());
            bytes
        }
    }

    /// # Safety
    /// `p` is room for a value of type `ty`.
    pub unsafe fn read_json(&self, p: *mut u8, text: &CStr, ty: &Type) -> c_int {
        type FromJson = unsafe extern "C" fn(*mut c_void, *mut u8, *const c_char) -> c_int;
        // SAFETY: as above.
        unsafe {
            if self.linked_in() {
                return engine::from_json(p, text.as_ptr(), ty).err().map_or(0, |e| e.code());
            }
            // The C library mistakes LLONG_MAX for an overflow after any ERANGE of before.
            *libc::__errno_location() = 0;
            let f: FromJson = transmute(self.function(ty, "from_json"));
            f(self.ctx(), p, text.as_ptr())
        }
    }

    /// # Safety
    /// `p` is a value of type `ty`, `hand` a live generator.
    pub unsafe fn gen_json(&self, hand: yajl_gen, p: *const u8, ty: &Type) -> yajl_gen_status {
        type GenJson = unsafe extern "C" fn(yajl_gen, *const u8) -> yajl_gen_status;
        // SAFETY: as above.
        unsafe {
            if self.linked_in() {
                return engine::gen_json(hand, p, ty);
            }
            let f: GenJson = transmute(self.function(ty, "gen_json"));
            f(hand, p)
        }
    }

    /// Adds a setting to a `libxl_cpuid_policy_list`, of which each library has its own inside.
    ///
    /// # Safety
    /// `p` is a policy of this library or a NULL one.
    pub unsafe fn add_cpuid(&self, p: *mut u8, setting: &CStr) {
        type Parse = unsafe extern "C" fn(*mut u8, *const c_char) -> c_int;
        let xend = setting.to_bytes().starts_with(b"0x");
        // SAFETY: as above.
        unsafe {
            let rc = if self.linked_in() {
                let f = if xend { libxl_cpuid_parse_config_xend } else { libxl_cpuid_parse_config };
                f(p.cast(), setting.as_ptr())
            } else {
                let name =
                    if xend { "libxl_cpuid_parse_config_xend" } else { "libxl_cpuid_parse_config" };
                transmute::<*mut c_void, Parse>(self.symbol(name))(p, setting.as_ptr())
            };
            assert_eq!(rc, 0, "{setting:?}");
        }
    }
}

fn open(path: &CStr) -> *mut c_void {
    // Bound deeply: each must find its own functions before those of the other.
    let flags = libc::RTLD_NOW | libc::RTLD_LOCAL | libc::RTLD_DEEPBIND;
    // SAFETY: a library with ordinary initialisation.
    let handle = unsafe { libc::dlopen(path.as_ptr(), flags) };
    assert!(!handle.is_null(), "{path:?} cannot be opened");
    handle
}

/// A value of a public type in memory, which belongs to one of the libraries.
pub struct Value<'a> {
    memory: Vec<u64>,
    library: &'a Library,
    pub ty: &'static Type,
}

impl<'a> Value<'a> {
    /// As the library's init leaves it; an enum is 0.
    pub fn new(library: &'a Library, ty: &'static Type) -> Self {
        let mut new = Self { memory: vec![0; ty.size.div_ceil(8)], library, ty };
        if let Shape::Struct(_) = ty.shape {
            // SAFETY: there is room for it.
            unsafe { library.init(new.raw(), ty) };
        }
        new
    }

    /// What the library reads from a text, whatever its answer.
    pub fn read(library: &'a Library, ty: &'static Type, text: &CStr) -> (Self, c_int) {
        let mut new = Self { memory: vec![0; ty.size.div_ceil(8)], library, ty };
        // SAFETY: there is room for it.
        let rc = unsafe { library.read_json(new.raw(), text, ty) };
        (new, rc)
    }

    pub fn copied(&self) -> Self {
        let mut new = Self::new(self.library, self.ty);
        // SAFETY: both are values of the type, and the new one owns nothing.
        unsafe { self.library.copy(new.raw(), self.memory.as_ptr().cast(), self.ty) };
        new
    }

    pub fn json(&self) -> Vec<u8> {
        // SAFETY: it is a value of the type.
        unsafe { self.library.to_json(self.memory.as_ptr().cast(), self.ty) }
    }

    pub fn generate(&self, hand: yajl_gen) -> yajl_gen_status {
        // SAFETY: it is a value of the type.
        unsafe { self.library.gen_json(hand, self.memory.as_ptr().cast(), self.ty) }
    }

    pub fn raw(&mut self) -> *mut u8 {
        self.memory.as_mut_ptr().cast()
    }

    pub fn bytes(&self) -> &[u64] {
        &self.memory
    }
}

impl Drop for Value<'_> {
    fn drop(&mut self) {
        if let Shape::Struct(_) = self.ty.shape {
            // SAFETY: it is a value of the type and owns what it points to.
            unsafe { self.library.dispose(self.raw(), self.ty) };
        }
    }
}
