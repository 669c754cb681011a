//! One connection that many threads share, without a thread of its own.
//!
//! # Who reads
//!
//! A thread with a request registers a [`Batch`] (the ids that it will wait for), sends, and then waits. One of the
//! waiting threads, the leader, reads the daemon's replies for all. The right to read is an object, the [`Reader`]; it
//! is either in [`State`] or held by exactly one thread, the leader. A waiting thread that finds it in [`State`] takes
//! it and leads: it reads and settles the batches of all threads, until its own is settled. Then it puts the reader
//! back and wakes one thread whose batch is still open. A thread that does not find the reader sleeps.
//!
//! The invariants, under the state lock, are:
//!
//! 1. *There is one reader.* This holds by ownership: there is one `Reader` object, and only it has the read buffer.
//! 2. *No thread sleeps unattended.* While a thread sleeps on its condition variable, either (a) its batch is open, the
//!    connection works and a leader reads; or (b) that thread, or another sleeping one, has been signalled and has not
//!    run yet.
//! 3. *An open batch has an owner.* Batches are removed only by the thread that created them, with the exception of one
//!    that is *given up* ([`Posted`]): the thread that reads its last reply removes it.
//!
//! Why 2 holds. A thread goes to sleep only when the reader is taken (a). A leader that settles a batch signals its
//! owner under the lock: (b) for that thread. A leader stops leading only in [`LeadGuard::drop`], also when it unwinds:
//! it puts the reader back and, under the same lock, signals one sleeping thread with an open batch: (b) for all
//! others. A thread that was signalled takes the reader, or finds that another thread has taken it: then that thread
//! leads, (a), and will signal in its turn. If no sleeping thread has an open batch, none needs to be woken; a thread
//! that has sent but has not checked yet finds the reader itself. When the connection breaks all threads are signalled,
//! and none sleeps again, because `broken` is checked before each sleep.
//!
//! # Batches without a waiting thread
//!
//! [`Exchange::post`] sends a batch without waiting for anything, for a thread that must not wait. The batch is checked
//! from time to time ([`Exchange::poll`], [`Posted::settled`]), or given up. If the daemon has left so much unread that
//! there is no room for the batch, the connection breaks, as with any message that was sent in part.
//!
//! # Who writes
//!
//! The write lock keeps messages whole. It is not held while reading, and never taken with the state lock held. A
//! sender blocks only if the daemon does not read. A daemon might stop reading until its own replies are read; so a
//! batch is sent in runs of at most [`RUN_BYTES`], which fit into the socket's buffer: a blocked sender is blocked by
//! bytes of other threads, and those threads wait already, so that one of them reads (2).
//!
//! The kernel's device does not support two requests from one open file: it keeps a pointer to the bytes of the first
//! one, not a copy, and the second overwrites them before they are sent (Linux 6.1, `xenbus_dev_request_and_reply`). On
//! such a link ([`Link::one_at_a_time`]) a thread holds the turn, and sends one request, from before it sends until it
//! has its reply. The turn is taken before all other locks. If the daemon does not reply, the requests of all threads
//! that wait for their turn fail.
//!
//! # Errors
//!
//! Replies are not trusted: a length over the limit, an id that no thread waits for or a reply of another type breaks
//! the connection, for all its users, with `EPROTO`. So does a request that was sent in part. A broken connection stays
//! broken; [`super::Store`] opens another.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::wire::{self, Message, MessageKind, Reply, Requests};
use crate::sync::{Arc, Condvar, Mutex, MutexGuard, locked, sleep_on};

/// The maximum number of requests in flight for one thread.
const RUN_COUNT: usize = 128;
/// The maximum number of bytes in flight for one thread, well under a socket's send buffer.
const RUN_BYTES: usize = 32 * 1024;
/// The maximum number of reads in one poll.
const POLL_READS: usize = 64;
/// The number of bytes that are read at once: more than one message of maximum length.
const BUFFER: usize = 8 * 1024;

/// The transport to the daemon.
pub trait Link {
    /// Sends whole messages. The error says whether the daemon may have received any part of them.
    fn send(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError>;
    /// As [`Link::send`], without waiting for room; the error is `EAGAIN` then.
    fn send_at_once(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError>;
    /// Receives some bytes; 0 at the end. `EAGAIN` if there are none and `wait` is false, `ETIMEDOUT` if none arrived
    /// within the timeout.
    fn receive(&self, buffer: &mut [u8], wait: bool) -> Result<usize, Errno>;
    /// Waits at most `within` until there is something to receive. Returns whether there may be something.
    fn is_readable(&self, within: Duration) -> bool;
    /// Whether a request must wait for the reply to the one before it.
    fn one_at_a_time(&self) -> bool;
    /// Makes all present and future calls of `send` and `receive` return.
    fn shut(&self);
}

/// A message could not be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SendError {
    pub errno: Errno,
    /// A part of it was sent.
    pub begun: bool,
}

/// Why a batch has no replies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeFailure {
    pub errno: Errno,
    /// The requests may be sent again on another connection: the daemon has received no part of them, and this thread
    /// has not waited for the daemon in vain.
    pub unsent: bool,
}

/// The receiver of watch events.
pub trait Sink {
    fn event(&self, path: String, token: String);
}

/// One connection to the daemon.
pub struct Exchange<L: Link, S: Sink> {
    link: L,
    sink: S,
    /// On a link that takes one request at a time, held for the whole duration of a request.
    turn: Mutex<()>,
    writing: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// `None` while a leader has it.
    reader: Option<Reader>,
    /// In the order of their ids.
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
    /// The condition variable on which the owner sleeps.
    bell: Arc<Condvar>,
    asleep: bool,
    given_up: bool,
}

/// The right to read, with the bytes of a message that has not been received completely.
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

    /// The reason why the connection cannot be used any more.
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
            // The requests before this run have been carried out.
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
            // The thread has waited for the daemon, behind others. On another connection it would have to wait as long
            // again.
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
        // The batch is registered before it is sent, since another thread may read the reply at once.
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
                self.break_connection(&mut locked(&self.state), error.errno);
                // With `ETIMEDOUT` this thread has waited for a daemon that reads nothing.
                !error.begun && error.errno != Errno::ETIMEDOUT
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

    /// Sends the first `count` of `requests`, at most [`RUN_COUNT`] with [`RUN_BYTES`], without waiting. On a link that
    /// takes one request at a time, no other thread may be using it.
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
            self.break_connection(&mut locked(&self.state), error.errno);
            error.errno
        })?;
        Ok(posted)
    }

    /// The number of `requests` that may be posted at once.
    pub fn postable(&self, requests: &Requests) -> usize {
        requests.run(0, if self.link.one_at_a_time() { 1 } else { RUN_COUNT }, RUN_BYTES)
    }

    /// Whether the daemon has not replied yet to a batch that was given up.
    pub fn is_silent(&self) -> bool {
        locked(&self.state).batches.iter().any(|batch| batch.given_up)
    }

    /// Reads what has arrived, without waiting. If there is a leader, the leader does so anyway.
    pub fn poll(&self) -> Result<(), Errno> {
        let reader = locked(&self.state).reader.take();
        if let Some(reader) = reader {
            let mut lead = LeadGuard { exchange: self, reader: Some(reader) };
            // The number of reads is limited, so that a daemon that sends without end does not block the caller.
            for _ in 0..POLL_READS {
                if !self.read(&mut lead, false) {
                    break;
                }
            }
        }
        self.broken().map_or(Ok(()), Err)
    }

    /// Reads once and settles what has arrived. Returns false if there is nothing more to read.
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
                self.break_connection(&mut state, errno);
                false
            }
        }
    }

    /// Processes the messages in `bytes`. Returns the number of bytes processed.
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

    fn break_connection(&self, state: &mut MutexGuard<'_, State>, errno: Errno) {
        state.broken.get_or_insert(errno);
        self.link.shut();
        for batch in &state.batches {
            batch.bell.notify_one();
        }
    }
}

/// A batch that was sent and that no thread sleeps for. If it is dropped before it is settled it is given up: its
/// replies are read and dropped.
#[derive(Debug)]
pub struct Posted<L: Link, S: Sink> {
    exchange: Arc<Exchange<L, S>>,
    first: u32,
}

impl<L: Link, S: Sink> Posted<L, S> {
    /// The replies, if they have arrived by now, or the reason why none will come.
    pub fn settled(&self) -> Option<Result<Vec<Reply>, Errno>> {
        let mut state = locked(&self.exchange.state);
        let batch = state.batch(self.first);
        if batch.open == 0 {
            return Some(Ok(std::mem::take(&mut batch.replies).into_iter().flatten().collect()));
        }
        state.broken.map(Err)
    }

    /// Waits until the batch is settled, the time has passed, or another thread is reading, which then processes the
    /// replies. The replies are dropped.
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
        // 0 is the id of watch events, and consecutive ids must not wrap around.
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
        // There are few batches: at most one for each thread that uses the store, and posted ones.
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

/// Held by the thread that reads. Dropping it ends the lead.
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

    /// A device whose daemon does not reply after all threads have sent.
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
            // This waits until the other threads wait for their turn.
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

    /// A socket whose daemon reads nothing.
    struct Full;

    impl Link for Full {
        fn send(&self, _: &Requests, _: usize, _: usize) -> Result<(), SendError> {
            Err(SendError { errno: Errno::ETIMEDOUT, begun: false })
        }

        fn send_at_once(&self, all: &Requests, from: usize, to: usize) -> Result<(), SendError> {
            self.send(all, from, to)
        }

        fn receive(&self, _: &mut [u8], _: bool) -> Result<usize, Errno> {
            unreachable!("nothing was sent")
        }

        fn is_readable(&self, _: Duration) -> bool {
            false
        }

        fn one_at_a_time(&self) -> bool {
            false
        }

        fn shut(&self) {}
    }

    #[test]
    fn a_request_for_which_there_was_no_room_in_time_is_not_sent_again() {
        let mut request = Requests::one(MessageKind::Read, &[b"/\0"]).unwrap();
        let failure = Exchange::new(Full, Nowhere).call(&mut request, 0).unwrap_err();
        assert_eq!(failure, ExchangeFailure { errno: Errno::ETIMEDOUT, unsent: false });
    }

    #[test]
    fn a_thread_that_waited_behind_others_for_a_silent_daemon_does_not_wait_again() {
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
