//! Tests of the runtime without Xen: threads, deadlines, descriptors, tasks and aborts.

pub mod alone;
mod breakdown;
mod defects;
#[cfg(debug_assertions)]
mod order;
mod threads;
mod waits;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd;

use super::abort::{Abort, Aborted};
use super::descriptor::Descriptor;
use super::notify::Notify;
use super::*;
use crate::sync::{Mutex, locked};

const SOON: Duration = Duration::from_millis(20);
/// No test waits as long as this unless a wake-up is lost.
const LATE: Duration = Duration::from_secs(10);

#[test]
fn nothing_is_opened_for_what_does_not_wait() {
    let runtime = Runtime::default();
    assert_eq!(runtime.block_on(async { 7 }), 7);
    assert!(runtime.shared.reactor.get().is_none());
}

#[test]
fn a_deadline_comes_and_not_before() {
    let runtime = Runtime::default();
    let began = Instant::now();
    runtime.block_on(runtime.sleep(SOON)).unwrap();
    assert!(began.elapsed() >= SOON);
    assert!(began.elapsed() < LATE);
}

#[test]
fn deadlines_come_in_order_and_may_be_given_up() {
    let runtime = Runtime::default();
    let order = Arc::new(Mutex::new(Vec::new()));
    for (name, time) in [(2, SOON * 2), (1, SOON)] {
        let (again, order) = (runtime.clone(), Arc::clone(&order));
        runtime.spawn(async move {
            again.sleep(time).await.unwrap();
            locked(&order).push(name);
        });
    }
    drop(runtime.sleep(Duration::ZERO));
    runtime.block_on(runtime.sleep(SOON * 4)).unwrap();
    runtime.dispatch();
    assert_eq!(*locked(&order), [1, 2]);
}

#[test]
fn one_thread_wakes_another() {
    let runtime = Runtime::default();
    let notify = Arc::new(Notify::default());
    let mut listener = notify.listen();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON);
            notify.notify();
        });
        runtime.block_on(listener.changed());
    });
}

#[test]
fn the_lead_is_passed_on_to_a_sleeping_thread() {
    let runtime = Runtime::default();
    let began = Instant::now();
    thread::scope(|scope| {
        for i in 1..=8 {
            let runtime = &runtime;
            scope.spawn(move || runtime.block_on(runtime.sleep(SOON * i)).unwrap());
        }
    });
    assert!(began.elapsed() < LATE);
    assert_eq!(runtime.shared.lead.count(), (0, false));
}

#[test]
fn a_descriptor_is_reported_each_time() {
    let runtime = Runtime::default();
    let (reader, writer) = unistd::pipe().unwrap();
    let reader = Descriptor::new(&runtime, reader).unwrap();
    for round in 0..3 {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(SOON);
                unistd::write(&writer, &[round]).unwrap();
            });
            runtime.block_on(reader.readable()).unwrap();
        });
        let mut byte = [9];
        unistd::read(reader.get(), &mut byte).unwrap();
        assert_eq!(byte, [round]);
    }
    drop(writer);
    let flags = runtime.block_on(reader.readable()).unwrap();
    assert!(flags.contains(nix::sys::epoll::EpollFlags::EPOLLHUP));
}

#[test]
fn a_call_that_does_not_dispatch_makes_no_foreign_callback() {
    let runtime = Runtime::default();
    let count = Arc::new(AtomicUsize::new(0));
    let call = || {
        let count = Arc::clone(&count);
        move || {
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    runtime.spawn_callback(call());
    runtime.run_own_callbacks();
    assert_eq!(count.load(Ordering::SeqCst), 1);
    runtime.spawn_foreign_callback(call());
    runtime.run_own_callbacks();
    assert_eq!(count.load(Ordering::SeqCst), 1);
    runtime.dispatch();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[test]
fn a_task_is_run_by_the_dispatching_thread() {
    let runtime = Runtime::default();
    let done = Arc::new(AtomicUsize::new(0));
    let notify = Arc::new(Notify::default());
    let (mut listener, count) = (notify.listen(), Arc::clone(&done));
    runtime.spawn(async move {
        listener.changed().await;
        count.fetch_add(1, Ordering::SeqCst);
    });
    assert_eq!(runtime.task_count(), 1);
    runtime.dispatch();
    assert_eq!(done.load(Ordering::SeqCst), 0);
    notify.notify();
    assert_eq!(done.load(Ordering::SeqCst), 0, "a wake-up alone runs nothing");
    runtime.dispatch();
    assert_eq!((done.load(Ordering::SeqCst), runtime.task_count()), (1, 0));
}

#[test]
fn an_abort_ends_any_wait_once() {
    let runtime = Runtime::default();
    let abort = Abort::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(SOON);
            assert!(abort.ask());
            assert!(!abort.ask());
        });
        let outcome = runtime.block_on(abort.or(runtime.sleep(LATE)));
        assert!(matches!(outcome, Err(Aborted)));
    });
    assert!(matches!(runtime.block_on(abort.or(async {})), Err(Aborted)), "and every later one");
}

/// Counts its drops.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn shutting_down_drops_what_waits() {
    let runtime = Runtime::default();
    let drops = Arc::new(AtomicUsize::new(0));
    for _ in 0..3 {
        let (again, token) = (runtime.clone(), Dropped(Arc::clone(&drops)));
        runtime.spawn(async move {
            let _token = token;
            let _ = again.sleep(LATE).await;
        });
    }
    assert_eq!(runtime.task_count(), 3);
    runtime.shut_down();
    assert_eq!((runtime.task_count(), drops.load(Ordering::SeqCst)), (0, 3));
    let token = Dropped(Arc::clone(&drops));
    runtime.spawn(async move { drop(token) });
    assert_eq!(drops.load(Ordering::SeqCst), 4, "and takes no more");
}
