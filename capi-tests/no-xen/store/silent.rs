//! Against a daemon that accepts connections and does not answer: no call waits for ever.

use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::sys::socket::{Backlog, listen};
use xenlight::xen::store::{Ops, Store, WatchEvent, Watched};

use crate::daemon::directory;
use crate::fake::*;

/// After so long a daemon counts as dead here; one that answers does so in time, also on a busy host.
const REPLY_TIMEOUT: Duration = Duration::from_millis(1500);

/// Runs `body`, which must come to its end.
fn ends(what: &'static str, body: impl FnOnce() + Send + 'static) {
    let (tell, told) = mpsc::channel();
    let runner = thread::spawn(move || {
        body();
        tell.send(()).unwrap();
    });
    match told.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what} hangs"),
        _ => runner.join().unwrap(),
    }
}

/// Takes requests in, and never answers.
fn swallow(peer: &mut Peer) {
    while peer.request().is_some() {}
}

#[test]
fn requests_fail_and_the_next_connection_is_tried() {
    ends("a request", || {
        let store = impatient_store(REPLY_TIMEOUT, |number, peer| match number {
            0 => swallow(peer),
            _ => peer.behave(),
        });
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| match store.read("/a") {
                    // One that began when the others had failed has the new connection.
                    Ok(value) => assert_eq!(value.as_deref(), Some(&b"/a"[..])),
                    Err(error) => assert_eq!(error.errno(), Errno::ETIMEDOUT),
                });
            }
        });
        assert_eq!(store.read("/b").unwrap().as_deref(), Some(&b"/b"[..]));
    });
}

#[test]
fn transactions_do_not_wait_one_after_the_other() {
    ends("a transaction", || {
        const COUNT: usize = 8;
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let store = impatient_store(REPLY_TIMEOUT, move |_, peer| {
            while peer.request().is_some() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let together = Barrier::new(COUNT);
        thread::scope(|scope| {
            for _ in 0..COUNT {
                scope.spawn(|| {
                    together.wait();
                    let error = store.transaction(|t| t.write("/a", b"")).unwrap_err();
                    assert_eq!(error.errno(), Errno::ETIMEDOUT);
                });
            }
        });
        assert_eq!(begun.load(Ordering::Relaxed), 1, "the others have waited with the first");
    });
}

/// Runs `body` in a thread that a signal interrupts all the time.
fn interrupted<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    extern "C" fn nothing(_: libc::c_int) {}
    let action = SigAction::new(SigHandler::Handler(nothing), SaFlags::empty(), SigSet::empty());
    // SAFETY: a handler that does nothing, of a signal that nobody else uses here.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
    let (tell, told) = mpsc::channel();
    let runner = thread::spawn(move || {
        // SAFETY: no arguments.
        tell.send(unsafe { libc::pthread_self() }).unwrap();
        body()
    });
    let runner_id = told.recv().unwrap();
    let until = Instant::now() + REPLY_TIMEOUT * 10;
    while !runner.is_finished() {
        assert!(Instant::now() < until, "each signal begins the wait anew");
        // SAFETY: the thread has not been joined.
        unsafe { libc::pthread_kill(runner_id, libc::SIGUSR1) };
        thread::sleep(Duration::from_millis(10));
    }
    runner.join().unwrap()
}

#[test]
fn signals_do_not_prolong_a_wait() {
    ends("a wait with signals", || {
        let store = impatient_store(REPLY_TIMEOUT, |_, peer| swallow(peer));
        let error = interrupted(move || store.read("/a").unwrap_err());
        assert_eq!(error.errno(), Errno::ETIMEDOUT);

        let directory = directory();
        let place = directory.path().join("socket");
        let listener = UnixListener::bind(&place).unwrap();
        listen(&listener, Backlog::new(0).unwrap()).unwrap();
        // There is room for one.
        let _store = Store::open_at_with(&place, REPLY_TIMEOUT).unwrap();
        let error = interrupted(move || Store::open_at_with(&place, REPLY_TIMEOUT).unwrap_err());
        assert_eq!(error.raw_os_error(), Some(libc::ETIMEDOUT));
    });
}

#[test]
fn a_daemon_that_accepts_nobody() {
    ends("connecting", || {
        let directory = directory();
        let place = directory.path().join("socket");
        let listener = UnixListener::bind(&place).unwrap();
        listen(&listener, Backlog::new(0).unwrap()).unwrap();
        // There is room for one.
        let store = Store::open_at_with(&place, REPLY_TIMEOUT).unwrap();
        store.watch("/w", "t").unwrap_err();
        let error = Store::open_at_with(&place, REPLY_TIMEOUT).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ETIMEDOUT));
        assert_eq!(store.rewatch().unwrap_err().errno(), Errno::EAGAIN);
        assert_eq!(store.read("/a").unwrap_err().errno(), Errno::ETIMEDOUT);
    });
}

#[test]
fn a_daemon_that_hangs_up_on_everybody() {
    ends("a request", || {
        let store = store(|number, peer| {
            if number == 0 {
                peer.request().unwrap();
            }
        });
        for _ in 0..100 {
            store.read("/a").unwrap_err();
        }
    });
}

/// A daemon that has set `count` watches and then says nothing any more.
fn watching(count: usize) -> Client {
    let store = store(move |number, peer| {
        for _ in 0..if number == 0 { 0 } else { count } {
            let request = peer.request().unwrap();
            assert_eq!(request.kind, WATCH);
            peer.answer(&request, b"OK\0");
        }
        swallow(peer);
    });
    for i in 0..count {
        assert_eq!(store.watch(&format!("/w/{i}"), "t").unwrap(), Watched::Now);
    }
    store
}

#[test]
fn watches_end() {
    ends("the end of a watch", || {
        const COUNT: usize = 200;
        let store = watching(COUNT);
        for i in 0..COUNT {
            store.unwatch(&format!("/w/{i}"), "t").unwrap();
        }
    });
}

#[test]
fn a_watch_ends_while_another_is_begun() {
    ends("the end of a watch", || {
        let (tell, told) = mpsc::channel::<()>();
        let told = std::sync::Mutex::new(told);
        let store = store(move |_, peer| {
            while let Some(request) = peer.request() {
                if request.payload.starts_with(b"/late") {
                    told.lock().unwrap().recv().unwrap();
                }
                peer.answer(&request, b"OK\0");
            }
        });
        store.watch("/w", "t").unwrap();
        thread::scope(|scope| {
            let begun = scope.spawn(|| store.watch("/late", "t"));
            thread::sleep(Duration::from_millis(50));
            store.unwatch("/w", "t").unwrap();
            assert!(!begun.is_finished());
            tell.send(()).unwrap();
            assert_eq!(begun.join().unwrap(), Ok(Watched::Now));
        });
    });
}

#[test]
fn a_successor_that_does_not_answer_at_first() {
    ends("watching again", || {
        let (tell, told) = mpsc::channel::<()>();
        let told = std::sync::Mutex::new(told);
        let store = store(move |number, peer| match number {
            // For requests.
            0 => swallow(peer),
            // Sets a watch, and ends.
            1 => {
                let request = peer.request().unwrap();
                peer.answer(&request, b"OK\0");
            }
            // The successor.
            _ => {
                let requests = [peer.request().unwrap(), peer.request().unwrap()];
                told.lock().unwrap().recv().unwrap();
                for request in &requests {
                    assert_eq!(request.kind, WATCH);
                    peer.answer(request, b"OK\0");
                    peer.send(WATCH_EVENT, 0, request.payload.len() as u32, &request.payload);
                }
                swallow(peer);
            }
        });
        assert_eq!(store.watch("/a", "1").unwrap(), Watched::Now);
        let until = Instant::now() + Duration::from_secs(10);
        while store.pending_watch_events().is_ok() {
            assert!(Instant::now() < until, "nobody has noticed");
        }
        // None of these waits.
        assert_eq!(store.watch("/b", "2").unwrap(), Watched::Later);
        assert_eq!(store.watch("/c", "3").unwrap(), Watched::Later);
        store.unwatch("/c", "3").unwrap();
        let mut rewatch = store.rewatch().unwrap();
        assert!(!store.go_on_to_rewatch(&mut rewatch).unwrap());
        assert!(!store.go_on_to_rewatch(&mut rewatch).unwrap());
        store.pending_watch_events().unwrap_err();

        tell.send(()).unwrap();
        let link = rewatch.link();
        while !store.go_on_to_rewatch(&mut rewatch).unwrap() {
            poll(&mut [PollFd::new(link.as_fd(), PollFlags::POLLIN)], 10_000u16).unwrap();
        }
        let mut events = Vec::new();
        while events.len() < 2 {
            events.extend(store.pending_watch_events().unwrap());
        }
        let event = |path: &str, token: &str| WatchEvent { path: path.into(), token: token.into() };
        assert_eq!(events, [event("/a", "1"), event("/b", "2")]);
    });
}
