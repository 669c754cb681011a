//! What the distribution's library does to the memory of each type, ours must do: start values, the
//! choice of a union's member, what is left after dispose, and the names of enums' values. The library is that of the
//! release that ours is built for.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use xenlight::types::shape::{FieldShape, Shape, Type};
use xenlight::types::{engine, tables};

use crate::debian_xen::Debian;

/// The C library, beside ours in one process.
struct Distribution(*mut c_void);

impl Distribution {
    fn open() -> Self {
        Self(Debian::built().open())
    }

    fn symbol(&self, name: &str) -> Option<*mut c_void> {
        let name = CString::new(name).expect("no NUL");
        // SAFETY: the handle is open.
        let symbol = unsafe { libc::dlsym(self.0, name.as_ptr()) };
        (!symbol.is_null()).then_some(symbol)
    }

    fn init(&self, ty: &Type, room: &mut [u64]) {
        let symbol = self.symbol(&format!("{}_init", ty.name)).expect(&ty.name);
        // SAFETY: so is every `_init` declared; the room is large enough.
        unsafe {
            let init: extern "C" fn(*mut c_void) = std::mem::transmute(symbol);
            init(room.as_mut_ptr().cast());
        }
    }
}

/// How many enums and structs the release has that the library is built for.
fn counts() -> (usize, usize) {
    match env!("XEN_RELEASE") {
        "4.17" => (39, 60),
        "4.20" => (43, 62),
        other => panic!("how many types does Xen {other} have?"),
    }
}

fn structs() -> impl Iterator<Item = &'static Type> {
    tables::ALL.into_iter().filter(|ty| matches!(ty.shape, Shape::Struct(_)))
}

fn rubbish(ty: &Type) -> Vec<u64> {
    vec![0xa5a5_a5a5_a5a5_a5a5; ty.size.div_ceil(8)]
}

fn bytes<'a>(ty: &Type, room: &'a [u64]) -> &'a [u8] {
    // SAFETY: the room is at least as long.
    unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), ty.size) }
}

#[test]
fn init_leaves_the_same_bytes() {
    let theirs = Distribution::open();
    let mut count = 0;
    for ty in structs() {
        let (mut a, mut b) = (rubbish(ty), rubbish(ty));
        theirs.init(ty, &mut a);
        // SAFETY: room for a value.
        unsafe { engine::init(b.as_mut_ptr().cast(), ty) };
        assert_eq!(bytes(ty, &a), bytes(ty, &b), "{}", ty.name);
        count += 1;
    }
    assert_eq!(count, counts().1);
}

#[test]
fn choosing_a_member_leaves_the_same_bytes() {
    let theirs = Distribution::open();
    let mut count = 0;
    for ty in structs() {
        let Shape::Struct(body) = ty.shape else { unreachable!("filtered") };
        for f in body.fields.iter() {
            let FieldShape::Union(union) = f.shape else { continue };
            let key_name = union.key_name;
            let symbol = theirs.symbol(&format!("{}_init_{key_name}", ty.name)).expect(&ty.name);
            // SAFETY: so are these functions declared.
            let init_key: extern "C" fn(*mut c_void, c_int) =
                unsafe { std::mem::transmute(symbol) };
            for m in union.members.iter() {
                let mut a = rubbish(ty);
                theirs.init(ty, &mut a);
                let mut b = a.clone();
                init_key(a.as_mut_ptr().cast(), m.value);
                // SAFETY: a fresh value.
                unsafe { engine::init_key(b.as_mut_ptr().cast(), ty, &key_name, m.value) };
                assert_eq!(bytes(ty, &a), bytes(ty, &b), "{} {}", ty.name, m.name);
                count += 1;
            }
        }
    }
    assert_eq!(count, 4 + 3 + 3 + 1 + 5 + 2, "members of all unions");
}

#[test]
fn dispose_and_copy_exist_where_they_do_in_c() {
    let theirs = Distribution::open();
    let without: Vec<&str> = structs()
        .map(|ty| ty.name.get())
        .filter(|name| theirs.symbol(&format!("{name}_dispose")).is_none())
        .collect();
    assert_eq!(without, ["libxl_sched_credit_params", "libxl_sched_credit2_params"]);
    assert!(structs().all(|ty| theirs.symbol(&format!("{}_copy", ty.name)).is_some()));
}

#[test]
fn names_of_values_are_the_same() {
    let theirs = Distribution::open();
    let text = |p: *const c_char| {
        // SAFETY: NULL or a static string.
        (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_owned())
    };
    let mut count = 0;
    for ty in tables::ALL.into_iter().filter(|ty| matches!(ty.shape, Shape::Enum(_))) {
        let symbol = theirs.symbol(&format!("{}_to_string", ty.name)).expect(&ty.name);
        // SAFETY: so are these functions declared.
        let to_string: extern "C" fn(c_int) -> *const c_char =
            unsafe { std::mem::transmute(symbol) };
        for value in -100..2100 {
            let (a, b) = (to_string(value), engine::enum_to_string(value, ty));
            assert_eq!(text(a), text(b), "{} {value}", ty.name);
        }
        count += 1;
    }
    assert_eq!(count, counts().0);
}
