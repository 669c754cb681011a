//! The types that code interprets, and not tables: their defaults, the memory that they own, and their JSON.

use std::ffi::{c_char, c_int};

use super::json::{Document, JsonNode};
use super::raw;
use super::read::Mismatch;
use super::sink::JsonSink;
use crate::types::cpuid::{CpuidLeaf, Msr, Policy, Register, UNUSED};
use crate::types::shape::Builtin;
use crate::types::sys::{libxl_bitmap, libxl_defbool, libxl_hwcap, libxl_mac};

/// Whether a value is the default according to libxl's check: such a field is left out of the JSON.
///
/// # Safety
/// `p` points to a value of the type.
pub unsafe fn is_default(p: *const u8, kind: Builtin) -> bool {
    // SAFETY: the caller's contract, in each arm for the type that `kind` names.
    unsafe {
        match kind {
            Builtin::Defbool => p.cast::<libxl_defbool>().read().val == 0,
            Builtin::Uuid | Builtin::MsVmGenid => bytes::<16>(p) == [0; 16],
            Builtin::Mac => bytes::<6>(p) == [0; 6],
            Builtin::Bitmap => bitmap(p).iter().all(|&b| b == 0),
            Builtin::CpuidPolicyList => {
                Policy::from_c(raw::load_pointer(p)).is_none_or(Policy::is_empty)
            }
            Builtin::StringList | Builtin::KeyValueList => {
                let list: *const *mut c_char = raw::load_pointer(p);
                list.is_null() || (*list).is_null()
            }
            // libxl has no default for it.
            Builtin::Hwcap => false,
        }
    }
}

/// Frees what the value owns. The bytes of the value itself are not changed.
///
/// # Safety
/// `p` points to a value of the type that owns what it points to.
pub unsafe fn dispose(p: *mut u8, kind: Builtin) {
    // SAFETY: by the caller's contract, in each arm for the type that `kind` names; what the value points to came from
    // malloc or `Policy::into_c`.
    unsafe {
        match kind {
            Builtin::Bitmap => libc::free(p.cast::<libxl_bitmap>().read().map.cast()),
            Builtin::CpuidPolicyList => drop(Policy::take(raw::load_pointer(p))),
            Builtin::StringList => {
                let list: *mut *mut c_char = raw::load_pointer(p);
                for &text in raw::strings(list) {
                    libc::free(text.cast());
                }
                libc::free(list.cast());
            }
            Builtin::KeyValueList => {
                let list: *mut *mut c_char = raw::load_pointer(p);
                for &[key, value] in raw::pairs(list) {
                    libc::free(key.cast());
                    libc::free(value.cast());
                }
                libc::free(list.cast());
            }
            Builtin::Defbool
            | Builtin::Uuid
            | Builtin::Mac
            | Builtin::Hwcap
            | Builtin::MsVmGenid => {}
        }
    }
}

/// Copies the value with what it owns. The old content of `*to` is not freed.
///
/// # Safety
/// `from` points to a value of the type, which has `size` bytes, and `to` to memory for one.
pub unsafe fn copy(to: *mut u8, from: *const u8, size: usize, kind: Builtin) {
    // SAFETY: the caller's contract, in each arm for the type that `kind` names.
    unsafe {
        match kind {
            Builtin::Bitmap => {
                let set = bitmap(from);
                let map = raw::zeroed::<u8>(set.len());
                map.copy_from_nonoverlapping(set.as_ptr(), set.len());
                to.cast::<libxl_bitmap>().write(libxl_bitmap { size: set.len() as u32, map });
            }
            Builtin::CpuidPolicyList => {
                let policy = Policy::from_c(raw::load_pointer(from)).cloned();
                raw::store_pointer(to, policy.map_or(std::ptr::null_mut(), Policy::into_c));
            }
            Builtin::StringList => raw::store_pointer(to, copy_strings(raw::load_pointer(from), 1)),
            Builtin::KeyValueList => {
                raw::store_pointer(to, copy_strings(raw::load_pointer(from), 2))
            }
            Builtin::Defbool
            | Builtin::Uuid
            | Builtin::Mac
            | Builtin::Hwcap
            | Builtin::MsVmGenid => to.copy_from(from, size),
        }
    }
}

/// A copy of a string list (`width` 1) or of a key-value list (`width` 2); NULL if it is NULL.
///
/// # Safety
/// `list` is NULL or such a list.
unsafe fn copy_strings(list: *const *mut c_char, width: usize) -> *mut *mut c_char {
    if list.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: the list is NULL or ends with NULL, by the caller's contract; `width` is the one of its form.
    let from =
        unsafe { if width == 1 { raw::strings(list) } else { raw::pairs(list).as_flattened() } };
    let new = raw::zeroed::<*mut c_char>(from.len() + 1);
    for (i, &text) in from.iter().enumerate() {
        // SAFETY: the strings are those of the list; `new` has memory for all of them and for the NULL at the end.
        unsafe {
            if let Some(text) = raw::text(text) {
                new.add(i).write(raw::duplicate(text));
            }
        }
    }
    new
}

/// Writes the value in libxl's format.
///
/// # Safety
/// `p` points to a value of the type.
pub unsafe fn write<S: JsonSink>(
    sink: &mut S,
    p: *const u8,
    kind: Builtin,
) -> Result<(), S::Failure> {
    // SAFETY: the caller's contract, in each arm for the type that `kind` names.
    unsafe {
        match kind {
            Builtin::Defbool => sink.string(match p.cast::<libxl_defbool>().read().val {
                0 => b"<default>",
                1.. => b"True",
                _ => b"False",
            }),
            Builtin::Uuid => {
                let mut text = [b'-'; 36];
                for (half, at) in
                    hex_digits(&bytes::<16>(p)).zip((0..36).filter(|i| !UUID_HYPHENS.contains(i)))
                {
                    text[at] = half;
                }
                sink.string(&text)
            }
            Builtin::Mac => {
                let mut text = [b':'; 17];
                for (half, at) in hex_digits(&bytes::<6>(p)).zip((0..17).filter(|i| i % 3 != 2)) {
                    text[at] = half;
                }
                sink.string(&text)
            }
            Builtin::Bitmap => {
                sink.open_array()?;
                for (at, &byte) in bitmap(p).iter().enumerate() {
                    for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                        sink.signed(at as i64 * 8 + bit)?;
                    }
                }
                sink.close_array()
            }
            Builtin::CpuidPolicyList => write_policy(sink, Policy::from_c(raw::load_pointer(p))),
            Builtin::StringList => {
                sink.open_array()?;
                for &text in raw::strings(raw::load_pointer(p)) {
                    sink.string(raw::text(text).unwrap_or_default())?;
                }
                sink.close_array()
            }
            Builtin::KeyValueList => {
                sink.open_map()?;
                for &[key, value] in raw::pairs(raw::load_pointer(p)) {
                    sink.any_key(raw::text(key).unwrap_or_default())?;
                    match raw::text(value) {
                        Some(value) => sink.string(value)?,
                        None => sink.null()?,
                    }
                }
                sink.close_map()
            }
            Builtin::Hwcap => {
                sink.open_array()?;
                // As in the C library, only the first four of the eight words are written.
                for word in p.cast::<libxl_hwcap>().read_unaligned().into_iter().take(HWCAP_WORDS) {
                    sink.signed(i64::from(word))?;
                }
                sink.close_array()
            }
            Builtin::MsVmGenid => {
                sink.open_array()?;
                for byte in bytes::<16>(p) {
                    sink.signed(i64::from(byte))?;
                }
                sink.close_array()
            }
        }
    }
}

/// The number of words of [`libxl_hwcap`] in the JSON.
const HWCAP_WORDS: usize = 4;
/// The positions of the hyphens in the text form of a UUID.
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// The names of the four registers of a CPUID leaf in the JSON.
const REGISTERS: [&str; 4] = ["eax", "ebx", "ecx", "edx"];

fn write_policy<S: JsonSink>(sink: &mut S, policy: Option<&Policy>) -> Result<(), S::Failure> {
    sink.open_map()?;
    sink.key("cpuid")?;
    sink.open_array()?;
    for leaf in policy.iter().flat_map(|p| &p.cpuid) {
        sink.open_map()?;
        sink.key("leaf")?;
        sink.signed(i64::from(leaf.leaf))?;
        if leaf.subleaf != UNUSED {
            sink.key("subleaf")?;
            sink.signed(i64::from(leaf.subleaf))?;
        }
        for (name, bits) in REGISTERS.iter().zip(&leaf.registers) {
            if let Some(bits) = bits {
                sink.key(name)?;
                sink.string(bits)?;
            }
        }
        sink.close_map()?;
    }
    sink.close_array()?;
    sink.key("msr")?;
    sink.open_array()?;
    for msr in policy.iter().flat_map(|p| &p.msr) {
        sink.open_map()?;
        sink.key("index")?;
        sink.signed(i64::from(msr.index))?;
        sink.key("policy")?;
        sink.string(&msr.policy)?;
        sink.close_map()?;
    }
    sink.close_array()?;
    sink.close_map()
}

/// Whether a field of this type accepts JSON values of this kind. Values of other kinds are skipped, as if the field
/// was missing.
pub fn accepts(node: JsonNode, kind: Builtin) -> bool {
    match kind {
        Builtin::Defbool | Builtin::Uuid | Builtin::Mac => {
            matches!(node, JsonNode::Plain { .. } | JsonNode::Decoded { .. })
        }
        Builtin::Bitmap | Builtin::StringList | Builtin::Hwcap => {
            matches!(node, JsonNode::Array { .. })
        }
        Builtin::KeyValueList => matches!(node, JsonNode::Map { .. }),
        Builtin::CpuidPolicyList | Builtin::MsVmGenid => true,
    }
}

/// Reads the value. What was read before a mismatch is kept, for [`dispose`] to free.
///
/// # Safety
/// `p` points to a value of the type in its initial state.
pub unsafe fn read(
    json: &Document<'_>,
    at: u32,
    p: *mut u8,
    kind: Builtin,
) -> Result<(), Mismatch> {
    let text = || json.string(json.node(at)).ok_or(Mismatch("a string is expected"));
    // SAFETY: the caller's contract, in each arm for the type that `kind` names.
    unsafe {
        match kind {
            Builtin::Defbool => {
                // Text after the word is ignored.
                let val = match text()? {
                    [b'T', b'r', b'u', b'e', ..] => 1,
                    [b'F', b'a', b'l', b's', b'e', ..] => -1,
                    t if t.starts_with(b"<default>") => 0,
                    _ => return Err(Mismatch("neither True nor False nor <default>")),
                };
                p.cast::<libxl_defbool>().write(libxl_defbool { val });
            }
            Builtin::Uuid => {
                let uuid = parse_uuid(text()?).ok_or(Mismatch("not a UUID"))?;
                p.cast::<[u8; 16]>().write(uuid);
            }
            Builtin::Mac => {
                if !parse_mac(text()?, &mut *p.cast::<libxl_mac>()) {
                    return Err(Mismatch("not an Ethernet address"));
                }
            }
            Builtin::Bitmap => read_bitmap(json, at, &mut *p.cast::<libxl_bitmap>())?,
            Builtin::CpuidPolicyList => {
                // The C library keeps the part of a policy that it has read, which has no effect.
                raw::store_pointer(p, read_policy(json, at)?.into_c());
            }
            Builtin::StringList => {
                let count = array(json, at)?;
                if count == 0 {
                    return Ok(());
                }
                let list = raw::zeroed::<*mut c_char>(count + 1);
                raw::store_pointer(p, list);
                for (i, element) in json.elements(at).enumerate() {
                    let text =
                        json.string(json.node(element)).ok_or(Mismatch("a string is expected"))?;
                    list.add(i).write(raw::duplicate(text));
                }
            }
            Builtin::KeyValueList => {
                let JsonNode::Map { count, .. } = json.node(at) else {
                    return Err(Mismatch("a map is expected"));
                };
                let list = raw::zeroed::<*mut c_char>(2 * count as usize + 1);
                raw::store_pointer(p, list);
                for (i, (key, value)) in json.entries(at).enumerate() {
                    let value = json.node(value);
                    let text = json.string(value);
                    if text.is_none() && value != JsonNode::Null {
                        return Err(Mismatch("a string or null is expected"));
                    }
                    list.add(2 * i).write(raw::duplicate(key));
                    if let Some(text) = text {
                        list.add(2 * i + 1).write(raw::duplicate(text));
                    }
                }
            }
            Builtin::Hwcap => {
                let words = first_integers::<HWCAP_WORDS>(json, at)?;
                for (i, word) in words.into_iter().enumerate() {
                    p.cast::<u32>().add(i).write_unaligned(word as u32);
                }
            }
            Builtin::MsVmGenid => {
                p.cast::<[u8; 16]>().write(first_integers::<16>(json, at)?.map(|n| n as u8));
            }
        }
    }
    Ok(())
}

/// The length of an array.
fn array(json: &Document<'_>, at: u32) -> Result<usize, Mismatch> {
    match json.node(at) {
        JsonNode::Array { count, .. } => Ok(count as usize),
        _ => Err(Mismatch("an array is expected")),
    }
}

/// The first `N` elements of an array; more may follow.
fn first_integers<const N: usize>(json: &Document<'_>, at: u32) -> Result<[i64; N], Mismatch> {
    array(json, at)?;
    let mut elements = json.elements(at);
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = match elements.next().map(|e| json.node(e)) {
            Some(JsonNode::Integer(n)) => n,
            _ => return Err(Mismatch("an array of more integers is expected")),
        };
    }
    Ok(numbers)
}

/// Reads a list of the bits that are set. The last number determines the size, so a list that is not sorted loses the
/// bits that do not fit. Numbers are truncated to `int`, as by C's assignment.
fn read_bitmap(json: &Document<'_>, at: u32, bitmap: &mut libxl_bitmap) -> Result<(), Mismatch> {
    const EXPECTED: Mismatch = Mismatch("an array of integers is expected");
    let number = |element| match json.node(element) {
        JsonNode::Integer(n) => Ok(n),
        _ => Err(EXPECTED),
    };
    array(json, at)?;
    let Some(last) = json.elements(at).last() else { return Ok(()) };
    let bits = number(last)?.wrapping_add(1) as c_int;
    // With a negative size the C library runs out of memory and exits.
    let size = usize::try_from(bits.wrapping_add(7) / 8).map_err(|_| EXPECTED)?;
    let map = raw::try_zeroed::<u8>(size).ok_or(Mismatch("too large"))?;
    *bitmap = libxl_bitmap { size: size as u32, map };
    // SAFETY: the map is new and has `size` bytes.
    let bytes = unsafe { std::slice::from_raw_parts_mut(map, size) };
    for element in json.elements(at) {
        let bit = number(element)? as c_int;
        if let Ok(bit) = usize::try_from(bit)
            && let Some(byte) = bytes.get_mut(bit / 8)
        {
            *byte |= 1 << (bit % 8);
        }
    }
    Ok(())
}

/// Reads a policy: a map with `cpuid` and `msr`, or only the array of leaves, the format before MSRs were added.
fn read_policy(json: &Document<'_>, at: u32) -> Result<Policy, Mismatch> {
    let list = |key: &[u8]| {
        let found = json.get(at, key);
        found
            .filter(|&v| array(json, v).is_ok())
            .ok_or(Mismatch("arrays `cpuid` and `msr` are expected"))
    };
    let mut policy = Policy::default();
    match json.node(at) {
        JsonNode::Array { .. } => read_leaves(json, at, &mut policy.cpuid)?,
        JsonNode::Map { .. } => {
            read_leaves(json, list(b"cpuid")?, &mut policy.cpuid)?;
            read_msrs(json, list(b"msr")?, &mut policy.msr)?;
        }
        _ => return Err(Mismatch("a map or an array is expected")),
    }
    Ok(policy)
}

/// Reads CPUID leaves, up to one without a number, which is the sentinel of libxl's array.
fn read_leaves(json: &Document<'_>, at: u32, leaves: &mut Vec<CpuidLeaf>) -> Result<(), Mismatch> {
    let mut ended = false;
    for element in json.elements(at) {
        if !matches!(json.node(element), JsonNode::Map { .. }) {
            return Err(Mismatch("an array of maps is expected"));
        }
        let number = |key: &str| match json.get(element, key.as_bytes()).map(|v| json.node(v)) {
            Some(JsonNode::Integer(n)) => n as u32,
            _ => UNUSED,
        };
        let mut leaf = CpuidLeaf::new(number("leaf"), number("subleaf"));
        for (bits, name) in leaf.registers.iter_mut().zip(REGISTERS) {
            let found = json.get(element, name.as_bytes());
            if let Some(text) = found.and_then(|v| json.string(json.node(v))) {
                // The C library accepts a shorter text, too, and later reads beyond its end.
                let text = text.get(..32).and_then(|t| Register::try_from(t).ok());
                *bits = Some(text.ok_or(Mismatch("a register has 32 bits"))?);
            }
        }
        ended |= leaf.leaf == UNUSED;
        if !ended {
            leaves.push(leaf);
        }
    }
    Ok(())
}

/// Reads MSRs, up to one with the number that is the sentinel of libxl's array.
fn read_msrs(json: &Document<'_>, at: u32, msrs: &mut Vec<Msr>) -> Result<(), Mismatch> {
    let mut ended = false;
    for element in json.elements(at) {
        let get = |key: &[u8]| json.get(element, key).map(|v| json.node(v));
        let Some(JsonNode::Integer(index)) = get(b"index") else {
            return Err(Mismatch("an MSR needs an index"));
        };
        let policy = get(b"policy").and_then(|p| json.string(p)?.try_into().ok());
        let policy = policy.ok_or(Mismatch("the policy of an MSR has 64 bits"))?;
        let msr = Msr { index: index as u32, policy };
        ended |= msr.index == UNUSED;
        if !ended {
            msrs.push(msr);
        }
    }
    Ok(())
}

/// Parses a UUID as libuuid does: hyphens at their positions, digits in upper or lower case, nothing before or after.
fn parse_uuid(text: &[u8]) -> Option<[u8; 16]> {
    if text.len() != 36 || UUID_HYPHENS.iter().any(|&at| text[at] != b'-') {
        return None;
    }
    let mut uuid = [0; 16];
    let mut positions = (0..36).filter(|at| !UUID_HYPHENS.contains(at));
    for byte in &mut uuid {
        *byte = digit(text[positions.next()?])? << 4 | digit(text[positions.next()?])?;
    }
    Some(uuid)
}

/// Parses an Ethernet address: six hexadecimal numbers of two characters each, separated by colons. The first character
/// may be a blank or a sign; text after a sixth colon is ignored. Returns whether the text is valid; the bytes before
/// an invalid one are stored in either case.
pub fn parse_mac(text: &[u8], mac: &mut libxl_mac) -> bool {
    let mut rest = text;
    for byte in mac {
        let [high, low, after @ ..] = rest else { return false };
        let Some(low) = digit(*low) else { return false };
        *byte = match (digit(*high), high) {
            (Some(high), _) => high << 4 | low,
            (None, b'-') => low.wrapping_neg(),
            (None, b'+' | b' ' | b'\t'..=b'\r') => low,
            _ => return false,
        };
        rest = match after {
            [b':', next @ ..] => next,
            [] => after,
            _ => return false,
        };
    }
    true
}

/// The value of a hexadecimal digit.
fn digit(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).map(|d| d as u8)
}

/// The hexadecimal digits of bytes, two for each byte.
fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|half| b"0123456789abcdef"[usize::from(half)])
}

/// The bytes of the value.
///
/// # Safety
/// `p` points to `N` readable bytes.
unsafe fn bytes<const N: usize>(p: *const u8) -> [u8; N] {
    // SAFETY: `N` bytes can be read at `p`, by the caller's contract; bytes need no alignment.
    unsafe { p.cast::<[u8; N]>().read() }
}

/// The bytes of a bitmap; an empty slice for one without a map.
///
/// # Safety
/// `p` points to a [`libxl_bitmap`] that is not written to while the slice lives.
pub(super) unsafe fn bitmap<'a>(p: *const u8) -> &'a [u8] {
    // SAFETY: the caller's contract; the map has `size` bytes.
    unsafe {
        let bitmap = p.cast::<libxl_bitmap>().read_unaligned();
        if bitmap.map.is_null() {
            return &[];
        }
        std::slice::from_raw_parts(bitmap.map, bitmap.size as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_parsed_as_by_strtol() {
        let read = |text: &str| {
            let mut mac = [0xee; 6];
            parse_mac(text.as_bytes(), &mut mac).then_some(mac)
        };
        assert_eq!(read("00:16:3E:aa:bb:cc"), Some([0, 0x16, 0x3e, 0xaa, 0xbb, 0xcc]));
        assert_eq!(read("-1:+2: 3:\t4:05:06:"), Some([0xff, 2, 3, 4, 5, 6]));
        assert_eq!(read("01:02:03:04:05:06:what?"), Some([1, 2, 3, 4, 5, 6]));
        for text in
            ["", "01:02:03:04:05", "01:02:03:04:05:", "1:02:03:04:05:06", "0x:02:03:04:05:06"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("01:02:03:04:05:067"), None);
        assert_eq!(read("001:02:03:04:05:06"), None);
    }

    #[test]
    fn a_uuid_is_parsed_in_upper_and_lower_case() {
        let text = b"00112233-4455-6677-8899-AabBccDDeeff";
        let uuid = parse_uuid(text).unwrap();
        assert_eq!(uuid[..4], [0, 0x11, 0x22, 0x33]);
        assert_eq!(uuid[10..], [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
        for text in [
            &text[..35],
            b"00112233-4455-6677-8899-aabbccddeefg",
            b"00112233x4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(parse_uuid(text), None);
        }
    }
}
