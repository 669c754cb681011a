//! Bitmaps in libxl's representation: whole bytes, where bit 0 is the lowest bit of the first byte.
//!
//! A bitmap has eight bits for each of its bytes, so bits between the requested size and the next multiple of eight
//! exist. Bits outside are never set, and setting them has no effect.

/// The number of bytes that hold `bits` bits; `None` for an invalid size.
pub fn bytes_for(bits: i32) -> Option<usize> {
    // As in C, the division truncates: sizes down to -14 yield an empty bitmap.
    usize::try_from(bits.checked_add(7)? / 8).ok()
}

/// The position of a bit: the index of its byte, and the mask.
fn place(map: &[u8], bit: i32) -> Option<(usize, u8)> {
    let bit = usize::try_from(bit).ok()?;
    (bit / 8 < map.len()).then_some((bit / 8, 1 << (bit % 8)))
}

/// Whether `bit` is set.
pub fn test(map: &[u8], bit: i32) -> bool {
    place(map, bit).is_some_and(|(at, mask)| map[at] & mask != 0)
}

/// Sets `bit`, if it exists.
pub fn set(map: &mut [u8], bit: i32) {
    if let Some((at, mask)) = place(map, bit) {
        map[at] |= mask;
    }
}

/// Clears `bit`, if it exists.
pub fn reset(map: &mut [u8], bit: i32) {
    if let Some((at, mask)) = place(map, bit) {
        map[at] &= !mask;
    }
}

/// Whether every bit is set. This is true for an empty bitmap.
pub fn is_full(map: &[u8]) -> bool {
    map.iter().all(|&byte| byte == 0xff)
}

/// Whether no bit is set.
pub fn is_empty(map: &[u8]) -> bool {
    map.iter().all(|&byte| byte == 0)
}

/// The number of bits that are set.
pub fn count(map: &[u8]) -> u32 {
    map.iter().map(|byte| byte.count_ones()).sum()
}

/// The union. It is as large as the larger bitmap.
pub fn or(a: &[u8], b: &[u8]) -> Vec<u8> {
    let (large, small) = if a.len() > b.len() { (a, b) } else { (b, a) };
    let mut bits = large.to_vec();
    bits.iter_mut().zip(small).for_each(|(bit, other)| *bit |= other);
    bits
}

/// The intersection. It is as large as the smaller bitmap.
pub fn and(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

/// The text form: `0x` and two hexadecimal digits for each byte, the highest byte first.
pub fn to_hex(map: &[u8]) -> String {
    use std::fmt::Write;
    map.iter().rev().fold("0x".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bits, bytes) in [(0, 0), (1, 1), (8, 1), (9, 2), (-1, 0), (-14, 0)] {
            assert_eq!(bytes_for(bits), Some(bytes), "{bits}");
        }
        assert_eq!(bytes_for(-15), None);
        assert_eq!(bytes_for(i32::MIN), None);
        assert_eq!(bytes_for(i32::MAX), None);
    }

    #[test]
    fn bits_in_and_out_of_range() {
        let mut map = [0u8; 2];
        for bit in [0, 9, 15, 16, -1, i32::MIN, i32::MAX] {
            set(&mut map, bit);
        }
        assert_eq!(map, [0x01, 0x82]);
        assert!(test(&map, 9) && !test(&map, 8) && !test(&map, 16) && !test(&map, -1));
        reset(&mut map, 9);
        reset(&mut map, 99);
        assert_eq!(map, [0x01, 0x80]);
        assert_eq!(count(&map), 2);
    }

    #[test]
    fn full_and_empty() {
        assert!(is_full(&[]) && is_empty(&[]));
        assert!(is_full(&[0xff, 0xff]) && !is_full(&[0xff, 0xfe]));
        assert!(is_empty(&[0, 0]) && !is_empty(&[0, 1]));
    }

    #[test]
    fn two_sets_of_unequal_size() {
        assert_eq!(or(&[1], &[2, 4]), [3, 4]);
        assert_eq!(or(&[2, 4], &[1]), [3, 4]);
        assert_eq!(and(&[3], &[2, 4]), [2]);
        assert_eq!(and(&[7, 4], &[5]), [5]);
    }

    #[test]
    fn hex_has_the_highest_byte_first() {
        assert_eq!(to_hex(&[0x0f, 0x80, 0x01]), "0x01800f");
        assert_eq!(to_hex(&[]), "0x");
    }
}
