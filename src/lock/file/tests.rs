//! Tests of the protocol, step by step and with many waiters.

use std::os::fd::AsRawFd;
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use super::*;

fn take(path: &Path) -> Result<FileLock, LockFailure> {
    FileLock::take(path, || Ok(()))
}

#[test]
fn one_holder_at_a_time_and_no_file_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let inside = AtomicU32::new(0);
    let entries = AtomicU32::new(0);
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                for _ in 0..200 {
                    let lock = take(&path).unwrap();
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    entries.fetch_add(1, Ordering::SeqCst);
                    assert!(path.exists());
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(lock);
                }
            });
        }
    });
    assert_eq!(entries.load(Ordering::SeqCst), 800);
    assert!(!path.exists());
}

#[test]
fn no_directory_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let failure = take(&dir.path().join("no/lock")).unwrap_err();
    assert_eq!(failure, LockFailure { what: "open", errno: Errno::ENOENT });
    let failure = take(dir.path()).unwrap_err();
    assert_eq!(failure, LockFailure { what: "open", errno: Errno::EISDIR });
}

#[test]
fn a_name_that_cannot_be_looked_for_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, moved) = (dir.path().join("folder"), dir.path().join("moved"));
    fs::create_dir(&folder).unwrap();
    let path = folder.join("lock");
    let opened = || {
        let candidate = LockCandidate::open(&path);
        fs::rename(&folder, &moved).unwrap();
        fs::write(&folder, b"").unwrap();
        candidate
    };
    let failure = FileLock::take_from(opened, 2, Duration::ZERO).unwrap_err();
    assert_eq!(failure, LockFailure { what: "find", errno: Errno::ENOTDIR });
}

#[test]
fn nothing_is_left_when_there_is_nothing_to_lock() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let gone = LockFailure { what: "find the domain of", errno: Errno::ESRCH };
    assert_eq!(FileLock::take(&path, || Err(gone)).unwrap_err(), gone);
    assert!(!path.exists());
    take(&path).unwrap();
}

#[test]
fn the_waiter_starts_again_when_the_holder_has_removed_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let first = take(&path).unwrap();
    let waiter = LockCandidate::open(&path).unwrap();
    assert_eq!(waiter.try_lock(), Ok(false));
    drop(first);
    let second = take(&path).unwrap();
    // The lock on the old file, which no other process can have.
    waiter.lock().unwrap();
    assert_eq!(waiter.is_current(), Ok(false));
    drop(waiter);
    assert!(path.exists(), "the successor's file stays");
    drop(second);
    assert!(!path.exists());
}

#[test]
fn a_file_that_always_changes_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let mut opened = 0;
    let failure = FileLock::take_from(
        || {
            opened += 1;
            let candidate = LockCandidate::open(&path);
            fs::remove_file(&path).unwrap();
            candidate
        },
        50,
        Duration::ZERO,
    )
    .unwrap_err();
    assert_eq!((failure, opened), (LockFailure::replaced_too_often(), 50));
}

#[test]
fn a_holder_whose_file_was_replaced_removes_no_other_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let lock = take(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let next = take(&path).unwrap();
    drop(lock);
    assert!(path.exists());
    drop(next);
    assert!(!path.exists());
}

#[test]
fn a_marked_waiter_gets_the_same_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let mut first = LockCandidate::open(&path).unwrap();
    assert_eq!(first.try_lock(), Ok(true));
    first.hold();
    let mut waiter = LockCandidate::open(&path).unwrap();
    waiter.mark();
    assert!(!waiter.is_awaited(), "one's own mark does not count");
    assert!(LockCandidate::open(&path).unwrap().is_awaited());
    drop(first);
    assert!(path.exists());
    assert_eq!((waiter.try_lock(), waiter.is_current()), (Ok(true), Ok(true)));
    waiter.hold();
    assert!(!LockCandidate::open(&path).unwrap().is_awaited());
    drop(waiter);
    assert!(!path.exists());
}

#[test]
fn a_waiter_that_gives_up_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let mut first = LockCandidate::open(&path).unwrap();
    assert_eq!(first.try_lock(), Ok(true));
    first.hold();
    let mut waiter = LockCandidate::open(&path).unwrap();
    waiter.mark();
    drop(first);
    assert!(path.exists());
    drop(waiter);
    assert!(!path.exists());
}

#[test]
fn no_program_inherits_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let lock = take(&path).unwrap();
    let flags = fcntl(&lock._file, FcntlArg::F_GETFD).unwrap();
    assert_eq!(flags, libc::FD_CLOEXEC);
}

#[test]
fn a_copy_in_a_child_does_not_keep_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let lock = take(&path).unwrap();
    // A copy of the descriptor for the same open file description, as a forked child has it.
    let copy = nix::unistd::dup(&lock._file).unwrap();
    drop(lock);
    assert!(copy.as_raw_fd() >= 0);
    assert_eq!(LockCandidate::open(&path).unwrap().try_lock(), Ok(true));
}

#[test]
fn a_signal_only_interrupts_the_wait() {
    extern "C" fn nothing(_: libc::c_int) {}
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    // SAFETY: the handler does nothing; it is installed without SA_RESTART.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as usize;
        libc::sigaction(libc::SIGUSR2, &action, std::ptr::null_mut());
    }
    let lock = take(&path).unwrap();
    let waiter = thread::spawn({
        let path = path.clone();
        move || drop(take(&path).unwrap())
    });
    for _ in 0..20 {
        thread::sleep(Duration::from_millis(1));
        // SAFETY: the thread is not joined yet.
        unsafe { libc::pthread_kill(waiter.as_pthread_t(), libc::SIGUSR2) };
    }
    assert!(!waiter.is_finished());
    drop(lock);
    waiter.join().unwrap();
    assert!(!path.exists());
}
