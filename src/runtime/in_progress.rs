//! The list of operations in progress, so that the application can abort one.

use super::abort::Abort;
use crate::sync::{Arc, Mutex, locked};

/// How the application identifies an operation: by the `ao_how` that it has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OperationKey {
    /// None: the caller waits for the operation.
    Synchronous,
    /// The addresses of a callback function and of its argument.
    Callback(usize, usize),
    /// The `for_user` value of the event that reports the completion.
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
    /// The operation was asked to end, and will end soon.
    Asked,
    /// The operation was asked before.
    AskedBefore,
    /// There is no such operation, or it has ended.
    NotFound,
}

/// An operation's entry in the list, which is removed when this is dropped.
#[derive(Debug)]
pub struct InProgressEntry {
    in_progress: InProgress,
    number: u64,
}

impl InProgress {
    /// Adds an operation that can be aborted through `abort`.
    pub fn add(&self, key: OperationKey, abort: Abort) -> InProgressEntry {
        let mut state = locked(&self.state);
        state.next += 1;
        let number = state.next;
        state.operations.push((number, key, abort));
        drop(state);
        InProgressEntry { in_progress: self.clone(), number }
    }

    /// Aborts the newest operation that the application identifies by `key`.
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
        // The lock is not held here, since `ask` wakes tasks.
        match found.map(|abort| abort.ask()) {
            Some(true) => Answer::Asked,
            Some(false) => Answer::AskedBefore,
            None => Answer::NotFound,
        }
    }

    /// The number of operations.
    pub fn len(&self) -> usize {
        locked(&self.state).operations.len()
    }

    /// Whether there are no operations.
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
