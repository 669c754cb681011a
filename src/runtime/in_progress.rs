//! The operations under way, so that the application can abort one.

use super::abort::Abort;
use crate::sync::{Arc, Mutex, locked};

/// How the application identifies an operation: by the `ao_how` that it gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperationKey {
    /// Nothing: its caller waits for it.
    Synchronous,
    /// A function and what to call it with.
    Callback(usize, usize),
    /// What the event at its end is to carry.
    Event(u64),
}

/// The operations of one ctx, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct InProgress {
    state: Arc<Mutex<InProgressState>>,
}

#[derive(Debug, Default)]
struct InProgressState {
    operations: Vec<(u64, OperationKey, Abort)>,
    next: u64,
}

/// The result of a request to abort.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The operation will end soon.
    Asked,
    /// It was asked to before.
    AskedBefore,
    /// There is no such operation, or none any more.
    NotFound,
}

/// An operation's place in the list, given back at its end.
#[derive(Debug)]
pub struct InProgressEntry {
    in_progress: InProgress,
    number: u64,
}

impl InProgress {
    /// Adds an operation that `abort` can cut short.
    pub fn add(&self, key: OperationKey, abort: Abort) -> InProgressEntry {
        let mut state = locked(&self.state);
        state.next += 1;
        let number = state.next;
        state.operations.push((number, key, abort));
        drop(state);
        InProgressEntry { in_progress: self.clone(), number }
    }

    /// Asks the newest operation that the application knows as `key` to end.
    pub fn abort(&self, key: OperationKey) -> Answer {
        let found = {
            let state = locked(&self.state);
            state
                .operations
                .iter()
                .rev()
                .find(|(_, k, _)| *k == key)
                .map(|(.., abort)| abort.clone())
        };
        // Without the lock: this wakes.
        match found.map(|abort| abort.ask()) {
            Some(true) => Answer::Asked,
            Some(false) => Answer::AskedBefore,
            None => Answer::NotFound,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        locked(&self.state).operations.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for InProgressEntry {
    fn drop(&mut self) {
        locked(&self.in_progress.state).operations.retain(|(number, ..)| *number != self.number);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_three_answers() {
        let in_progress = InProgress::default();
        let (old, new) = (Abort::default(), Abort::default());
        let key = OperationKey::Callback(1, 2);
        let _old = in_progress.add(key, old.clone());
        let entry = in_progress.add(key, new.clone());
        for other in
            [OperationKey::Synchronous, OperationKey::Event(1), OperationKey::Callback(1, 3)]
        {
            assert_eq!(in_progress.abort(other), Answer::NotFound);
        }
        assert_eq!(in_progress.abort(key), Answer::Asked);
        assert_eq!((old.is_asked(), new.is_asked()), (false, true));
        assert_eq!(in_progress.abort(key), Answer::AskedBefore);
        drop(entry);
        assert_eq!(in_progress.abort(key), Answer::Asked);
        assert!(old.is_asked());
        assert_eq!(in_progress.len(), 1);
    }
}
