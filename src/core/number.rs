//! Parsing a number at the beginning of a text: decimal numbers as in xenstore, and numbers as C's `strtoul` reads
//! them, on whose leniency configurations depend.

use std::str::FromStr;

/// Parses the unsigned decimal number at the beginning of `text`, after white space. `None` if there is no number, or
/// if it does not fit.
pub fn leading_number<T: FromStr>(text: &[u8]) -> Option<T> {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

/// Parses the number at the beginning of `text` as `strtoul` with base 0 does. Returns it and the rest of the text;
/// `None` if there is no number.
///
/// White space, a sign, and the prefixes `0x` (hexadecimal), `0` (octal) and, with Xen 4.20, `0b` (binary) are
/// accepted. A negative number wraps round; a number that is too large becomes the largest one.
pub fn strtoul(text: &[u8]) -> Option<(u64, &[u8])> {
    let is_space = |b: &u8| b.is_ascii_whitespace() || *b == 0x0b;
    let start = text.iter().position(|b| !is_space(b))?;
    let (negative, body) = match text[start..] {
        [b'-', ..] => (true, &text[start + 1..]),
        [b'+', ..] => (false, &text[start + 1..]),
        _ => (false, &text[start..]),
    };
    let (radix, digits) = match body {
        // "0x" without a hexadecimal digit after it is the number 0, followed by an x.
        [b'0', b'x' | b'X', d, ..] if d.is_ascii_hexdigit() => (16, &body[2..]),
        // Since C23, whose `strtoul` the library for this release has.
        #[cfg(since = "4.20")]
        [b'0', b'b' | b'B', b'0' | b'1', ..] => (2, &body[2..]),
        [b'0', ..] => (8, body),
        _ => (10, body),
    };
    let value = |b: u8| char::from(b).to_digit(radix).map(u64::from);
    let end = digits.iter().position(|&b| value(b).is_none()).unwrap_or(digits.len());
    if end == 0 {
        return None;
    }
    let number = digits[..end]
        .iter()
        .try_fold(0u64, |n, &b| n.checked_mul(radix.into())?.checked_add(value(b).unwrap_or(0)));
    let number = match number {
        Some(n) if negative => n.wrapping_neg(),
        Some(n) => n,
        None => u64::MAX,
    };
    Some((number, &digits[end..]))
}

#[cfg(test)]
mod tests {
    use super::{leading_number, strtoul};

    #[track_caller]
    fn check(text: &str, number: u64, rest: &str) {
        assert_eq!(strtoul(text.as_bytes()), Some((number, rest.as_bytes())), "{text:?}");
    }

    #[test]
    fn a_number_ends_at_the_first_character_that_its_radix_does_not_have() {
        check("12ab", 12, "ab");
        check(" \t\n\x0b\x0c\r+017", 15, "");
        check("0x1fG", 31, "G");
        check("0xg", 0, "xg");
        check("0x", 0, "x");
        check("089", 0, "89");
        check("0b2", 0, "b2");
        if cfg!(since = "4.20") {
            check("0b0112", 3, "2");
        } else {
            check("0b0112", 0, "b0112");
        }
        check("-1", u64::MAX, "");
        check("-0x10,", 16u64.wrapping_neg(), ",");
        check("18446744073709551615", u64::MAX, "");
        check("18446744073709551616z", u64::MAX, "z");
        check("-99999999999999999999", u64::MAX, "");
    }

    #[test]
    fn text_without_a_digit_is_no_number() {
        for text in ["", " ", "-", "+", "x1", "- 1", "+-1", "abc"] {
            assert_eq!(strtoul(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_bounded() {
        assert_eq!(leading_number::<u32>(b"17.25"), Some(17));
        assert_eq!(leading_number::<u32>(b" 4294967295"), Some(u32::MAX));
        assert_eq!(leading_number::<u32>(b"4294967296"), None);
        assert_eq!(leading_number::<u32>(b""), None);
        assert_eq!(leading_number::<u32>(b"-1"), None);
        assert_eq!(leading_number::<u32>(b"\xff"), None);
    }
}
