//! One connection shared by many threads, with no thread of its own.
//!
//! # Who reads
//!
//! A thread with a request registers a [`Batch`] (the ids that it will wait for), sends, and then
//! waits. One of the waiting threads, the leader, reads the daemon's replies for all.
//! The right to read is an object, the [`Reader`]; it lies in [`State`] or is held by exactly one
//! thread, the leader. A thread that waits and finds it there takes it and leads: it reads and
//! settles batches, everybody's, until its own is settled. Then it puts the reader back and wakes
//! one thread whose batch is still open. A thread that finds it gone sleeps.
//!
//! Invariants, under the state lock:
//!
//! 1. *One reader.* By ownership: there is one `Reader` object, and only it holds the read buffer.
//! 2. *No thread sleeps unattended.* While a thread sleeps on its bell, then (a) its batch is open,
//!    the connection intact and a leader reads; or (b) that thread, or another sleeper, has been
//!    rung and not run yet.
//! 3. *An open batch has an owner.* Batches are removed only by the thread that made them; but for one
//!    that is *given up* ([`Posted`]): the thread that reads its last reply removes it.
//!
//! Why 2 holds. A thread goes to sleep only when the reader is gone (a). A leader that settles a
//! batch rings its owner under the lock: (b) for that one. A leader goes in [`LeadGuard::drop`]
//! only, also when it unwinds: it puts the reader back and, under the same lock, rings one sleeper
//! with an open batch: (b) for all others. A thread so rung takes the reader, or finds that a
//! newcomer was quicker: then that one leads, (a), and will ring in its turn. If no sleeper has an
//! open batch there is nobody to attend to; a thread that has sent but not looked yet finds the
//! reader itself. When the connection breaks everybody is rung, and nobody sleeps again, because
//! `broken` is looked at before each sleep.
//!
//! # Who does not wait
//!
//! [`Exchange::post`] sends a batch without waiting for anything, for a thread that must not: it is looked
//! at from time to time ([`Exchange::poll`], [`Posted::settled`]), or given up. If the daemon has left so much
//! unread that there is no room for it, that breaks the connection, like any message that went out in part.
//!
//! # Who writes
//!
//! The writing lock keeps messages whole. It is not held while reading, and never taken with the
//! state lock held. A sender blocks only if the daemon does not take bytes. A daemon might stop
//! taking them until its own replies are read; so a batch is sent in runs of at most [`RUN_BYTES`],
//! which the socket's buffer takes whole: a blocked sender is blocked by other threads' bytes, and
//! those threads wait already, so that one of them reads (2).
//!
//! The kernel's device cannot have two requests from one open file: it keeps a pointer to the
//! first one's bytes, not a copy, and the second overwrites them before they are sent (Linux 6.1,
//! `xenbus_dev_request_and_reply`). On such a link ([`Link::one_at_a_time`]) a thread holds the turn, and
//! sends one request, from before it sends until it has its reply. The turn is taken before all
//! other locks. When the daemon is silent it is so for all who wait for theirs.
//!
//! # Errors
//!
//! Replies are trusted in nothing: a length over the limit, an id nobody waits for or a reply of
//! another type breaks the connection, for all its users, with `EPROTO`. So does a request that
//! went out in part. A broken connection stays broken; [`super::Store`] opens another.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::wire::{self, Message, MessageKind, Reply, Requests};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, locked, sleep_on};

/// Requests in flight for one thread.
const RUN_COUNT: usize = 128;
/// Bytes in flight for one thread: well under a socket's send buffer.
const RUN_BYTES: usize = 32 * 1024;
/// Reads of one poll.
const POLL_READS: usize = 64;
/// Bytes read at once: more than one message of greatest length.
const BUFFER: usize = 8 * 1024;

/// The bytes' way to the daemon and back.
pub trait Link {
    /// Sends whole messages. The error says whether the daemon may have got any of it.
    fn send(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError>;
    /// The same without waiting for room: then `EAGAIN`.
    fn send_at_once(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError>;
    /// Receives some bytes; 0 at the end. `EAGAIN` if there are none and `wait` is false, `ETIMEDOUT` if
    /// none have come for long.
    fn receive(&self, buffer: &mut [u8], wait: bool) -> Result<usize, Errno>;
    /// Waits until there is something to receive, or the time is over. Whether there may be.
    fn is_readable(&self, within: Duration) -> bool;
    /// Whether a request must wait for the reply to the one before it.
    fn one_at_a_time(&self) -> bool;
    /// Makes threads that are blocked in `send` or `receive` return, for good.
    fn shut(&self);
}

/// A message could not be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SendError {
    pub errno: Errno,
    /// Part of it went out.
    pub begun: bool,
}

/// Why a batch has no replies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeFailure {
    pub errno: Errno,
    /// It may be sent again on another connection: the daemon has not seen any of it, and was not waited for in vain.
    pub unsent: bool,
}

/// Where watch events go.
pub trait Sink {
    fn event(&self, path: String, token: String);
}

/// One connection to the daemon.
pub struct Exchange<L: Link, S: Sink> {
    link: L,
    sink: S,
    /// Held for a request's whole time where there can be one only.
    turn: Mutex<()>,
    writing: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// `None`: a leader has it.
    reader: Option<Reader>,
    /// In order of their ids.
    batches: VecDeque<Batch>,
    next_id: u32,
    broken: Option<Errno>,
}

/// The replies that one thread waits for.
struct Batch {
    first: u32,
    kinds: Vec<MessageKind>,
    replies: Vec<Option<Reply>>,
    open: usize,
    /// Where the owner sleeps.
    bell: Arc<Condvar>,
    asleep: bool,
    given_up: bool,
}

/// The right to read, and what was read of a message that is not whole yet.
struct Reader {
    buffer: Box<[u8]>,
    filled: usize,
}

impl<L: Link, S: Sink> Exchange<L, S> {
    pub fn new(link: L, sink: S) -> Self {
        let reader = Reader { buffer: vec![0; BUFFER].into_boxed_slice(), filled: 0 };
        let state =
            State { reader: Some(reader), batches: VecDeque::new(), next_id: 1, broken: None };
        Self { link, sink, turn: Mutex::new(()), writing: Mutex::new(()), state: Mutex::new(state) }
    }

    pub fn link(&self) -> &L {
        &self.link
    }

    /// Why the connection cannot be used any more.
    pub fn broken(&self) -> Option<Errno> {
        locked(&self.state).broken
    }

    /// Sends all `requests` and returns their replies in the same order.
    pub fn call(
        &self,
        requests: &mut Requests,
        transaction: u32,
    ) -> Result<Vec<Reply>, ExchangeFailure> {
        let mut replies = Vec::with_capacity(requests.len());
        let single = self.link.one_at_a_time();
        let _turn = single.then(|| self.take_turn()).transpose()?;
        let count = if single { 1 } else { RUN_COUNT };
        let mut from = 0;
        while from < requests.len() {
            let to = requests.run(from, count, RUN_BYTES);
            let run = self.run(requests, from, to, transaction);
            // What came before in this batch has been seen.
            replies
                .extend(run.map_err(|f| ExchangeFailure { unsent: f.unsent && from == 0, ..f })?);
            from = to;
        }
        Ok(replies)
    }

    fn take_turn(&self) -> Result<MutexGuard<'_, ()>, ExchangeFailure> {
        let worked = self.broken().is_none();
        let turn = locked(&self.turn);
        if worked && self.broken() == Some(Errno::ETIMEDOUT) {
            // It has waited for the daemon, behind others. On another connection it would wait as long again.
            return Err(ExchangeFailure { errno: Errno::ETIMEDOUT, unsent: false });
        }
        Ok(turn)
    }

    fn run(
        &self,
        requests: &mut Requests,
        from: usize,
        to: usize,
        transaction: u32,
    ) -> Result<Vec<Reply>, ExchangeFailure> {
        // Registered before it is sent: another thread may read the reply at once.
        let first = locked(&self.state)
            .register((from..to).map(|i| requests.kind(i)).collect())
            .map_err(|errno| ExchangeFailure { errno, unsent: true })?;
        requests.stamp(from, to, first, transaction);
        let sent = {
            let _writing = locked(&self.writing);
            self.link.send(requests, from, to)
        };
        let unsent = match sent {
            Ok(()) => false,
            Err(error) => {
                self.break_off(&mut locked(&self.state), error.errno);
                !error.begun
            }
        };
        self.wait(first).map_err(|errno| ExchangeFailure { errno, unsent })
    }

    /// Waits for batch `first`, leading if no other thread does.
    fn wait(&self, first: u32) -> Result<Vec<Reply>, Errno> {
        let mut state = locked(&self.state);
        loop {
            if state.batch(first).open == 0 {
                return Ok(state.remove(first).replies.into_iter().flatten().collect());
            }
            if let Some(errno) = state.broken {
                state.remove(first);
                return Err(errno);
            }
            if let Some(reader) = state.reader.take() {
                let mut lead = LeadGuard { exchange: self, reader: Some(reader) };
                drop(state);
                while self.read(&mut lead, true) && locked(&self.state).batch(first).open > 0 {}
                drop(lead);
                state = locked(&self.state);
                continue;
            }
            let batch = state.batch(first);
            batch.asleep = true;
            let bell = Arc::clone(&batch.bell);
            state = sleep_on(&bell, state);
            state.batch(first).asleep = false;
        }
    }

    /// Sends the first `count` of `requests`, at most [`RUN_COUNT`] with [`RUN_BYTES`], and waits for nothing. On a
    /// link that takes one request at a time nobody else may be using it.
    pub fn post(
        self: &Arc<Self>,
        requests: &mut Requests,
        count: usize,
    ) -> Result<Posted<L, S>, Errno> {
        let kinds = (0..count).map(|i| requests.kind(i)).collect();
        let first = locked(&self.state).register(kinds)?;
        let posted = Posted { exchange: Arc::clone(self), first };
        requests.stamp(0, count, first, 0);
        let sent = {
            let _writing = locked(&self.writing);
            self.link.send_at_once(requests, 0, count)
        };
        sent.map_err(|error| {
            self.break_off(&mut locked(&self.state), error.errno);
            error.errno
        })?;
        Ok(posted)
    }

    /// How many of `requests` may be posted at once.
    pub fn postable(&self, requests: &Requests) -> usize {
        requests.run(0, if self.link.one_at_a_time() { 1 } else { RUN_COUNT }, RUN_BYTES)
    }

    /// Whether the daemon owes an answer to a batch that was given up.
    pub fn is_silent(&self) -> bool {
        locked(&self.state).batches.iter().any(|batch| batch.given_up)
    }

    /// Reads what has arrived, without waiting. If there is a leader, that does so anyway.
    pub fn poll(&self) -> Result<(), Errno> {
        let reader = locked(&self.state).reader.take();
        if let Some(reader) = reader {
            let mut lead = LeadGuard { exchange: self, reader: Some(reader) };
            // Bounded, so that a daemon that talks without end does not hold the caller.
            for _ in 0..POLL_READS {
                if !self.read(&mut lead, false) {
                    break;
                }
            }
        }
        self.broken().map_or(Ok(()), Err)
    }

    /// Reads once and settles what has come. False if there is nothing to read (any more).
    fn read(&self, lead: &mut LeadGuard<'_, L, S>, wait: bool) -> bool {
        let Some(reader) = &mut lead.reader else { return false };
        let got = match self.link.receive(&mut reader.buffer[reader.filled..], wait) {
            Ok(0) => Err(Errno::ECONNRESET),
            Err(Errno::EAGAIN) if !wait => return false,
            other => other,
        };
        let mut state = locked(&self.state);
        let taken = got.and_then(|count| {
            reader.filled += count;
            self.settle(&mut state, &reader.buffer[..reader.filled])
        });
        match taken {
            Ok(used) => {
                reader.buffer.copy_within(used..reader.filled, 0);
                reader.filled -= used;
                state.broken.is_none()
            }
            Err(errno) => {
                self.break_off(&mut state, errno);
                false
            }
        }
    }

    /// Hands out the messages in `bytes`; returns how many bytes they were.
    fn settle(&self, state: &mut State, bytes: &[u8]) -> Result<usize, Errno> {
        let mut used = 0;
        while let Some((message, length)) = wire::parse(&bytes[used..])? {
            used += length;
            match message {
                Message::Event { path, token } => self.sink.event(path, token),
                Message::Reply { kind, id, reply } => state.settle(kind, id, reply)?,
            }
        }
        Ok(used)
    }

    fn break_off(&self, state: &mut MutexGuard<'_, State>, errno: Errno) {
        state.broken.get_or_insert(errno);
        self.link.shut();
        for batch in &state.batches {
            batch.bell.notify_one();
        }
    }
}

/// A batch that was sent and that no thread sleeps for. Dropped before it is settled it is given up: its replies
/// will be taken in, and nobody gets them.
#[derive(Debug)]
pub struct Posted<L: Link, S: Sink> {
    exchange: Arc<Exchange<L, S>>,
    first: u32,
}

impl<L: Link, S: Sink> Posted<L, S> {
    /// The replies, if they are there by now; or why none will come.
    pub fn settled(&self) -> Option<Result<Vec<Reply>, Errno>> {
        let mut state = locked(&self.exchange.state);
        let batch = state.batch(self.first);
        if batch.open == 0 {
            return Some(Ok(std::mem::take(&mut batch.replies).into_iter().flatten().collect()));
        }
        state.broken.map(Err)
    }

    /// Waits until it is settled, the time is over, or another thread is found reading, which takes the replies
    /// in then. Whatever of them there is is of no use any more.
    pub fn give_up_after(self, limit: Duration) {
        let deadline = Instant::now() + limit;
        loop {
            let reader = {
                let mut state = locked(&self.exchange.state);
                if state.batch(self.first).open == 0 || state.broken.is_some() {
                    return;
                }
                state.reader.take()
            };
            if reader.is_none() {
                return;
            }
            let mut lead = LeadGuard { exchange: &self.exchange, reader };
            let left = deadline.saturating_duration_since(Instant::now());
            if !self.exchange.link.is_readable(left) {
                return;
            }
            self.exchange.read(&mut lead, false);
        }
    }
}

impl<L: Link, S: Sink> Drop for Posted<L, S> {
    fn drop(&mut self) {
        let mut state = locked(&self.exchange.state);
        if state.batch(self.first).open == 0 {
            state.remove(self.first);
        } else {
            state.batch(self.first).given_up = true;
        }
    }
}

impl State {
    fn register(&mut self, kinds: Vec<MessageKind>) -> Result<u32, Errno> {
        if let Some(errno) = self.broken {
            return Err(errno);
        }
        let count = kinds.len() as u32;
        // 0 is the id of watch events; consecutive ids must not wrap around.
        if self.next_id.checked_add(count).is_none() {
            self.next_id = 1;
        }
        let first = self.next_id;
        self.next_id += count;
        self.batches.push_back(Batch {
            first,
            replies: kinds.iter().map(|_| None).collect(),
            open: kinds.len(),
            kinds,
            bell: Arc::new(Condvar::new()),
            asleep: false,
            given_up: false,
        });
        Ok(first)
    }

    fn position(&self, first: u32) -> usize {
        // A handful at most: as many as there are threads in the store.
        self.batches
            .iter()
            .position(|b| b.first == first)
            .expect("a batch is removed by its owner only")
    }

    fn batch(&mut self, first: u32) -> &mut Batch {
        let at = self.position(first);
        &mut self.batches[at]
    }

    fn remove(&mut self, first: u32) -> Batch {
        let at = self.position(first);
        self.batches.remove(at).expect("the position just found")
    }

    fn settle(&mut self, kind: u32, id: u32, reply: Reply) -> Result<(), Errno> {
        let (batch, index) = self
            .batches
            .iter_mut()
            .find_map(|b| {
                let index = id.checked_sub(b.first)? as usize;
                (index < b.kinds.len()).then_some((b, index))
            })
            .ok_or(Errno::EPROTO)?;
        let slot = &mut batch.replies[index];
        if slot.is_some() || !wire::answers(kind, batch.kinds[index]) {
            return Err(Errno::EPROTO);
        }
        *slot = Some(reply);
        batch.open -= 1;
        if batch.open == 0 && batch.asleep {
            batch.bell.notify_one();
        }
        if batch.open == 0 && batch.given_up {
            let first = batch.first;
            self.remove(first);
        }
        Ok(())
    }
}

/// Held by the thread that reads. Dropping it passes the lead on.
struct LeadGuard<'a, L: Link, S: Sink> {
    exchange: &'a Exchange<L, S>,
    reader: Option<Reader>,
}

impl<L: Link, S: Sink> Drop for LeadGuard<'_, L, S> {
    fn drop(&mut self) {
        let mut state = locked(&self.exchange.state);
        state.reader = self.reader.take();
        if let Some(next) = state.batches.iter().find(|b| b.open > 0 && b.asleep) {
            next.bell.notify_one();
        }
    }
}

impl<L: Link + std::fmt::Debug, S: Sink> std::fmt::Debug for Exchange<L, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("link", &self.link).finish_non_exhaustive()
    }
}

#[cfg(all(test, loom))]
#[path = "exchange_loom.rs"]
mod model;

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    const COUNT: usize = 4;

    /// A device whose daemon is silent, when all threads have come.
    #[derive(Default)]
    struct Silent {
        come: AtomicUsize,
        sent: AtomicUsize,
    }

    impl Link for Silent {
        fn send(&self, _: &Requests, _: usize, _: usize) -> Result<(), SendError> {
            self.sent.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }

        fn send_at_once(&self, all: &Requests, from: usize, to: usize) -> Result<(), SendError> {
            self.send(all, from, to)
        }

        fn receive(&self, _: &mut [u8], _: bool) -> Result<usize, Errno> {
            while self.come.load(Ordering::Relaxed) < COUNT {
                thread::yield_now();
            }
            // Until those that have come wait for their turn.
            thread::sleep(Duration::from_secs(1));
            Err(Errno::ETIMEDOUT)
        }

        fn is_readable(&self, _: Duration) -> bool {
            false
        }

        fn one_at_a_time(&self) -> bool {
            true
        }

        fn shut(&self) {}
    }

    struct Nowhere;

    impl Sink for Nowhere {
        fn event(&self, _: String, _: String) {}
    }

    #[test]
    fn who_waits_behind_others_for_a_silent_daemon_does_not_wait_again() {
        let exchange = Exchange::new(Silent::default(), Nowhere);
        thread::scope(|scope| {
            for _ in 0..COUNT {
                scope.spawn(|| {
                    let mut request = Requests::one(MessageKind::Read, &[b"/\0"]).unwrap();
                    exchange.link().come.fetch_add(1, Ordering::Relaxed);
                    let failure = exchange.call(&mut request, 0).unwrap_err();
                    let met = ExchangeFailure { errno: Errno::ETIMEDOUT, unsent: false };
                    assert_eq!(failure, met, "nor is it sent on another connection");
                });
            }
        });
        assert_eq!(exchange.link().sent.load(Ordering::Relaxed), 1);
    }
}
