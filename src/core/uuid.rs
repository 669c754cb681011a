//! UUIDs: 16 bytes, with the text form of RFC 4122, and random ones.

/// The bytes of a UUID, in the order of its text form.
pub type UuidBytes = [u8; 16];

/// The positions of the hyphens in the text form.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// Parses the form that libuuid accepts: 36 characters, with hexadecimal digits of either case.
pub fn parse(text: &[u8]) -> Option<UuidBytes> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let mut digits = [0u8; 32];
    let mut next = digits.iter_mut();
    for (at, &byte) in text.iter().enumerate() {
        if HYPHENS.contains(&at) {
            if byte != b'-' {
                return None;
            }
        } else {
            *next.next()? = char::from(byte).to_digit(16)? as u8;
        }
    }
    let mut uuid = [0; 16];
    for (byte, pair) in uuid.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(uuid)
}

/// The text form, in lower case.
pub fn format(uuid: &UuidBytes) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(36);
    for byte in uuid {
        if HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Creates a random UUID (version 4).
pub fn random() -> Result<UuidBytes, getrandom::Error> {
    let mut uuid = random_bytes()?;
    uuid[6] = uuid[6] & 0x0f | 0x40;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    Ok(uuid)
}

/// Returns 16 random bytes, for a UUID or a generation id.
pub fn random_bytes() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "01234567-89ab-cdef-0011-2233445566ff";
    const BYTES: UuidBytes = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
        0xff,
    ];

    #[test]
    fn text_and_bytes() {
        assert_eq!(parse(TEXT.as_bytes()), Some(BYTES));
        assert_eq!(parse(TEXT.to_uppercase().as_bytes()), Some(BYTES));
        assert_eq!(format(&BYTES), TEXT);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "0123456789abcdef00112233445566ff",
            "{01234567-89ab-cdef-0011-2233445566ff}",
            "01234567-89ab-cdef-0011-2233445566f",
            "01234567-89ab-cdef-0011-2233445566fff",
            "0123456-789ab-cdef-0011-2233445566ff",
            "01234567-89ab-cdef-0011-2233445566fg",
            " 1234567-89ab-cdef-0011-2233445566ff",
            "+1234567-89ab-cdef-0011-2233445566ff",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn random_ones_are_marked_and_differ() {
        let (a, b) = (random().unwrap(), random().unwrap());
        assert_ne!(a, b);
        for uuid in [a, b] {
            let text = format(&uuid);
            assert_eq!(&text[14..15], "4");
            assert!("89ab".contains(&text[19..20]), "{text}");
        }
    }
}
