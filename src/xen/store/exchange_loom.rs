//! Every interleaving of a few threads in one [`Exchange`], explored by loom: no thread sleeps forever (loom reports
//! that as a deadlock) and each gets its own replies.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --profile loom --lib exchange::model`

use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use super::*;

/// A daemon that replies to each request with its id, in the order of sending or in reverse order.
struct Pipe {
    state: Mutex<PipeState>,
    arrived: Condvar,
}

#[derive(Default)]
struct PipeState {
    replies: VecDeque<Vec<u8>>,
    reversed: bool,
    /// The number of requests that are answered before the connection breaks.
    left: usize,
    shut: bool,
}

impl Pipe {
    fn new(reversed: bool, left: usize) -> Self {
        let state = PipeState { reversed, left, ..PipeState::default() };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }
}

impl Link for Pipe {
    fn send(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError> {
        let mut state = self.state.lock().unwrap();
        if state.shut {
            return Err(SendError { errno: Errno::EPIPE, begun: false });
        }
        for at in from..to {
            if state.left == 0 {
                break;
            }
            state.left -= 1;
            let request = requests.bytes(at, at + 1);
            // The reply has the request's header, and the id as its payload.
            let mut reply = request[..16].to_vec();
            reply[12..16].copy_from_slice(&4u32.to_ne_bytes());
            reply.extend_from_slice(&request[4..8]);
            if state.reversed {
                state.replies.push_front(reply);
            } else {
                state.replies.push_back(reply);
            }
        }
        self.arrived.notify_one();
        Ok(())
    }

    fn send_at_once(&self, requests: &Requests, from: usize, to: usize) -> Result<(), SendError> {
        self.send(requests, from, to)
    }

    /// The time has always passed.
    fn is_readable(&self, _: Duration) -> bool {
        let state = self.state.lock().unwrap();
        !state.replies.is_empty() || state.shut || state.left == 0
    }

    fn receive(&self, buffer: &mut [u8], wait: bool) -> Result<usize, Errno> {
        let mut state = self.state.lock().unwrap();
        loop {
            // Replies arrive one at a time, so that the lead changes more often.
            if let Some(reply) = state.replies.pop_front() {
                buffer[..reply.len()].copy_from_slice(&reply);
                return Ok(reply.len());
            }
            if state.shut || state.left == 0 {
                return Ok(0);
            }
            if !wait {
                return Err(Errno::EAGAIN);
            }
            state = self.arrived.wait(state).unwrap();
        }
    }

    fn one_at_a_time(&self) -> bool {
        false
    }

    fn shut(&self) {
        self.state.lock().unwrap().shut = true;
        self.arrived.notify_one();
    }
}

struct Nowhere;

impl Sink for Nowhere {
    fn event(&self, _: String, _: String) {}
}

fn call(exchange: &Exchange<Pipe, Nowhere>, count: usize) -> Result<(), ExchangeFailure> {
    let mut requests = Requests::default();
    for _ in 0..count {
        requests.push(MessageKind::Read, &[b"/\0"]).unwrap();
    }
    let replies = exchange.call(&mut requests, 0)?;
    assert_eq!(replies.len(), count);
    for (at, reply) in replies.iter().enumerate() {
        assert_eq!(reply.as_ref().unwrap()[..], requests.bytes(at, at + 1)[4..8]);
    }
    Ok(())
}

fn model(body: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(3);
    model.check(body);
}

/// A number so large that the connection does not break.
const ALL: usize = 1000;

fn threads(reversed: bool, left: usize, counts: &'static [usize]) {
    model(move || {
        let exchange = Arc::new(Exchange::new(Pipe::new(reversed, left), Nowhere));
        let others: Vec<_> = counts[1..]
            .iter()
            .map(|&count| {
                let exchange = Arc::clone(&exchange);
                thread::spawn(move || call(&exchange, count))
            })
            .collect();
        let mut answered = usize::from(call(&exchange, counts[0]).is_ok());
        for other in others {
            answered += usize::from(other.join().unwrap().is_ok());
        }
        if left == ALL {
            assert_eq!(answered, counts.len());
        } else {
            assert!(answered < counts.len());
            assert!(exchange.broken().is_some());
        }
    });
}

#[test]
fn two_threads() {
    threads(false, ALL, &[1, 2]);
    threads(true, ALL, &[2, 1]);
}

#[test]
fn three_threads() {
    threads(false, ALL, &[1, 1, 1]);
    threads(true, ALL, &[1, 1, 1]);
}

#[test]
fn a_connection_that_breaks_wakes_all() {
    threads(false, 1, &[1, 1, 1]);
    threads(false, 0, &[1, 1]);
}

#[test]
fn polls_between() {
    model(|| {
        let exchange = Arc::new(Exchange::new(Pipe::new(false, ALL), Nowhere));
        let other = {
            let exchange = Arc::clone(&exchange);
            thread::spawn(move || call(&exchange, 1).unwrap())
        };
        let poller = {
            let exchange = Arc::clone(&exchange);
            thread::spawn(move || exchange.poll().unwrap())
        };
        call(&exchange, 1).unwrap();
        other.join().unwrap();
        poller.join().unwrap();
    });
}

/// A batch that is given up, at any moment, neither takes a reply of another nor remains in the list.
fn given_up(reversed: bool) {
    model(move || {
        let exchange = std::sync::Arc::new(Exchange::new(Pipe::new(reversed, ALL), Nowhere));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let exchange = std::sync::Arc::clone(&exchange);
                thread::spawn(move || call(&exchange, 1).unwrap())
            })
            .collect();
        let mut requests = Requests::one(MessageKind::Unwatch, &[b"/\0"]).unwrap();
        exchange.post(&mut requests, 1).unwrap().give_up_after(Duration::ZERO);
        for other in others {
            other.join().unwrap();
        }
        exchange.poll().unwrap();
        assert!(!exchange.is_silent());
        assert!(locked(&exchange.state).batches.is_empty());
    });
}

#[test]
fn a_batch_that_is_given_up() {
    given_up(false);
    given_up(true);
}

#[test]
fn a_batch_that_is_looked_at() {
    model(|| {
        let exchange = std::sync::Arc::new(Exchange::new(Pipe::new(false, ALL), Nowhere));
        let other = {
            let exchange = std::sync::Arc::clone(&exchange);
            thread::spawn(move || call(&exchange, 1).unwrap())
        };
        let mut requests = Requests::one(MessageKind::Watch, &[b"/\0"]).unwrap();
        let posted = exchange.post(&mut requests, 1).unwrap();
        other.join().unwrap();
        exchange.poll().unwrap();
        let replies = posted.settled().expect("all has been read").unwrap();
        assert_eq!(replies[0].as_ref().unwrap()[..], requests.bytes(0, 1)[4..8]);
        drop(posted);
        assert!(locked(&exchange.state).batches.is_empty());
    });
}
