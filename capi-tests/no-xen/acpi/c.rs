//! Debian's library, asked for its tables. The layouts are those of Xen 4.17's `libacpi.h` and of its
//! public `hvm/hvm_info_table.h` and `memory.h`.

use std::ffi::{CStr, c_int, c_uint, c_ulong, c_void};
use std::mem::{offset_of, transmute};
use std::ptr::null_mut;
use std::sync::Mutex;

use super::Guest;

const LIBRARY: &CStr = c"/usr/lib/x86_64-linux-gnu/libxenlight.so.4.17";

/// Where and in how much room libxl has the tables laid out.
const FIRST: u64 = 0xfc00_1000;
const ROOM: usize = 16 * 4096;

/// The size of the library's FADT, of which it changes the original.
const FADT_SIZE: usize = 268;

type Alloc = unsafe extern "C" fn(*mut Context, u32, u32) -> *mut c_void;
type Free = unsafe extern "C" fn(*mut Context, *mut c_void, u32);
type Address = unsafe extern "C" fn(*mut Context, *mut c_void) -> c_ulong;

/// What the library calls back, and behind it what is ours.
#[repr(C)]
struct Context {
    alloc: Alloc,
    free: Free,
    address: Address,
    room: *mut u8,
    /// The last byte that is taken.
    last: usize,
}

#[repr(C)]
struct CNuma {
    ranges: u32,
    nodes: u32,
    of_vcpus: *const c_uint,
    distances: *const c_uint,
    memory: *const CRange,
}

#[repr(C)]
struct CRange {
    start: u64,
    end: u64,
    flags: c_uint,
    node: c_uint,
}

#[repr(C)]
struct Config {
    dsdt_any: *const c_void,
    dsdt_any_size: c_uint,
    dsdt_15: *const c_void,
    dsdt_15_size: c_uint,
    pci: [u32; 2],
    pci_high: [u64; 2],
    flags: u32,
    revision: u8,
    generation: [u64; 2],
    generation_address: c_ulong,
    passed_through: [u32; 2],
    numa: CNuma,
    guest: *const HvmInfo,
    tpm: *const u16,
    info: c_ulong,
    root: c_ulong,
    apic_id: extern "C" fn(c_uint) -> u32,
    local_apic: u32,
    io_apic: u32,
    irqs: u16,
    io_apic_id: u8,
}

#[repr(C)]
struct HvmInfo {
    signature: [u8; 8],
    length: u32,
    checksum: u8,
    apic: u8,
    vcpus: u32,
    memory: [u32; 3],
    online: [u8; 16],
}

const _: () = assert!(offset_of!(HvmInfo, vcpus) == 16 && size_of::<HvmInfo>() == 48);

unsafe extern "C" fn alloc(context: *mut Context, size: u32, alignment: u32) -> *mut c_void {
    // SAFETY: the memory is ours, and no other thread uses it during the call.
    let context = unsafe { &mut *context };
    let from = context.last.next_multiple_of(alignment.max(16) as usize);
    if from + size as usize > ROOM {
        return null_mut();
    }
    context.last = from + size as usize - 1;
    // SAFETY: within the room.
    unsafe { context.room.add(from).cast() }
}

unsafe extern "C" fn free(_: *mut Context, _: *mut c_void, _: u32) {}

unsafe extern "C" fn address(context: *mut Context, at: *mut c_void) -> c_ulong {
    // SAFETY: as above.
    let room = unsafe { (*context).room };
    FIRST + (at as u64 - room as u64)
}

extern "C" fn apic_id(vcpu: c_uint) -> u32 {
    2 * vcpu
}

fn symbol(library: *mut c_void, name: &CStr) -> *mut c_void {
    // SAFETY: an open library.
    let found = unsafe { libc::dlsym(library, name.as_ptr()) };
    assert!(!found.is_null(), "{name:?} is not in {LIBRARY:?}");
    found
}

/// Root pointer, page of facts and tables, as a process has them from the library for its first guest: the
/// library changes its FADT's original when it is first used, which is put right here.
pub fn tables(guest: &Guest) -> [Vec<u8>; 3] {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap();
    // SAFETY: a library with ordinary initialisation.
    let library = unsafe { libc::dlopen(LIBRARY.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    assert!(!library.is_null(), "{LIBRARY:?} cannot be opened (Debian: package libxenmisc4.17)");
    type Build = unsafe extern "C" fn(*mut Context, *mut Config) -> c_int;
    // SAFETY: that function has this type.
    let build: Build = unsafe { transmute(symbol(library, c"acpi_build_tables")) };
    let fadt = symbol(library, c"Fadt").cast::<[u8; FADT_SIZE]>();
    let dsdt = symbol(library, c"dsdt_pvh");
    // SAFETY: these variables have these types, and the lock keeps other users away.
    let (dsdt_size, first_fadt) =
        unsafe { (*symbol(library, c"dsdt_pvh_len").cast::<c_uint>(), fadt.read()) };

    let (mut root, mut info, mut room) = (vec![0u8; 4096], vec![0u8; 4096], vec![0u8; ROOM]);
    let distances: Vec<c_uint> = guest.distances.concat();
    let range = |r: &xenlight::lifecycle::build::acpi::Range| CRange {
        start: r.start,
        end: r.end,
        flags: 0,
        node: r.node,
    };
    let memory: Vec<_> = guest.memory.iter().map(range).collect();
    let hvm = HvmInfo {
        signature: [0; 8],
        length: 0,
        checksum: 0,
        apic: guest.apic.into(),
        vcpus: guest.vcpus,
        memory: [0; 3],
        online: guest.online.clone().try_into().unwrap(),
    };
    let mut config = Config {
        dsdt_any: dsdt,
        dsdt_any_size: dsdt_size,
        dsdt_15: dsdt,
        dsdt_15_size: dsdt_size,
        pci: [0; 2],
        pci_high: [0; 2],
        flags: 0,
        revision: 5,
        generation: [0; 2],
        generation_address: 0,
        passed_through: [0; 2],
        numa: CNuma {
            ranges: memory.len() as u32,
            nodes: guest.distances.len() as u32,
            of_vcpus: guest.of_vcpus.as_ptr(),
            distances: distances.as_ptr(),
            memory: memory.as_ptr(),
        },
        guest: &hvm,
        tpm: std::ptr::null(),
        info: info.as_mut_ptr() as c_ulong,
        root: root.as_mut_ptr() as c_ulong,
        apic_id,
        local_apic: 0xfee0_0000,
        io_apic: 0,
        irqs: 0,
        io_apic_id: 0,
    };
    let mut context = Context { alloc, free, address, room: room.as_mut_ptr(), last: 0 };
    // SAFETY: all that is pointed to is as large as the library takes it to be, and outlives the call.
    let rc = unsafe { build(&mut context, &mut config) };
    // SAFETY: as when it was read.
    unsafe { fadt.write(first_fadt) };
    assert_eq!(rc, 0);
    room.truncate(context.last.next_multiple_of(4096));
    root.truncate(64);
    [root, info, room]
}
