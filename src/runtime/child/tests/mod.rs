//! Tests of children. Each runs in a process of its own, since SIGCHLD and the list of children are shared in a
//! process.

mod detached;
pub mod endings;
mod modes;
mod postfork;
mod programs;

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use nix::sys::signal::{SigHandler, SigSet, Signal, signal};
use nix::unistd;

use super::*;
use crate::runtime::tests::alone::{WATCHDOG, alone};

/// The value of `unknown_child` here.
const UNKNOWN: c_int = -14;

/// The runtime of one ctx, and what it has reported.
struct Fixture {
    runtime: Runtime,
    children: Children,
    reports: Arc<Mutex<Vec<Report>>>,
}

impl Fixture {
    fn new() -> Self {
        let runtime = Runtime::default();
        let reports = Arc::new(Mutex::new(Vec::new()));
        let reported = Arc::clone(&reports);
        let tell = move |report| locked(&reported).push(report);
        let children = Children::new(runtime.clone(), UNKNOWN, tell);
        Self { runtime, children, reports }
    }

    fn in_mode(owner: SigchldOwner, hooks: Option<Arc<dyn ChildprocHooks>>) -> Self {
        let fixture = Self::new();
        fixture.children.set_mode(owner, hooks).unwrap();
        fixture
    }

    fn end(&self, child: &Child) -> Outcome {
        self.runtime.block_on(child.exited())
    }

    fn sh(&self, text: &str) -> Child {
        self.children.spawn(&sh(text)).unwrap()
    }

    /// Dispatches until `done` returns true.
    fn turn_until(&self, what: &str, done: impl Fn() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(20), "{what}");
            self.runtime.dispatch();
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn reports(&self) -> Vec<Report> {
        locked(&self.reports).clone()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.runtime.shut_down();
        self.children.shut_down();
    }
}

fn sh(text: &str) -> Program<'static> {
    Program::new("/bin/sh").argument("-c").argument(text)
}

fn status(code: u8) -> Outcome {
    Outcome::Ended(ExitStatus::from_raw(c_int::from(code) << 8))
}

fn killed_by(signal: c_int) -> Outcome {
    Outcome::Ended(ExitStatus::from_raw(signal))
}

/// An application that forks itself, and records the reports.
#[derive(Default)]
struct App {
    forks: bool,
    forked: AtomicUsize,
    reaped: Mutex<Vec<(Pid, c_int)>>,
    answer: Option<c_int>,
}

impl ChildprocHooks for App {
    fn forks(&self) -> bool {
        self.forks
    }

    fn fork(&self) -> Result<Pid, Errno> {
        self.forked.fetch_add(1, Ordering::SeqCst);
        // SAFETY: this is what an application does.
        Errno::result(unsafe { libc::fork() })
    }

    fn reaped(&self, pid: Pid, status: c_int) -> Option<c_int> {
        locked(&self.reaped).push((pid, status));
        self.answer
    }
}

fn forking() -> Option<Arc<dyn ChildprocHooks>> {
    Some(Arc::new(App { forks: true, ..App::default() }))
}

/// Runs a test with both ways of forking.
fn both_ways(test: impl Fn(Fixture)) {
    test(Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None));
    test(Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, forking()));
}

/// The disposition of SIGCHLD in the kernel's form.
fn disposition() -> [u64; 4] {
    let mut now = [0; 4];
    // SAFETY: the array has the size of the kernel's structure: handler, flags, restorer, 8 bytes of mask.
    unsafe {
        let none = std::ptr::null::<u64>();
        libc::syscall(libc::SYS_rt_sigaction, libc::SIGCHLD, none, now.as_mut_ptr(), 8);
    }
    now
}

fn set_disposition(to: [u64; 4]) {
    // SAFETY: as in `disposition`.
    unsafe {
        let none = std::ptr::null_mut::<u64>();
        assert_eq!(libc::syscall(libc::SYS_rt_sigaction, libc::SIGCHLD, to.as_ptr(), none, 8), 0);
    }
}

fn open_fds() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Whether this process has a child that was not reaped.
fn has_children() -> bool {
    // SAFETY: all zeroes is a valid siginfo_t.
    unsafe {
        let mut info = std::mem::zeroed();
        let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_ALL, 0, &mut info, flags) == 0
    }
}

/// Starts a child that belongs to the application.
fn foreign(text: &str) -> std::process::Child {
    Command::new("/bin/sh").args(["-c", text]).stdin(Stdio::null()).spawn().unwrap()
}

fn read_all(fd: OwnedFd) -> String {
    let mut text = String::new();
    std::io::Read::read_to_string(&mut fs::File::from(fd), &mut text).unwrap();
    text
}
