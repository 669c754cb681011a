//! The address of a PCI function on the host: segment (which libxl calls domain), bus, device, function.

use std::fmt;

use crate::types::idiomatic::DevicePci;

/// The address of a PCI function, displayed as in sysfs: `0000:03:1f.7`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    pub segment: u16,
    pub bus: u8,
    /// At most 31.
    pub device: u8,
    /// At most 7.
    pub function: u8,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { segment, bus, device, function } = self;
        write!(f, "{segment:04x}:{bus:02x}:{device:02x}.{function:x}")
    }
}

impl Address {
    /// The address in an application's struct; `None` if it is out of range.
    pub fn of(device: &DevicePci) -> Option<Self> {
        let segment = u16::try_from(device.domain).ok()?;
        Self { segment, bus: device.bus, device: device.dev, function: device.func }.checked()
    }

    fn checked(self) -> Option<Self> {
        (self.device < 32 && self.function < 8).then_some(self)
    }

    /// Parses the form of sysfs, `0000:03:1f.7`.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (rest, function) = split(text, b'.')?;
        let (segment, rest) = split(rest, b':')?;
        let (bus, device) = split(rest, b':')?;
        Self::from_parts([segment, bus, device, function])
    }

    /// Parses the form in names of xenstore nodes, `0000-03-1f-7`.
    pub fn parse_node(name: &[u8]) -> Option<Self> {
        let mut parts = name.split(|&b| b == b'-');
        let four = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        Self::from_parts(four)
    }

    fn from_parts([segment, bus, device, function]: [&[u8]; 4]) -> Option<Self> {
        let byte = |text: &[u8], most| u8::try_from(hexadecimal(text, most)?).ok();
        let (bus, device, function) = (byte(bus, 2)?, byte(device, 2)?, byte(function, 1)?);
        Self { segment: hexadecimal(segment, 4)?, bus, device, function }.checked()
    }

    /// The form in names of xenstore nodes, where colons and dots are not allowed.
    pub fn node(&self) -> String {
        let Self { segment, bus, device, function } = self;
        format!("{segment:04x}-{bus:02x}-{device:02x}-{function:x}")
    }

    /// The form in hypercalls.
    pub fn encoded(&self) -> u32 {
        u32::from(self.segment) << 16
            | u32::from(self.bus) << 8
            | u32::from(self.device) << 3
            | u32::from(self.function)
    }

    /// The address of another function of the same device.
    pub fn with_function(self, function: u8) -> Self {
        Self { function, ..self }
    }

    /// Whether both are functions of the same device.
    pub fn is_same_device(&self, other: &Self) -> bool {
        self.with_function(0) == other.with_function(0)
    }

    /// Stores the address in an application's struct.
    pub fn put_into(&self, device: &mut DevicePci) {
        device.domain = self.segment.into();
        (device.bus, device.dev, device.func) = (self.bus, self.device, self.function);
    }

    /// A struct with this address and otherwise the defaults.
    pub fn to_device(self) -> DevicePci {
        let mut device = DevicePci::default();
        self.put_into(&mut device);
        device
    }
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|&b| b == at)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Parses at most `most` hexadecimal digits; `None` if `text` contains anything else.
fn hexadecimal(text: &[u8], most: usize) -> Option<u16> {
    let sound = text.len() <= most && text.iter().all(u8::is_ascii_hexdigit);
    sound.then(|| u16::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOME: Address = Address { segment: 1, bus: 3, device: 0x1f, function: 7 };

    #[test]
    fn each_form_can_be_parsed() {
        assert_eq!(SOME.to_string(), "0001:03:1f.7");
        assert_eq!(SOME.node(), "0001-03-1f-7");
        assert_eq!(Address::parse(b"0001:03:1f.7"), Some(SOME));
        assert_eq!(Address::parse_node(b"0001-03-1f-7"), Some(SOME));
        assert_eq!(SOME.encoded(), 0x1_03ff);
        assert_eq!(Address::of(&SOME.to_device()), Some(SOME));
        assert!(SOME.is_same_device(&SOME.with_function(2)));
        assert!(!SOME.is_same_device(&Address { bus: 4, ..SOME }));
    }

    #[test]
    fn invalid_addresses_are_none() {
        let bad: [&[u8]; 15] = [
            b"",
            b"03:00.0",
            b"0000:03:00",
            b"0000:03:xx.0",
            b"\xff",
            b"00000:03:00.0",
            b"0000:+3:00.0",
            b"0000:03:00.10",
            b"0000:03:00.8",
            b"0000:03:20.0",
            b"0000:03:00.0\n",
            b"0000:03:00.0.0",
            b":::.",
            b"0000:03:00.",
            b"../../etc",
        ];
        for bad in bad {
            assert_eq!(Address::parse(bad), None, "{bad:?}");
        }
        for bad in [&b""[..], b"0000-03-00", b"0000-03-00-0-0", b"0000:03:00.0", b"-1-03-00-0"] {
            assert_eq!(Address::parse_node(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn addresses_out_of_range_are_none() {
        let sound = SOME.to_device();
        for bad in [
            DevicePci { domain: -1, ..sound.clone() },
            DevicePci { domain: 0x1_0000, ..sound.clone() },
            DevicePci { dev: 32, ..sound.clone() },
            DevicePci { func: 8, ..sound },
        ] {
            assert_eq!(Address::of(&bad), None);
        }
    }
}
