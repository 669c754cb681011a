//! Starting programs, and how they end.

use std::io::Write;

use nix::sys::wait::{WaitStatus, waitpid};

use super::*;

#[test]
fn a_program_gets_what_it_is_given() {
    alone(|| {
        both_ways(|fixture| {
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let script = r#"echo "$0 $1 $COLOUR $SHAPE"; echo oops >&2; cat; echo more >&4"#;
            let mut program = Program::new("/bin/sh")
                .arguments(["-c", script, "zero", "one two"])
                .variable("COLOUR", "red")
                .variable("SHAPE", "square")
                .variable("COLOUR", "blue")
                .stdin(Io::Null)
                .stdout(Io::Fd(writer.as_fd()))
                .stderr(Io::Fd(writer.as_fd()));
            let null = fs::File::open("/dev/null").unwrap();
            assert_eq!(program.pass(null.as_fd()), 3);
            assert_eq!(program.pass(writer.as_fd()), 4);
            let child = fixture.children.spawn(&program).unwrap();
            drop(program);
            drop(writer);
            assert_eq!(read_all(reader), "zero one two blue square\noops\nmore\n");
            assert_eq!(fixture.end(&child), status(0));
        });
    });
}

#[test]
fn a_terminal_controls_a_session_of_its_own() {
    alone(|| {
        both_ways(|fixture| {
            let pty = nix::pty::openpty(None, None).unwrap();
            let name = unistd::ttyname(&pty.slave).unwrap();
            let script = "read pid comm state parent group session tty foreground rest < /proc/$$/stat
                [ $session = $$ ] && [ $foreground = $$ ] && [ -t 0 ] && [ -t 2 ] && echo fine > /dev/tty";
            let child = fixture.children.spawn(&sh(script).terminal(&name)).unwrap();
            assert_eq!(fixture.end(&child), status(0));
            let mut text = [0; 100];
            let count = unistd::read(&pty.master, &mut text).unwrap();
            assert_eq!(&text[..count], b"fine\r\n");
            // A descriptor that is set does not refer to the terminal.
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let program = sh("[ -t 0 ] && [ ! -t 1 ] && echo out").terminal(&name);
            let child = fixture.children.spawn(&program.stdout(Io::Fd(writer.as_fd()))).unwrap();
            drop(writer);
            assert_eq!(read_all(reader), "out\n");
            assert_eq!(fixture.end(&child), status(0));
            let nowhere = fixture.children.spawn(&sh("true").terminal("/no/such/terminal"));
            assert_eq!(fixture.end(&nowhere.unwrap()), Outcome::NoProgram(Errno::ENOENT));
        });
    });
}

#[test]
fn a_program_inherits_nothing_else() {
    alone(|| {
        // The application may have a descriptor that is inherited, and may ignore or block signals.
        let mut leak = fs::File::open("/dev/zero").unwrap();
        // SAFETY: the descriptor is open.
        unsafe { libc::fcntl(leak.as_raw_fd(), libc::F_SETFD, 0) };
        // SAFETY: no handler is installed.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn).unwrap() };
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGUSR1);
        blocked.add(Signal::SIGCHLD);
        blocked.thread_block().unwrap();
        both_ways(|fixture| {
            let output = |name: &str, arguments: [&str; 2]| {
                let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
                let program = Program::new(name).arguments(arguments).stdin(Io::Null);
                let program = program.stdout(Io::Fd(writer.as_fd()));
                let child = fixture.children.spawn(&program).unwrap();
                drop(program);
                drop(writer);
                let text = read_all(reader);
                assert_eq!(fixture.end(&child), status(0));
                text
            };
            // `ls` itself opens the directory.
            assert_eq!(output("ls", ["-1", "/proc/self/fd"]), "0\n1\n2\n3\n");
            // A shell is not used here, since it changes the handling of signals.
            let text = output("grep", ["Sig", "/proc/self/status"]);
            let bits = |name| {
                let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
                u64::from_str_radix(line.trim(), 16).unwrap()
            };
            assert_eq!(bits("SigBlk:"), 0, "{text}");
            let ours = 1 << (libc::SIGPIPE - 1) | 1 << (libc::SIGCHLD - 1);
            assert_eq!(bits("SigIgn:") & ours, 0, "{text}");
        });
        assert_eq!(SigSet::thread_get_mask().unwrap(), blocked, "the parent's mask is as it was");
        let _ = std::io::Read::read(&mut leak, &mut [0]);
    });
}

#[test]
fn the_reason_of_a_failed_start_is_reported() {
    alone(|| {
        both_ways(|fixture| {
            let outcome = |path| {
                let child = fixture.children.spawn(&Program::new(path)).unwrap();
                fixture.end(&child)
            };
            assert_eq!(outcome("/no/such/program"), Outcome::NoProgram(Errno::ENOENT));
            assert_eq!(outcome("no-such-program-in-the-path"), Outcome::NoProgram(Errno::ENOENT));
            assert_eq!(outcome("/etc"), Outcome::NoProgram(Errno::EACCES));
            assert_eq!(fixture.children.spawn(&Program::new("a\0b")).unwrap_err(), Errno::EINVAL);
            assert!(!has_children());
            assert_eq!(fixture.children.count(), 0);
        });
    });
}

/// The case of a process that is too large to be forked.
#[test]
fn a_program_starts_beside_this_process_in_its_memory() {
    alone(|| {
        for (path, status) in [("/bin/sh", 7), ("/no/such/program", start::NO_PROGRAM)] {
            let program = Program::new(path).argument("-c").argument("exit 7");
            let prepared = Prepared::new(&program).unwrap();
            let mut pointers = prepared.pointers();
            let (pipe, writer) = start::status_pipe(prepared.keep_below).unwrap();
            let parent = writer.as_raw_fd();
            let blocked = SigSet::thread_get_mask().unwrap();
            let pid = start::beside(|| start::become_program(&prepared, &mut pointers, parent));
            assert_eq!(SigSet::thread_get_mask().unwrap(), blocked, "the mask is as it was");
            drop(writer);
            let ended = waitpid(nix::unistd::Pid::from_raw(pid.unwrap()), None).unwrap();
            assert!(matches!(ended, WaitStatus::Exited(_, code) if code == status), "{ended:?}");
            let word = start::read_word(&*pipe).unwrap();
            let why = (status == start::NO_PROGRAM).then_some(-(Errno::ENOENT as c_int));
            assert_eq!(word, why, "{path}");
        }
    });
}

#[test]
fn a_failed_fork_of_the_application_is_an_error() {
    let program = Program::new("/bin/true");
    let prepared = Prepared::new(&program).unwrap();
    let fork = start::Fork::Replacement(&|| Err(Errno::ENOMEM));
    assert_eq!(start::spawn(fork, &prepared).err(), Some(Errno::ENOMEM));
}

/// A script that cannot be opened while this exists, as if its file system did not respond.
struct Unreachable {
    file: fs::File,
    path: std::path::PathBuf,
    _directory: tempfile::TempDir,
}

impl Unreachable {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("script");
        fs::write(&path, "#!/bin/sh\nexit 5\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&path, mode).unwrap();
        // A process that opens a file with a lease waits until the holder, which SIGIO notifies, gives the lease up.
        // SAFETY: the signal is ignored, no handler is installed.
        unsafe { signal(Signal::SIGIO, SigHandler::SigIgn).unwrap() };
        let file = fs::File::open(&path).unwrap();
        // SAFETY: the arguments are integers.
        let leased = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_WRLCK) };
        assert_eq!(leased, 0, "{}", Errno::last());
        Self { file, path, _directory: directory }
    }

    fn answer(&self) {
        // SAFETY: the arguments are integers.
        unsafe { libc::fcntl(self.file.as_raw_fd(), libc::F_SETLEASE, libc::F_UNLCK) };
    }
}

/// Waits until process `pid` sleeps in the kernel while it opens a file with a lease.
fn opening(pid: Pid) {
    let asleep = || fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap().contains("lease");
    let until = Instant::now() + Duration::from_secs(20);
    while !asleep() {
        assert!(Instant::now() < until, "{pid} opens no such file");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_file_system_that_does_not_respond_delays_only_the_child() {
    alone(|| {
        both_ways(|fixture| {
            let pipe = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let script = Unreachable::new();
            let child = fixture.children.spawn(&Program::new(&script.path)).unwrap();
            opening(child.pid());
            // No other process may wait for this descriptor meanwhile.
            drop(pipe.1);
            assert_eq!(unistd::read(&pipe.0, &mut [0]), Ok(0));
            script.answer();
            assert_eq!(fixture.end(&child), status(5));
            let script = Unreachable::new();
            let child = fixture.children.spawn(&Program::new(&script.path)).unwrap();
            opening(child.pid());
            assert_eq!(fixture.runtime.block_on(child.end()), Ok(killed_by(9)), "an abort");
        });
    });
}

/// Variables are set and removed while programs are started, although `setenv` does not support concurrent readers.
#[test]
fn the_environment_may_change_meanwhile() {
    alone(|| {
        let fixture = Fixture::new();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    if round % 4000 == 0 {
                        // SAFETY: an application may do this if it does not read the environment meanwhile. It frees
                        // the list, and the memory of a large one is returned to the kernel.
                        unsafe { libc::clearenv() };
                    }
                    let name = std::ffi::CString::new(format!("V{round}")).unwrap();
                    // SAFETY: as above.
                    unsafe { libc::setenv(name.as_ptr(), c"value".as_ptr(), 1) };
                }
            });
            for _ in 0..300 {
                let program = Program::new("/bin/sh").argument("-c").argument("exit $CODE");
                let child = fixture.children.spawn(&program.variable("CODE", "7")).unwrap();
                assert_eq!(fixture.end(&child), status(7));
            }
            stop.store(true, Ordering::SeqCst);
        });
    });
}

/// Forks until a child has this process id, which must be free.
fn child_of_number(number: Pid) -> bool {
    for _ in 0..200 {
        if fs::write("/proc/sys/kernel/ns_last_pid", (number - 1).to_string()).is_err() {
            return false;
        }
        // SAFETY: the child only waits to be killed.
        match unsafe { libc::fork() } {
            0 => {
                nix::unistd::alarm::set(WATCHDOG);
                loop {
                    unistd::pause();
                }
            }
            pid if pid == number => return true,
            pid => {
                // SAFETY: this is the test's own child.
                unsafe {
                    libc::kill(pid, libc::SIGKILL);
                    libc::waitpid(pid, std::ptr::null_mut(), 0);
                }
            }
        }
    }
    false
}

/// Reaps a child of the library, as an application may do that waits for any child.
fn steal(pid: Pid) {
    // SAFETY: the status pointer may be NULL.
    assert_eq!(unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) }, pid);
}

#[test]
fn a_status_that_other_code_takes_is_no_success() {
    alone(|| {
        both_ways(|fixture| {
            let child = fixture.sh("exit 0");
            steal(child.pid());
            assert_eq!(fixture.end(&child), Outcome::Lost);
            assert!(!Outcome::Lost.success());
            // What the library's own code in a child has reported is known nevertheless, and so is the reason why a
            // program was not executed.
            for code in [0, 9] {
                let child = fixture.children.fork(|| code).unwrap();
                steal(child.pid());
                assert_eq!(fixture.end(&child), status(code));
            }
            let child = fixture.children.spawn(&Program::new("/no/such/program")).unwrap();
            steal(child.pid());
            assert_eq!(fixture.end(&child), Outcome::NoProgram(Errno::ENOENT));
        });
    });
}

#[test]
fn another_child_with_the_same_pid_is_not_taken_for_it() {
    if !unistd::Uid::effective().is_root() {
        eprintln!("only root can choose the number of a process");
        return;
    }
    alone(|| {
        for owner in
            [SigchldOwner::Libxl, SigchldOwner::LibxlAlwaysSelectiveReap, SigchldOwner::Mainloop]
        {
            let fixture = Fixture::in_mode(owner, None);
            let child = fixture.sh("exit 0");
            let number = child.pid();
            steal(number);
            if !child_of_number(number) {
                eprintln!("no process of that number is to be had");
                return;
            }
            // It goes on running, and belongs to the application.
            assert_eq!(fixture.end(&child), Outcome::Lost, "{owner:?}");
            // SAFETY: this is the test's own child.
            unsafe { libc::kill(number, libc::SIGKILL) };
            steal(number);
        }
    });
}

#[test]
fn a_pid_is_used_again_after_other_code_has_reaped_its_child() {
    if !unistd::Uid::effective().is_root() {
        eprintln!("only root can choose the number of a process");
        return;
    }
    alone(|| {
        let fixture = Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None);
        for _ in 0..50 {
            let first = fixture.sh("exit 0");
            steal(first.pid());
            let before = (first.pid() - 1).to_string();
            if fs::write("/proc/sys/kernel/ns_last_pid", before).is_err() {
                return eprintln!("the number of a process cannot be chosen");
            }
            let second = fixture.sh("exit 3");
            let met = second.pid() == first.pid();
            assert_eq!(fixture.end(&second), status(3));
            assert_eq!(fixture.end(&first), Outcome::Lost);
            if met {
                return;
            }
        }
        eprintln!("no process of that number is to be had");
    });
}

#[test]
fn a_script_needs_no_interpreters_name() {
    alone(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("script");
        fs::write(&path, "exit $1\n").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&path, mode).unwrap();
        both_ways(|fixture| {
            let child = fixture.children.spawn(&Program::new(&path).argument("7")).unwrap();
            assert_eq!(fixture.end(&child), status(7));
        });
    });
}

#[test]
fn every_kind_of_end_is_reported() {
    alone(|| {
        both_ways(|fixture| {
            assert_eq!(fixture.end(&fixture.sh("exit 3")), status(3));
            assert_eq!(fixture.end(&fixture.sh("kill -9 $$")), killed_by(9));
            // A real-time signal has no name.
            assert_eq!(fixture.end(&fixture.sh("kill -40 $$")), killed_by(40));
            let child = fixture.sh("exec sleep 100");
            child.kill(libc::SIGTERM).unwrap();
            assert_eq!(fixture.end(&child), killed_by(15));
            assert_eq!(child.kill(libc::SIGTERM), Ok(()), "too late is no error");
            assert_eq!(child.outcome(), Some(killed_by(15)), "and can be asked again");
        });
    });
}

#[test]
fn stopped_children_and_those_that_ignore_sigterm_are_killed() {
    alone(|| {
        let fixture = Fixture::new();
        let stopped = fixture.sh("kill -STOP $$; sleep 100");
        let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
        let program = sh("trap '' TERM; echo; exec sleep 100").stdout(Io::Fd(writer.as_fd()));
        let stubborn = fixture.children.spawn(&program).unwrap();
        unistd::read(&reader, &mut [0]).unwrap();
        // Before it has stopped itself, SIGTERM would end it.
        let stat = format!("/proc/{}/stat", stopped.pid());
        while !std::fs::read_to_string(&stat).unwrap().contains(") T ") {
            std::thread::sleep(Duration::from_millis(1));
        }
        for child in [&stopped, &stubborn] {
            child.kill(libc::SIGTERM).unwrap();
            let wait = async {
                let late = fixture.runtime.sleep(Duration::from_millis(50));
                futures_util::future::select(Box::pin(child.exited()), late).await;
            };
            fixture.runtime.block_on(wait);
            assert_eq!(child.outcome(), None);
        }
        assert_eq!(fixture.runtime.block_on(stopped.end()), Ok(killed_by(9)));
        assert_eq!(fixture.runtime.block_on(stubborn.end()), Ok(killed_by(9)));
        assert!(!has_children());
    });
}

#[test]
fn an_abandoned_child_is_killed_and_reaped() {
    alone(|| {
        let fixture = Fixture::new();
        drop(fixture.sh("exec sleep 100"));
        fixture.turn_until("reaped", || !has_children());
        assert_eq!(fixture.children.count(), 0);
        // The same holds if the ctx is freed while a task waits for the child.
        let child = fixture.sh("exec sleep 100");
        fixture.runtime.spawn(async move {
            child.exited().await;
        });
        assert!(has_children());
        drop(fixture);
        assert!(!has_children());
    });
}

#[test]
fn three_hundred_children_leave_no_descriptors() {
    alone(|| {
        let fds = open_fds();
        for hooks in [None, forking()] {
            let fixture = Fixture::in_mode(SigchldOwner::Libxl, hooks);
            for round in 0..150_u8 {
                assert_eq!(fixture.end(&fixture.sh(&format!("exit {round}"))), status(round));
            }
            assert!(!has_children());
        }
        assert_eq!(open_fds(), fds);
    });
}

/// Measures what a start costs in a process that has much memory, with and without the application's fork.
#[test]
#[ignore = "a measurement"]
fn a_start_in_a_big_process() {
    alone(|| {
        let ballast = vec![1_u8; 1 << 30];
        both_ways(|fixture| {
            let program = Program::new("/bin/true");
            let mut starts = [(); 50].map(|()| {
                let began = Instant::now();
                let child = fixture.children.spawn(&program).unwrap();
                let took = began.elapsed();
                assert_eq!(fixture.end(&child), status(0));
                took
            });
            starts.sort_unstable();
            let _ = writeln!(std::io::stderr(), "a start takes {:?}", starts[25]);
        });
        assert_eq!(ballast[ballast.len() / 2], 1);
    });
}
