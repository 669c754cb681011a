//! By which interface the application has asked how much memory a domain will need.

use std::sync::atomic::{AtomicBool, Ordering};

/// The old interface returns the need without the domain's page tables. An application that uses it frees too little
/// memory for a domain with such a reserve, so its domains get no reserve.
#[derive(Debug, Default)]
pub struct NeedAsked {
    of_build_info: AtomicBool,
    of_config: AtomicBool,
}

impl NeedAsked {
    /// By the old interface, which takes the build info.
    pub fn note_old(&self) {
        self.of_build_info.store(true, Ordering::Relaxed);
    }

    /// By the interface that takes the whole configuration.
    pub fn note(&self) {
        self.of_config.store(true, Ordering::Relaxed);
    }

    /// Whether a domain that is created now gets memory for page tables. It does if the application has used both
    /// interfaces.
    pub fn derive_tables(&self) -> bool {
        !self.of_build_info.load(Ordering::Relaxed) || self.of_config.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_way_alone_leaves_tables_out() {
        let asked = NeedAsked::default();
        assert!(asked.derive_tables());
        asked.note_old();
        assert!(!asked.derive_tables());
        asked.note();
        assert!(asked.derive_tables());
    }
}
