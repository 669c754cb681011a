//! What the application has asked to be told of (`libxl_evenable_*`), and what it has been told: the state
//! alone. What looks at the host stands in `domain/death.rs` and `device/eject.rs`.

pub mod deaths;
pub mod ejects;
pub mod look;

use std::sync::atomic::{AtomicUsize, Ordering};

/// A generator, as the application knows it. Never used twice in a process, whatever the ctx, so that one
/// that was disabled, or is of another ctx, is told from the living.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GeneratorHandle(usize);

impl GeneratorHandle {
    fn next() -> Self {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// As C is given it: not NULL, aligned like a pointer, and nothing to look into.
    pub fn to_address(self) -> usize {
        self.0 << 4
    }

    /// The way back, for any number that C may give.
    pub fn from_address(address: usize) -> Self {
        // What is not aligned is no handle.
        Self(if address.is_multiple_of(16) { address >> 4 } else { 0 })
    }
}

/// One ctx's generators.
#[derive(Debug, Default)]
pub struct Generators {
    pub deaths: deaths::Deaths,
    pub ejects: ejects::Ejects,
}

impl Generators {
    /// Ends all, as the ctx goes: what each has of the application's event loop is given back.
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
