//! How an application has asked what memory a domain will need.

use std::sync::atomic::{AtomicBool, Ordering};

/// Asked in the old way, an application is told a number without the domain's page tables. What it makes
/// room for is then too little for a domain with them, so such a domain gets none of its own.
#[derive(Debug, Default)]
pub struct NeedAsked {
    of_build_info: AtomicBool,
    of_config: AtomicBool,
}

impl NeedAsked {
    /// Asked in the old way, by what the domain is built from.
    pub fn note_old(&self) {
        self.of_build_info.store(true, Ordering::Relaxed);
    }

    /// Asked by the whole configuration.
    pub fn note(&self) {
        self.of_config.store(true, Ordering::Relaxed);
    }

    /// Whether a domain that is made now has room for page tables. An application that asks both ways is
    /// taken to know what it does.
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
