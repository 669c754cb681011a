//! Event generators (`libxl_evenable_*`): their state only. The watchers are in `domain/death.rs` and `device/eject.rs`.

pub mod deaths;
pub mod ejects;
pub mod look;

use std::sync::atomic::{AtomicUsize, Ordering};

/// The application's handle of a generator. All handles in a process are different, so a handle that was disabled, or
/// that belongs to another ctx, is detected.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GeneratorHandle(usize);

impl GeneratorHandle {
    fn next() -> Self {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The opaque pointer for the C interface: not NULL, aligned, never dereferenced.
    pub fn to_address(self) -> usize {
        self.0 << 4
    }

    /// The handle for any pointer that the application passes.
    pub fn from_address(address: usize) -> Self {
        // An unaligned pointer is not a valid handle.
        Self(if address.is_multiple_of(16) { address >> 4 } else { 0 })
    }
}

/// The generators of one ctx.
#[derive(Debug, Default)]
pub struct Generators {
    pub deaths: deaths::Deaths,
    pub ejects: ejects::Ejects,
}

impl Generators {
    /// Removes all generators when the ctx is freed, and with them their registrations with the application's event
    /// loop.
    pub fn end(&self) {
        self.deaths.end();
        self.ejects.end();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn handles_survive_c_and_are_never_null() {
        let (a, b) = (GeneratorHandle::next(), GeneratorHandle::next());
        assert_ne!(a, b);
        for handle in [a, b] {
            assert_ne!(handle.to_address(), 0);
            assert_eq!(GeneratorHandle::from_address(handle.to_address()), handle);
        }
        assert_eq!(GeneratorHandle::from_address(a.to_address() + 1), GeneratorHandle(0));
    }
}
