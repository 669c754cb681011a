//! The process id of this process, without a system call each time.
//!
//! State that belongs to one process is compared with this id at each use, and a system call for that would take longer
//! than some of the uses. So the id is kept in a page that the kernel clears in a forked child (`MADV_WIPEONFORK`),
//! however the child was created; a handler of `pthread_atfork` would not be called for a `clone`.

use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The place where the id is kept, 0 until it is known. Null before the first use; [`UNKEPT`] if the kernel cannot
/// clear the page.
static KEPT: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

/// Always 0.
static UNKEPT: AtomicU32 = AtomicU32::new(0);

/// The id of this process. Async-signal-safe.
pub fn pid() -> u32 {
    // SAFETY: the pointer is null, or refers to `UNKEPT` or to a page that is never unmapped.
    let kept = unsafe { KEPT.load(Ordering::Acquire).as_ref() }.unwrap_or_else(|| keep());
    match kept.load(Ordering::Relaxed) {
        0 => {
            let pid = process::id();
            if !ptr::eq(kept, &UNKEPT) {
                kept.store(pid, Ordering::Relaxed);
            }
            pid
        }
        pid => pid,
    }
}

#[cold]
fn keep() -> &'static AtomicU32 {
    let new = wiped_page().unwrap_or(&UNKEPT);
    let change = (Ordering::AcqRel, Ordering::Acquire);
    let place = ptr::from_ref(new).cast_mut();
    match KEPT.compare_exchange(ptr::null_mut(), place, change.0, change.1) {
        Ok(_) => new,
        // Another thread was quicker. The page of this thread is leaked, which happens once in a process at most.
        // SAFETY: as in `pid`.
        Err(theirs) => unsafe { &*theirs },
    }
}

/// A page of zeroes, which is zeroed again in a forked child.
fn wiped_page() -> Option<&'static AtomicU32> {
    // SAFETY: the mapping is new and private, only its first word is ever used, and zero is a valid value of it.
    unsafe {
        let (access, kind) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        let page = libc::mmap(ptr::null_mut(), size_of::<AtomicU32>(), access, kind, -1, 0);
        if page == libc::MAP_FAILED {
            return None;
        }
        if libc::madvise(page, size_of::<AtomicU32>(), libc::MADV_WIPEONFORK) != 0 {
            libc::munmap(page, size_of::<AtomicU32>());
            return None;
        }
        Some(&*page.cast::<AtomicU32>())
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::wait::{WaitStatus, waitpid};
    use nix::unistd::{ForkResult, Pid, fork};

    use super::*;

    #[test]
    fn a_child_has_its_own() {
        assert_eq!(pid(), process::id());
        assert_eq!(pid(), Pid::this().as_raw().cast_unsigned());
        // SAFETY: the child only makes system calls and uses atomics.
        let child = match unsafe { fork() }.unwrap() {
            ForkResult::Child => {
                let right = [pid(), pid()] == [process::id(); 2];
                // SAFETY: it ends the process at once.
                unsafe { libc::_exit(if right { 0 } else { 1 }) }
            }
            ForkResult::Parent { child } => child,
        };
        assert_eq!(waitpid(child, None).unwrap(), WaitStatus::Exited(child, 0));
        assert_eq!(pid(), process::id());
    }
}
