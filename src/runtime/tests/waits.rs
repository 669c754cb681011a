//! How often futures are polled, wakers are kept and called, and tasks are dropped.

use std::pin::Pin;
use std::task::Waker;

use futures_util::future::{join, join_all, pending};

use super::*;

type Wait<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A waker that counts its calls; the number of its live copies is `Arc::strong_count`.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Counts the polls of the wait inside.
struct Polls<'a>(Wait<'a>, &'a AtomicUsize);

impl Future for Polls<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.as_mut().poll(cx)
    }
}

/// One wait of each kind in one ctx, and what ends it.
struct Kinds {
    runtime: Runtime,
    reader: Descriptor<std::os::fd::OwnedFd>,
    writer: std::os::fd::OwnedFd,
    notify: Arc<Notify>,
    abort: Abort,
}

const KINDS: usize = 4;

impl Kinds {
    fn new() -> Self {
        let runtime = Runtime::default();
        let (reader, writer) = unistd::pipe().unwrap();
        let reader = Descriptor::new(&runtime, reader).unwrap();
        Self { runtime, reader, writer, notify: Arc::default(), abort: Abort::default() }
    }

    fn wait(&self, kind: usize) -> Wait<'_> {
        match kind {
            0 => Box::pin(async { self.runtime.sleep(SOON).await.unwrap() }),
            1 => Box::pin(async { assert!(!self.reader.readable().await.unwrap().is_empty()) }),
            2 => {
                let mut listener = self.notify.listen();
                Box::pin(async move { listener.changed().await })
            }
            _ => Box::pin(async { assert!(self.abort.or(pending::<()>()).await.is_err()) }),
        }
    }

    fn end(&self, kind: usize) {
        match kind {
            0 => thread::sleep(SOON * 2),
            1 => drop(unistd::write(&self.writer, b"x").unwrap()),
            2 => self.notify.notify(),
            _ => drop(self.abort.ask()),
        }
        self.runtime.dispatch();
    }
}

#[test]
fn a_thread_polls_at_the_beginning_and_at_the_end() {
    for kind in 0..KINDS {
        let (kinds, polls) = (Kinds::new(), AtomicUsize::new(0));
        let wait = Polls(kinds.wait(kind), &polls);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| kinds.runtime.block_on(wait));
            while polls.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            thread::sleep(SOON / 4);
            kinds.end(kind);
            waiting.join().unwrap();
        });
        assert_eq!(polls.load(Ordering::SeqCst), 2, "kind {kind}");
    }
}

#[test]
fn a_wait_is_woken_once() {
    for kind in 0..KINDS {
        let (kinds, count) = (Kinds::new(), Arc::new(Counting::default()));
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        let mut wait = kinds.wait(kind);
        assert!(wait.as_mut().poll(&mut cx).is_pending());
        assert_eq!(Arc::strong_count(&count), 3, "kind {kind}: one copy is kept");
        assert!(wait.as_mut().poll(&mut cx).is_pending());
        assert_eq!(Arc::strong_count(&count), 3, "kind {kind}: and not another");
        assert_eq!(count.0.load(Ordering::SeqCst), 0);
        for _ in 0..2 {
            kinds.end(kind);
            assert_eq!(count.0.load(Ordering::SeqCst), 1, "kind {kind}");
        }
        assert_eq!(Arc::strong_count(&count), 2, "kind {kind}: it is used up");
        assert!(wait.as_mut().poll(&mut cx).is_ready());
    }
}

#[test]
fn a_cancelled_wait_wakes_no_task() {
    for kind in 0..KINDS {
        let (kinds, count) = (Kinds::new(), Arc::new(Counting::default()));
        let waker = Waker::from(Arc::clone(&count));
        let mut wait = kinds.wait(kind);
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(wait);
        assert_eq!(Arc::strong_count(&count), 2, "kind {kind}: no copy is kept");
        kinds.end(kind);
        assert_eq!(count.0.load(Ordering::SeqCst), 0, "kind {kind}");
    }
}

#[test]
fn a_wait_moves_to_another_waker() {
    for kind in 0..KINDS {
        let kinds = Kinds::new();
        let counts = [Arc::new(Counting::default()), Arc::new(Counting::default())];
        let mut wait = kinds.wait(kind);
        for count in &counts {
            let waker = Waker::from(Arc::clone(count));
            assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(Arc::strong_count(&counts[0]), 1, "kind {kind}: the first is let go");
        kinds.end(kind);
        assert_eq!(counts.map(|count| count.0.load(Ordering::SeqCst)), [0, 1], "kind {kind}");
    }
}

#[test]
fn among_many_only_the_one_concerned_is_polled() {
    const COUNT: usize = 100;
    let runtime = Runtime::default();
    let notifies: Vec<_> = (0..COUNT).map(|_| Arc::new(Notify::default())).collect();
    let polls: Vec<_> = (0..COUNT).map(|_| AtomicUsize::new(0)).collect();
    let waits = notifies.iter().zip(&polls).map(|(notify, polls)| {
        let mut listener = notify.listen();
        Polls(Box::pin(async move { listener.changed().await }), polls)
    });
    let all = join_all(waits);
    thread::scope(|scope| {
        scope.spawn(|| {
            for notify in &notifies {
                thread::sleep(SOON / 100);
                notify.notify();
            }
        });
        runtime.block_on(all);
    });
    // Each is polled once for the wait, if that began before the change, and once for its end.
    assert!(polls.iter().all(|polls| (1..=2).contains(&polls.load(Ordering::SeqCst))));
}

#[test]
fn a_task_is_polled_once_for_each_change() {
    const CHANGES: usize = 10;
    let (runtime, notify) = (Runtime::default(), Arc::new(Notify::default()));
    // The future must be static, as in a task.
    static POLLS: AtomicUsize = AtomicUsize::new(0);
    let polls = &POLLS;
    let mut listener = notify.listen();
    let task: Wait<'static> = Box::pin(async move {
        for _ in 0..CHANGES {
            listener.changed().await;
        }
    });
    runtime.spawn(Polls(task, polls));
    for change in 1..=CHANGES {
        assert_eq!(polls.load(Ordering::SeqCst), change);
        runtime.dispatch();
        notify.notify();
        runtime.dispatch();
    }
    assert_eq!((polls.load(Ordering::SeqCst), runtime.task_count()), (CHANGES + 1, 0));
}

#[test]
fn a_task_is_dropped_once_whatever_its_end() {
    for end in 0..3 {
        let (runtime, drops) = (Runtime::default(), Arc::new(AtomicUsize::new(0)));
        let notify = Arc::new(Notify::default());
        let (mut listener, token) = (notify.listen(), Dropped(Arc::clone(&drops)));
        runtime.spawn(async move {
            let _token = token;
            listener.changed().await;
            assert!(end != 1, "on purpose");
        });
        assert_eq!(drops.load(Ordering::SeqCst), 0);
        match end {
            2 => runtime.shut_down(),
            _ => notify.notify(),
        }
        runtime.dispatch();
        assert_eq!((drops.load(Ordering::SeqCst), runtime.task_count()), (1, 0), "end {end}");
        notify.notify();
        runtime.dispatch();
        runtime.shut_down();
        drop(runtime);
        assert_eq!(drops.load(Ordering::SeqCst), 1, "end {end}");
        assert_eq!(Arc::strong_count(&drops), 1);
    }
}

#[test]
fn an_abort_ends_every_kind_of_wait() {
    for kind in 0..KINDS {
        let (kinds, polls) = (Kinds::new(), AtomicUsize::new(0));
        let abort = Abort::default();
        thread::scope(|scope| {
            scope.spawn(|| {
                while polls.load(Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
                assert!(abort.ask());
            });
            let wait = async {
                // The deadline of the first kind would end the wait by itself.
                Polls(kinds.wait(kind), &polls).await;
                pending::<()>().await;
            };
            assert_eq!(kinds.runtime.block_on(abort.or(wait)), Err(Aborted));
        });
        let before = polls.load(Ordering::SeqCst);
        let outcome = kinds.runtime.block_on(abort.or(Polls(kinds.wait(kind), &polls)));
        assert_eq!(outcome, Err(Aborted));
        assert_eq!(polls.load(Ordering::SeqCst), before, "what is aborted is not begun");
    }
}

#[test]
fn an_operation_may_be_aborted_at_each_of_its_waits() {
    /// Waits for each kind in turn, and for two at once, in an operation of its own.
    async fn operation(kinds: &Kinds, abort: &Abort, token: Dropped) -> Result<(), Aborted> {
        for kind in 0..KINDS {
            abort.or(kinds.wait(kind)).await?;
        }
        let inner = async {
            abort.or(kinds.wait(0)).await?;
            abort.or(kinds.wait(2)).await
        };
        let (outcome, _) = abort.or(join(inner, kinds.wait(1))).await?;
        drop(token);
        outcome
    }

    let drops = Arc::new(AtomicUsize::new(0));
    let mut waits = 0;
    loop {
        let (kinds, abort) = (Kinds::new(), Abort::default());
        let count = Arc::new(Counting::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        let mut operation = Box::pin(operation(&kinds, &abort, Dropped(Arc::clone(&drops))));
        let mut outcome = operation.as_mut().poll(&mut cx);
        // As many waits end as in the previous round, and one more.
        for _ in 0..waits {
            let before = count.0.load(Ordering::SeqCst);
            for kind in 0..KINDS {
                if outcome.is_pending() && count.0.load(Ordering::SeqCst) == before {
                    kinds.end(kind);
                }
            }
            outcome = operation.as_mut().poll(&mut cx);
        }
        if outcome.is_ready() {
            assert_eq!(outcome, Poll::Ready(Ok(())));
            break;
        }
        let before = count.0.load(Ordering::SeqCst);
        assert!(abort.ask());
        // It is called once for each wait, and waits may be nested.
        assert!(count.0.load(Ordering::SeqCst) > before, "after {waits} waits");
        assert_eq!(operation.as_mut().poll(&mut cx), Poll::Ready(Err(Aborted)));
        assert_eq!(Arc::strong_count(&count), 2, "nothing waits for anything any more");
        waits += 1;
        assert_eq!(drops.load(Ordering::SeqCst), waits);
    }
    assert!(waits >= 6, "{waits}");
}
