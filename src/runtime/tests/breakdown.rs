//! The reactor fails, for example because the application has closed its descriptor.

use std::os::fd::AsRawFd;

use super::*;

#[test]
fn a_breakdown_is_reported_once() {
    let runtime = Runtime::default();
    let told = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&told);
    runtime.on_failure(move |errno| {
        assert_eq!(errno, Errno::EINVAL);
        counted.fetch_add(1, Ordering::SeqCst);
    });
    runtime.block_on(runtime.sleep(Duration::from_millis(1))).unwrap();
    let nothing = std::fs::File::open("/dev/null").unwrap();
    let epoll = runtime.reactor().unwrap().fd().as_raw_fd();
    // SAFETY: only this runtime uses the descriptor, and it still refers to an open file.
    assert_eq!(unsafe { libc::dup2(nothing.as_raw_fd(), epoll) }, epoll);
    thread::scope(|scope| {
        let (wakes, began) = (Arc::new(Notify::default()), Instant::now());
        let mut asleep = wakes.listen();
        let runtime = &runtime;
        scope.spawn(move || runtime.block_on(async { asleep.changed().await }));
        while told.load(Ordering::SeqCst) == 0 && began.elapsed() < LATE {
            thread::sleep(SOON);
        }
        // Events inside the process still reach the thread.
        wakes.notify();
    });
    assert_eq!(told.load(Ordering::SeqCst), 1);
}
