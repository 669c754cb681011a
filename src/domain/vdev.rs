//! Conversion of a guest's name for a disk (`xvda`, `hdc1`, `d5p2`) to its number, which names its nodes in xenstore.
//!
//! Xen defines the numbers (docs/man/xen-vbd-interface.7): those of old Linux devices, and an extended form for disks
//! that these cannot express.

/// The number of the disk; `None` if the name is invalid.
pub fn number(vdev: &[u8]) -> Option<i32> {
    let text = std::str::from_utf8(vdev).ok()?;
    if let Some((disk, part)) =
        by_numbers(text).or_else(|| by_letters(text, "xvd", (1 << 20) - 1, 255))
    {
        return Some(if disk <= 15 && part <= 15 {
            202 << 8 | disk << 4 | part
        } else {
            1 << 28 | disk << 8 | part
        });
    }
    // The name may be the number itself.
    if let Some(number) = plain(text) {
        return Some(number);
    }
    if let Some((disk, part)) = by_letters(text, "hd", 3, 63) {
        let major = if disk < 2 { 3 } else { 22 };
        return Some(major << 8 | (disk & 1) << 6 | part);
    }
    let (disk, part) = by_letters(text, "sd", 15, 15)?;
    Some(8 << 8 | disk << 4 | part)
}

/// The index of the disk that a name means, from 0, if it means a whole disk and not a partition.
pub fn whole_disk(vdev: &[u8]) -> Option<i32> {
    disk_and_partition(vdev).filter(|(_, part)| *part == 0).map(|(disk, _)| disk)
}

/// The index of the disk that a name means, from 0, and the partition, 0 for the whole disk. For a plain number the
/// result is `None`.
pub fn disk_and_partition(vdev: &[u8]) -> Option<(i32, i32)> {
    let text = std::str::from_utf8(vdev).ok()?;
    by_numbers(text)
        .or_else(|| by_letters(text, "xvd", (1 << 20) - 1, 255))
        .or_else(|| by_letters(text, "hd", 3, 63))
        .or_else(|| by_letters(text, "sd", 15, 15))
}

/// Linux's name for the Xen disk with index `disk`, from 0: `xvda`, … `xvdz`, `xvdaa`, …
pub fn linux_name(disk: i32) -> String {
    let mut letters = Vec::new();
    let mut rest = disk;
    while rest >= 0 {
        letters.push(char::from(b'a' + (rest % 26) as u8));
        rest = rest / 26 - 1;
    }
    "xvd".chars().chain(letters.into_iter().rev()).collect()
}

/// The name that a guest max likely uses for the disk with this number, for log lines; `None` if no name means it.
pub fn name(number: i32) -> Option<String> {
    let (disk, part) = (number >> 4 & 15, number & 15);
    let (name, part) = match number >> 8 {
        202 => (linux_name(disk), part),
        8 => (format!("sd{}", letter(disk)), part),
        major @ (3 | 22) => {
            let first = if major == 3 { 0 } else { 2 };
            (format!("hd{}", letter(first + (number >> 6 & 1))), number & 63)
        }
        extended if extended >> 20 == 1 => (linux_name(number >> 8 & 0xf_ffff), number & 255),
        _ => return None,
    };
    Some(if part == 0 { name } else { format!("{name}{part}") })
}

fn letter(number: i32) -> char {
    char::from(b'a' + number as u8)
}

/// Parses `d<disk>p<partition>`.
fn by_numbers(text: &str) -> Option<(i32, i32)> {
    let (disk, part) = text.strip_prefix('d')?.split_once('p')?;
    let (disk, part) = (plain(disk)?, plain(part)?);
    (disk < 1 << 20 && part < 256).then_some((disk, part))
}

/// Parses `<prefix><letters><partition>`, where the letters count a, b, … z, aa, ab, …
fn by_letters(text: &str, prefix: &str, max: i32, parts: i32) -> Option<(i32, i32)> {
    let rest = text.strip_prefix(prefix)?;
    let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
    let (letters, part) = rest.split_at(letters);
    let mut disk = -1;
    for letter in letters.bytes() {
        disk = (disk + 1) * 26 + i32::from(letter - b'a');
        if disk > max {
            return None;
        }
    }
    let part = match part {
        "" => 0,
        part if part.starts_with('0') || !part.bytes().all(|b| b.is_ascii_digit()) => return None,
        part => part.parse().ok().filter(|part| *part <= parts)?,
    };
    (disk >= 0).then_some((disk, part))
}

/// Parses a number in C's notation: decimal, `0x…`, or octal with a leading 0.
fn plain(text: &str) -> Option<i32> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    // `from_str_radix` would accept a sign.
    let first = digits.bytes().next()?;
    first.is_ascii_hexdigit().then(|| i32::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::{linux_name, name, number, whole_disk};

    #[test]
    fn names_lead_back_to_their_numbers() {
        for vdev in
            ["xvda", "xvdp15", "xvdb3", "xvdq", "xvdaa2", "hda", "hdb1", "hdd63", "sda", "sdp15"]
        {
            assert_eq!(number(vdev.as_bytes()).and_then(name).as_deref(), Some(vdev));
        }
        for none in [0, -1, 1, 4 << 8, i32::MAX, i32::MIN] {
            assert_eq!(name(none), None, "{none:#x}");
        }
    }

    #[test]
    fn linux_counts_in_letters() {
        for (disk, name) in [
            (0, "xvda"),
            (25, "xvdz"),
            (26, "xvdaa"),
            (51, "xvdaz"),
            (52, "xvdba"),
            (701, "xvdzz"),
            (702, "xvdaaa"),
        ] {
            assert_eq!(linux_name(disk), name);
            assert_eq!(whole_disk(name.as_bytes()), Some(disk));
        }
        for (name, disk) in [("d3p0", Some(3)), ("sdb", Some(1)), ("xvda1", None), ("d0p2", None)] {
            assert_eq!(whole_disk(name.as_bytes()), disk, "{name}");
        }
    }

    #[test]
    fn names_and_their_numbers() {
        for (name, expected) in [
            ("xvda", 51712),
            ("xvda1", 51713),
            ("xvdp15", 51967),
            ("xvdq", 1 << 28 | 16 << 8),
            ("xvda16", 1 << 28 | 16),
            ("xvdaa", 1 << 28 | 26 << 8),
            ("hda", 768),
            ("hdb", 832),
            ("hdc", 5632),
            ("hdd3", 5699),
            ("sda", 2048),
            ("sdb2", 2066),
            ("d0", -1),
            ("d0p0", 51712),
            ("d5p2", 51794),
            ("d0x10p0", 1 << 28 | 16 << 8),
            ("d1048575p255", 1 << 28 | 1_048_575 << 8 | 255),
            ("51712", 51712),
            ("0xca00", 51712),
            ("0145000", 51712),
            ("0", 0),
            ("2147483647", i32::MAX),
        ] {
            let expected = (expected >= 0).then_some(expected);
            assert_eq!(number(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn invalid_names_have_no_number() {
        for name in [
            "",
            "xvd",
            "hd",
            "sd",
            "xvda01",
            "xvda256",
            "hde",
            "hda64",
            "sdq",
            "sda16",
            "xvdA",
            "-1",
            "+1",
            "2147483648",
            "xvda/../1",
            "d1048576p0",
            "d0p256",
            "d-1p0",
            "xvda ",
            "0x",
            "08",
            "vda",
            "d0p",
            "xvdbzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(number(name.as_bytes()), None, "{name:?}");
        }
        assert_eq!(number(b"xvd\xff"), None);
    }
}
