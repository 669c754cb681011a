//! Against a daemon that is slow, wrong or dying.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use xenlight::xen::store::{Ops, Store, StoreError, Watched};

use crate::daemon::{Daemon, directory};
use crate::fake::*;
use crate::real::rewatch;

/// The first connection does `wrong` with its first request; later ones behave.
fn first_goes_wrong(wrong: impl Fn(&mut Peer, &Request) + Send + Sync + 'static) -> Client {
    store(move |number, peer| {
        if number == 0 {
            let request = peer.request().unwrap();
            wrong(peer, &request);
            // Open until the client gives up, so that it is the client who notices.
            while peer.request().is_some() {}
        } else {
            peer.behave();
        }
    })
}

/// `wrong` makes the request fail with `errno`, and only that one.
fn fails_once(errno: Errno, wrong: impl Fn(&mut Peer, &Request) + Send + Sync + 'static) {
    let store = first_goes_wrong(wrong);
    let error = store.read("/a").unwrap_err();
    assert_eq!(error.errno(), errno);
    assert_eq!(store.read("/b").unwrap().as_deref(), Some(&b"/b"[..]));
}

#[test]
fn broken_protocol_ends_the_connection() {
    fails_once(Errno::EPROTO, |peer, r| peer.send(READ, r.id, 4097, b"x"));
    fails_once(Errno::EPROTO, |peer, r| peer.send(READ, r.id, u32::MAX, b""));
    fails_once(Errno::EPROTO, |peer, r| peer.send(READ, r.id + 1, 1, b"x"));
    fails_once(Errno::EPROTO, |peer, _| peer.send(READ, 0, 1, b"x"));
    fails_once(Errno::EPROTO, |peer, _| peer.send(READ, u32::MAX, 1, b"x"));
    fails_once(Errno::EPROTO, |peer, r| peer.send(WATCH, r.id, 1, b"x"));
    fails_once(Errno::EPROTO, |peer, r| peer.send(0xffff, r.id, 1, b"x"));
    fails_once(Errno::EPROTO, |peer, _| peer.send(WATCH_EVENT, 0, 1, b"x"));
}

#[test]
fn one_answer_too_many() {
    let store = first_goes_wrong(|peer, r| {
        peer.echo(r);
        peer.echo(r);
    });
    // Whether the second is seen with the first or with the next request, that one fails or
    // finds the connection dead; the one after is well.
    assert_eq!(store.read("/a").unwrap().as_deref(), Some(&b"/a"[..]));
    match store.read("/b") {
        Ok(value) => assert_eq!(value.as_deref(), Some(&b"/b"[..])),
        Err(error) => assert_eq!(error.errno(), Errno::EPROTO),
    }
    assert_eq!(store.read("/c").unwrap().as_deref(), Some(&b"/c"[..]));
}

#[test]
fn death_in_the_middle_of_a_reply() {
    for length in [0, 3, 16, 18] {
        let store = store(move |number, peer| {
            if number > 0 {
                return peer.behave();
            }
            let request = peer.request().unwrap();
            let mut reply = Vec::new();
            for word in [READ, request.id, 0, 5] {
                reply.extend_from_slice(&word.to_ne_bytes());
            }
            reply.extend_from_slice(b"value");
            peer.raw(&reply[..length]);
        });
        assert_eq!(store.read("/a").unwrap_err().errno(), Errno::ECONNRESET);
        assert_eq!(store.read("/b").unwrap().as_deref(), Some(&b"/b"[..]));
    }
}

#[test]
fn replies_in_single_bytes() {
    let store = store(|_, peer| {
        while let Some(request) = peer.request() {
            for word in [READ, request.id, 0, 3] {
                for byte in word.to_ne_bytes() {
                    peer.raw(&[byte]);
                    thread::yield_now();
                }
            }
            for byte in b"abc" {
                peer.raw(&[*byte]);
            }
        }
    });
    let read = store.read_many(&["/1", "/2", "/3"]).unwrap();
    assert_eq!(read, vec![Some(b"abc".to_vec()); 3]);
}

#[test]
fn replies_in_any_order() {
    let store = store(|_, peer| {
        let requests: Vec<_> = (0..40).map(|_| peer.request().unwrap()).collect();
        for request in requests.iter().rev() {
            peer.echo(request);
        }
    });
    // The daemon answers only when it has all of them: they were sent together.
    let paths: Vec<String> = (0..40).map(|i| format!("/{i}")).collect();
    let read = store.read_strings(&paths).unwrap();
    assert_eq!(read, paths.into_iter().map(Some).collect::<Vec<_>>());
}

#[test]
fn unknown_errors_and_answers_without_sense() {
    let store = store(|_, peer| {
        let request = peer.request().unwrap();
        peer.send(ERROR, request.id, 6, b"EWHAT\0");
        let request = peer.request().unwrap();
        peer.send(ERROR, request.id, 0, b"");
        let request = peer.request().unwrap();
        peer.answer(&request, b"good\0../bad\0");
        let request = peer.request().unwrap();
        peer.answer(&request, b"../../etc\0");
        let request = peer.request().unwrap();
        peer.answer(&request, b"not a number\0");
        let request = peer.request().unwrap();
        peer.answer(&request, b"maybe\0");
        let request = peer.request().unwrap();
        peer.answer(&request, b"z9\0");
    });
    assert_eq!(store.read("/a").unwrap_err().errno(), Errno::EINVAL);
    assert_eq!(store.read("/a").unwrap_err().errno(), Errno::EINVAL);
    assert_eq!(store.list("/a").unwrap_err().errno(), Errno::EPROTO);
    assert_eq!(store.domain_path(1).unwrap_err().errno(), Errno::EPROTO);
    assert_eq!(store.begin().unwrap_err().errno(), Errno::EPROTO);
    assert_eq!(store.is_domain_introduced(1).unwrap_err().errno(), Errno::EPROTO);
    assert_eq!(store.get_permissions("/a").unwrap_err().errno(), Errno::EPROTO);
}

#[test]
fn a_list_in_parts_that_never_ends_or_changes() {
    const DIRECTORY: u32 = 1;
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let store = store(move |_, peer| {
        while let Some(request) = peer.request() {
            let n = counted.fetch_add(1, Ordering::Relaxed);
            match request.kind {
                DIRECTORY => peer.send(ERROR, request.id, 6, b"E2BIG\0"),
                // Another generation each time.
                _ => peer.answer(&request, format!("{n}\0name\0").as_bytes()),
            }
        }
    });
    assert_eq!(store.list("/a").unwrap_err().errno(), Errno::EAGAIN);
    assert!(count.load(Ordering::Relaxed) < 200);
}

#[test]
fn one_slow_answer_delays_nobody_else() {
    let (tell, told) = mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let store = store(move |_, peer| {
        let slow = peer.request().unwrap();
        tell_started();
        // Everything else is answered; the slow one when the others are through.
        loop {
            let request = peer.request().unwrap();
            peer.echo(&request);
            if told.lock().unwrap().try_recv().is_ok() {
                break;
            }
        }
        peer.echo(&slow);
        peer.behave();
    });
    fn tell_started() {
        STARTED.store(1, Ordering::Release);
    }
    static STARTED: AtomicU32 = AtomicU32::new(0);
    thread::scope(|scope| {
        // Reads for all the while it waits.
        let slow = scope.spawn(|| store.read_string("/slow").unwrap());
        while STARTED.load(Ordering::Acquire) == 0 {
            thread::yield_now();
        }
        for i in 0..100 {
            let path = format!("/{i}");
            assert_eq!(store.read_string(&path).unwrap(), Some(path));
        }
        assert!(!slow.is_finished());
        tell.send(()).unwrap();
        store.read_string("/last").unwrap();
        assert_eq!(slow.join().unwrap().as_deref(), Some("/slow"));
    });
}

#[test]
fn the_lead_passes_to_whoever_still_waits() {
    const THREADS: usize = 6;
    let store = store(|_, peer| {
        for _ in 0..50 {
            let requests: Vec<_> = (0..THREADS).map(|_| peer.request().unwrap()).collect();
            // Slowly, so that each answered thread leaves before the next answer comes.
            for request in requests {
                thread::sleep(Duration::from_micros(300));
                peer.echo(&request);
            }
        }
    });
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for t in 0..THREADS {
            let (store, barrier) = (&store, &barrier);
            scope.spawn(move || {
                for round in 0..50 {
                    barrier.wait();
                    let path = format!("/{t}/{round}");
                    assert_eq!(store.read_string(&path).unwrap(), Some(path));
                }
            });
        }
    });
}

#[test]
fn death_wakes_every_waiting_thread() {
    const THREADS: usize = 6;
    let store = store(|number, peer| {
        if number > 0 {
            return peer.behave();
        }
        for _ in 0..THREADS {
            peer.request().unwrap();
        }
    });
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                assert_eq!(store.read("/a").unwrap_err().errno(), Errno::ECONNRESET);
            });
        }
    });
    assert!(store.exists("/a").unwrap());
}

#[test]
fn a_watch_may_be_the_first_to_find_the_daemon_dead() {
    let mut daemon = Daemon::own();
    let store = daemon.store();
    store.watch("/w", "t").unwrap();
    store.unwatch("/w", "t").unwrap();
    // Nobody looks at the connection of the watches now.
    daemon.restart();
    assert!(store.read("/w").unwrap().is_none());
    assert_eq!(store.watch("/w", "t").unwrap(), Watched::Later);
    rewatch(&store);
    store.unwatch("/w", "t").unwrap();
    assert_eq!(store.watch("/w", "t").unwrap(), Watched::Now);
}

#[test]
fn death_on_receiving_a_watch() {
    const WATCHES: usize = 1;
    let store = store(|number, peer| {
        if number != WATCHES {
            return peer.behave();
        }
        let first = peer.request().unwrap();
        peer.answer(&first, b"OK\0");
        assert_eq!(peer.request().unwrap().kind, WATCH);
    });
    assert_eq!(store.watch("/a", "t").unwrap(), Watched::Now);
    assert_eq!(store.watch("/b", "t").unwrap(), Watched::Later);
    rewatch(&store);
    assert_eq!(store.watch("/a", "t").unwrap_err().errno(), Errno::EEXIST);
    assert_eq!(store.watch("/b", "t").unwrap_err().errno(), Errno::EEXIST);
}

#[test]
fn a_watch_that_is_answered_wrongly_or_not_at_all_fails() {
    let silence = Duration::from_millis(1500);
    for (errno, wrong) in [(Errno::ETIMEDOUT, None), (Errno::EPROTO, Some(READ))] {
        let store = impatient_store(silence, move |number, peer| {
            if number != 1 {
                return peer.behave();
            }
            let request = peer.request().unwrap();
            if let Some(kind) = wrong {
                peer.send(kind, request.id, 3, b"OK\0");
            }
            while peer.request().is_some() {}
        });
        assert_eq!(store.watch("/a", "t").unwrap_err().errno(), errno);
        // The failed one was forgotten, so this is the only watch with this token.
        store.watch("/a", "t").unwrap();
    }
}

#[test]
fn more_than_the_buffers_hold() {
    // The daemon reads one request and blocks until its reply is taken; if all were sent
    // before any reply is read, both would block for ever.
    let store = store(|_, peer| {
        while let Some(request) = peer.request() {
            peer.answer(&request, &[b'x'; 4096]);
        }
    });
    let paths: Vec<String> = (0..2000).map(|i| format!("/{i}/{}", "p".repeat(1500))).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(store.read_many(&paths).unwrap().len(), 2000));
        }
    });
}

/// A daemon that refuses so many commits.
fn refusing(count: u32, errno: &'static [u8]) -> Client {
    store(move |_, peer| {
        let mut refusals = count;
        while let Some(request) = peer.request() {
            match request.kind {
                TRANSACTION_START => peer.answer(&request, b"77\0"),
                TRANSACTION_END if refusals > 0 => {
                    assert_eq!((request.transaction, &*request.payload), (77, &b"T\0"[..]));
                    refusals -= 1;
                    peer.send(ERROR, request.id, 7, errno);
                }
                _ => peer.echo(&request),
            }
        }
    })
}

#[test]
fn commits_that_conflict() {
    let store = refusing(20, b"EAGAIN\0");
    let mut runs = 0;
    let answer: Result<(), StoreError> = store.transaction(|t| {
        runs += 1;
        t.read("/a").map(drop)
    });
    assert_eq!((answer, runs), (Ok(()), 21));
}

/// The daemon's answer if a domain whose nodes were changed has ended meanwhile.
#[test]
fn commits_that_are_refused_for_want_of_memory() {
    for (refused, committed) in [(2, true), (3, true), (9, false)] {
        let store = refusing(refused, b"ENOMEM\0");
        let mut runs = 0;
        let answer: Result<(), StoreError> = store.transaction(|t| {
            runs += 1;
            t.read("/a").map(drop)
        });
        assert_eq!(
            answer.map_err(|e| e.errno()),
            if committed { Ok(()) } else { Err(Errno::ENOMEM) }
        );
        assert_eq!(runs, refused.min(3) + 1);
    }
}

#[test]
fn an_event_where_no_watch_is() {
    let store = store(|_, peer| {
        let request = peer.request().unwrap();
        peer.send(WATCH_EVENT, 0, 5, b"/a\0t\0");
        peer.echo(&request);
        peer.behave();
    });
    assert_eq!(store.read("/a").unwrap().as_deref(), Some(&b"/a"[..]));
    assert_eq!(store.pending_watch_events().unwrap(), []);
}

#[test]
fn nobody_there() {
    let directory = directory();
    let place = directory.path().join("socket");
    let error = Store::open_at(&place).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENOENT));
    drop(std::os::unix::net::UnixListener::bind(&place).unwrap());
    let error = Store::open_at(&place).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
}

#[test]
fn a_dead_connection_raises_no_signal() {
    // The child's first connection is closed after one answer.
    let store = store(|number, peer| match number {
        1 => {
            let request = peer.request().unwrap();
            peer.echo(&request);
        }
        _ => peer.behave(),
    });
    // Rust's start-up ignores SIGPIPE; an application in C does not.
    // SAFETY: as in `real::in_child`; the child leaves by `_exit`.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            // SAFETY: setting the default action.
            unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }.unwrap();
            let first = store.read("/a").is_ok();
            thread::sleep(Duration::from_millis(100));
            // Written to a socket whose other end is closed; then sent on a new one.
            let second = store.read("/a").is_ok();
            // SAFETY: ends the child without running destructors.
            unsafe { libc::_exit(if first && second { 42 } else { 1 }) }
        }
        ForkResult::Parent { child } => {
            assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 42)));
        }
    }
}
