//! Every way in which the wait for a slow lock ends, with real files and helpers.

mod crowd;

use std::fs::{self, File};
use std::future::Future;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::host::{HostEnvironment, LockSubject};
use super::*;
use crate::runtime::Runtime;
use crate::runtime::abort::Abort;
use crate::runtime::child::{Child, ChildprocHooks, Children, SigchldOwner};
use crate::runtime::notify::Notify;
use crate::sync::tracked_fds::Tracked;
use crate::sync::{Arc, Mutex, locked};

const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_secs(20);

/// A domain that is destroyed when the test says so.
#[derive(Default)]
struct Pretended {
    gone: AtomicBool,
    changes: Arc<Notify>,
}

impl Pretended {
    fn go(&self) {
        self.gone.store(true, Ordering::SeqCst);
        self.changes.notify();
    }
}

impl LockSubject for &Pretended {
    fn exists(&self) -> Result<(), Error> {
        if self.gone.load(Ordering::SeqCst) { Err(Error::DomainNotFound) } else { Ok(()) }
    }

    async fn gone(&self) {
        let mut listener = self.changes.listen_from_before();
        while self.exists().is_ok() {
            listener.changed().await;
        }
    }
}

/// An application that forks: it counts the forks, and can make them fail.
#[derive(Default)]
struct App {
    forks: AtomicUsize,
    last: AtomicI32,
    refuses: AtomicBool,
    /// The error with which `flock` fails in the helper.
    fault: AtomicI32,
}

impl ChildprocHooks for App {
    fn forks(&self) -> bool {
        true
    }

    fn fork(&self) -> Result<i32, Errno> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(Errno::ENOMEM);
        }
        self.forks.fetch_add(1, Ordering::SeqCst);
        // SAFETY: the child makes only the helper's few system calls.
        let pid = Errno::result(unsafe { libc::fork() })?;
        match (pid, self.fault.load(Ordering::SeqCst)) {
            (0, 0) => {}
            (0, errno) => flock_fails(errno),
            _ => self.last.store(pid, Ordering::SeqCst),
        }
        Ok(pid)
    }

    fn reaped(&self, _: i32, _: i32) -> Option<i32> {
        None
    }
}

/// Makes `flock` fail in this process from now on.
fn flock_fails(errno: i32) {
    let filter = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let mut filters = [
        // The filter loads the number of the system call; if it is flock's, it returns the errno.
        filter((libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16, 0, 0, 0),
        filter((libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16, 0, 1, libc::SYS_flock as u32),
        filter(
            (libc::BPF_RET | libc::BPF_K) as u16,
            0,
            0,
            libc::SECCOMP_RET_ERRNO | errno.cast_unsigned(),
        ),
        filter((libc::BPF_RET | libc::BPF_K) as u16, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filters.len() as u16, filter: filters.as_mut_ptr() };
    // SAFETY: the program is valid, and the kernel copies it.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program);
    }
}

struct Fixture {
    runtime: Runtime,
    children: Children,
    app: Arc<App>,
    domain: Pretended,
    abort: Abort,
    queues: Queues,
    dir: tempfile::TempDir,
    path: PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let runtime = Runtime::default();
        let children = Children::new(runtime.clone(), -14, |_| ());
        let app = Arc::new(App::default());
        let hooks: Arc<dyn ChildprocHooks> = Arc::<App>::clone(&app);
        children.set_mode(SigchldOwner::LibxlAlwaysSelectiveReap, Some(hooks)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        Self {
            runtime,
            children,
            app,
            domain: Pretended::default(),
            abort: Abort::default(),
            queues: Queues::default(),
            dir,
            path,
        }
    }

    fn host(&self, tries_first: bool) -> HostEnvironment<'_, &Pretended> {
        HostEnvironment {
            runtime: &self.runtime,
            children: &self.children,
            abort: &self.abort,
            log: const { &crate::xen::log::Log::none() },
            tries_first,
            locked: &self.domain,
        }
    }

    async fn lock(&self, tries_first: bool) -> Result<Held<LockCandidate>, SlowLockFailure> {
        acquire(&self.host(tries_first), &self.queues, &self.path).await
    }

    /// Acquires the lock by means of a helper, and runs `meanwhile` in another thread while it waits.
    fn lock_while(
        &self,
        meanwhile: impl FnOnce() + Send,
    ) -> Result<Held<LockCandidate>, SlowLockFailure> {
        thread::scope(|scope| {
            scope.spawn(|| {
                let before = Instant::now();
                while self.children.count() == 0 && before.elapsed() < LATE {
                    thread::sleep(SOON / 20);
                }
                thread::sleep(SOON);
                meanwhile();
            });
            self.runtime.block_on(self.lock(false))
        })
    }

    /// A lock of another process, as far as the kernel can tell.
    fn foreign(&self) -> Foreign<'_> {
        let file = File::create(&self.path).unwrap();
        file.try_lock().unwrap();
        Foreign { file: Tracked::new(file), path: &self.path }
    }

    /// Checks that no attempt has left anything.
    fn nothing_left(&self) {
        assert!(self.queues.is_empty());
        assert_eq!(self.children.count(), 0);
        assert_eq!(fs::read_dir(self.dir.path()).unwrap().count(), 0);
        let last = self.app.last.load(Ordering::SeqCst);
        if last != 0 {
            assert_eq!(kill(Pid::from_raw(last), None), Err(Errno::ESRCH), "reaped");
        }
    }

    fn forks(&self) -> usize {
        self.app.forks.load(Ordering::SeqCst)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.runtime.shut_down();
        self.children.shut_down();
    }
}

struct Foreign<'a> {
    /// The file is on the list, so that the helpers of other tests do not keep the lock.
    file: Tracked<File>,
    path: &'a std::path::Path,
}

impl Foreign<'_> {
    /// Removes the file and releases the lock, as the C library does.
    fn done(self) {
        fs::remove_file(self.path).unwrap();
        self.dies();
    }

    /// Ends like a process that dies. Closing the file is not enough: a helper that another test forks at this moment
    /// may have a copy, which the helper of another process would not.
    fn dies(self) {
        self.file.unlock().unwrap();
    }
}

#[test]
fn a_free_lock_takes_no_fork() {
    let f = Fixture::new();
    for _ in 0..3 {
        let held = f.runtime.block_on(f.lock(true)).unwrap();
        assert!(File::open(&f.path).unwrap().try_lock().is_err());
        drop(held);
        assert!(!f.path.exists());
    }
    assert_eq!(f.forks(), 0);
    f.nothing_left();
}

#[test]
fn a_lock_that_a_helper_takes_is_held() {
    let f = Fixture::new();
    let held = f.runtime.block_on(f.lock(false)).unwrap();
    assert_eq!((f.forks(), f.children.count()), (1, 0));
    assert!(File::open(&f.path).unwrap().try_lock().is_err());
    drop(held);
    f.nothing_left();
}

#[test]
fn the_holder_releases_the_lock() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let held = f.lock_while(|| foreign.done()).unwrap();
    assert_eq!(f.forks(), 2, "the file was another: one more");
    drop(held);
    f.nothing_left();
}

#[test]
fn the_holder_dies() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let held = f.lock_while(|| foreign.dies()).unwrap();
    assert_eq!(f.forks(), 1, "the file is as good as a new one");
    drop(held);
    f.nothing_left();
}

#[test]
fn a_holder_that_is_another_process_is_killed() {
    let f = Fixture::new();
    let holder = f.children.fork(|| {
        let held = LockCandidate::open(&f.path).and_then(|file| file.lock().map(|()| file));
        fs::write(f.dir.path().join("ready"), b"").unwrap();
        thread::sleep(LATE * 2);
        u8::from(held.is_err())
    });
    let holder = holder.unwrap();
    while !f.dir.path().join("ready").exists() {
        thread::sleep(SOON / 20);
    }
    fs::remove_file(f.dir.path().join("ready")).unwrap();
    let held = f.lock_while(|| holder.kill(libc::SIGKILL).unwrap()).unwrap();
    f.runtime.block_on(holder.exited());
    drop(held);
    f.nothing_left();
}

#[test]
fn the_file_is_replaced() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let held = f.lock_while(|| {
        fs::remove_file(&f.path).unwrap();
        fs::write(&f.path, b"").unwrap();
        foreign.dies();
    });
    let held = held.unwrap();
    assert!(File::open(&f.path).unwrap().try_lock().is_err(), "the new file");
    drop(held);
    f.nothing_left();
}

#[test]
fn a_helper_is_killed() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let held = f.lock_while(|| {
        kill(Pid::from_raw(f.app.last.load(Ordering::SeqCst)), Signal::SIGKILL).unwrap();
        while f.forks() < 2 {
            thread::sleep(SOON / 20);
        }
        foreign.dies();
    });
    drop(held.unwrap());
    f.nothing_left();
}

#[test]
fn all_helpers_are_killed() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let outcome = f.lock_while(|| {
        for round in 1..=5 {
            while f.forks() < round || f.app.last.load(Ordering::SeqCst) == 0 {
                thread::sleep(SOON / 20);
            }
            let pid = f.app.last.swap(0, Ordering::SeqCst);
            kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        }
    });
    assert_eq!(outcome.unwrap_err(), SlowLockFailure::Helper);
    foreign.done();
    f.nothing_left();
}

#[test]
fn a_helper_cannot_lock() {
    let f = Fixture::new();
    f.app.fault.store(libc::ENOLCK, Ordering::SeqCst);
    let outcome = f.runtime.block_on(f.lock(false));
    assert_eq!(
        outcome.unwrap_err(),
        SlowLockFailure::File(LockFailure { what: "lock", errno: Errno::ENOLCK })
    );
    assert_eq!(f.forks(), 1);
    f.nothing_left();
}

#[test]
fn no_helper_can_be_forked() {
    let f = Fixture::new();
    f.app.refuses.store(true, Ordering::SeqCst);
    let foreign = f.foreign();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON * 2);
            foreign.done();
        });
        drop(f.runtime.block_on(f.lock(false)).unwrap());
    });
    let foreign = f.foreign();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON * 4);
            f.abort.ask();
        });
        assert_eq!(f.runtime.block_on(f.lock(true)).unwrap_err(), SlowLockFailure::Aborted);
    });
    foreign.done();
    f.nothing_left();
}

#[test]
fn the_file_cannot_be_opened() {
    let f = Fixture::new();
    fs::create_dir(&f.path).unwrap();
    for way in [true, false] {
        let failure = LockFailure { what: "open", errno: Errno::EISDIR };
        assert_eq!(f.runtime.block_on(f.lock(way)).unwrap_err(), SlowLockFailure::File(failure));
    }
    fs::remove_dir(&f.path).unwrap();
    f.nothing_left();
}

#[test]
fn the_domain_goes_while_the_lock_is_waited_for() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let outcome = f.lock_while(|| f.domain.go());
    assert_eq!(outcome.unwrap_err(), SlowLockFailure::Domain(Error::DomainNotFound));
    // The holder still has the lock.
    assert!(File::open(&f.path).unwrap().try_lock().is_err());
    foreign.done();
    f.nothing_left();
}

#[test]
fn the_domain_goes_while_others_of_the_process_have_the_lock() {
    let f = Fixture::new();
    let held = f.runtime.block_on(f.lock(true)).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON);
            f.domain.go();
        });
        let outcome = f.runtime.block_on(f.lock(true));
        assert_eq!(outcome.unwrap_err(), SlowLockFailure::Domain(Error::DomainNotFound));
    });
    drop(held);
    f.nothing_left();
}

#[test]
fn a_lock_without_a_domain_is_released() {
    let f = Fixture::new();
    f.domain.gone.store(true, Ordering::SeqCst);
    // There is no wait, since the lock was free.
    let outcome = f.runtime.block_on(f.lock(true));
    assert_eq!(outcome.unwrap_err(), SlowLockFailure::Domain(Error::DomainNotFound));
    f.nothing_left();
}

#[test]
fn an_abort_ends_the_wait_for_a_helper() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let outcome = f.lock_while(|| assert!(f.abort.ask()));
    assert_eq!(outcome.unwrap_err(), SlowLockFailure::Aborted);
    assert_eq!(f.children.count(), 0, "reaped before the operation has ended");
    foreign.done();
    f.nothing_left();
}

#[test]
fn an_abort_ends_the_wait_in_the_queue() {
    let f = Fixture::new();
    let held = f.runtime.block_on(f.lock(true)).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON);
            f.abort.ask();
        });
        assert_eq!(f.runtime.block_on(f.lock(true)).unwrap_err(), SlowLockFailure::Aborted);
    });
    assert_eq!(f.queues.count(&f.path), 1);
    drop(held);
    f.nothing_left();
}

type Attempt<'a> = Pin<Box<dyn Future<Output = Result<Held<LockCandidate>, SlowLockFailure>> + 'a>>;

fn poll(attempt: &mut Attempt<'_>) -> Poll<Result<Held<LockCandidate>, SlowLockFailure>> {
    attempt.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn an_attempt_that_is_dropped_leaves_nothing() {
    let f = Fixture::new();
    let foreign = f.foreign();
    let mut first: Attempt<'_> = Box::pin(f.lock(false));
    let mut second: Attempt<'_> = Box::pin(f.lock(false));
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending());
    assert_eq!((f.forks(), f.queues.count(&f.path)), (1, 2));
    drop(second);
    assert_eq!(f.queues.count(&f.path), 1);
    assert_eq!(f.runtime.task_count(), 0);
    drop(first);
    // Its helper is reaped by a thread that dispatches, which an application that sleeps is asked for.
    assert_eq!(f.runtime.task_count(), 1);
    let began = Instant::now();
    while f.children.count() > 0 && began.elapsed() < LATE {
        f.runtime.dispatch();
    }
    foreign.done();
    f.nothing_left();
}

#[test]
fn waiters_of_a_process_are_served_in_the_order_of_their_coming() {
    let f = Fixture::new();
    let order = Mutex::new(Vec::new());
    let held = f.runtime.block_on(f.lock(true)).unwrap();
    thread::scope(|scope| {
        for i in 0..8 {
            let (f, order) = (&f, &order);
            scope.spawn(move || {
                let held = f.runtime.block_on(f.lock(true)).unwrap();
                locked(order).push(i);
                drop(held);
            });
            while f.queues.count(&f.path) < i + 2 {
                thread::yield_now();
            }
        }
        drop(held);
    });
    assert_eq!(*locked(&order), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(f.forks(), 0, "no helper is needed for that");
    f.nothing_left();
}

#[test]
fn a_waiter_that_gives_up_delays_no_other() {
    let f = Fixture::new();
    let held = f.runtime.block_on(f.lock(true)).unwrap();
    let mut second: Attempt<'_> = Box::pin(f.lock(true));
    let mut third: Attempt<'_> = Box::pin(f.lock(true));
    assert!(poll(&mut second).is_pending());
    assert!(poll(&mut third).is_pending());
    drop(held);
    // It is the second waiter's turn, which is not polled any more.
    drop(second);
    let Poll::Ready(third) = poll(&mut third) else { panic!("no turn") };
    drop(third.unwrap());
    f.nothing_left();
}

#[test]
fn a_new_waiter_waits_behind_marked_waiters() {
    // The two act as two processes.
    let (one, mut two) = (Fixture::new(), Fixture::new());
    two.path.clone_from(&one.path);
    let two = two;
    let held = one.runtime.block_on(one.lock(true)).unwrap();
    thread::scope(|scope| {
        let other = scope.spawn(|| two.runtime.block_on(two.lock(true)));
        while two.children.count() == 0 {
            thread::sleep(SOON / 20);
        }
        thread::sleep(SOON);
        drop(held);
        assert!(one.path.exists(), "left to the one who waits");
        drop(other.join().unwrap().unwrap());
        assert_eq!(two.forks(), 1);
    });
    // A waiter that is not running at the moment.
    let held = one.runtime.block_on(one.lock(true)).unwrap();
    let mut waits = LockCandidate::open(&one.path).unwrap();
    waits.mark();
    drop(held);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON);
            drop(waits);
        });
        drop(one.runtime.block_on(one.lock(true)).unwrap());
    });
    assert_eq!(one.forks(), 1, "sent a helper to the end of the line");
    one.nothing_left();
    two.nothing_left();
}

#[test]
fn a_child_that_goes_on_without_a_program_has_no_part_in_the_lock() {
    let f = Fixture::new();
    let held = f.runtime.block_on(f.lock(true)).unwrap();
    let fd = std::os::fd::AsFd::as_fd(&held._file).as_raw_fd();
    let child: Child = f
        .children
        // SAFETY: the arguments are numbers.
        .fork(|| u8::from(unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1))
        .unwrap();
    assert!(f.runtime.block_on(child.exited()).success());
    assert!(File::open(&f.path).unwrap().try_lock().is_err());
    drop(held);
    f.nothing_left();
}
