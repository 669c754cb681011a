//! The wakers of several waits for the same thing.
//!
//! A waker that goes may take a whole task with it, whose end comes back here: so none is dropped or
//! called by this module, which is used under a lock, but handed out.

use std::task::Waker;

/// Those who wait, in the order in which they came.
#[derive(Debug, Default)]
pub struct Wakers {
    waiting: Vec<(u64, Waker)>,
    next: u64,
}

impl Wakers {
    /// Enters a wait, which keeps its `place`, or renews it. What comes out is to be dropped without the lock.
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

    /// Takes a wait out. What comes out is to be dropped without the lock.
    #[must_use]
    pub fn leave(&mut self, place: Option<u64>) -> Option<Waker> {
        let at = self.waiting.iter().position(|(other, _)| Some(*other) == place)?;
        Some(self.waiting.remove(at).1)
    }

    /// Takes all out, to be woken without the lock.
    pub fn all(&mut self) -> impl Iterator<Item = Waker> + use<> {
        std::mem::take(&mut self.waiting).into_iter().map(|(_, waker)| waker)
    }
}

/// Puts `new` in `old`'s place if it would wake another; the one that is not needed any more.
#[must_use]
pub fn renew(old: &mut Waker, new: &Waker) -> Option<Waker> {
    (!old.will_wake(new)).then(|| std::mem::replace(old, new.clone()))
}
