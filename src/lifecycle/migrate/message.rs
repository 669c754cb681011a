//! The messages of `libxl-save-helper`, the program that reads and writes libxc's part of the stream.
//!
//! The helper writes to its standard output the length of a message (two bytes) and the message: its number (two
//! bytes) and its arguments, all in native byte order. A string is encoded as its length including the NUL (four
//! bytes) and its bytes. After some messages the helper waits for an answer, a number of four bytes on its standard
//! input. A mask in its command line selects the optional messages that it sends.
//!
//! The numbers and arguments are those in Xen 4.17's `libxl_save_msgs_gen.pl`.

/// Whether the helper saves or restores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Save,
    Restore,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HelperMessage {
    /// A line for the log.
    Log {
        level: u32,
        errno: u32,
        context: String,
        text: String,
    },
    Progress {
        context: String,
        doing_what: String,
        done: u64,
        total: u64,
    },
    Request(Request),
    /// The frames of the guest's rings, from the restored image.
    Results {
        store_gfn: u64,
        console_gfn: u64,
    },
}

/// A message that requires an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// Suspend the guest. The answer is 1, or 0 if it has not suspended.
    Suspend,
    /// The image of a checkpoint is complete: resume the guest.
    Postcopy,
    /// Write or read the emulator's records of a checkpoint; the helper does not use the stream meanwhile.
    Checkpoint,
    /// Wait until the next checkpoint is due (COLO).
    WaitCheckpoint,
    /// Start or stop the emulator's logging of dirty pages. The answer is 0, or -1.
    SwitchLogDirty { domid: u32, enable: bool },
    /// The static data (what does not change while a guest runs) is complete, except for `missing`. The answer is 0,
    /// or an error code.
    StaticDataDone { missing: u32 },
    /// The work has ended with this result of `xc_domain_save` or `xc_domain_restore`.
    Complete { retval: i32, errno: i32 },
}

/// The bits of the mask of optional messages.
pub mod callback {
    pub const SUSPEND: u32 = 1 << 3;
    pub const POSTCOPY: u32 = 1 << 4;
    pub const CHECKPOINT: u32 = 1 << 5;
    pub const SWITCH_LOG_DIRTY: u32 = 1 << 7;
    pub const STATIC_DATA_DONE: u32 = 1 << 8;
    pub const RESTORE_RESULTS: u32 = 1 << 9;
}

/// Bits of [`Request::StaticDataDone`]'s `missing`.
pub const MISSING_CPUID: u32 = 1;

/// Answers to [`Request::Checkpoint`] when restoring.
pub mod checkpoint {
    pub const ERROR: i32 = 0;
    pub const SUCCESS: i32 = 1;
    pub const FAILOVER: i32 = 2;
}

impl HelperMessage {
    /// Decodes a message; `None` if it is invalid or not one of this side.
    pub fn decode(side: Side, bytes: &[u8]) -> Option<Self> {
        let mut rest = Arguments(bytes);
        let number = u16::from_ne_bytes(rest.take()?);
        let message = match (number, side) {
            (1, _) => Self::Log {
                level: rest.u32()?,
                errno: rest.u32()?,
                context: rest.text()?,
                text: rest.text()?,
            },
            (2, _) => Self::Progress {
                context: rest.text()?,
                doing_what: rest.text()?,
                done: rest.u64()?,
                total: rest.u64()?,
            },
            (3, _) => Self::Request(Request::Suspend),
            (4, _) => Self::Request(Request::Postcopy),
            (5, _) => Self::Request(Request::Checkpoint),
            (6, _) => Self::Request(Request::WaitCheckpoint),
            (7, Side::Save) => Self::Request(Request::SwitchLogDirty {
                domid: rest.u32()?,
                enable: rest.u32()? != 0,
            }),
            (8, Side::Restore) => Self::Request(Request::StaticDataDone { missing: rest.u32()? }),
            (9, Side::Restore) => {
                Self::Results { store_gfn: rest.u64()?, console_gfn: rest.u64()? }
            }
            (10, _) => Self::Request(Request::Complete {
                retval: i32::from_ne_bytes(rest.take()?),
                errno: i32::from_ne_bytes(rest.take()?),
            }),
            _ => return None,
        };
        rest.0.is_empty().then_some(message)
    }
}

/// The rest of a message that is being decoded.
struct Arguments<'a>(&'a [u8]);

impl Arguments<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_ne_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_ne_bytes)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        let text = text.strip_suffix(&[0])?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u16, arguments: &[&[u8]]) -> Vec<u8> {
        [&number.to_ne_bytes()[..], &arguments.concat()].concat()
    }

    fn u32s(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_ne_bytes()).collect()
    }

    fn text(text: &str) -> Vec<u8> {
        [&u32s(&[text.len() as u32 + 1])[..], text.as_bytes(), b"\0"].concat()
    }

    const SIDES: [Side; 2] = [Side::Save, Side::Restore];

    #[test]
    fn every_message_as_the_helper_writes_it() {
        let log = message(1, &[&u32s(&[8, 28]), &text("xc"), &text("it broke")]);
        let u64s = |a: u64, b: u64| [a.to_ne_bytes(), b.to_ne_bytes()].concat();
        let progress = message(2, &[&text("xc"), &text("Frames"), &u64s(5, 1 << 40)]);
        for side in SIDES {
            let decode = |bytes: &[u8]| HelperMessage::decode(side, bytes);
            let expected = HelperMessage::Log {
                level: 8,
                errno: 28,
                context: "xc".into(),
                text: "it broke".into(),
            };
            assert_eq!(decode(&log), Some(expected));
            let expected = HelperMessage::Progress {
                context: "xc".into(),
                doing_what: "Frames".into(),
                done: 5,
                total: 1 << 40,
            };
            assert_eq!(decode(&progress), Some(expected));
            for (number, request) in [
                (3, Request::Suspend),
                (4, Request::Postcopy),
                (5, Request::Checkpoint),
                (6, Request::WaitCheckpoint),
            ] {
                assert_eq!(decode(&message(number, &[])), Some(HelperMessage::Request(request)));
            }
            let complete = message(10, &[&(-1_i32).to_ne_bytes(), &u32s(&[9])]);
            let expected = Request::Complete { retval: -1, errno: 9 };
            assert_eq!(decode(&complete), Some(HelperMessage::Request(expected)));
        }
        let switch = message(7, &[&u32s(&[12, 1])]);
        let request = Request::SwitchLogDirty { domid: 12, enable: true };
        assert_eq!(
            HelperMessage::decode(Side::Save, &switch),
            Some(HelperMessage::Request(request))
        );
        let done = message(8, &[&u32s(&[3])]);
        let request = Request::StaticDataDone { missing: 3 };
        assert_eq!(
            HelperMessage::decode(Side::Restore, &done),
            Some(HelperMessage::Request(request))
        );
        let results = message(9, &[&u64s(0xfeffc, 0xfefff)]);
        let expected = HelperMessage::Results { store_gfn: 0xfeffc, console_gfn: 0xfefff };
        assert_eq!(HelperMessage::decode(Side::Restore, &results), Some(expected));
        // Each of these messages exists on one side only.
        assert_eq!(HelperMessage::decode(Side::Restore, &switch), None);
        assert_eq!(HelperMessage::decode(Side::Save, &done), None);
        assert_eq!(HelperMessage::decode(Side::Save, &results), None);
    }

    #[test]
    fn invalid_messages_are_refused() {
        let whole = message(1, &[&u32s(&[8, 28]), &text("xc"), &text("it broke")]);
        for side in SIDES {
            for end in 0..whole.len() {
                assert_eq!(HelperMessage::decode(side, &whole[..end]), None, "{end}");
            }
            assert_eq!(HelperMessage::decode(side, &[&whole[..], b"x"].concat()), None);
            for number in [0, 11, 256, u16::MAX] {
                assert_eq!(HelperMessage::decode(side, &message(number, &[])), None);
            }
            for length in [0, 2, 100, u32::MAX] {
                let wrong = message(1, &[&u32s(&[8, 28, length]), b"xc\0", &text("text")]);
                assert_eq!(HelperMessage::decode(side, &wrong), None, "{length}");
            }
            // A string without a NUL at its end.
            let wrong = message(1, &[&u32s(&[8, 28, 2]), b"xc", &text("text")]);
            assert_eq!(HelperMessage::decode(side, &wrong), None);
        }
    }
}
