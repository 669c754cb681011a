//! The encoding of xenstore messages: building requests, parsing replies.
//!
//! A message is a header of four native-endian words (type, request id, transaction id, length)
//! and at most [`PAYLOAD_MAX`] bytes (xen/include/public/io/xs_wire.h).

use nix::errno::Errno;

/// The size of a header in bytes.
pub const HEADER: usize = 16;
/// The maximum number of bytes after a header, in either direction (`XENSTORE_PAYLOAD_MAX`).
pub const PAYLOAD_MAX: usize = 4096;

/// The message types (`enum xsd_sockmsg_type`) that are used here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum MessageKind {
    Directory = 1,
    Read = 2,
    GetPermissions = 3,
    Watch = 4,
    Unwatch = 5,
    TransactionStart = 6,
    TransactionEnd = 7,
    Introduce = 8,
    Release = 9,
    GetDomainPath = 10,
    Write = 11,
    Mkdir = 12,
    Remove = 13,
    SetPermissions = 14,
    IsDomainIntroduced = 17,
    Resume = 18,
    SetTarget = 19,
    DirectoryPart = 22,
}

/// A type that only the daemon sends.
const WATCH_EVENT: u32 = 15;
const ERROR: u32 = 16;

/// The reply to one request: its payload, or the daemon's error.
pub type Reply = Result<Vec<u8>, Errno>;

/// Requests in sending order, encoded except for their ids.
#[derive(Default, Debug)]
pub struct Requests {
    bytes: Vec<u8>,
    starts: Vec<(usize, MessageKind)>,
}

impl Requests {
    /// A list of one request.
    pub fn one(kind: MessageKind, fields: &[&[u8]]) -> Result<Self, Errno> {
        let mut requests = Self::default();
        requests.push(kind, fields)?;
        Ok(requests)
    }

    /// Appends a request whose payload is the concatenation of `fields`. Fields that the protocol terminates with a NUL
    /// must include it.
    pub fn push(&mut self, kind: MessageKind, fields: &[&[u8]]) -> Result<(), Errno> {
        let length: usize = fields.iter().map(|f| f.len()).sum();
        if length > PAYLOAD_MAX {
            return Err(Errno::E2BIG);
        }
        self.starts.push((self.bytes.len(), kind));
        self.bytes.reserve(HEADER + length);
        for word in [kind as u32, 0, 0, length as u32] {
            self.bytes.extend_from_slice(&word.to_ne_bytes());
        }
        for field in fields {
            self.bytes.extend_from_slice(field);
        }
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The type of the request at `index`.
    pub fn kind(&self, index: usize) -> MessageKind {
        self.starts[index].1
    }

    /// The bytes of requests `from..to`.
    pub fn bytes(&self, from: usize, to: usize) -> &[u8] {
        &self.bytes[self.start(from)..self.start(to)]
    }

    /// Sets consecutive ids from `id` on, and the transaction id, in requests `from..to`.
    pub fn stamp(&mut self, from: usize, to: usize, id: u32, transaction: u32) {
        for (id, &(at, _)) in (id..).zip(&self.starts[from..to]) {
            self.bytes[at + 4..at + 8].copy_from_slice(&id.to_ne_bytes());
            self.bytes[at + 8..at + 12].copy_from_slice(&transaction.to_ne_bytes());
        }
    }

    /// The end of the longest run from `from` on that has at most `count` requests and `size` bytes, but at least one
    /// request.
    pub fn run(&self, from: usize, count: usize, size: usize) -> usize {
        let last = self.len().min(from + count);
        (from + 1..=last)
            .take_while(|&to| to == from + 1 || self.start(to) - self.start(from) <= size)
            .last()
            .unwrap_or(from)
    }

    fn start(&self, index: usize) -> usize {
        self.starts.get(index).map_or(self.bytes.len(), |&(at, _)| at)
    }
}

/// A message from the daemon.
#[derive(PartialEq, Eq, Debug)]
pub enum Message {
    Reply { kind: u32, id: u32, reply: Reply },
    Event { path: String, token: String },
}

/// Parses the first message in `bytes`, and returns it with its length in bytes; `None` if it is incomplete. After an
/// error the stream cannot be used any more.
pub fn parse(bytes: &[u8]) -> Result<Option<(Message, usize)>, Errno> {
    let Some(header) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
    let word = |at: usize| u32::from_ne_bytes([0, 1, 2, 3].map(|i| header[at + i]));
    let (kind, id, length) = (word(0), word(4), word(12) as usize);
    if length > PAYLOAD_MAX {
        return Err(Errno::EPROTO);
    }
    let Some(payload) = bytes[HEADER..].get(..length) else { return Ok(None) };
    let message = match kind {
        WATCH_EVENT => {
            let mut strings = strings(payload)?.into_iter();
            match (strings.next(), strings.next()) {
                (Some(path), Some(token)) => Message::Event { path, token },
                _ => return Err(Errno::EPROTO),
            }
        }
        ERROR => Message::Reply { kind, id, reply: Err(errno_of(payload)) },
        _ => Message::Reply { kind, id, reply: Ok(payload.to_vec()) },
    };
    Ok(Some((message, HEADER + length)))
}

/// Whether a reply of type `reply` may answer a request of type `request`.
pub fn answers(reply: u32, request: MessageKind) -> bool {
    reply == request as u32 || reply == ERROR
}

/// Splits a payload of NUL-terminated strings.
pub fn strings(payload: &[u8]) -> Result<Vec<String>, Errno> {
    if payload.is_empty() {
        return Ok(Vec::new());
    }
    let payload = payload.strip_suffix(&[0]).ok_or(Errno::EPROTO)?;
    payload
        .split(|&b| b == 0)
        .map(|s| String::from_utf8(s.to_vec()).map_err(|_| Errno::EPROTO))
        .collect()
}

/// Parses an error, which is sent as the name of an errno; a name that is not in the protocol's list becomes `EINVAL`,
/// as in libxenstore.
fn errno_of(payload: &[u8]) -> Errno {
    let name = payload.split(|&b| b == 0).next().unwrap_or_default();
    match name {
        b"EACCES" => Errno::EACCES,
        b"EEXIST" => Errno::EEXIST,
        b"EISDIR" => Errno::EISDIR,
        b"ENOENT" => Errno::ENOENT,
        b"ENOMEM" => Errno::ENOMEM,
        b"ENOSPC" => Errno::ENOSPC,
        b"EIO" => Errno::EIO,
        b"ENOTEMPTY" => Errno::ENOTEMPTY,
        b"ENOSYS" => Errno::ENOSYS,
        b"EROFS" => Errno::EROFS,
        b"EBUSY" => Errno::EBUSY,
        b"EAGAIN" => Errno::EAGAIN,
        b"EISCONN" => Errno::EISCONN,
        b"E2BIG" => Errno::E2BIG,
        b"EPERM" => Errno::EPERM,
        _ => Errno::EINVAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hand-written message with little-endian words, as on x86.
    fn message(kind: u8, id: u8, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u32).to_le_bytes();
        let mut bytes = vec![kind, 0, 0, 0, id, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&length);
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn a_request_on_the_wire() {
        let mut requests = Requests::one(MessageKind::Write, &[b"/a\0", b"value"]).unwrap();
        requests.stamp(0, 1, 5, 9);
        let mut expected = message(11, 5, b"/a\0value");
        expected[8] = 9;
        assert_eq!(requests.bytes(0, 1), expected);
    }

    #[test]
    fn a_payload_over_the_limit_is_refused() {
        assert!(Requests::one(MessageKind::Write, &[b"/a\0", &[b'x'; 4093]]).is_ok());
        assert_eq!(
            Requests::one(MessageKind::Write, &[b"/a\0", &[b'x'; 4094]]).unwrap_err(),
            Errno::E2BIG
        );
    }

    #[test]
    fn runs_are_bounded_by_count_and_size() {
        let mut requests = Requests::default();
        for _ in 0..5 {
            requests.push(MessageKind::Read, &[&[b'x'; 84]]).unwrap(); // 100 bytes each
        }
        assert_eq!(requests.run(0, 3, 1000), 3);
        assert_eq!(requests.run(0, 9, 250), 2);
        assert_eq!(requests.run(2, 9, 50), 3);
        assert_eq!(requests.run(4, 9, 1000), 5);
    }

    #[test]
    fn replies() {
        let bytes = message(2, 7, b"value");
        for short in 0..bytes.len() {
            assert_eq!(parse(&bytes[..short]), Ok(None));
        }
        let reply = Message::Reply { kind: 2, id: 7, reply: Ok(b"value".to_vec()) };
        assert_eq!(parse(&bytes), Ok(Some((reply, 21))));
        let error = |name: &[u8]| match parse(&message(16, 1, name)) {
            Ok(Some((Message::Reply { reply: Err(errno), .. }, _))) => errno,
            other => panic!("{other:?}"),
        };
        assert_eq!(error(b"ENOENT\0"), Errno::ENOENT);
        assert_eq!(error(b"E2BIG\0"), Errno::E2BIG);
        assert_eq!(error(b"EWHAT\0"), Errno::EINVAL);
        assert_eq!(error(b""), Errno::EINVAL);
    }

    #[test]
    fn a_hostile_length_is_an_error_before_its_bytes_come() {
        let mut bytes = message(2, 1, b"");
        bytes[12..16].copy_from_slice(&4097u32.to_le_bytes());
        assert_eq!(parse(&bytes), Err(Errno::EPROTO));
        bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse(&bytes), Err(Errno::EPROTO));
    }

    #[test]
    fn events() {
        let event = Message::Event { path: "/a".into(), token: "t".into() };
        assert_eq!(parse(&message(15, 0, b"/a\0t\0")), Ok(Some((event, 21))));
        for bad in [&b"/a\0t"[..], b"/a\0", b"", b"\xff\0t\0"] {
            assert_eq!(parse(&message(15, 0, bad)), Err(Errno::EPROTO), "{bad:?}");
        }
    }

    #[test]
    fn string_lists() {
        assert_eq!(strings(b""), Ok(vec![]));
        assert_eq!(strings(b"a\0bc\0"), Ok(vec!["a".into(), "bc".into()]));
        assert_eq!(strings(b"a"), Err(Errno::EPROTO));
    }
}
