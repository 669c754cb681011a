//! Detached programs, which init reaps.

use nix::sys::resource::{Resource, getrlimit};

use super::*;

impl Fixture {
    fn detached(
        &self,
        program: &Program<'_>,
        confinement: Option<Confinement<'_>>,
        announce: Announce<'_>,
    ) -> Result<Pid, Errno> {
        let started = self.children.spawn_detached(program, confinement, announce)?;
        self.runtime.block_on(started.announced())
    }

    /// Waits until every child was reaped.
    fn settle(&self) {
        self.turn_until("children are left", || self.children.count() == 0);
    }
}

/// Waits until the process has ended, reaped or not.
fn gone(pid: Pid) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").map_or('X', |(_, rest)| rest.chars().next().unwrap());
        if matches!(state, 'X' | 'Z') {
            return;
        }
        assert!(Instant::now() < until, "{pid} runs on");
        thread::sleep(Duration::from_millis(10));
    }
}

fn no_child_is_left() {
    // SAFETY: the status pointer may be NULL.
    let found = unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG | libc::__WALL) };
    assert_eq!((found, Errno::last()), (-1, Errno::ECHILD));
}

#[test]
fn it_outlives_its_ctx_and_is_no_child() {
    alone(|| {
        both_ways(|fixture| {
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let (gate, opener) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let script = "echo $$ $PPID $COLOUR; read go; cut -d ' ' -f 6 /proc/$$/stat";
            let program = Program::new("/bin/sh")
                .arguments(["-c", script])
                .variable("COLOUR", "red")
                .stdin(Io::Fd(gate.as_fd()))
                .stdout(Io::Fd(writer.as_fd()));
            let pid = fixture.detached(&program, None, &|_| Ok(())).unwrap();
            drop(program);
            drop((writer, gate));
            // The intermediate process has ended, and left nothing.
            fixture.settle();
            no_child_is_left();
            fixture.children.shut_down();
            unistd::write(&opener, b"go\n").unwrap();
            let text = read_all(reader);
            let words: Vec<_> = text.split_whitespace().collect();
            assert_eq!(words[0], pid.to_string());
            assert_ne!(words[1], std::process::id().to_string(), "not ours");
            assert_eq!(words[2], "red");
            assert_eq!(words[3], pid.to_string(), "a session of its own");
            gone(pid);
        });
    });
}

#[test]
fn its_id_is_announced_before_it_runs() {
    alone(|| {
        both_ways(|fixture| {
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let program =
                Program::new("/bin/sh").arguments(["-c", "echo $$"]).stdout(Io::Fd(writer.as_fd()));
            let fd = writer.as_raw_fd();
            let announce = |pid: Pid| {
                // This runs in the child, so it does not allocate.
                let digits =
                    [1000000, 100000, 10000, 1000, 100, 10, 1].map(|n| b'0' + (pid / n % 10) as u8);
                // SAFETY: the child has this descriptor.
                unsafe { libc::write(fd, digits.as_ptr().cast(), digits.len()) };
                // SAFETY: as above.
                unsafe { libc::write(fd, c"\n".as_ptr().cast(), 1) };
                Ok(())
            };
            let pid = fixture.detached(&program, None, &announce).unwrap();
            drop(program);
            drop(writer);
            let text = read_all(reader);
            let announced: Vec<Pid> = text.lines().map(|line| line.parse().unwrap()).collect();
            assert_eq!(announced, [pid, pid]);
            fixture.settle();
            no_child_is_left();
        });
    });
}

#[test]
fn its_name_says_that_it_is_starting() {
    alone(|| {
        both_ways(|fixture| {
            let program = Program::new("true");
            let announce = |_: Pid| {
                let mut name = [0_u8; 16];
                // SAFETY: the array has the maximum size of a name.
                unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
                let is_starting = name.starts_with(STARTING.to_bytes_with_nul());
                if is_starting { Ok(()) } else { Err(Errno::EXDEV) }
            };
            fixture.detached(&program, None, &announce).unwrap();
            fixture.settle();
            no_child_is_left();
        });
    });
}

#[test]
fn without_an_announcement_it_does_not_run() {
    alone(|| {
        both_ways(|fixture| {
            let dir = tempfile::tempdir().unwrap();
            let mark = dir.path().join("mark");
            let program = Program::new("touch").argument(&mark);
            let met = fixture.detached(&program, None, &|_| Err(Errno::EXDEV));
            assert_eq!(met, Err(Errno::EXDEV));
            let defect = fixture.detached(&program, None, &|_| panic!("a defect"));
            assert_eq!(defect, Err(Errno::ECHILD));
            thread::sleep(Duration::from_millis(100));
            assert!(!mark.exists());
            fixture.settle();
            no_child_is_left();
        });
    });
}

/// Announces only when it is allowed to, and reports that it was called, as with a xenstored that does not reply.
fn silent(gate: RawFd, asked: RawFd) -> impl Fn(Pid) -> Result<(), Errno> {
    move |_| {
        // SAFETY: the child has these descriptors, and one byte can be accessed.
        unsafe {
            libc::write(asked, c"x".as_ptr().cast(), 1);
            let mut byte = 0_u8;
            libc::read(gate, std::ptr::from_mut(&mut byte).cast(), 1);
        }
        Ok(())
    }
}

#[test]
fn one_that_is_dropped_before_it_is_announced_does_not_run() {
    alone(|| {
        both_ways(|fixture| {
            for is_known in [false, true] {
                let dir = tempfile::tempdir().unwrap();
                let mark = dir.path().join("mark");
                let program = Program::new("touch").argument(&mark);
                let pipe = || unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
                let ((gate, opener), (answer, asked)) = (pipe(), pipe());
                let announce = silent(gate.as_raw_fd(), asked.as_raw_fd());
                let started = fixture.children.spawn_detached(&program, None, &announce).unwrap();
                unistd::read(&answer, &mut [0]).unwrap();
                if is_known {
                    // The parent knows the id, but it is not announced.
                    let announced = Box::pin(started.announced());
                    let late = fixture.runtime.sleep(Duration::from_millis(200));
                    let both = async { drop(futures_util::future::select(announced, late).await) };
                    fixture.runtime.block_on(both);
                } else {
                    drop(started);
                }
                unistd::write(&opener, b"x").unwrap();
                // No process has the other end when the process has ended.
                drop(asked);
                assert_eq!(unistd::read(&answer, &mut [0]), Ok(0));
                assert!(!mark.exists(), "known: {is_known}");
                fixture.settle();
                no_child_is_left();
            }
        });
    });
}

#[test]
fn a_process_that_has_got_the_id_of_one_that_has_ended_is_not_killed() {
    alone(|| {
        let fixture = Fixture::new();
        let other = fixture.children.spawn(&Program::new("sleep").argument("100")).unwrap();
        for (second, met) in [(None, Errno::ECHILD), (Some(Errno::EXDEV), Errno::EXDEV)] {
            let between = fixture.children.spawn(&Program::new("true")).unwrap();
            let (pipe, writer) = start::status_pipe(0).unwrap();
            assert!(start::tell(writer.as_fd().as_raw_fd(), other.pid()));
            if let Some(errno) = second {
                assert!(start::tell(writer.as_fd().as_raw_fd(), -(errno as i32)));
            }
            drop(writer);
            let started = Detached::new(fixture.runtime.clone(), pipe, between);
            assert_eq!(fixture.runtime.block_on(started.announced()), Err(met));
        }
        // A signal takes effect before the process runs again.
        thread::sleep(Duration::from_millis(100));
        other.kill(libc::SIGTERM).unwrap();
        let ended = fixture.runtime.block_on(other.exited());
        assert!(matches!(ended, Outcome::Ended(status) if status.signal() == Some(libc::SIGTERM)));
        fixture.settle();
    });
}

#[test]
fn the_reason_of_a_failed_start_is_reported() {
    alone(|| {
        both_ways(|fixture| {
            let start = |path| {
                let program = Program::new(path);
                fixture.detached(&program, None, &|_| Ok(()))
            };
            assert_eq!(start("/no/such/program"), Err(Errno::ENOENT));
            assert_eq!(start("/etc"), Err(Errno::EACCES));
            assert_eq!(start("a\0b"), Err(Errno::EINVAL));
            fixture.settle();
            no_child_is_left();
        });
    });
}

#[test]
fn signals_and_descriptors_are_as_a_program_expects() {
    alone(|| {
        // SAFETY: no handler is installed.
        unsafe { signal(Signal::SIGPIPE, SigHandler::SigIgn).unwrap() };
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGUSR1);
        blocked.thread_block().unwrap();
        both_ways(|fixture| {
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let program = Program::new("/bin/sh")
                .arguments(["-c", "ls -1 /proc/self/fd; exec grep Sig /proc/self/status"])
                .stdin(Io::Null)
                .stdout(Io::Fd(writer.as_fd()));
            let pid = fixture.detached(&program, None, &|_| Ok(())).unwrap();
            drop(program);
            drop(writer);
            let text = read_all(reader);
            gone(pid);
            assert!(text.starts_with("0\n1\n2\n3\nSig"), "{text}");
            assert!(text.contains("SigBlk:\t0000000000000000"), "{text}");
            let ignored = text.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
            let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
            let ours = 1 << (libc::SIGPIPE - 1) | 1 << (libc::SIGCHLD - 1);
            assert_eq!(ignored & ours, 0, "{text}");
            fixture.settle();
        });
        assert_eq!(SigSet::thread_get_mask().unwrap(), blocked, "the parent's mask is as it was");
    });
}

#[test]
fn one_that_is_confined() {
    if !unistd::Uid::effective().is_root() {
        eprintln!("only root can have namespaces of its own");
        return;
    }
    alone(|| {
        both_ways(|fixture| {
            let (reader, writer) = unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap();
            let script = "ulimit -f; ulimit -Hc; readlink /proc/self/ns/mnt /proc/self/ns/ipc";
            let program = Program::new("/bin/sh")
                .arguments(["-c", script])
                .stdout(Io::Fd(writer.as_fd()))
                .stderr(Io::Fd(writer.as_fd()));
            let limits = [(Resource::RLIMIT_FSIZE, 64 << 10), (Resource::RLIMIT_CORE, 0)];
            let confinement = Confinement { limits: &limits, namespaces: true };
            let here = |name| fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
            let before = (here("mnt"), here("ipc"), Resource::RLIMIT_FSIZE);
            let limit = getrlimit(before.2).unwrap();
            let pid = fixture.detached(&program, Some(confinement), &|_| Ok(())).unwrap();
            drop(program);
            drop(writer);
            let text = read_all(reader);
            gone(pid);
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines[..2], ["128", "0"], "{text}");
            assert_ne!(lines[2], before.0.to_str().unwrap());
            assert_ne!(lines[3], before.1.to_str().unwrap());
            assert_eq!((here("mnt"), here("ipc")), (before.0, before.1), "ours are as they were");
            assert_eq!(getrlimit(before.2).unwrap(), limit);
            fixture.settle();
        });
    });
}

#[test]
fn many_threads_start_at_once() {
    alone(|| {
        let fixture = Fixture::new();
        let done = dirs(&fixture);
        assert_eq!(done, 40);
        no_child_is_left();
    });
}

/// Starts 40 programs from 4 threads, each of which creates a file. Returns the number of files.
fn dirs(fixture: &Fixture) -> usize {
    let dir = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for t in 0..4 {
            let path = dir.path();
            scope.spawn(move || {
                for n in 0..10 {
                    let program = Program::new("touch").argument(path.join(format!("{t}-{n}")));
                    let pid = fixture.detached(&program, None, &|_| Ok(())).unwrap();
                    gone(pid);
                }
            });
        }
    });
    fs::read_dir(dir.path()).unwrap().count()
}
