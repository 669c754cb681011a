//! Parsing the values of a device's nodes as the C library does, as far as that is safe.
//!
//! A back end's and a front end's directory can contain anything. A number that does not fit its field counts as
//! missing, whereas the C library truncates it.

use crate::core::number::strtoul;
use crate::types::engine::parse_mac;
use crate::types::idiomatic::{Mac, Text, before_nul};
use crate::types::shape::{Shape, Type};

/// The decimal number at the beginning of a value; 0 if there is none, `None` if it does not fit.
pub fn int(value: &[u8]) -> Option<i32> {
    let text = value.trim_ascii_start();
    let signs = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let digits = text[signs..].iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return Some(0);
    }
    std::str::from_utf8(&text[..signs + digits]).ok()?.parse().ok()
}

/// As [`int`] for unsigned numbers, which may also be hexadecimal (`0x…`) or octal (`0…`).
pub fn unsigned(value: &[u8]) -> Option<u32> {
    strtoul(value).map_or(Some(0), |(number, _)| u32::try_from(number).ok())
}

/// A value that consists only of a decimal number; `None` for others.
pub fn whole(value: &[u8]) -> Option<i32> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// A value as text, up to the first NUL.
pub fn text(value: &[u8]) -> Option<Text> {
    Text::new(before_nul(value))
}

/// The enum value with this name, in upper or lower case; `ty` is the enum's table.
pub fn named<E: From<i32>>(ty: &'static Type, value: &[u8]) -> Option<E> {
    let Shape::Enum(values) = ty.shape else { return None };
    let named = values.iter().find(|v| v.text.is_in_any_case(value));
    named.map(|v| E::from(v.value))
}

/// An Ethernet address, such as `00:16:3e:00:00:01`.
pub fn mac(value: &[u8]) -> Option<Mac> {
    let mut mac = Mac::default();
    parse_mac(value, &mut mac.0).then_some(mac)
}

/// The backend domain in the path of a back end.
pub fn backend_domid(path: &[u8]) -> Option<u32> {
    let rest = path.strip_prefix(b"/local/domain/")?;
    let end = rest.iter().position(|&b| b == b'/')?;
    let digits = rest[..end].iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(&rest[..end]).ok()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::NicType;
    use crate::types::tables;

    #[test]
    fn numbers_that_do_not_fit_are_none() {
        for (text, expected) in [
            ("4", Some(4)),
            (" +12x", Some(12)),
            ("-7", Some(-7)),
            ("", Some(0)),
            ("x", Some(0)),
            ("-", Some(0)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(int(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(int(b"\xff"), Some(0));
        for (text, expected) in [
            ("0x10", Some(16)),
            ("010", Some(8)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("-1", None),
            ("yes", Some(0)),
        ] {
            assert_eq!(unsigned(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(whole(b"1500"), Some(1500));
        assert_eq!((whole(b"1500 "), whole(b""), whole(b"1e3")), (None, None, None));
    }

    #[test]
    fn texts_end_at_a_nul() {
        assert_eq!(text(b"a\0b"), Text::new("a"));
        assert_eq!(text(b"\xff"), Text::new(*b"\xff"));
        assert_eq!(text(b""), Text::new(""));
    }

    #[test]
    fn names_in_upper_and_lower_case() {
        assert_eq!(named(tables::NIC_TYPE, b"VIF_ioemu"), Some(NicType::VifIoemu));
        assert_eq!(named::<NicType>(tables::NIC_TYPE, b"other"), None);
    }

    #[test]
    fn the_backend_domain_of_a_path() {
        assert_eq!(backend_domid(b"/local/domain/12/backend/vbd/1/1"), Some(12));
        assert_eq!(backend_domid(b"/local/domain/0/"), Some(0));
        for bad in
            [&b"/local/domain/12"[..], b"/local/domain//x", b"/local/domain/-1/x", b"", b"\xff"]
        {
            assert_eq!(backend_domid(bad), None);
        }
        assert_eq!(backend_domid(b"/local/domain/4294967296/x"), None);
    }
}
