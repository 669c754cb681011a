//! Forked children that run this process's own code.

use super::*;

#[test]
fn own_code_runs_in_a_child() {
    alone(|| {
        both_ways(|fixture| {
            let number = 40;
            let child = fixture.children.fork(|| number + 2).unwrap();
            assert_eq!(fixture.end(&child), status(42));
            let child = fixture
                .children
                .fork(|| {
                    // A child of one's own, with a runtime of one's own.
                    let inner = Fixture::new();
                    let ended = inner.end(&inner.sh("exit 1"));
                    u8::from(ended != status(1)) + 2 * u8::from(unistd::getppid().as_raw() == 1)
                })
                .unwrap();
            assert_eq!(fixture.end(&child), status(0));
        });
    });
}

/// Whether a descriptor is open.
fn is_open(fd: RawFd) -> bool {
    // SAFETY: asks only.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Forks while other threads are inside the library, in several modes; each child must come through
/// `postfork` at once, with SIGCHLD as it was, none of our descriptors, and able to begin anew.
#[test]
fn a_forked_child_begins_anew() {
    alone(|| {
        let before = disposition();
        let fds = open_fds();
        let fixtures = [
            SigchldOwner::Libxl,
            SigchldOwner::LibxlAlways,
            SigchldOwner::LibxlAlwaysSelectiveReap,
        ]
        .map(|owner| Fixture::in_mode(owner, Some(Arc::new(App::default()))));
        // What a ctx opens at its first start a fork might find before it is on the list.
        for fixture in &fixtures {
            assert_eq!(fixture.end(&fixture.sh("exit 3")), status(3));
        }
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for fixture in fixtures.iter().chain(&fixtures[..1]) {
                scope.spawn(|| {
                    while !stop.load(Ordering::SeqCst) {
                        assert_eq!(fixture.end(&fixture.sh("exit 3")), status(3));
                    }
                });
            }
            for round in 0..100 {
                // SAFETY: the child below calls what a child may call, and ends.
                let pid = unsafe { libc::fork() };
                if pid == 0 {
                    // SAFETY: the default action ends a child that hangs.
                    unsafe { libc::alarm(5) };
                    let failed = in_forked_child(before, round % 4 == 0);
                    // SAFETY: ends this process only.
                    unsafe { libc::_exit(failed) };
                }
                // The reapers are told of it instead of us.
                // SAFETY: no pointers.
                let gone = || unsafe { libc::kill(pid, 0) != 0 };
                let began = Instant::now();
                while !gone() {
                    assert!(began.elapsed() < Duration::from_secs(10), "child {round}");
                    thread::sleep(Duration::from_millis(1));
                }
            }
            stop.store(true, Ordering::SeqCst);
        });
        for fixture in &fixtures {
            let bad: Vec<_> = fixture
                .reports()
                .into_iter()
                .filter(|r| !matches!(r, Report::UnknownChild { status: 0, .. }))
                .collect();
            assert_eq!(bad, [], "children that failed");
        }
        drop(fixtures);
        assert_eq!((disposition(), open_fds(), has_children()), (before, fds, false));
    });
}

/// What is wrong in a forked child, as its exit status.
fn in_forked_child(before: [u64; 4], begin_anew: bool) -> c_int {
    postfork();
    if disposition() != before {
        return 1;
    }
    // An epoll set, an eventfd, a timerfd: ours. Those of other kinds are pipes of starts under way,
    // which the list cannot have known if the fork came between.
    for fd in 3..64 {
        let link = fs::read_link(format!("/proc/self/fd/{fd}")).unwrap_or_default();
        let link = link.to_string_lossy();
        if is_open(fd) && ["eventpoll", "eventfd", "timerfd"].iter().any(|k| link.contains(k)) {
            return 2;
        }
    }
    if begin_anew {
        let fixture = Fixture::new();
        if fixture.end(&fixture.sh("exit 6")) != status(6) {
            return 3;
        }
        drop(fixture);
        if disposition() != before || has_children() {
            return 4;
        }
    }
    0
}
