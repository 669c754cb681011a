//! The number of this process, without asking the kernel each time.
//!
//! Whatever belongs to one process compares this number at each use, and a system call for that is more than some
//! uses themselves cost. So it is kept in a page that the kernel wipes in a forked child (`MADV_WIPEONFORK`), however
//! the child was made; a handler of `pthread_atfork` would miss a `clone`.

use std::process;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Where the number is kept, 0 for none yet. Null before the first use; [`UNKEPT`] where the kernel cannot wipe.
static KEPT: AtomicPtr<AtomicU32> = AtomicPtr::new(ptr::null_mut());

/// Stays 0.
static UNKEPT: AtomicU32 = AtomicU32::new(0);

/// This process's number. Async-signal-safe.
pub fn pid() -> u32 {
    // SAFETY: null, `UNKEPT` or a page that is never unmapped.
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
        // Another thread was quicker. The page of this one is lost: once in a process's life, if ever.
        // SAFETY: as in `pid`.
        Err(theirs) => unsafe { &*theirs },
    }
}

/// Zeroes, and zeroes again in a child.
fn wiped_page() -> Option<&'static AtomicU32> {
    // SAFETY: a new private mapping, of which nothing but its first word is ever used; zero is a value of it.
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
        // SAFETY: the child does nothing but system calls and atomics.
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
