//! The records of libxl's migration stream, version 2, which contains libxc's image.
//!
//! ```text
//! header            "LibxlFmt", version, options         big-endian; the records are little-endian
//! LIBXC_CONTEXT     libxc's image follows immediately; only libxc knows its length
//! EMULATOR_XENSTORE_DATA, EMULATOR_CONTEXT               HVM guests only
//! END
//! ```
//!
//! In a checkpointed stream libxc's image is interrupted after each checkpoint by the emulator's records and
//! CHECKPOINT_END. The specification is Xen's `docs/specs/libxl-migration-stream.pandoc`.
//!
//! The content of a stream is not trusted. Memory for a body is allocated as its bytes arrive, and a length above
//! [`MAX_BODY`] is refused.

use std::fmt;

use nix::errno::Errno;

/// `LibxlFmt`.
const IDENT: u64 = 0x4c69_6278_6c46_6d74;

/// The version of the format.
const VERSION: u32 = 2;

/// Option bits of the header.
const BIG_ENDIAN: u32 = 1;
const FROM_LEGACY: u32 = 2;

/// The sizes of the two kinds of headers.
pub const HEADER: usize = 16;
pub const RECORD_HEADER: usize = 8;

/// The size of the header in the body of an emulator's record.
pub const EMULATOR_HEADER: usize = 8;

/// Maximum length of a body that is held in memory. QEMU's state without RAM has some hundred KiB.
pub const MAX_BODY: u32 = 256 << 20;

/// Maximum number of xenstore nodes in a record.
const MAX_NODES: usize = 4096;

/// The header of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Whether the stream was written by Xen's converter of older streams.
    pub from_legacy: bool,
}

impl Header {
    pub fn encode(self) -> [u8; HEADER] {
        let options = if self.from_legacy { FROM_LEGACY } else { 0 };
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&IDENT.to_be_bytes());
        bytes[8..12].copy_from_slice(&VERSION.to_be_bytes());
        bytes[12..].copy_from_slice(&options.to_be_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8; HEADER]) -> Result<Self, StreamError> {
        let (ident, rest) = bytes.split_at(8);
        let ident = u64::from_be_bytes(ident.try_into().unwrap_or_default());
        if ident != IDENT {
            return Err(StreamError::Ident(ident));
        }
        let (version, options) = pair(rest, u32::from_be_bytes);
        if version != VERSION {
            return Err(StreamError::Version(version));
        }
        if options & BIG_ENDIAN != 0 {
            return Err(StreamError::BigEndian);
        }
        Ok(Self { from_legacy: options & FROM_LEGACY != 0 })
    }
}

/// Decodes eight bytes as two numbers.
fn pair(bytes: &[u8], number: fn([u8; 4]) -> u32) -> (u32, u32) {
    let at =
        |from: usize| bytes.get(from..from + 4).and_then(|b| b.try_into().ok()).map_or(0, number);
    (at(0), at(4))
}

/// The types of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum RecordKind {
    End = 0,
    LibxcContext = 1,
    EmulatorXenstore = 2,
    EmulatorContext = 3,
    CheckpointEnd = 4,
    CheckpointState = 5,
}

impl RecordKind {
    const ALL: [Self; 6] = [
        Self::End,
        Self::LibxcContext,
        Self::EmulatorXenstore,
        Self::EmulatorContext,
        Self::CheckpointEnd,
        Self::CheckpointState,
    ];

    /// The record's name in the specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::End => "END",
            Self::LibxcContext => "LIBXC_CONTEXT",
            Self::EmulatorXenstore => "EMULATOR_XENSTORE_DATA",
            Self::EmulatorContext => "EMULATOR_CONTEXT",
            Self::CheckpointEnd => "CHECKPOINT_END",
            Self::CheckpointState => "CHECKPOINT_STATE",
        }
    }

    /// The valid lengths of the body.
    fn lengths(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::End | Self::LibxcContext | Self::CheckpointEnd => 0..=0,
            Self::EmulatorXenstore | Self::EmulatorContext => EMULATOR_HEADER as u32..=MAX_BODY,
            // Xen writes only the number; the specification allows padding after it.
            Self::CheckpointState => 4..=8,
        }
    }
}

/// The header of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordHeader {
    pub kind: RecordKind,
    /// The length of the body without padding.
    pub length: u32,
}

impl RecordHeader {
    pub fn encode(self) -> [u8; RECORD_HEADER] {
        let mut bytes = [0; RECORD_HEADER];
        bytes[..4].copy_from_slice(&(self.kind as u32).to_le_bytes());
        bytes[4..].copy_from_slice(&self.length.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8; RECORD_HEADER]) -> Result<Self, StreamError> {
        let (number, length) = pair(bytes, u32::from_le_bytes);
        let kind = RecordKind::ALL.into_iter().find(|kind| *kind as u32 == number);
        let kind = kind.ok_or(StreamError::UnknownRecord(number))?;
        if !kind.lengths().contains(&length) {
            return Err(StreamError::Length { kind, length });
        }
        Ok(Self { kind, length })
    }

    /// The number of padding bytes after the body: records begin at multiples of 8.
    pub fn padding(self) -> usize {
        self.length.wrapping_neg() as usize & 7
    }
}

/// The emulator that a record belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Emulator {
    /// Used in converted streams.
    Unknown = 0,
    Traditional = 1,
    Qemu = 2,
}

impl Emulator {
    /// The header of the body of an emulator's record: emulator and index, which is 0.
    pub fn encode(self) -> [u8; EMULATOR_HEADER] {
        let mut bytes = [0; EMULATOR_HEADER];
        bytes[..4].copy_from_slice(&(self as u32).to_le_bytes());
        bytes
    }

    /// Splits a body into its emulator and the rest.
    pub fn split(body: &[u8]) -> Result<(Self, &[u8]), StreamError> {
        let (header, rest) =
            body.split_at_checked(EMULATOR_HEADER).ok_or(StreamError::Malformed("too short"))?;
        let emulator = match pair(header, u32::from_le_bytes) {
            (0, 0) => Self::Unknown,
            (1, 0) => Self::Traditional,
            (2, 0) => Self::Qemu,
            _ => return Err(StreamError::Malformed("unknown emulator")),
        };
        Ok((emulator, rest))
    }
}

/// A node's path, relative to the emulator's directory, and its value.
pub type Node = (String, Vec<u8>);

/// Encodes nodes as in a record: each name and each value is followed by a NUL.
pub fn encode_nodes(nodes: &[Node]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in nodes {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(value);
        bytes.push(0);
    }
    bytes
}

/// Decodes the nodes of a record.
pub fn decode_nodes(bytes: &[u8]) -> Result<Vec<Node>, StreamError> {
    let Some(texts) = bytes.strip_suffix(&[0]) else {
        return if bytes.is_empty() {
            Ok(Vec::new())
        } else {
            Err(StreamError::Malformed("string without a NUL"))
        };
    };
    let mut texts = texts.split(|&byte| byte == 0);
    let mut nodes = Vec::new();
    while let Some(name) = texts.next() {
        let value = texts.next().ok_or(StreamError::Malformed("node without a value"))?;
        let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-/_@".contains(byte);
        let name = std::str::from_utf8(name).ok().filter(|name| {
            !name.starts_with('/') && !name.is_empty() && name.bytes().all(|b| is_valid(&b))
        });
        let name = name.ok_or(StreamError::Malformed("invalid node name"))?;
        if nodes.len() == MAX_NODES {
            return Err(StreamError::Malformed("too many nodes"));
        }
        nodes.push((name.to_owned(), value.to_vec()));
    }
    Ok(nodes)
}

/// An error in a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamError {
    /// Reading or writing failed.
    System(Errno),
    /// The stream ends within this part.
    Ends(&'static str),
    Ident(u64),
    Version(u32),
    BigEndian,
    UnknownRecord(u32),
    /// The length is invalid for the type of record.
    Length {
        kind: RecordKind,
        length: u32,
    },
    /// A record that is not allowed at this position.
    Misplaced(RecordKind),
    /// The content of a record is invalid.
    Malformed(&'static str),
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(errno) => f.write_str(errno.desc()),
            Self::Ends(what) => write!(f, "the stream ends within the {what}"),
            Self::Ident(ident) => {
                write!(
                    f,
                    "not a migration stream: it begins with {ident:#018x}, expected {IDENT:#018x}"
                )
            }
            Self::Version(version) => {
                write!(f, "unsupported version {version}, expected {VERSION}")
            }
            Self::BigEndian => f.write_str("the stream is big-endian"),
            Self::UnknownRecord(number) => write!(f, "unknown record {number:#010x}"),
            Self::Length { kind, length } => {
                write!(f, "invalid length {length} of a {} record", kind.name())
            }
            Self::Misplaced(kind) => write!(f, "unexpected {} record", kind.name()),
            Self::Malformed(what) => write!(f, "invalid record: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_match_the_specification() {
        let bytes = *b"LibxlFmt\0\0\0\x02\0\0\0\0";
        assert_eq!(Header { from_legacy: false }.encode(), bytes);
        assert_eq!(Header::decode(&bytes), Ok(Header { from_legacy: false }));
        let legacy = *b"LibxlFmt\0\0\0\x02\0\0\0\x02";
        assert_eq!(Header::decode(&legacy), Ok(Header { from_legacy: true }));
        assert_eq!(Header { from_legacy: true }.encode(), legacy);
        for (at, error) in [
            (0, StreamError::Ident(IDENT ^ 1 << 56)),
            (11, StreamError::Version(3)),
            (15, StreamError::BigEndian),
        ] {
            let mut bytes = bytes;
            bytes[at] ^= 1;
            assert_eq!(Header::decode(&bytes), Err(error), "{at}");
        }
    }

    #[test]
    fn record_headers_match_the_specification() {
        for (number, kind) in (0..).zip(RecordKind::ALL) {
            let length = *kind.lengths().start();
            let header = RecordHeader { kind, length };
            let bytes = [number, 0, 0, 0, length as u8, 0, 0, 0];
            assert_eq!(header.encode(), bytes, "{}", kind.name());
            assert_eq!(RecordHeader::decode(&bytes), Ok(header));
        }
        for number in [6, 0x8000_0000, 0x8000_0003, u32::MAX] {
            let mut bytes = [0; 8];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            assert_eq!(RecordHeader::decode(&bytes), Err(StreamError::UnknownRecord(number)));
        }
        for (kind, length) in [
            (RecordKind::End, 8),
            (RecordKind::LibxcContext, 1),
            (RecordKind::EmulatorContext, 7),
            (RecordKind::EmulatorContext, u32::MAX),
            (RecordKind::CheckpointState, 9),
        ] {
            let bytes = RecordHeader { kind, length }.encode();
            let error = StreamError::Length { kind, length };
            assert_eq!(RecordHeader::decode(&bytes), Err(error));
        }
        let padding = |length| RecordHeader { kind: RecordKind::EmulatorContext, length }.padding();
        assert_eq!([8, 9, 15, 16, 17].map(padding), [0, 7, 1, 0, 7]);
    }

    #[test]
    fn an_emulators_body() {
        assert_eq!(Emulator::Qemu.encode(), [2, 0, 0, 0, 0, 0, 0, 0]);
        let body = [1, 0, 0, 0, 0, 0, 0, 0, b'x'];
        assert_eq!(Emulator::split(&body), Ok((Emulator::Traditional, &b"x"[..])));
        assert!(Emulator::split(&body[..7]).is_err());
        assert!(Emulator::split(&[3, 0, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(Emulator::split(&[2, 0, 0, 0, 1, 0, 0, 0]).is_err());
    }

    #[test]
    fn valid_and_invalid_nodes() {
        let nodes = vec![
            ("physmap/1f0000/start_addr".to_owned(), b"f0000000".to_vec()),
            ("physmap/1f0000/name".to_owned(), b"".to_vec()),
        ];
        let bytes = encode_nodes(&nodes);
        assert_eq!(bytes, b"physmap/1f0000/start_addr\0f0000000\0physmap/1f0000/name\0\0");
        assert_eq!(decode_nodes(&bytes), Ok(nodes));
        assert_eq!(decode_nodes(b""), Ok(vec![]));
        for wrong in [
            &b"a"[..],
            b"a\0",
            b"a\0b",
            b"\0",
            b"\0b\0",
            b"/a\0b\0",
            b"a\0b\0c\0",
            b"a.b\0c\0",
            b"a\xff\0c\0",
            b"a b\0c\0",
        ] {
            assert!(decode_nodes(wrong).is_err(), "{wrong:?}");
        }
        let many = b"a\0b\0".repeat(MAX_NODES + 1);
        assert_eq!(decode_nodes(&many), Err(StreamError::Malformed("too many nodes")));
    }
}
