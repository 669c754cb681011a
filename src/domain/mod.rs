//! What a toolstack asks about domains and does to them.

pub mod affinity;
pub mod console;
pub mod cpupool;
pub mod death;
pub mod history;
pub mod hypercall_child;
pub mod identity;
pub mod kind;
pub mod memory;
pub mod names;
pub mod nodes;
pub mod rename;
pub mod sched;
pub mod userdata;

/// The first number that no domain can have: the higher ones have special meanings.
pub const FIRST_RESERVED: u32 = 0x7ff0;

/// Whether a guest can have this number: not domain 0, and not a reserved one.
pub fn valid_guest(domid: u32) -> bool {
    domid > 0 && domid < FIRST_RESERVED
}

/// A uuid as xenstore and file names have it: lower case, with dashes.
pub fn uuid_text(uuid: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in uuid.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The decimal number without a sign that a text begins with; `None` if it begins with none, or it does
/// not fit. What C reads with `strtoul` and its prefixes: [`crate::core::number::leading_number`].
pub fn leading_number<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_have_the_numbers_between() {
        for (domid, guest) in
            [(0, false), (1, true), (0x7fef, true), (0x7ff0, false), (0x7fff, false), (!0, false)]
        {
            assert_eq!(valid_guest(domid), guest, "{domid:#x}");
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
