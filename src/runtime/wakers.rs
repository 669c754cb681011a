//! The wakers of several waits for the same thing.
//!
//! Dropping a waker may drop a whole task, whose destructor calls this module again. Therefore this module, which is
//! used under a lock, neither drops nor calls a waker; it returns them to the caller.

use std::task::Waker;

/// The wakers, in the order in which the waits began.
#[derive(Debug, Default)]
pub struct Wakers {
    waiting: Vec<(u64, Waker)>,
    next: u64,
}

impl Wakers {
    /// Adds a wait, or updates the waker of the one that has `place`. The caller drops the returned waker without the
    /// lock.
    #[must_use]
    pub fn enter(&mut self, place: &mut Option<u64>, waker: &Waker) -> Option<Waker> {
        let place = *place.get_or_insert_with(|| {
            self.next += 1;
            self.next
        });
        match self.waiting.iter_mut().find(|(other, _)| *other == place) {
            Some((_, old)) => renew(old, waker),
            None => {
                self.waiting.push((place, waker.clone()));
                None
            }
        }
    }

    /// Removes a wait. The caller drops the returned waker without the lock.
    #[must_use]
    pub fn leave(&mut self, place: Option<u64>) -> Option<Waker> {
        let at = self.waiting.iter().position(|(other, _)| Some(*other) == place)?;
        Some(self.waiting.remove(at).1)
    }

    /// Removes all wakers. The caller wakes them without the lock.
    pub fn all(&mut self) -> impl Iterator<Item = Waker> + use<> {
        std::mem::take(&mut self.waiting).into_iter().map(|(_, waker)| waker)
    }
}

/// Replaces `old` by `new` if they wake different tasks. Returns the one that is no longer needed.
#[must_use]
pub fn renew(old: &mut Waker, new: &Waker) -> Option<Waker> {
    (!old.will_wake(new)).then(|| std::mem::replace(old, new.clone()))
}
