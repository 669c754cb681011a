//! Intentional panics: each affects only the task or handler that panics.

use nix::sys::epoll::EpollFlags;

use super::*;
use crate::runtime::reactor::Ready;

#[test]
fn a_panic_ends_only_its_task() {
    let runtime = Runtime::default();
    let ended = Arc::new(AtomicUsize::new(0));
    for i in 0..3 {
        let (again, ended) = (runtime.clone(), Arc::clone(&ended));
        runtime.spawn(async move {
            again.sleep(SOON).await.unwrap();
            assert!(i != 1, "number {i}, on purpose");
            ended.fetch_add(1, Ordering::SeqCst);
        });
    }
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| runtime.block_on(runtime.sleep(SOON * 2)).unwrap());
        }
    });
    runtime.dispatch();
    assert_eq!((ended.load(Ordering::SeqCst), runtime.task_count()), (2, 0));
    assert_eq!(runtime.shared.lead.count(), (0, false));
    assert_eq!(runtime.take_defect().as_deref(), Some("number 1, on purpose"));
    assert_eq!(runtime.take_defect(), None, "it is reported once");
}

#[test]
fn a_panic_at_once_does_not_reach_the_spawning_thread() {
    let runtime = Runtime::default();
    runtime.spawn(async { panic!("at once, on purpose") });
    assert_eq!(runtime.task_count(), 0);
    assert_eq!(runtime.take_defect().as_deref(), Some("at once, on purpose"));
}

#[test]
fn a_panic_in_a_drop_does_not_keep_the_other_tasks() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("dropped, on purpose");
        }
    }
    let (runtime, drops) = (Runtime::default(), Arc::new(AtomicUsize::new(0)));
    for i in 0..3 {
        let (bad, token) = ((i == 1).then(|| Bad), Dropped(Arc::clone(&drops)));
        runtime.spawn(async move {
            let _both = (token, bad);
            std::future::pending::<()>().await;
        });
    }
    runtime.shut_down();
    assert_eq!((runtime.task_count(), drops.load(Ordering::SeqCst)), (0, 3));
    assert_eq!(runtime.take_defect().as_deref(), Some("dropped, on purpose"));
}

#[test]
fn all_handlers_are_called_even_if_one_panics() {
    struct PanickingReady(usize, Arc<AtomicUsize>);
    impl Ready for PanickingReady {
        fn ready(&self, _: EpollFlags) {
            self.1.fetch_add(1, Ordering::SeqCst);
            assert!(self.0 != 1, "told, on purpose");
        }
    }
    let (runtime, told) = (Runtime::default(), Arc::new(AtomicUsize::new(0)));
    let reactor = runtime.reactor().unwrap();
    let pipes: Vec<_> = (0..4).map(|_| unistd::pipe().unwrap()).collect();
    let flags = EpollFlags::EPOLLIN | EpollFlags::EPOLLONESHOT;
    for (i, (reader, writer)) in pipes.iter().enumerate() {
        let ready = Arc::new(PanickingReady(i, Arc::clone(&told)));
        reactor.add(std::os::fd::AsFd::as_fd(reader), flags, ready).unwrap();
        unistd::write(writer, b"x").unwrap();
    }
    runtime.block_on(runtime.sleep(SOON)).unwrap();
    assert_eq!(told.load(Ordering::SeqCst), pipes.len());
    assert_eq!(runtime.take_defect().as_deref(), Some("told, on purpose"));
}
