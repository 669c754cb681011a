//! A cache of the domain names that this ctx has seen, for finding a domain by its name.
//!
//! It is only a hint: the caller reads the domain's name again before it uses the result.

use std::sync::Mutex;

/// The maximum number of domains in the cache. On a host with more, names are searched among all domains.
const MAX_NAMES: usize = 1024;
/// The maximum length of a name in the cache.
const MAX_LENGTH: usize = 256;

/// The names in the order of the domids. The code only tries to take the lock, since a fork may have left it locked for
/// good. So the lock is not taken with [`crate::sync::locked`], and a panic that poisons it only makes the cache
/// useless.
#[derive(Default, Debug)]
pub struct NameCache(Mutex<Vec<(u32, Box<[u8]>)>>);

impl NameCache {
    /// Records the name of domain `domid`.
    pub fn note(&self, domid: u32, name: &[u8]) {
        let Ok(mut seen) = self.0.try_lock() else { return };
        if name.is_empty() || name.len() > MAX_LENGTH {
            return;
        }
        match seen.binary_search_by_key(&domid, |(seen, _)| *seen) {
            Ok(at) if *seen[at].1 == *name => {}
            Ok(at) => seen[at].1 = name.into(),
            Err(_) if seen.len() == MAX_NAMES => *seen = vec![(domid, name.into())],
            Err(at) => seen.insert(at, (domid, name.into())),
        }
    }

    /// The first domain whose last known name is `name`.
    pub fn domid_of(&self, name: &[u8]) -> Option<u32> {
        let seen = self.0.try_lock().ok()?;
        seen.iter().find(|(_, seen)| **seen == *name).map(|(domid, _)| *domid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_name_and_the_first_domain_count() {
        let seen = NameCache::default();
        for (domid, name) in [(7, b"a"), (3, b"b"), (3, b"a"), (9, b"c")] {
            seen.note(domid, name);
        }
        let found = [b"a", b"b", b"c"].map(|name| seen.domid_of(name));
        assert_eq!(found, [Some(3), None, Some(9)]);
        seen.note(1, &[b'x'; MAX_LENGTH + 1]);
        assert_eq!(seen.domid_of(&[b'x'; MAX_LENGTH + 1]), None);
    }

    #[test]
    fn the_cache_is_limited() {
        let seen = NameCache::default();
        for domid in 0..=MAX_NAMES as u32 {
            seen.note(domid, domid.to_string().as_bytes());
        }
        assert_eq!(seen.domid_of(b"0"), None);
        assert_eq!(seen.domid_of(MAX_NAMES.to_string().as_bytes()), Some(MAX_NAMES as u32));
    }
}
