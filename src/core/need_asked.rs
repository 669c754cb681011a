//! Which interfaces the application has used to ask how much memory a domain will need.

use std::sync::atomic::{AtomicBool, Ordering};

/// Records the use of the two interfaces. The old one returns the need without the domain's page tables. An application
/// that uses only the old one frees too little memory for a domain with such a reserve, so its domains get no reserve.
#[derive(Debug, Default)]
pub struct NeedAsked {
    of_build_info: AtomicBool,
    of_config: AtomicBool,
}

impl NeedAsked {
    /// Records a use of the old interface, which takes the build info.
    pub fn note_old(&self) {
        self.of_build_info.store(true, Ordering::Relaxed);
    }

    /// Records a use of the interface that takes the whole configuration.
    pub fn note(&self) {
        self.of_config.store(true, Ordering::Relaxed);
    }

    /// Whether a domain that is created now gets memory for its page tables. It does not if the application has used
    /// only the old interface.
    pub fn derive_tables(&self) -> bool {
        !self.of_build_info.load(Ordering::Relaxed) || self.of_config.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_interface_alone_gets_no_page_tables() {
        let asked = NeedAsked::default();
        assert!(asked.derive_tables());
        asked.note_old();
        assert!(!asked.derive_tables());
        asked.note();
        assert!(asked.derive_tables());
    }
}
