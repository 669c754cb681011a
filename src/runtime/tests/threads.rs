//! Threads of all kinds in one ctx at once: asleep in an operation, in an application's loop, busy.

use std::os::fd::OwnedFd;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::alone::alone;
use super::*;

/// Runs `body`, which must end within [`LATE`].
fn in_time(body: impl FnOnce() + Send + 'static) {
    let (ended, end) = mpsc::channel();
    let thread = thread::spawn(move || {
        body();
        let _ = ended.send(());
    });
    if let Err(mpsc::RecvTimeoutError::Timeout) = end.recv_timeout(LATE * 6) {
        panic!("a thread sleeps forever");
    }
    thread.join().unwrap();
}

/// An application's event loop, which runs until `quit` is written to.
fn poll_loop(runtime: &Runtime, quit: &OwnedFd) -> usize {
    let mut rounds = 0;
    loop {
        let fd = runtime.reactor().unwrap().fd();
        let mut fds = [
            PollFd::new(fd, PollFlags::POLLIN),
            PollFd::new(std::os::fd::AsFd::as_fd(quit), PollFlags::POLLIN),
        ];
        poll(&mut fds, PollTimeout::NONE).unwrap();
        if fds[1].any() == Some(true) {
            return rounds;
        }
        rounds += 1;
        runtime.dispatch();
    }
}

fn pipe(runtime: &Runtime) -> (Descriptor<OwnedFd>, OwnedFd) {
    let (reader, writer) = unistd::pipe().unwrap();
    (Descriptor::new(runtime, reader).unwrap(), writer)
}

async fn byte(reader: &Descriptor<OwnedFd>) {
    reader.readable().await.unwrap();
    assert_eq!(unistd::read(reader.get(), &mut [0]), Ok(1));
}

#[test]
fn the_first_ring_is_heard() {
    // The first thread that sleeps opens the reactor, while others may be waking it already.
    in_time(|| {
        for round in 0..3000 {
            let (runtime, notify) = (Runtime::default(), Arc::new(Notify::default()));
            let mut listener = notify.listen();
            thread::scope(|scope| {
                scope.spawn(|| {
                    (0..round % 300).for_each(|_| std::hint::spin_loop());
                    notify.notify();
                });
                runtime.block_on(listener.changed());
            });
        }
    });
}

#[test]
fn a_ring_while_the_reactor_opens_is_heard() {
    /// Wakes the leader at the most unfavourable moment.
    struct Worst<'a>(&'a RuntimeShared, &'a Lead, &'a Arc<Parker>);

    impl Dispatcher for Worst<'_> {
        type Attending<'p>
            = Attending<'p>
        where
            Self: 'p;

        fn sleep(&self, may_call: bool) {
            self.1.wake(self.2, self.0);
            self.0.sleep(may_call);
        }

        fn turn(&self, may_call: bool) -> Attending<'_> {
            self.0.turn(may_call)
        }

        fn ring(&self) {
            self.0.ring();
        }

        fn silence(&self) {
            self.0.silence();
        }

        fn has_work(&self) -> bool {
            self.0.has_work()
        }

        fn work(&self, attending: Attending<'_>) {
            self.0.work(attending);
        }
    }

    in_time(|| {
        let (shared, lead, parker) =
            (RuntimeShared::default(), Lead::default(), Arc::new(Parker::new(true)));
        lead.park(&parker, &Worst(&shared, &lead, &parker));
        assert!(shared.reactor.get().is_some(), "it was open to be rung when next needed");
    });
}

#[test]
fn threads_pass_tokens_while_an_application_polls() {
    const THREADS: usize = 8;
    const TOKENS: usize = 3;
    const EACH: usize = 1000;
    in_time(|| {
        let runtime = Runtime::default();
        let (quit, quitter) = unistd::pipe().unwrap();
        let pipes: Vec<_> = (0..THREADS).map(|_| pipe(&runtime)).collect();
        let dispatched = thread::scope(|scope| {
            let application = scope.spawn(|| poll_loop(&runtime, &quit));
            let threads: Vec<_> = (0..THREADS)
                .map(|i| {
                    let (runtime, pipes) = (&runtime, &pipes);
                    scope.spawn(move || {
                        for _ in 0..EACH {
                            runtime.block_on(byte(&pipes[i].0));
                            unistd::write(&pipes[(i + 1) % THREADS].1, b"x").unwrap();
                        }
                    })
                })
                .collect();
            unistd::write(&pipes[0].1, &[0; TOKENS]).unwrap();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            unistd::write(&quitter, b"x").unwrap();
            application.join().unwrap()
        });
        assert!(dispatched > 0, "the application never came");
        assert_eq!(runtime.shared.lead.count(), (0, false));
    });
}

#[test]
fn a_descriptor_that_a_leaving_thread_adds_wakes_the_waiting_one() {
    // Thread A waits for an operation. Thread B dispatches, which makes the operation wait for another descriptor, and
    // leaves. Only A is left to handle that one.
    const ROUNDS: usize = 3000;
    in_time(|| {
        let runtime = Runtime::default();
        let [x, n] = [pipe(&runtime), pipe(&runtime)];
        let [x, n] = [(Arc::new(x.0), x.1), (Arc::new(n.0), n.1)];
        let came = AtomicUsize::new(0);
        thread::scope(|scope| {
            let (rounds, round) = mpsc::channel::<()>();
            let (came, again) = (&came, runtime.clone());
            // Thread B, which dispatches once in each round.
            scope.spawn(move || {
                let turns = again.reactor().unwrap().fd();
                for () in round {
                    let mut fds = [PollFd::new(turns, PollFlags::POLLIN)];
                    if poll(&mut fds, 5_u8).unwrap() > 0 {
                        came.fetch_add(1, Ordering::SeqCst);
                    }
                    again.dispatch();
                }
            });
            for _ in 0..ROUNDS {
                let (half, done) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::default()));
                let mut listener = done.listen();
                let (first, second, halfway) = (Arc::clone(&x.0), Arc::clone(&n.0), half.clone());
                runtime.spawn(async move {
                    byte(&first).await;
                    halfway.store(true, Ordering::SeqCst);
                    byte(&second).await;
                    done.notify();
                });
                let runtime = &runtime;
                let waiting = scope.spawn(move || runtime.block_on(listener.changed()));
                rounds.send(()).unwrap();
                unistd::write(&x.1, b"x").unwrap();
                while !half.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                unistd::write(&n.1, b"x").unwrap();
                waiting.join().unwrap();
            }
        });
        assert_eq!(runtime.task_count(), 0);
        assert!(came.load(Ordering::SeqCst) > 0, "B never came in time");
    });
}

#[test]
fn a_busy_threads_task_is_fetched() {
    // The second operation is run by a thread that sleeps in an operation, or by one of the application.
    for application in [false, true] {
        in_time(move || {
            let (runtime, notify) = (Runtime::default(), Arc::new(Notify::default()));
            let (quit, quitter) = unistd::pipe().unwrap();
            let done = Arc::new(Notify::default());
            let (mut listener, mut end, tell) = (notify.listen(), done.listen(), done.clone());
            runtime.spawn(async move {
                listener.changed().await;
                unistd::write(&quitter, b"x").unwrap();
                tell.notify();
            });
            thread::scope(|scope| {
                scope.spawn(|| match application {
                    true => drop(poll_loop(&runtime, &quit)),
                    false => runtime.block_on(end.changed()),
                });
                thread::sleep(SOON);
                notify.notify();
                // This thread is busy, and never dispatches.
            });
        });
    }
}

#[test]
fn a_long_task_holds_up_no_other() {
    in_time(|| {
        let runtime = Runtime::default();
        let notify = Arc::new(Notify::default());
        let short = Arc::new(AtomicBool::new(false));
        let ends: Vec<_> = (0..2).map(|_| Arc::new(Notify::default())).collect();
        let (mut listener, seen, end) = (notify.listen(), short.clone(), ends[0].clone());
        runtime.spawn(async move {
            listener.changed().await;
            while !seen.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            end.notify();
        });
        let (mut listener, end) = (notify.listen(), ends[1].clone());
        runtime.spawn(async move {
            listener.changed().await;
            short.store(true, Ordering::SeqCst);
            end.notify();
        });
        let listeners: Vec<_> = ends.iter().map(Notify::listen).collect();
        thread::scope(|scope| {
            for mut end in listeners {
                let runtime = &runtime;
                scope.spawn(move || runtime.block_on(end.changed()));
            }
            notify.notify();
        });
    });
}

#[test]
fn a_thousand_tasks_end() {
    const COUNT: usize = 1000;
    in_time(|| {
        let runtime = Runtime::default();
        let (quit, quitter) = unistd::pipe().unwrap();
        let (ended, notify) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::default()));
        for i in 0..COUNT {
            let (again, ended, notify) = (runtime.clone(), ended.clone(), notify.clone());
            runtime.spawn(async move {
                again.sleep(Duration::from_micros(i as u64 * 37 % 20_000)).await.unwrap();
                let (reader, writer) = pipe(&again);
                drop(writer);
                reader.readable().await.unwrap();
                ended.fetch_add(1, Ordering::SeqCst);
                notify.notify();
            });
        }
        thread::scope(|scope| {
            let application = scope.spawn(|| poll_loop(&runtime, &quit));
            let waiting: Vec<_> = (0..3)
                .map(|_| {
                    let mut listener = notify.listen();
                    let (runtime, ended) = (&runtime, &ended);
                    scope.spawn(move || {
                        runtime.block_on(async {
                            while ended.load(Ordering::SeqCst) < COUNT {
                                listener.changed().await;
                            }
                        });
                    })
                })
                .collect();
            waiting.into_iter().for_each(|thread| thread.join().unwrap());
            unistd::write(&quitter, b"x").unwrap();
            application.join().unwrap();
        });
        assert_eq!((ended.load(Ordering::SeqCst), runtime.task_count()), (COUNT, 0));
    });
}

#[test]
fn a_wait_inside_a_task_ends() {
    // This happens when the application calls the library from a callback, and waits there.
    in_time(|| {
        let runtime = Runtime::default();
        let done = Arc::new(Notify::default());
        let (mut listener, mut end, again) = (done.listen(), done.listen(), runtime.clone());
        runtime.spawn(async move {
            again.sleep(SOON / 4).await.unwrap();
            again.block_on(again.sleep(SOON / 4)).unwrap();
            done.notify();
        });
        thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(end.changed()));
            runtime.block_on(listener.changed());
        });
    });
}

#[test]
fn no_descriptor_is_left() {
    alone(|| {
        let open = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let before = open();
        for round in 0..300 {
            let runtime = Runtime::default();
            for _ in 0..3 {
                let again = runtime.clone();
                runtime.spawn(async move {
                    let (reader, _writer) = pipe(&again);
                    let _ = futures_util::future::join(again.sleep(LATE), reader.readable()).await;
                });
            }
            runtime.block_on(runtime.sleep(Duration::from_micros(100))).unwrap();
            assert!(open() > before);
            if round % 2 == 0 {
                runtime.dispatch();
            }
            runtime.shut_down();
            drop(runtime);
            assert_eq!(open(), before, "round {round}");
        }
    });
}
