//! A daemon that does what the test says.

use std::io::{Read, Write};
use std::ops::Deref;
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use xenlight::xen::store::Store;

use crate::daemon::directory;

/// Message types.
pub const DIRECTORY: u32 = 1;
pub const READ: u32 = 2;
pub const WATCH: u32 = 4;
pub const TRANSACTION_START: u32 = 6;
pub const TRANSACTION_END: u32 = 7;
pub const RM: u32 = 13;
pub const WATCH_EVENT: u32 = 15;
pub const ERROR: u32 = 16;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub kind: u32,
    pub id: u32,
    pub transaction: u32,
    pub payload: Vec<u8>,
}

/// One client's connection, the daemon's end.
pub struct Peer(UnixStream);

impl Peer {
    /// The next request; `None` when the client has gone.
    pub fn request(&mut self) -> Option<Request> {
        let mut header = [0; 16];
        self.0.read_exact(&mut header).ok()?;
        let word = |i: usize| u32::from_ne_bytes(header[4 * i..4 * i + 4].try_into().unwrap());
        let mut payload = vec![0; word(3) as usize];
        self.0.read_exact(&mut payload).ok()?;
        Some(Request { kind: word(0), id: word(1), transaction: word(2), payload })
    }

    /// Sends a message as told, right or wrong.
    pub fn send(&mut self, kind: u32, id: u32, length: u32, payload: &[u8]) {
        let mut bytes = Vec::new();
        for word in [kind, id, 0, length] {
            bytes.extend_from_slice(&word.to_ne_bytes());
        }
        bytes.extend_from_slice(payload);
        let _ = self.0.write_all(&bytes);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    pub fn answer(&mut self, request: &Request, payload: &[u8]) {
        self.send(request.kind, request.id, payload.len() as u32, payload);
    }

    /// Answers with the path that was asked for, which tells replies apart.
    pub fn echo(&mut self, request: &Request) {
        let path = request.payload.split(|&b| b == 0).next().unwrap().to_vec();
        self.answer(request, &path);
    }

    /// Echoes until the client goes.
    pub fn behave(&mut self) {
        while let Some(request) = self.request() {
            self.echo(&request);
        }
    }
}

/// A client of such a daemon, whose socket goes with it.
pub struct Client {
    store: Store,
    _directory: TempDir,
}

impl Deref for Client {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A client of a daemon that runs `serve` for each connection, with its number.
pub fn store(serve: impl Fn(usize, &mut Peer) + Send + Sync + 'static) -> Client {
    impatient_store(xenlight::xen::store::REPLY_TIMEOUT, serve)
}

/// The same, where a daemon that is silent for so long counts as dead.
pub fn impatient_store(
    silence: Duration,
    serve: impl Fn(usize, &mut Peer) + Send + Sync + 'static,
) -> Client {
    let directory = directory();
    let place = directory.path().join("socket");
    let listener = UnixListener::bind(&place).unwrap();
    let serve = std::sync::Arc::new(serve);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let serve = std::sync::Arc::clone(&serve);
            thread::spawn(move || serve(number, &mut Peer(stream.unwrap())));
        }
    });
    Client { store: Store::open_at_with(&place, silence).unwrap(), _directory: directory }
}
