//! Writing one number to one node from a restricted process: a forked child before it executes its program.

use nix::errno::Errno;

use super::exchange::Link;
use super::link::{Opening, Wire};
use super::wire::{HEADER, MessageKind, PAYLOAD_MAX};
use super::{Store, StoreError, StoreResult, path};

/// The size of the buffer for a request. A number has at most ten digits.
const MAX_REQUEST: usize = 512;
const DIGITS: usize = 10;

/// A separate connection for one request, which is prepared in advance.
#[derive(Debug)]
pub struct NumberWriter {
    wire: Wire,
    path: String,
}

impl Store {
    /// Prepares to write a number at `path`.
    pub fn number_writer(&self, path: &str) -> StoreResult<NumberWriter> {
        let failed = |errno| StoreError::about("prepare to write", path, errno);
        path::check(path).map_err(failed)?;
        if HEADER + path.len() + 1 + DIGITS > MAX_REQUEST {
            return Err(failed(Errno::ENAMETOOLONG));
        }
        let wire = Wire::open(&self.place, Opening::Waits, self.silence).map_err(failed)?;
        Ok(NumberWriter { wire, path: path.to_owned() })
    }
}

impl NumberWriter {
    /// Writes the number, once, and waits for the daemon's reply. Async-signal-safe: it takes no lock and allocates
    /// nothing.
    pub fn write(&self, number: u32) -> Result<(), Errno> {
        let mut request = [0; MAX_REQUEST];
        let length = self.request(number, &mut request);
        self.wire.send_bytes(&request[..length]).map_err(|e| e.errno)?;
        let mut header = [0; HEADER];
        self.receive(&mut header)?;
        let word = |at: usize| u32::from_ne_bytes([0, 1, 2, 3].map(|i| header[at + i]));
        let mut left = word(12) as usize;
        if left > PAYLOAD_MAX {
            return Err(Errno::EPROTO);
        }
        let mut payload = [0; 64];
        while left > 0 {
            let part = left.min(payload.len());
            self.receive(&mut payload[..part])?;
            left -= part;
        }
        // The daemon's reason is not used here, since it cannot be reported.
        if word(0) == MessageKind::Write as u32 { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// Encodes the request. Returns its length.
    fn request(&self, number: u32, room: &mut [u8; MAX_REQUEST]) -> usize {
        let path = self.path.as_bytes();
        let value = HEADER + path.len() + 1;
        room[HEADER..HEADER + path.len()].copy_from_slice(path);
        let (mut digits, mut rest) = ([0; DIGITS], number);
        let mut first = DIGITS;
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let digits = &digits[first..];
        room[value..value + digits.len()].copy_from_slice(digits);
        let end = value + digits.len();
        let words = [MessageKind::Write as u32, 0, 0, (end - HEADER) as u32];
        for (at, word) in words.iter().enumerate() {
            room[at * 4..at * 4 + 4].copy_from_slice(&word.to_ne_bytes());
        }
        end
    }

    fn receive(&self, mut buffer: &mut [u8]) -> Result<(), Errno> {
        while !buffer.is_empty() {
            match self.wire.receive(buffer, true)? {
                0 => return Err(Errno::ECONNRESET),
                count => buffer = &mut buffer[count..],
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    /// Returns the bytes of one request, and the result of the write, with a daemon that sends `reply`.
    fn written(path: &'static str, number: u32, reply: Vec<u8>) -> (Vec<u8>, Result<(), Errno>) {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("socket");
        let listener = UnixListener::bind(&place).unwrap();
        let daemon = thread::spawn(move || {
            // The first connection is the store's own.
            let (_of_store, _) = listener.accept().unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; MAX_REQUEST];
            let count = stream.read(&mut request).unwrap();
            stream.write_all(&reply).unwrap();
            request[..count].to_vec()
        });
        let store = Store::open_at(&place).unwrap();
        let writer = store.number_writer(path).unwrap();
        let outcome = writer.write(number);
        (daemon.join().unwrap(), outcome)
    }

    fn message(kind: u32, payload: &[u8]) -> Vec<u8> {
        let words = [kind, 0, 0, payload.len() as u32];
        words.iter().flat_map(|word| word.to_ne_bytes()).chain(payload.iter().copied()).collect()
    }

    #[test]
    fn a_number_is_written() {
        for (number, digits) in [(0, "0"), (7, "7"), (4194304, "4194304"), (u32::MAX, "4294967295")]
        {
            let (request, outcome) = written("/a/b", number, message(11, b"OK\0"));
            assert_eq!(outcome, Ok(()));
            assert_eq!(request, message(11, &[b"/a/b\0", digits.as_bytes()].concat()));
        }
    }

    #[test]
    fn a_refusal_is_seen() {
        let write = |reply| written("x/y", 3, reply).1;
        assert_eq!(write(message(16, b"EACCES\0")), Err(Errno::EACCES));
        assert_eq!(write(message(11, &[0; 4096])), Ok(()));
        let mut long = message(11, b"");
        long[12..].copy_from_slice(&5000_u32.to_ne_bytes());
        assert_eq!(write(long), Err(Errno::EPROTO));
        assert_eq!(write(message(11, b"OK\0")[..10].to_vec()), Err(Errno::ECONNRESET));
    }

    #[test]
    fn only_what_fits_is_prepared() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("socket");
        let _listener = UnixListener::bind(&place).unwrap();
        let store = Store::open_at(&place).unwrap();
        assert!(store.number_writer(&"a".repeat(600)).is_err());
        assert!(store.number_writer("//").is_err());
        assert!(store.number_writer("a").is_ok());
    }
}
