//! Tests of the conversions with random values of every type.

use super::*;
use crate::types::cpuid::CpuidLeaf;
use crate::types::shape::Type;
use crate::types::{engine, tables};

/// Xorshift: the same values in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }

    fn one_of(&mut self, numbers: &[i32]) -> i32 {
        numbers[self.below(numbers.len() as u64) as usize]
    }

    fn many<T: Sample>(&mut self) -> Vec<T> {
        (0..self.below(4)).map(|_| T::sample(self)).collect()
    }
}

trait Sample: Sized {
    fn sample(r: &mut Random) -> Self;
}

macro_rules! numbers {
    ($($ty:ty),*) => { $(impl Sample for $ty {
        fn sample(r: &mut Random) -> Self { r.next() as $ty }
    })* };
}
numbers!(i32, u8, u16, u32, u64);

impl Sample for bool {
    fn sample(r: &mut Random) -> Self {
        r.below(2) == 1
    }
}

impl Sample for Text {
    fn sample(r: &mut Random) -> Self {
        // Any bytes except NUL: most of these texts are not UTF-8.
        let bytes: Vec<u8> = (0..r.below(12)).map(|_| 1 + r.below(255) as u8).collect();
        Text::new(bytes).expect("no NUL in it")
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(r: &mut Random) -> Self {
        (r.below(4) != 0).then(|| T::sample(r))
    }
}

impl Sample for Vec<Text> {
    fn sample(r: &mut Random) -> Self {
        r.many()
    }
}

impl Sample for (Text, Option<Text>) {
    fn sample(r: &mut Random) -> Self {
        (Sample::sample(r), Sample::sample(r))
    }
}

impl Sample for Vec<(Text, Option<Text>)> {
    fn sample(r: &mut Random) -> Self {
        r.many()
    }
}

impl<const N: usize> Sample for [u8; N] {
    fn sample(r: &mut Random) -> Self {
        std::array::from_fn(|_| r.next() as u8)
    }
}

impl Sample for Uuid {
    fn sample(r: &mut Random) -> Self {
        Self(Sample::sample(r))
    }
}

impl Sample for Mac {
    fn sample(r: &mut Random) -> Self {
        Self(Sample::sample(r))
    }
}

impl Sample for MsVmGenid {
    fn sample(r: &mut Random) -> Self {
        Self(Sample::sample(r))
    }
}

impl Sample for Hwcap {
    fn sample(r: &mut Random) -> Self {
        Self(std::array::from_fn(|_| r.next() as u32))
    }
}

impl Sample for Bitmap {
    fn sample(r: &mut Random) -> Self {
        Self { bytes: r.many() }
    }
}

impl Sample for Policy {
    fn sample(r: &mut Random) -> Self {
        let leaf = |r: &mut Random| CpuidLeaf::new(r.next() as u32, r.next() as u32);
        Self { cpuid: (0..r.below(3)).map(|_| leaf(r)).collect(), msr: Vec::new() }
    }
}

include!(concat!(env!("OUT_DIR"), "/samples.rs"));

fn round_trip<T: CForm + Sample + PartialEq + std::fmt::Debug>(r: &mut Random, table: &Type) {
    for _ in 0..200 {
        let value = T::sample(r);
        let mut c = value.to_c();
        // SAFETY: it comes from `to_c`, and was not changed.
        let back = unsafe { T::from_c(&c) };
        assert_eq!(back, value, "{}", table.name);
        // SAFETY: it owns what it points to, and is not used again.
        unsafe { engine::dispose((&raw mut c).cast(), table) };
    }
}

/// Writes one value over another: the result is the new value, and what is equal stays where it is.
fn overwrite<T: CForm + Sample + PartialEq + std::fmt::Debug>(r: &mut Random, table: &Type) {
    for _ in 0..20 {
        let (old, new) = (T::sample(r), T::sample(r));
        let mut c = old.to_c();
        // SAFETY: it comes from `to_c`.
        let read = |c: &T::C| unsafe { T::from_c(c) };
        // SAFETY: a plain C struct, of which only the bytes are read.
        let bytes = |c: &T::C| unsafe {
            std::slice::from_raw_parts(std::ptr::from_ref(c).cast::<u8>(), table.size).to_vec()
        };
        // SAFETY: it owns what it points to, and the table is its own.
        unsafe { write_back(&new, &mut c, table) };
        assert_eq!(read(&c), new, "{}", table.name);
        let before = bytes(&c);
        // SAFETY: as above.
        unsafe { write_back(&new, &mut c, table) };
        assert_eq!(bytes(&c), before, "{}: equal values do not move", table.name);
        // SAFETY: as above, and it is not used again.
        unsafe { engine::dispose((&raw mut c).cast(), table) };
    }
}

fn initialised<T: CForm + Default + PartialEq + std::fmt::Debug>(table: &Type) {
    // The memory is filled first, to detect what `init` does not write.
    let mut c = std::mem::MaybeUninit::<T::C>::uninit();
    // SAFETY: within `c`.
    unsafe { c.as_mut_ptr().cast::<u8>().write_bytes(0xa5, size_of::<T::C>()) };
    assert_eq!(size_of::<T::C>(), table.size);
    // SAFETY: there is memory for a value, which `init` fills.
    let value = unsafe {
        engine::init(c.as_mut_ptr().cast(), table);
        T::from_c(&c.assume_init())
    };
    assert_eq!(value, T::default(), "{}", table.name);
}

#[test]
fn random_values_survive_the_conversion_to_c_and_back() {
    let mut r = Random(0x5eed);
    macro_rules! each {
        ($ty:ident, $table:ident) => {
            round_trip::<$ty>(&mut r, tables::$table);
        };
    }
    each_struct!(each);
}

#[test]
fn a_value_is_updated_in_place() {
    let mut r = Random(0x5eed);
    macro_rules! each {
        ($ty:ident, $table:ident) => {
            overwrite::<$ty>(&mut r, tables::$table);
        };
    }
    each_struct!(each);
}

#[test]
fn default_is_what_init_makes() {
    macro_rules! each {
        ($ty:ident, $table:ident) => {
            initialised::<$ty>(tables::$table);
        };
    }
    each_struct!(each);
}

#[test]
fn a_few_defaults() {
    assert_eq!(DeviceDisk::default().backend, DiskBackend::Unknown);
    assert_eq!(DeviceNic::default().devid, -1);
    let build = DomainBuildInfo::default();
    assert_eq!(build.max_memkb, sys::LIBXL_MEMKB_DEFAULT);
    assert_eq!(build.max_grant_frames, sys::LIBXL_MAX_GRANT_DEFAULT);
    assert_eq!(build.max_grant_version, -1);
    assert_eq!(build.u, DomainBuildInfoData::Invalid);
    assert_eq!(Event::default().u, EventData::Other(0));
    assert_eq!(DomainConfig::default().on_crash, ActionOnShutdown::Destroy);
    assert_eq!(IomemRange::default().gfn, sys::LIBXL_INVALID_GFN);
}

#[test]
fn values_without_a_name_are_kept() {
    let mut disk = DeviceDisk::default().to_c();
    disk.format = 4711;
    // SAFETY: no pointers in it.
    let disk = unsafe { DeviceDisk::from_c(&disk) };
    assert_eq!(disk.format, DiskFormat::Other(4711));
    assert_eq!(disk.to_c().format, 4711);

    let mut config = DomainConfig::default().to_c();
    config.num_disks = 3; // and no disks
    config.num_nics = -1;
    config.b_info.u.hvm.firmware = std::ptr::dangling_mut(); // not valid: the key is INVALID
    // SAFETY: lists are NULL; the union's member is not read.
    let config = unsafe { DomainConfig::from_c(&config) };
    assert_eq!(config, DomainConfig::default());
}

#[test]
fn text_may_have_any_bytes_except_nul() {
    assert_eq!(Text::new("a\0b"), None);
    let text = Text::new(b"\xffx".as_slice()).expect("no NUL");
    assert_eq!(text.as_str(), None);
    assert_eq!(text.to_string(), "\u{fffd}x");
    assert_eq!(Text::new("xvda").expect("no NUL"), *"xvda");
}

#[test]
fn the_text_forms_of_a_uuid_and_a_mac() {
    let uuid = Uuid(std::array::from_fn(|i| i as u8));
    assert_eq!(uuid.to_string(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    assert_eq!(Mac([0, 0x16, 0x3e, 1, 2, 0xff]).to_string(), "00:16:3e:01:02:ff");
}
