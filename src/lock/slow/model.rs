//! A loom model of a few threads and processes that acquire, give up and release one slow lock, in every interleaving:
//! at most one holds the lock at a time, none waits forever (loom reports that as a deadlock), and no file is left.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --profile loom --lib slow::model`
//!
//! The code for acquiring, the queue and the abort is the real one; the disk and the helpers are models: each system
//! call is one step, and a helper is a wait that the disk ends. Each mechanism that the argument needs is also left out
//! once, and loom must then find a failure.

use std::collections::HashSet;
use std::future::poll_fn;
use std::path::PathBuf;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};

use loom::thread;

use super::*;
use crate::runtime::abort::Abort;
use crate::sync::fault_injection::remove;
use crate::sync::{Arc, Condvar, Mutex, locked, sleep_on};

/// The lock files on disk, which all processes share.
#[derive(Default)]
struct Disk {
    state: Mutex<DiskState>,
    /// Signalled when a lock has become free, for threads that wait for it.
    freed: Condvar,
}

#[derive(Default)]
struct DiskState {
    /// The file that the name refers to.
    current: Option<usize>,
    files: Vec<FileState>,
    /// Whether a process is in the critical section.
    inside: bool,
    opened: usize,
    domain_gone: bool,
}

#[derive(Default)]
struct FileState {
    /// The open file description that has the lock.
    owner: Option<usize>,
    marks: HashSet<usize>,
    waiting: Vec<Waker>,
}

/// An open file description.
struct Open {
    disk: Arc<Disk>,
    file: usize,
    number: usize,
    held: bool,
}

impl Open {
    fn new(disk: &Arc<Disk>) -> Self {
        let mut state = locked(&disk.state);
        let next = state.files.len();
        let file = *state.current.get_or_insert(next);
        if file == next {
            state.files.push(FileState::default());
        }
        state.opened += 1;
        Self { disk: Arc::clone(disk), file, number: state.opened, held: false }
    }

    /// One system call.
    fn call<T>(&self, call: impl FnOnce(&mut FileState) -> T) -> T {
        call(&mut locked(&self.disk.state).files[self.file])
    }
}

impl LockFile for Open {
    fn try_lock(&self) -> Result<bool, LockFailure> {
        Ok(self.call(|file| *file.owner.get_or_insert(self.number) == self.number))
    }

    fn is_current(&self) -> Result<bool, LockFailure> {
        Ok(locked(&self.disk.state).current == Some(self.file))
    }

    fn is_awaited(&self) -> bool {
        self.call(|file| file.marks.iter().any(|mark| *mark != self.number))
    }

    fn mark(&mut self) {
        self.call(|file| file.marks.insert(self.number));
    }

    fn unmark(&mut self) {
        self.call(|file| file.marks.remove(&self.number));
    }

    fn remove(&self) {
        locked(&self.disk.state).current = None;
    }

    fn unlock(&self) {
        let waiting = self.call(|file| {
            if file.owner == Some(self.number) {
                file.owner = None;
            }
            std::mem::take(&mut file.waiting)
        });
        self.disk.freed.notify_all();
        waiting.into_iter().for_each(Waker::wake);
    }

    fn hold(&mut self) {
        self.unmark();
        self.held = true;
    }
}

impl Drop for Open {
    /// As for a [`LockCandidate`].
    fn drop(&mut self) {
        if self.held { self.let_go(true) } else { self.give_up() }
    }
}

/// A process.
#[derive(Clone)]
struct ModelProcess {
    disk: Arc<Disk>,
    queues: Queues,
    abort: Abort,
    tries_first: bool,
}

impl ModelProcess {
    fn new(disk: &Arc<Disk>, tries_first: bool) -> Self {
        let (queues, abort) = (Queues::default(), Abort::default());
        Self { disk: Arc::clone(disk), queues, abort, tries_first }
    }

    /// The same process, in another operation.
    fn again(&self) -> Self {
        Self { abort: Abort::default(), ..self.clone() }
    }

    async fn lock(&self) -> Result<Held<Open>, SlowLockFailure> {
        acquire(self, &self.queues, &PathBuf::from("lock")).await
    }

    /// Takes the lock, enters the critical section and leaves it.
    fn turn(&self) -> Result<(), SlowLockFailure> {
        let held = block_on(self.lock())?;
        self.disk.inside(true);
        thread::yield_now();
        self.disk.inside(false);
        drop(held);
        Ok(())
    }
}

impl Disk {
    fn inside(&self, now: bool) {
        let before = std::mem::replace(&mut locked(&self.state).inside, now);
        assert!(before != now, "two at once");
    }

    /// As [`ModelProcess::turn`], in a process with the C library.
    fn turn_as_in_c(self: &Arc<Self>) {
        loop {
            let open = Open::new(self);
            let mut state = locked(&self.state);
            while *state.files[open.file].owner.get_or_insert(open.number) != open.number {
                state = sleep_on(&self.freed, state);
            }
            drop(state);
            if open.is_current() != Ok(true) {
                open.unlock();
                std::mem::forget(open);
                continue;
            }
            self.inside(true);
            thread::yield_now();
            self.inside(false);
            open.remove();
            open.unlock();
            return std::mem::forget(open);
        }
    }

    /// Destroys the domain: the file is removed, whichever process has the lock.
    fn end_domain(&self) {
        let waiting: Vec<Waker> = {
            let mut state = locked(&self.state);
            state.domain_gone = true;
            state.current = None;
            state.files.iter_mut().flat_map(|file| std::mem::take(&mut file.waiting)).collect()
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Environment for ModelProcess {
    type File = Open;

    fn tries_first(&self) -> bool {
        self.tries_first
    }

    fn open(&self, _: &Path) -> Result<Open, LockFailure> {
        Ok(Open::new(&self.disk))
    }

    async fn wait<T: Send>(
        &self,
        future: impl Future<Output = T> + Send,
    ) -> Result<T, SlowLockFailure> {
        self.abort.or(future).await.map_err(|_| SlowLockFailure::Aborted)
    }

    async fn wait_for(&self, open: &Open) -> Result<(), SlowLockFailure> {
        let helper = poll_fn(|cx| {
            let mut state = locked(&self.disk.state);
            if state.domain_gone {
                return Poll::Ready(Err(SlowLockFailure::Domain(Error::DomainNotFound)));
            }
            let file = &mut state.files[open.file];
            if *file.owner.get_or_insert(open.number) == open.number {
                return Poll::Ready(Ok(()));
            }
            file.waiting.push(cx.waker().clone());
            Poll::Pending
        });
        self.wait(helper).await?
    }

    fn exists(&self) -> Result<(), SlowLockFailure> {
        if locked(&self.disk.state).domain_gone {
            return Err(SlowLockFailure::Domain(Error::DomainNotFound));
        }
        Ok(())
    }
}

/// The event that a thread sleeps on while it waits for a future.
#[derive(Default)]
struct ThreadBell {
    rung: Mutex<bool>,
    changed: Condvar,
}

impl Wake for ThreadBell {
    fn wake(self: Arc<Self>) {
        *locked(&self.rung) = true;
        self.changed.notify_all();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let bell = Arc::new(ThreadBell::default());
    let waker = Waker::from(Arc::clone(&bell));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        let mut rung = locked(&bell.rung);
        while !*rung {
            rung = sleep_on(&bell.changed, rung);
        }
        *rung = false;
    }
}

/// What one thread does; its arguments are the first and the second process.
type Role = fn(&ModelProcess, &ModelProcess);

fn explore(roles: &[Role]) {
    explore_without(None, roles);
}

/// Runs all roles concurrently, the first in the model's own thread; at the end nothing may be left.
fn explore_without(mechanism: Option<Mechanism>, roles: &[Role]) {
    remove(mechanism);
    let roles = roles.to_vec();
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(2);
    model.check(move || {
        let disk = Arc::new(Disk::default());
        let (one, two) = (ModelProcess::new(&disk, true), ModelProcess::new(&disk, false));
        let others: Vec<_> = roles[1..]
            .iter()
            .map(|&role| {
                let (one, two) = (one.clone(), two.clone());
                thread::spawn(move || role(&one, &two))
            })
            .collect();
        roles[0](&one, &two);
        for other in others {
            other.join().unwrap();
        }
        assert!(one.queues.is_empty() && two.queues.is_empty(), "the queues are empty");
        let state = locked(&disk.state);
        assert!(state.current.is_none(), "no file is left");
        assert!(state.files.iter().all(|file| file.owner.is_none() && file.marks.is_empty()));
    });
}

const ONE: Role = |one, _| one.again().turn().unwrap();
const TWO: Role = |_, two| two.again().turn().unwrap();
const C: Role = |one, _| one.disk.turn_as_in_c();

/// The operation is aborted at any moment of the wait, or too late.
const MAY_BE_ABORTED: Role = |one, _| match one.turn() {
    Ok(()) | Err(SlowLockFailure::Aborted) => {}
    Err(why) => panic!("{why:?}"),
};
const ABORTS: Role = |one, _| {
    one.abort.ask();
};

/// Polls once and gives up.
fn gives_up(process: &ModelProcess) {
    let attempt = Box::pin(process.lock());
    let mut attempt = attempt;
    let mut nobody = Context::from_waker(Waker::noop());
    if let Poll::Ready(held) = attempt.as_mut().poll(&mut nobody) {
        process.disk.inside(true);
        process.disk.inside(false);
        drop(held);
    }
}

#[test]
fn threads_of_one_process() {
    explore(&[ONE, ONE, ONE]);
}

#[test]
fn two_processes() {
    explore(&[ONE, TWO]);
}

#[test]
fn two_threads_and_another_process() {
    explore(&[ONE, ONE, TWO]);
}

#[test]
fn a_process_with_the_c_library() {
    explore(&[ONE, TWO, C]);
}

#[test]
fn an_abort_at_any_moment() {
    explore(&[MAY_BE_ABORTED, ABORTS, ONE]);
}

#[test]
fn an_abort_while_another_process_has_it() {
    explore(&[MAY_BE_ABORTED, ABORTS, TWO]);
}

#[test]
fn one_that_gives_up_between_others() {
    explore(&[ONE, |one, _| gives_up(&one.again()), ONE]);
    explore(&[ONE, |_, two| gives_up(two), TWO]);
}

#[test]
fn the_domain_is_destroyed() {
    let turn: Role = |one, _| match one.again().turn() {
        Ok(()) | Err(SlowLockFailure::Domain(_)) => {}
        Err(why) => panic!("{why:?}"),
    };
    let other: Role = |_, two| match two.again().turn() {
        Ok(()) | Err(SlowLockFailure::Domain(_)) => {}
        Err(why) => panic!("{why:?}"),
    };
    explore(&[turn, other, |one, _| one.disk.end_domain()]);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_turn_that_wakes_no_waiter_is_found() {
    explore_without(Some(Mechanism::Turn), &[ONE, ONE]);
}

#[test]
#[should_panic(expected = "no file is left")]
fn a_file_that_is_left_to_a_waiter_that_has_given_up_is_found() {
    explore_without(Some(Mechanism::LookAgain), &[MAY_BE_ABORTED, ABORTS, TWO]);
}

#[test]
#[should_panic(expected = "two at once")]
fn a_file_that_is_not_compared_is_found() {
    explore_without(Some(Mechanism::Compare), &[ONE, TWO, C]);
}
