//! Transactions: several requests that take effect together or not at all.

use std::cell::Cell;
use std::sync::Arc;

use nix::errno::Errno;

use super::call::Call;
use super::error::{StoreError, StoreResult};
use super::wire::{MessageKind, Reply, Requests};
use super::{Requester, Store};

/// How many times a transaction is tried that conflicts with others' writes: a client that keeps writing must not
/// hold a toolstack for ever. Each failure is others' success, so among toolstacks this is plenty.
pub const ATTEMPTS: u32 = 256;

/// What a transaction begins with, in an error's text.
const BEGIN: &str = "begin a transaction";

/// An open transaction. Dropped without [`Transaction::commit`] it is discarded.
///
/// It belongs to one connection and ends with it; and to the process that began it.
#[derive(Debug)]
pub struct Transaction {
    requester: Arc<Requester>,
    id: u32,
    ended: bool,
    /// It is to have no effect.
    discarded: Cell<bool>,
}

impl Store {
    /// Runs `body` in a transaction and commits it, again from the start while that fails with
    /// `EAGAIN` because others have changed what was read or written. An error of `body`
    /// discards the transaction and is the whole's.
    ///
    /// It never sleeps between attempts: the thread may be one that dispatches. An operation that is in for many
    /// attempts makes them one by one ([`Store::attempt`]) and waits in its own way.
    pub fn transaction<T, E: From<StoreError>>(
        &self,
        mut body: impl FnMut(&Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        for _ in 0..ATTEMPTS {
            if let Some(value) = self.attempt(&mut body)? {
                return Ok(value);
            }
        }
        Err(spoilt().into())
    }

    /// One attempt at that; `None` if others have spoilt it.
    ///
    /// Threads take turns: transactions of one process that overlap spoil each other, and a creation's is long to
    /// repeat. The daemon does one thing after the other anyway. Between attempts others have their turn, so that a
    /// guest that spoils one transaction delays no other. `body` must not wait for anything but the daemon. If the daemon is
    /// silent in one transaction, those that wait for their turn meanwhile fail with it.
    pub fn attempt<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&Transaction) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let turn = self.connections().transactions.take();
        let turn = turn.map_err(|errno| StoreError::new(BEGIN, errno))?;
        let failed = |errno| {
            if let (Errno::ETIMEDOUT, Some(turn)) = (errno, &turn) {
                turn.fail(errno);
            }
        };
        let transaction = self.begin().inspect_err(|e| failed(e.errno()))?;
        let requester = Arc::clone(&transaction.requester);
        let done = body(&transaction).and_then(|value| Ok((value, transaction.commit()?)));
        if done.is_err() {
            // Whatever the body has made of it.
            requester.broken().into_iter().for_each(failed);
        }
        done.map(|(value, committed)| committed.then_some(value))
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

/// Every attempt at a transaction was spoilt.
pub fn spoilt() -> StoreError {
    StoreError::new("commit", Errno::EAGAIN)
}

impl Transaction {
    /// What was written is to have no effect, although the body of the transaction has a result.
    pub fn discard(&self) {
        self.discarded.set(true);
    }

    /// Makes the transaction's writes real, unless it was discarded. False if it must be done again (`EAGAIN`).
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
            // Begun before a fork, by the parent.
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
            // If that fails the connection is gone, and the transaction with it.
            let _ = self.end(b"F\0");
        }
    }
}
