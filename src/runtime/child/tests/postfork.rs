//! Forked children that run code of this process.

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
                    // A child of the child, with a runtime of its own.
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
    // SAFETY: F_GETFD changes nothing.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Forks while other threads are inside the library, in several modes; each child must return from `postfork` at once,
/// with SIGCHLD as before, without the library's descriptors, and able to use the library anew.
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
        // A ctx opens descriptors at its first start; a fork might happen before these are on the list.
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
                // SAFETY: the child makes only calls that are allowed in a child, and ends.
                let pid = unsafe { libc::fork() };
                if pid == 0 {
                    // SAFETY: the argument is a number; the default action of the signal ends a child that hangs.
                    unsafe { libc::alarm(5) };
                    let failed = in_forked_child(before, round % 4 == 0);
                    // SAFETY: it ends only this process.
                    unsafe { libc::_exit(failed) };
                }
                // The child is reported to the threads that reap all children, not to this one.
                // SAFETY: the arguments are numbers.
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

/// Checks a forked child. Its exit status says what is wrong.
fn in_forked_child(before: [u64; 4], begin_anew: bool) -> c_int {
    postfork();
    if disposition() != before {
        return 1;
    }
    // An epoll set, an eventfd and a timerfd are the library's. Descriptors of other kinds are pipes of starts in
    // progress, which may be missing on the list if the fork came between.
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
