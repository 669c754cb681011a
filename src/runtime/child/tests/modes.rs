//! The modes: which code handles SIGCHLD, which children are reaped by which code, and which callbacks are called.

use super::*;

#[test]
fn a_status_that_other_code_takes_is_no_hang() {
    alone(|| {
        let fixture = Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None);
        let child = fixture.sh("exit 5");
        // SAFETY: the status pointer may be NULL.
        assert_eq!(unsafe { libc::waitpid(child.pid(), std::ptr::null_mut(), 0) }, child.pid());
        assert_eq!(fixture.end(&child), Outcome::Lost);
        assert_eq!(Outcome::Lost.status(), 255 << 8);
        drop(fixture);

        // The kernel keeps no status while SIGCHLD is ignored; it does while the library owns SIGCHLD.
        // SAFETY: no handler is installed.
        unsafe { signal(Signal::SIGCHLD, SigHandler::SigIgn).unwrap() };
        let before = disposition();
        for owner in
            [SigchldOwner::Libxl, SigchldOwner::LibxlAlways, SigchldOwner::LibxlAlwaysSelectiveReap]
        {
            let fixture = Fixture::in_mode(owner, None);
            assert_eq!(fixture.end(&fixture.sh("exit 6")), status(6), "{owner:?}");
            drop(fixture);
            assert_eq!(disposition(), before, "{owner:?}");
        }
        let fixture = Fixture::in_mode(SigchldOwner::Mainloop, None);
        let began = Instant::now();
        assert_eq!(fixture.end(&fixture.sh("exit 6")), Outcome::Lost);
        assert!(began.elapsed() < Duration::from_secs(15));
    });
}

#[test]
fn the_disposition_is_restored_exactly() {
    alone(|| {
        let odd = (libc::SA_NODEFER | libc::SA_NOCLDSTOP) as u64;
        for before in [disposition(), [0, odd, 0, 0x8a00], [1, 0, 0, 0]] {
            set_disposition(before);
            let before = disposition();
            let fixture = Fixture::new();
            assert_eq!(disposition(), before, "nothing without a child");
            let (one, two) = (fixture.sh("exec sleep 100"), fixture.sh("exec sleep 100"));
            assert_ne!(disposition(), before);
            fixture.runtime.block_on(one.end()).unwrap();
            assert_ne!(disposition(), before, "a child is left");
            fixture.runtime.block_on(two.end()).unwrap();
            assert_eq!(disposition(), before, "after the last child");
            let absent = fixture.children.spawn(&Program::new("/no/such/program")).unwrap();
            assert_eq!(fixture.end(&absent), Outcome::NoProgram(Errno::ENOENT));
            assert_eq!(disposition(), before, "after a child that had no program");

            let other = Fixture::in_mode(SigchldOwner::LibxlAlways, None);
            let selective = Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None);
            assert_ne!(disposition(), before, "always");
            drop(other);
            assert_ne!(disposition(), before, "one is left");
            selective.children.set_mode(SigchldOwner::Mainloop, None).unwrap();
            assert_eq!(disposition(), before, "and none");
        }
    });
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

extern "C" fn the_applications(_: c_int) {
    CALLS.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_handler_of_the_applications_stays() {
    alone(|| {
        // SAFETY: the handler only increments a number.
        unsafe { signal(Signal::SIGCHLD, SigHandler::Handler(the_applications)).unwrap() };
        let before = disposition();
        let fixture = Fixture::new();
        for code in [1, 2] {
            let child = fixture.sh(&format!("exit {code}"));
            assert_eq!(disposition(), before);
            assert_eq!(fixture.end(&child), status(code));
        }
        assert_eq!(fixture.reports(), [Report::ForeignHandler]);
        assert!(CALLS.load(Ordering::SeqCst) > 0);
        drop(fixture);
        assert_eq!(disposition(), before);
        // A handler that is installed later also stays.
        set_disposition([0; 4]);
        let fixture = Fixture::in_mode(SigchldOwner::LibxlAlways, None);
        set_disposition(before);
        drop(fixture);
        assert_eq!(disposition(), before);
    });
}

#[test]
fn the_applications_children_are_not_touched() {
    alone(|| {
        for owner in [SigchldOwner::Mainloop, SigchldOwner::LibxlAlwaysSelectiveReap] {
            let fixture = Fixture::in_mode(owner, None);
            let mut theirs = foreign("exit 9");
            for _ in 0..5 {
                let ours = fixture.sh("exit 1");
                fixture.turn_until("ours", || {
                    fixture.children.look();
                    ours.outcome().is_some()
                });
            }
            assert_eq!(theirs.wait().unwrap().code(), Some(9), "{owner:?}");
            assert_eq!(fixture.reports(), []);
        }
    });
}

#[test]
fn unknown_children_are_reaped_and_reported() {
    alone(|| {
        for owner in [SigchldOwner::Libxl, SigchldOwner::LibxlAlways] {
            for answer in [None, Some(0), Some(UNKNOWN), Some(-3)] {
                let app = Arc::new(App { answer, ..App::default() });
                let fixture = Fixture::in_mode(owner, Some(Arc::<App>::clone(&app)));
                let ours = fixture.sh("exec sleep 100");
                let pid = foreign("exit 4").id() as Pid;
                fixture.turn_until("reported", || !locked(&app.reaped).is_empty());
                let status = 4 << 8;
                assert_eq!(*locked(&app.reaped), [(pid, status)]);
                let expected = match answer {
                    Some(0) => vec![],
                    None | Some(UNKNOWN) => vec![Report::UnknownChild { pid, status }],
                    Some(code) => vec![Report::ReapedCallback { pid, status, code }],
                };
                assert_eq!(fixture.reports(), expected);
                assert_eq!(fixture.runtime.block_on(ours.end()), Ok(killed_by(9)));
                assert_eq!(locked(&app.reaped).len(), 1, "the library's are not reported");
            }
        }
    });
}

/// Waits for one of the library's own children inside the application's function.
struct Nested(Mutex<Option<Fixture>>, AtomicBool);

impl ChildprocHooks for Nested {
    fn forks(&self) -> bool {
        false
    }

    fn fork(&self) -> Result<Pid, Errno> {
        unreachable!()
    }

    fn reaped(&self, _: Pid, _: c_int) -> Option<c_int> {
        let (runtime, children) = {
            let fixture = locked(&self.0);
            let fixture = fixture.as_ref()?;
            (fixture.runtime.clone(), fixture.children.clone())
        };
        let child = children.spawn(&sh("exit 2")).unwrap();
        assert_eq!(runtime.block_on(child.exited()), status(2));
        self.1.store(true, Ordering::SeqCst);
        Some(0)
    }
}

#[test]
fn the_application_may_call_the_library_from_reaped_callback() {
    alone(|| {
        let fixture = Fixture::new();
        let hooks = Arc::new(Nested(Mutex::default(), AtomicBool::new(false)));
        fixture
            .children
            .set_mode(SigchldOwner::LibxlAlways, Some(Arc::<Nested>::clone(&hooks)))
            .unwrap();
        let runtime = fixture.runtime.clone();
        *locked(&hooks.0) = Some(fixture);
        let _pid = foreign("exit 4").id();
        // The calling thread leads, and reaps the unknown child.
        runtime.block_on(async {
            while !hooks.1.load(Ordering::SeqCst) {
                runtime.sleep(Duration::from_millis(5)).await.unwrap();
            }
        });
        let fixture = locked(&hooks.0).take();
        drop(fixture);
    });
}

#[test]
fn the_application_reaps_and_reports() {
    alone(|| {
        let before = disposition();
        let (fixture, other) = (
            Fixture::in_mode(SigchldOwner::Mainloop, None),
            Fixture::in_mode(SigchldOwner::Mainloop, None),
        );
        let child = fixture.sh("exit 8");
        let mut raw = 0;
        // SAFETY: the status is written to a valid number.
        let pid = unsafe { libc::waitpid(-1, &mut raw, 0) };
        assert!(!other.children.reaped(pid, raw), "another ctx's");
        assert!(!fixture.children.reaped(1, raw), "not a child");
        assert!(fixture.children.reaped(pid, raw));
        assert!(!fixture.children.reaped(pid, raw), "once");
        assert_eq!(fixture.end(&child), status(8));

        // The child has ended; the library learns of it only when the application reports the signal.
        let child = fixture.sh("exit 9");
        thread::sleep(Duration::from_millis(200));
        fixture.runtime.dispatch();
        assert_eq!(child.outcome(), None);
        fixture.children.look();
        assert_eq!(child.outcome(), Some(status(9)));

        // The application reports nothing.
        let began = Instant::now();
        assert_eq!(fixture.end(&fixture.sh("exit 10")), status(10));
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(disposition(), before);
    });
}

/// Forks, and returns long after the child has ended.
struct SlowHooks(Children, AtomicBool);

impl ChildprocHooks for SlowHooks {
    fn forks(&self) -> bool {
        true
    }

    fn fork(&self) -> Result<Pid, Errno> {
        // SAFETY: this is what an application does.
        let pid = Errno::result(unsafe { libc::fork() })?;
        if pid != 0 {
            self.1.store(true, Ordering::SeqCst);
            assert!(!self.0.reaped(1, 0), "a call from here must not be made, but does not hang");
            thread::sleep(Duration::from_millis(100));
        }
        Ok(pid)
    }

    fn reaped(&self, _: Pid, _: c_int) -> Option<c_int> {
        None
    }
}

#[test]
fn the_application_may_be_quicker_than_the_start() {
    alone(|| {
        for looks in [false, true] {
            let fixture = Fixture::new();
            let hooks = Arc::new(SlowHooks(fixture.children.clone(), AtomicBool::new(false)));
            fixture
                .children
                .set_mode(SigchldOwner::Mainloop, Some(Arc::<SlowHooks>::clone(&hooks)))
                .unwrap();
            let ours = thread::scope(|scope| {
                let start = scope.spawn(|| fixture.children.fork(|| 8).unwrap());
                while !hooks.1.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                if looks {
                    // SAFETY: all zeroes is a valid siginfo_t, which may be written to.
                    unsafe {
                        let mut info = std::mem::zeroed();
                        libc::waitid(libc::P_ALL, 0, &mut info, libc::WEXITED | libc::WNOWAIT);
                    }
                    fixture.children.look();
                } else {
                    let mut raw = 0;
                    // SAFETY: the status is written to a valid number.
                    let pid = unsafe { libc::waitpid(-1, &mut raw, 0) };
                    assert!(fixture.children.reaped(pid, raw));
                }
                start.join().unwrap()
            });
            // No thread dispatches, so the outcome did not come from the timer.
            assert_eq!(ours.outcome(), Some(status(8)));
            // The hooks and the children refer to each other.
            fixture.children.set_mode(SigchldOwner::Mainloop, None).unwrap();
        }
    });
}

/// The library's and unknown children, started and reaped by several threads and ctxs at once: none is taken for
/// another.
#[test]
fn no_child_is_taken_for_another() {
    alone(|| {
        for hooks in [None, forking()] {
            let app = Arc::new(App { answer: Some(0), forks: hooks.is_some(), ..App::default() });
            let fixtures = [(); 2].map(|()| {
                Fixture::in_mode(SigchldOwner::LibxlAlways, Some(Arc::<App>::clone(&app) as _))
            });
            let unknown = Mutex::new(Vec::new());
            thread::scope(|scope| {
                for worker in 0..4_u8 {
                    let fixture = &fixtures[usize::from(worker % 2)];
                    scope.spawn(move || {
                        for round in 0..50 {
                            let code = worker * 50 + round;
                            let child = fixture.children.fork(|| code).unwrap();
                            assert_eq!(fixture.end(&child), status(code));
                        }
                    });
                }
                scope.spawn(|| {
                    for _ in 0..50 {
                        locked(&unknown).push(foreign("exit 77").id() as Pid);
                    }
                });
            });
            let count = || locked(&app.reaped).len();
            fixtures[0].turn_until("all unknown children", || count() >= 50);
            let mut reaped = locked(&app.reaped).clone();
            let mut unknown: Vec<_> = locked(&unknown).iter().map(|pid| (*pid, 77 << 8)).collect();
            reaped.sort_unstable();
            unknown.sort_unstable();
            assert_eq!(reaped, unknown);
            drop(fixtures);
            assert_eq!(Arc::strong_count(&app), 1, "the application's functions are let go");
        }
        assert!(!has_children());
    });
}
