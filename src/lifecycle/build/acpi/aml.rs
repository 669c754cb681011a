//! The part of AML that the guest's DSDT needs: each function returns the encoding of one term.
//!
//! Each encoding is the shortest possible one, as the common ASL compilers generate it, so the same source results in
//! the same bytes.

/// The address space of an operation region.
#[derive(Clone, Copy)]
pub enum Space {
    Memory = 0,
    Io = 1,
}

/// An element of a field list; sizes in bits.
#[derive(Clone, Copy)]
pub enum Unit<'a> {
    Named(&'a str, usize),
    Reserved(usize),
}

/// Field flags: byte access, no global lock, adjacent bits are preserved.
const BYTES_UNLOCKED_PRESERVED: u8 = 1;

/// Encodes a package length or a number of bits: up to 63 in one byte, otherwise the low four bits in the first byte
/// and the others in up to three more.
fn length(n: usize) -> Vec<u8> {
    if n < 0x40 {
        return vec![n as u8];
    }
    let rest = [n >> 4, n >> 12, n >> 20].map(|part| part as u8);
    let more = 1 + usize::from(n >= 1 << 12) + usize::from(n >= 1 << 20);
    let mut bytes = vec![(more << 6 | n & 0xf) as u8];
    bytes.extend(&rest[..more]);
    bytes
}

/// A term with a package length: opcode, length (including its own bytes), body.
fn sized(opcode: &[u8], body: &[&[u8]]) -> Vec<u8> {
    let size: usize = body.iter().map(|part| part.len()).sum();
    let own = match size {
        0..=62 => 1,
        63..=4093 => 2,
        4094..=0xf_fffc => 3,
        _ => 4,
    };
    let mut bytes = [opcode, &length(size + own)].concat();
    bytes.extend(body.concat());
    bytes
}

/// Encodes a name in ASL's syntax: a prefix of `\` or `^`, and segments of up to four letters separated by dots.
pub fn name(path: &str) -> Vec<u8> {
    let bare = path.trim_start_matches(['\\', '^']);
    let mut bytes = path.as_bytes()[..path.len() - bare.len()].to_vec();
    let segments: Vec<&str> = bare.split('.').collect();
    match segments.len() {
        1 => {}
        2 => bytes.push(b'.'),
        n => bytes.extend([b'/', n as u8]),
    }
    for segment in segments {
        bytes.extend(segment.bytes().chain(std::iter::repeat(b'_')).take(4));
    }
    bytes
}

pub fn integer(n: u64) -> Vec<u8> {
    let le = n.to_le_bytes();
    let (opcode, size) = match n {
        0 | 1 => return vec![n as u8],
        2..=0xff => (0x0a, 1),
        0x100..=0xffff => (0x0b, 2),
        0x1_0000..=0xffff_ffff => (0x0c, 4),
        _ => (0x0e, 8),
    };
    [&[opcode], &le[..size]].concat()
}

pub fn string(text: &str) -> Vec<u8> {
    [&[0x0d], text.as_bytes(), &[0]].concat()
}

pub fn buffer(bytes: &[u8]) -> Vec<u8> {
    sized(&[0x11], &[&integer(bytes.len() as u64), bytes])
}

/// `LocalN`
pub fn local(n: u8) -> Vec<u8> {
    vec![0x60 + n]
}

/// `ArgN`
pub fn arg(n: u8) -> Vec<u8> {
    vec![0x68 + n]
}

/// No target: the result is only the value of the term.
pub const NO_TARGET: &[u8] = &[0];

pub fn scope(path: &str, body: &[u8]) -> Vec<u8> {
    sized(&[0x10], &[&name(path), body])
}

/// A processor object with its register block (at I/O port `block`, of `size` bytes).
pub fn processor(path: &str, id: u8, block: u32, size: u8, body: &[u8]) -> Vec<u8> {
    sized(&[0x5b, 0x83], &[&name(path), &[id], &block.to_le_bytes(), &[size], body])
}

/// A method that is not serialized.
pub fn method(path: &str, args: u8, body: &[u8]) -> Vec<u8> {
    sized(&[0x14], &[&name(path), &[args], body])
}

pub fn named(path: &str, value: &[u8]) -> Vec<u8> {
    [&[0x08], &*name(path), value].concat()
}

pub fn region(path: &str, space: Space, offset: &[u8], size: &[u8]) -> Vec<u8> {
    [&[0x5b, 0x80], &*name(path), &[space as u8], offset, size].concat()
}

pub fn field(region: &str, units: &[Unit<'_>]) -> Vec<u8> {
    let mut body = vec![BYTES_UNLOCKED_PRESERVED];
    for unit in units {
        match unit {
            Unit::Named(path, bits) => body.extend([name(path), length(*bits)].concat()),
            Unit::Reserved(bits) => body.extend([vec![0], length(*bits)].concat()),
        }
    }
    sized(&[0x5b, 0x81], &[&name(region), &body])
}

pub fn if_then(condition: &[u8], then: &[u8]) -> Vec<u8> {
    sized(&[0xa0], &[condition, then])
}

/// Must follow an [`if_then`].
pub fn else_then(then: &[u8]) -> Vec<u8> {
    sized(&[0xa1], &[then])
}

pub fn return_value(value: &[u8]) -> Vec<u8> {
    [&[0xa4], value].concat()
}

pub fn store(value: &[u8], to: &[u8]) -> Vec<u8> {
    [&[0x70], value, to].concat()
}

pub fn add(a: &[u8], b: &[u8], to: &[u8]) -> Vec<u8> {
    [&[0x72], a, b, to].concat()
}

pub fn subtract(a: &[u8], b: &[u8], to: &[u8]) -> Vec<u8> {
    [&[0x74], a, b, to].concat()
}

pub fn shift_right(a: &[u8], bits: &[u8], to: &[u8]) -> Vec<u8> {
    [&[0x7a], a, bits, to].concat()
}

pub fn and(a: &[u8], b: &[u8], to: &[u8]) -> Vec<u8> {
    [&[0x7b], a, b, to].concat()
}

pub fn equal(a: &[u8], b: &[u8]) -> Vec<u8> {
    [&[0x93], a, b].concat()
}

pub fn not_equal(a: &[u8], b: &[u8]) -> Vec<u8> {
    [&[0x92, 0x93], a, b].concat()
}

pub fn less(a: &[u8], b: &[u8]) -> Vec<u8> {
    [&[0x95], a, b].concat()
}

/// Converts a value to a buffer.
pub fn to_buffer(value: &[u8]) -> Vec<u8> {
    [&[0x96], value, NO_TARGET].concat()
}

/// The element of a buffer at index `at`.
pub fn element(of: &[u8], at: &[u8]) -> Vec<u8> {
    [&[0x83, 0x88], of, at, NO_TARGET].concat()
}

pub fn notify(object: &str, value: &[u8]) -> Vec<u8> {
    [&[0x86], &*name(object), value].concat()
}

/// Sleeps for `time` milliseconds.
pub fn sleep(time: &[u8]) -> Vec<u8> {
    [&[0x5b, 0x22], time].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected values are from the ACPI specification, chapter "AML Specification".

    #[test]
    fn numbers_take_the_shortest_form() {
        assert_eq!(integer(0), [0x00]);
        assert_eq!(integer(1), [0x01]);
        assert_eq!(integer(2), [0x0a, 2]);
        assert_eq!(integer(0xff), [0x0a, 0xff]);
        assert_eq!(integer(0x100), [0x0b, 0x00, 0x01]);
        assert_eq!(integer(0x1_0000), [0x0c, 0, 0, 1, 0]);
        assert_eq!(integer(1 << 32), [0x0e, 0, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn lengths_count_themselves() {
        assert_eq!(length(63), [0x3f]);
        assert_eq!(length(64), [0x40, 0x04]);
        assert_eq!(length(0xfff), [0x4f, 0xff]);
        assert_eq!(length(0x1000), [0x80, 0x00, 0x01]);
        assert_eq!(length(0xf_ffff), [0x8f, 0xff, 0xff]);
        assert_eq!(length(0x10_0000), [0xc0, 0x00, 0x00, 0x01]);
        for (size, head) in [
            (0, &[0xa1, 1][..]),
            (62, &[0xa1, 0x3f]),
            (63, &[0xa1, 0x41, 0x04]),
            (4093, &[0xa1, 0x4f, 0xff]),
            (4094, &[0xa1, 0x81, 0x00, 0x01]),
            (0xf_fffc, &[0xa1, 0x8f, 0xff, 0xff]),
            (0xf_fffd, &[0xa1, 0xc1, 0x00, 0x00, 0x01]),
        ] {
            let term = else_then(&vec![0xa3; size]);
            assert_eq!(&term[..head.len()], head, "{size}");
            assert_eq!(term.len(), head.len() + size);
        }
    }

    #[test]
    fn names() {
        assert_eq!(name("FLG"), b"FLG_");
        assert_eq!(name("\\_SB"), b"\\_SB_");
        assert_eq!(name("^PR00.FLG"), b"^.PR00FLG_");
        assert_eq!(name("\\_SB.PCI0.S1"), b"\\/\x03_SB_PCI0S1__");
    }

    #[test]
    fn a_field_keeps_its_gaps() {
        let units = [Unit::Named("A", 1), Unit::Reserved(15), Unit::Named("B", 64)];
        assert_eq!(field("R", &units), b"\x5b\x81\x13R___\x01A___\x01\x00\x0fB___\x40\x04");
    }
}
