//! Against a real daemon.

use std::convert::Infallible;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, process, thread};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use xenlight::xen::store::{
    Access, Answers, NewNode, Ops, Permission, Pipeline, Store, StoreError, WatchEvent, Watched,
    tidy,
};

use crate::daemon::Daemon;

/// A daemon, a store and a directory in it that no other test uses.
fn fixture() -> (Daemon, Store, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let daemon = Daemon::any();
    let store = daemon.store();
    let base = format!("/t/{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    store.mkdir(&base).unwrap();
    (daemon, store, base)
}

/// Whether there is time for another round: a busy machine, or an emulated host, has fewer of them.
fn in_time(started: Instant) -> bool {
    started.elapsed() < Duration::from_secs(10)
}

/// Runs `body` in a forked child; its exit status says whether it came to the end.
fn in_child(body: impl FnOnce()) {
    // SAFETY: the child uses what glibc keeps usable after fork (malloc), and the code under test,
    // whose claim that is; it leaves by `_exit`.
    match unsafe { fork() }.unwrap() {
        ForkResult::Child => {
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_ok();
            // SAFETY: no destructor of the parent's must run here.
            unsafe { libc::_exit(if ended { 42 } else { 1 }) }
        }
        ForkResult::Parent { child } => {
            assert_eq!(waitpid(child, None), Ok(WaitStatus::Exited(child, 42)));
        }
    }
}

fn readable(store: &Store, within: Duration) -> bool {
    let mut fds = [PollFd::new(store.as_fd().unwrap(), PollFlags::POLLIN)];
    poll(&mut fds, u16::try_from(within.as_millis()).unwrap()).unwrap() > 0
}

/// Brings lost watches back, once the daemon's end has been seen.
pub fn rewatch(store: &Store) {
    let until = Instant::now() + Duration::from_secs(10);
    while store.pending_watch_events().is_ok() {
        assert!(Instant::now() < until, "nobody has noticed");
        readable(store, Duration::from_millis(100));
    }
    let mut rewatch = store.rewatch().unwrap();
    let link = rewatch.link();
    while !store.go_on_to_rewatch(&mut rewatch).unwrap() {
        poll(&mut [PollFd::new(link.as_fd(), PollFlags::POLLIN)], 10_000u16).unwrap();
    }
}

/// Waits for `count` events.
fn events(store: &Store, count: usize) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    let until = Instant::now() + Duration::from_secs(10);
    while events.len() < count && Instant::now() < until {
        readable(store, Duration::from_millis(500));
        events.extend(store.pending_watch_events().unwrap());
    }
    assert_eq!(events.len(), count, "{events:?}");
    events
}

fn event(path: &str, token: &str) -> WatchEvent {
    WatchEvent { path: path.into(), token: token.into() }
}

#[test]
fn values() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/a/b");
    assert_eq!(store.read(&path).unwrap(), None);
    assert!(!store.exists(&path).unwrap());
    store.write(&path, "text").unwrap();
    assert_eq!(store.read(&path).unwrap().as_deref(), Some(&b"text"[..]));
    assert_eq!(store.read(&format!("{base}/a")).unwrap().as_deref(), Some(&b""[..]));
    store.write(&path, b"\0\xff\0").unwrap();
    assert_eq!(store.read(&path).unwrap().as_deref(), Some(&b"\0\xff\0"[..]));
    assert!(store.remove(&path).unwrap());
    assert_eq!(store.read(&path).unwrap(), None);
    assert!(!store.remove(&format!("{base}/no/such/parent")).unwrap());
}

#[test]
fn empty_directories_go_with_what_was_in_them() {
    let (_daemon, store, base) = fixture();
    let write = |path: &str, value: &str| store.write(&format!("{base}/{path}"), value).unwrap();
    let there = |path: &str| store.exists(&format!("{base}/{path}")).unwrap();
    let remove = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| format!("{base}/{path}")).collect();
        tidy::remove_up(&store, &paths).unwrap();
    };
    for path in ["a/x/vif/0/state", "a/x/vif/1/state", "a/x/vbd/7/state", "a/stays"] {
        write(path, "1");
    }
    remove(&["a/x/vif/0"]);
    assert!(!there("a/x/vif/0") && there("a/x/vif/1"));
    // Directories of different depth become empty together.
    remove(&["a/x/vif/1", "a/x/vbd/7/state"]);
    assert!(!there("a/x") && there("a/stays"));
    // A directory with a value is kept, and so is one with a child that is not removed.
    write("b", "value");
    write("b/c/d", "");
    remove(&["b/c/d"]);
    assert!(!there("b/c") && there("b"));
    write("e/f", "");
    write("e/g", "");
    remove(&["e/f"]);
    assert!(there("e/g"));
    // What is not there: with its directory, and without.
    remove(&["e/none", "no/such/node"]);
    assert!(there("e/g") && !there("no"));
    store.write(&format!("{base}/h/i"), "").unwrap();
    let in_transaction = store.transaction(|t| tidy::remove_up(t, &[format!("{base}/h/i")]));
    in_transaction.unwrap();
    assert!(!there("h"));
    // More children than one reply holds.
    let many: Vec<_> = (0..600).map(|n| (format!("{base}/w/x/{n:08}"), "")).collect();
    store.write_many(&many).unwrap();
    remove(&["w/x/00000000"]);
    assert!(there("w/x/00000001"));
    remove(&["w/x"]);
    assert!(!there("w"));
    remove(&[]);
}

#[test]
fn requests_of_several_kinds_travel_together() {
    let (_daemon, store, base) = fixture();
    let node = |path: &str| format!("{base}/{path}");
    store.write(&node("a/old"), "1").unwrap();
    let mut pipeline = Pipeline::default();
    let before = pipeline.read(node("a/old"));
    let removed = pipeline.remove(node("a/old"));
    let missing = pipeline.remove(node("no/parent"));
    pipeline.write(node("a/new"), "2");
    let children = pipeline.list(node("a"));
    let after = pipeline.read(node("a/old"));
    let mut answers = pipeline.send(&store).unwrap();
    assert_eq!(answers.value(before).as_deref(), Some(&b"1"[..]));
    assert!(answers.was_there(removed) && !answers.was_there(missing));
    assert_eq!(answers.names(children), Some(vec!["new".to_owned()]));
    assert_eq!((answers.value(after), answers.names(before)), (None, None));
    // Nothing is sent of what has an impossible request.
    let mut pipeline = Pipeline::default();
    pipeline.write(node("a/never"), "");
    pipeline.read("/a//b");
    assert_eq!(pipeline.send(&store).unwrap_err().errno(), Errno::EINVAL);
    assert!(!store.exists(&node("a/never")).unwrap());
    assert!(Pipeline::default().send(&store).is_ok());
}

#[test]
fn a_discarded_transaction_has_no_effect() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/d");
    let kept = store.transaction(|t| {
        t.write(&path, "1")?;
        t.discard();
        Ok::<_, StoreError>(7)
    });
    assert_eq!((kept.unwrap(), store.read(&path).unwrap()), (7, None));
    // Directories stay whose nodes may not be removed.
    store.write(&format!("{base}/e/f"), "x").unwrap();
    let asked = [format!("{base}/e/f")];
    let removed = store.transaction(|t| {
        let mut reads = Pipeline::default();
        let value = reads.read(&asked[0]);
        let may = |answers: &mut Answers| {
            assert_eq!(answers.value(value), Some(b"x".to_vec()));
            Ok::<_, StoreError>(false)
        };
        tidy::remove_up_if(t, reads, &asked, may).inspect(|_| t.discard())
    });
    assert_eq!((removed.unwrap(), store.exists(&asked[0]).unwrap()), (false, true));
}

#[test]
fn a_directory_that_another_client_removes_during_a_transaction_is_a_conflict() {
    let (daemon, store, base) = fixture();
    let other = daemon.store();
    let path = format!("{base}/a/b/c");
    store.write(&path, "x").unwrap();
    let mut attempts = 0;
    let removed = store.transaction(|t| {
        attempts += 1;
        // From here on the transaction has the node, and not yet the directory.
        t.read(&path)?;
        other.remove(&format!("{base}/a"))?;
        t.remove(&path)
    });
    assert_eq!((removed, attempts), (Ok(false), 2));
}

#[test]
fn text() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/text");
    store.write(&path, "gr\u{fc}n\0rest").unwrap();
    assert_eq!(store.read_string(&path).unwrap().as_deref(), Some("gr\u{fc}n"));
    store.write(&path, b"\xff\xfe").unwrap();
    let error = store.read_string(&path).unwrap_err();
    assert_eq!((error.errno(), error.path()), (Errno::EILSEQ, Some(&*path)));
    assert_eq!(store.read_string(&format!("{base}/none")).unwrap(), None);
}

#[test]
fn limits() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/v");
    // The daemon's quota for a node is below the protocol's limit for a message.
    store.write(&path, vec![b'x'; 1500]).unwrap();
    assert_eq!(store.read(&path).unwrap().unwrap().len(), 1500);
    let error = store.write(&path, vec![b'x'; 5000]).unwrap_err();
    assert_eq!((error.errno(), error.path()), (Errno::E2BIG, Some(&*path)));
    for bad in ["", "/a//b", "/a b", "/a\0b", &format!("/{}", "x".repeat(3072))] {
        assert_eq!(store.read(bad).unwrap_err().errno(), Errno::EINVAL);
        assert_eq!(store.write(bad, "").unwrap_err().errno(), Errno::EINVAL);
        assert_eq!(store.watch(bad, "t").unwrap_err().errno(), Errno::EINVAL);
    }
    // The connection has not suffered.
    assert!(store.exists(&path).unwrap());
}

#[test]
fn many_at_once() {
    let (_daemon, store, base) = fixture();
    // More than are in flight at a time, with gaps.
    let paths: Vec<String> = (0..500).map(|i| format!("{base}/{i}")).collect();
    let written: Vec<(&String, String)> = paths
        .iter()
        .enumerate()
        .filter(|(i, _)| i % 3 != 0)
        .map(|(i, p)| (p, format!("v{i}")))
        .collect();
    store.write_many(&written).unwrap();
    let values = store.read_many(&paths).unwrap();
    assert_eq!(values.len(), 500);
    for (i, value) in values.iter().enumerate() {
        let expected = (i % 3 != 0).then(|| format!("v{i}").into_bytes());
        assert_eq!(*value, expected, "{i}");
    }
    assert_eq!(store.read_many::<&str>(&[]).unwrap(), Vec::<Option<Vec<u8>>>::new());
}

#[test]
fn lists() {
    let (_daemon, store, base) = fixture();
    assert_eq!(store.list(&base).unwrap(), Some(vec![]));
    assert_eq!(store.list(&format!("{base}/none")).unwrap(), None);
    store.write_many(&[(format!("{base}/b/x"), "1"), (format!("{base}/a"), "2")]).unwrap();
    let mut names = store.list(&base).unwrap().unwrap();
    names.sort();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_list_longer_than_a_message() {
    let (_daemon, store, base) = fixture();
    // 9,000 bytes of names: three parts.
    let mut expected: Vec<String> = (0..180).map(|i| format!("{i:0>49}")).collect();
    let nodes: Vec<(String, &str)> = expected.iter().map(|n| (format!("{base}/{n}"), "")).collect();
    store.write_many(&nodes).unwrap();
    expected.sort();
    let listed = |ops: &dyn Fn(&str) -> Vec<String>| {
        let mut names = ops(&base);
        names.sort();
        names
    };
    assert_eq!(listed(&|p| store.list(p).unwrap().unwrap()), expected);
    let transaction = store.begin().unwrap();
    assert_eq!(listed(&|p| transaction.list(p).unwrap().unwrap()), expected);
}

#[test]
fn permissions() {
    let (_daemon, store, base) = fixture();
    let wanted = [
        Permission::new(0, Access::None),
        Permission::new(3, Access::Read),
        Permission::new(4, Access::Both),
    ];
    store.set_permissions(&base, &wanted).unwrap();
    assert_eq!(store.get_permissions(&base).unwrap().as_deref(), Some(&wanted[..]));
    let none = format!("{base}/none");
    assert_eq!(store.get_permissions(&none).unwrap(), None);
    assert_eq!(store.set_permissions(&none, &wanted).unwrap_err().errno(), Errno::ENOENT);
    assert_eq!(store.set_permissions(&base, &[]).unwrap_err().errno(), Errno::EINVAL);
    let (of_parent, own) = (format!("{base}/made/of-parent"), format!("{base}/made/own"));
    let nobody = [Permission::new(0, Access::None)];
    store
        .make_many(&[
            NewNode::directory(format!("{base}/made"), &wanted),
            NewNode::value(&of_parent, "v"),
            NewNode::directory(&own, &nobody),
        ])
        .unwrap();
    assert_eq!(store.read(&of_parent).unwrap().as_deref(), Some(&b"v"[..]));
    assert_eq!(store.get_permissions(&of_parent).unwrap().unwrap(), wanted);
    assert_eq!(store.read(&own).unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(store.get_permissions(&own).unwrap().unwrap(), nobody);
}

#[test]
fn a_transaction_is_seen_when_it_commits() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/x");
    let answer: Result<i32, StoreError> = store.transaction(|t| {
        t.write(&path, "in")?;
        assert_eq!(t.read_string(&path)?.as_deref(), Some("in"));
        assert_eq!(store.read(&path)?, None);
        Ok(7)
    });
    assert_eq!(answer, Ok(7));
    assert_eq!(store.read_string(&path).unwrap().as_deref(), Some("in"));
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    #[derive(Debug, PartialEq)]
    enum Mine {
        Store(StoreError),
        Other,
    }
    impl From<StoreError> for Mine {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/x");
    let answer: Result<Infallible, Mine> = store.transaction(|t| {
        t.write(&path, "in")?;
        Err(Mine::Other)
    });
    assert_eq!(answer, Err(Mine::Other));
    assert!(!store.exists(&path).unwrap());
    // And is closed: the daemon allows a few at a time only.
    for _ in 0..50 {
        drop(store.begin().unwrap());
    }
}

#[test]
fn a_conflict_runs_the_transaction_again() {
    let (daemon, store, base) = fixture();
    let other = daemon.store();
    let path = format!("{base}/count");
    store.write(&path, "1").unwrap();
    let mut runs = 0;
    let answer: Result<(), StoreError> = store.transaction(|t| {
        runs += 1;
        let count: u32 = t.read_string(&path)?.unwrap().parse().unwrap();
        if runs <= 2 {
            other.write(&path, (count + 10).to_string())?;
        }
        t.write(&path, (count + 1).to_string())
    });
    answer.unwrap();
    assert_eq!(runs, 3);
    assert_eq!(store.read_string(&path).unwrap().as_deref(), Some("22"));
}

#[test]
fn watches() {
    let (daemon, store, base) = fixture();
    let fd = store.as_fd().unwrap().as_raw_fd();
    assert!(!readable(&store, Duration::ZERO));
    store.watch(&base, "tok 1").unwrap();
    // A watch fires once when it is set.
    assert_eq!(events(&store, 1), [event(&base, "tok 1")]);
    assert!(!readable(&store, Duration::from_millis(100)));

    daemon.store().write(&format!("{base}/a/b"), "x").unwrap();
    assert_eq!(events(&store, 1), [event(&format!("{base}/a/b"), "tok 1")]);
    // One's own writes are told too.
    store.write(&format!("{base}/c"), "x").unwrap();
    assert_eq!(events(&store, 1), [event(&format!("{base}/c"), "tok 1")]);

    assert_eq!(store.watch(&base, "tok 1").unwrap_err().errno(), Errno::EEXIST);
    store.watch(&base, "tok 2").unwrap();
    assert_eq!(events(&store, 1), [event(&base, "tok 2")]);
    // An event that equals a pending one is not queued again. Setting a watch
    // takes in what has come before it.
    for _ in 0..5 {
        store.write(&format!("{base}/c"), "y").unwrap();
    }
    store.watch(&base, "tok 3").unwrap();
    let mut got = events(&store, 3);
    got.sort_by(|a, b| a.token.cmp(&b.token));
    let c = format!("{base}/c");
    assert_eq!(got, [event(&c, "tok 1"), event(&c, "tok 2"), event(&base, "tok 3")]);

    store.write(&c, "z").unwrap();
    for token in ["tok 1", "tok 2", "tok 3"] {
        store.unwatch(&base, token).unwrap();
    }
    // Not even the events that were on their way.
    assert_eq!(store.pending_watch_events().unwrap(), []);
    assert!(!readable(&store, Duration::from_millis(100)));
    assert_eq!(store.unwatch(&base, "tok 1").unwrap_err().errno(), Errno::ENOENT);
    assert_eq!(store.as_fd().unwrap().as_raw_fd(), fd);
}

#[test]
fn special_watches() {
    let (_daemon, store, _) = fixture();
    store.watch("@releaseDomain", "r").unwrap();
    assert_eq!(events(&store, 1), [event("@releaseDomain", "r")]);
}

#[test]
fn domains() {
    let (_daemon, store, _) = fixture();
    assert_eq!(store.domain_path(7).unwrap(), "/local/domain/7");
    assert!(!store.is_domain_introduced(32000).unwrap());
    if env::var_os("XENLIGHT_STORE").is_some() {
        assert!(store.is_domain_introduced(0).unwrap());
    }
    let error = store.resume(32000).unwrap_err();
    assert_eq!(error.path(), Some("domain 32000"));
}

#[test]
fn many_threads() {
    const THREADS: usize = 8;
    let started = Instant::now();
    let (_daemon, store, base) = fixture();
    thread::scope(|scope| {
        for t in 0..THREADS {
            let (store, base) = (&store, &base);
            scope.spawn(move || {
                let paths: Vec<String> = (0..10).map(|i| format!("{base}/{t}/{i}")).collect();
                for round in (0..100).take_while(|&r| r < 3 || in_time(started)) {
                    let value = format!("{t}:{round}");
                    let values: Vec<_> = paths.iter().map(|p| (p, &value)).collect();
                    store.write_many(&values).unwrap();
                    let read = store.read_strings(&paths).unwrap();
                    assert!(read.iter().all(|v| v.as_ref() == Some(&value)), "{read:?}");
                    if round % 3 == t % 3 {
                        store
                            .transaction(|t| t.write(&format!("{base}/{t:p}"), "x"))
                            .unwrap_or_else(|e: StoreError| panic!("{e}"));
                    }
                }
            });
        }
    });
}

#[test]
fn a_forked_child_has_its_own_connections() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/x");
    store.write(&path, "parent").unwrap();
    store.watch(&base, "parent").unwrap();
    events(&store, 1);
    let transaction = store.begin().unwrap();
    transaction.write(&format!("{base}/t"), "t").unwrap();
    in_child(|| {
        assert_eq!(store.read_string(&path).unwrap().as_deref(), Some("parent"));
        store.write(&path, "child").unwrap();
        // No watch is inherited, and a new one is the child's alone.
        assert_eq!(store.pending_watch_events().unwrap(), []);
        store.watch(&path, "child").unwrap();
        assert_eq!(events(&store, 1), [event(&path, "child")]);
        // The transaction is the parent's.
        assert_eq!(transaction.read(&path).unwrap_err().errno(), Errno::ESTALE);
        // SAFETY: copies, dropped instead of the originals: this process ends without dropping those.
        unsafe {
            drop(std::ptr::read(&transaction));
            drop(std::ptr::read(&store));
        }
    });
    assert_eq!(events(&store, 1), [event(&path, "parent")]);
    assert!(transaction.commit().unwrap());
    assert_eq!(store.read_string(&path).unwrap().as_deref(), Some("child"));
    assert!(store.exists(&format!("{base}/t")).unwrap());
}

#[test]
fn a_child_forked_under_load_does_not_hang() {
    let (_daemon, store, base) = fixture();
    let path = format!("{base}/x");
    store.write(&path, "v").unwrap();
    let (stop, started) = (AtomicU32::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while stop.load(Ordering::Relaxed) == 0 {
                    assert!(store.exists(&path).unwrap());
                }
            });
        }
        for _ in (0..50).take_while(|&round| round < 3 || in_time(started)) {
            in_child(|| {
                // SAFETY: if the child hangs the alarm's signal ends it, and the parent sees that.
                unsafe { libc::alarm(20) };
                assert!(store.exists(&path).unwrap());
            });
        }
        stop.store(1, Ordering::Relaxed);
    });
}

#[test]
fn fds_are_closed_on_exec() {
    let (_daemon, store, base) = fixture();
    store.watch(&base, "t").unwrap();
    let flags = fcntl(store.as_fd().unwrap().as_fd(), FcntlArg::F_GETFD).unwrap();
    assert_eq!(flags & FdFlag::FD_CLOEXEC.bits(), FdFlag::FD_CLOEXEC.bits());
    // What a program started from here still has open.
    let output =
        process::Command::new("/bin/sh").args(["-c", "ls -l /proc/self/fd"]).output().unwrap();
    let listing = String::from_utf8(output.stdout).unwrap();
    for kind in ["socket:", "eventpoll", "eventfd", "xenbus"] {
        assert!(!listing.contains(kind), "{listing}");
    }
}

#[test]
fn another_daemon_after_the_first_has_died() {
    let mut daemon = Daemon::own();
    let store = daemon.store();
    store.watch("/w", "t").unwrap();
    assert_eq!(events(&store, 1), [event("/w", "t")]);
    let transaction = store.begin().unwrap();
    let fd = store.as_fd().unwrap().as_raw_fd();

    daemon.restart();
    // Found dead before anything was sent, so it goes to the new one.
    store.write("/w/x", "1").unwrap();
    assert!(transaction.write("/w/x", "2").is_err());
    rewatch(&store);
    // The watch has been set again, and has fired.
    assert!(events(&store, 1).contains(&event("/w", "t")));
    store.write("/w/x", "3").unwrap();
    assert_eq!(events(&store, 1), [event("/w/x", "t")]);
    assert_eq!(store.as_fd().unwrap().as_raw_fd(), fd);
}

#[test]
fn many_watches_come_back_and_none_that_has_ended() {
    let mut daemon = Daemon::own();
    let store = daemon.store();
    // More than are sent at once.
    let paths: Vec<String> = (0..300).map(|i| format!("/w/{i}")).collect();
    for path in &paths {
        store.watch(path, "t").unwrap();
    }
    events(&store, 300);
    daemon.restart();
    while store.pending_watch_events().is_ok() {
        readable(&store, Duration::from_millis(100));
    }
    store.unwatch(&paths[0], "t").unwrap();
    assert_eq!(store.watch("/late", "t").unwrap(), Watched::Later);
    rewatch(&store);
    let mut told: Vec<String> = events(&store, 300).into_iter().map(|e| e.path).collect();
    let mut expected: Vec<String> = paths[1..].to_vec();
    expected.push("/late".into());
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(store.watch("/now", "t").unwrap(), Watched::Now);
}

#[test]
fn no_daemon_any_more() {
    let mut daemon = Daemon::own();
    let store = daemon.store();
    store.watch("/w", "t").unwrap();
    events(&store, 1);
    let _directory = daemon.kill();
    assert!(matches!(store.read("/w").unwrap_err().errno(), Errno::ECONNREFUSED | Errno::ENOENT));
    assert!(readable(&store, Duration::from_secs(5)));
    assert!(store.pending_watch_events().is_err());
    assert!(store.rewatch().is_err());
    // Reported once, so that a thread that polls the fd does not spin.
    assert!(!readable(&store, Duration::from_millis(200)));
}
