//! Transactions: several requests that take effect together or not at all.

use std::cell::Cell;
use std::sync::Arc;

use nix::errno::Errno;

use super::call::Call;
use super::error::{StoreError, StoreResult};
use super::wire::{MessageKind, Reply, Requests};
use super::{Requester, Store};

/// The maximum number of attempts at a transaction that conflicts with others' writes: a client that keeps writing must
/// not block a toolstack forever. Each conflict means that another client has succeeded, so among toolstacks this
/// number suffices.
pub const ATTEMPTS: u32 = 256;

/// How often a transaction is repeated whose commit the daemon refuses with `ENOMEM`. That is also its answer if nodes
/// of a domain were changed that has ended before the commit: the daemon counts a domain's nodes, and then has nobody
/// to count them for. When the domain is gone so are its nodes, and the next attempt does not find them. Two domains may
/// end one after the other, a guest and its stub domain.
const MAX_REFUSALS: u32 = 3;

/// The operation that starts a transaction, in an error's text.
const BEGIN: &str = "begin a transaction";

/// An open transaction. If it is dropped without [`Transaction::commit`] it is discarded.
///
/// It belongs to one connection and ends with it, and can be used only in the process that began it.
#[derive(Debug)]
pub struct Transaction {
    requester: Arc<Requester>,
    id: u32,
    ended: bool,
    /// It must not be committed.
    discarded: Cell<bool>,
}

impl Store {
    /// Runs `body` in a transaction and commits it. This is repeated while the commit fails with `EAGAIN`, because
    /// other clients have changed what was read or written. An error of `body` discards the transaction and is
    /// returned.
    ///
    /// There is no pause between the attempts, since the thread may be one that dispatches. An operation that expects
    /// many attempts makes them one by one ([`Store::attempt`]) and waits in its own way.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        mut body: impl FnMut(&Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..ATTEMPTS {
            if let Some(value) = self.attempt(&mut body)? {
                return Ok(value);
            }
        }
        Err(conflict_error().into())
    }

    /// One attempt at a transaction; `None` if it conflicted with another.
    ///
    /// The threads of a process take turns: overlapping transactions of one process would conflict with each other, and
    /// the one of a domain creation is long to repeat. The daemon processes requests one after the other anyway.
    /// Between attempts other threads have their turn, so that a guest that causes conflicts with one transaction
    /// delays no other. `body` must not wait for anything except the daemon. If the daemon does not reply in one
    /// transaction, those that wait for their turn meanwhile fail with it.
    pub fn attempt<T, E: From<StoreError>>(
        &self,
        mut body: impl FnMut(&Transaction) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let turn = self.connections().transactions.take();
        let turn = turn.map_err(|errno| StoreError::new(BEGIN, errno))?;
        let failed = |errno| {
            if let (Errno::ETIMEDOUT, Some(turn)) = (errno, &turn) {
                turn.fail(errno);
            }
        };
        let mut refusals = 0;
        loop {
            let transaction = self.begin().inspect_err(|e| failed(e.errno()))?;
            let requester = Arc::clone(&transaction.requester);
            let done = body(&transaction).and_then(|value| match transaction.commit() {
                Err(e) if e.errno() == Errno::ENOMEM && refusals < MAX_REFUSALS => {
                    refusals += 1;
                    Ok(None)
                }
                committed => Ok(Some(committed?.then_some(value))),
            });
            if done.is_err() {
                // This is done whether the body or the commit has failed.
                requester.broken().into_iter().for_each(failed);
            }
            if let Some(done) = done? {
                return Ok(done);
            }
        }
    }

    /// Begins a transaction.
    pub fn begin(&self) -> StoreResult<Transaction> {
        let failed = |errno| StoreError::new(BEGIN, errno);
        let request = Requests::one(MessageKind::TransactionStart, &[&[0]]).map_err(failed)?;
        let (requester, mut replies) = self.exchange(request).map_err(failed)?;
        let payload = replies.pop().expect("as many replies as requests").map_err(failed)?;
        let id = std::str::from_utf8(&payload)
            .ok()
            .and_then(|text| text.trim_end_matches('\0').parse().ok())
            .filter(|&id| id != 0)
            .ok_or_else(|| failed(Errno::EPROTO))?;
        Ok(Transaction { requester, id, ended: false, discarded: Cell::new(false) })
    }
}

/// The error after all attempts at a transaction conflicted.
pub fn conflict_error() -> StoreError {
    StoreError::new("commit", Errno::EAGAIN)
}

impl Transaction {
    /// Prevents the commit, although the body of the transaction succeeds.
    pub fn discard(&self) {
        self.discarded.set(true);
    }

    /// Commits the transaction, unless it was discarded. Returns false if it must be repeated (`EAGAIN`).
    pub fn commit(mut self) -> StoreResult<bool> {
        if self.discarded.get() {
            return Ok(true);
        }
        match self.end(b"T\0") {
            Ok(()) => Ok(true),
            Err(Errno::EAGAIN) => Ok(false),
            Err(errno) => Err(StoreError::new("commit", errno)),
        }
    }

    fn end(&mut self, how: &[u8]) -> Result<(), Errno> {
        self.ended = true;
        let request = Requests::one(MessageKind::TransactionEnd, &[how])?;
        let reply = self.exchange(request)?.pop().expect("as many replies as requests");
        reply.map(drop)
    }

    fn exchange(&self, mut requests: Requests) -> Result<Vec<Reply>, Errno> {
        if !self.requester.link().is_ours() {
            // The parent began the transaction before a fork.
            return Err(Errno::ESTALE);
        }
        self.requester.call(&mut requests, self.id).map_err(|failure| failure.errno)
    }
}

impl Call for Transaction {
    fn call(&self, operation: &'static str, requests: Requests) -> StoreResult<Vec<Reply>> {
        self.exchange(requests).map_err(|errno| StoreError::new(operation, errno))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.ended && self.requester.link().is_ours() && self.requester.broken().is_none() {
            // If this fails the connection has ended, and the transaction with it.
            let _ = self.end(b"F\0");
        }
    }
}
