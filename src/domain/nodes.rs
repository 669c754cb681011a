//! Xenstore nodes of domains: their paths, reading nodes that may not exist, and removing directories that become
//! empty.

use std::time::Duration;

use crate::core::{Ao, Ctx, Error, Result, uuid};
use crate::xen::store::{self, Answers, Ops, Pipeline, StoreError, Transaction, tidy};
use crate::{debug, error};

/// The maximum number of attempts at a transaction without pauses.
const AT_ONCE: u32 = 8;

/// The maximum pause between two attempts.
const MAX_PAUSE: Duration = Duration::from_millis(20);

/// Xenstore's limit for the size of a value, and so of a name.
pub const MAX_VALUE: usize = 4096;

/// A domain's own directory. The guest can read it, and write parts of it.
pub fn domain_path(domid: u32) -> String {
    format!("/local/domain/{domid}")
}

/// The node with the path of the domain's directory under `/vm`.
pub fn vm_node(domid: u32) -> String {
    format!("{}/vm", domain_path(domid))
}

/// The directory under `/vm` for this UUID. For a domain that exists, its node `vm` has the path.
pub fn vm_path_of(uuid: &[u8; 16]) -> String {
    format!("/vm/{}", uuid::format(uuid))
}

/// The toolstack's directory for a domain, which the guest cannot write to.
pub fn libxl_path(domid: u32) -> String {
    format!("/libxl/{domid}")
}

/// Logs a store error and converts it.
pub fn failed(ctx: &Ctx, error: StoreError) -> Error {
    error!(ctx, "{error}");
    Error::Fail
}

/// A node's value; `None` if the node does not exist.
pub fn read(ctx: &Ctx, ops: &impl Ops, path: &str) -> Result<Option<Vec<u8>>> {
    ops.read(path).map_err(|e| failed(ctx, e))
}

/// The values of several nodes, in one round trip.
pub fn read_many(ctx: &Ctx, ops: &impl Ops, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>> {
    ops.read_many(paths).map_err(|e| failed(ctx, e))
}

/// As [`read_many`], for a fixed number of nodes.
pub fn read_array<const N: usize>(
    ctx: &Ctx,
    ops: &impl Ops,
    paths: [String; N],
) -> Result<[Option<Vec<u8>>; N]> {
    let mut values = read_many(ctx, ops, &paths)?.into_iter();
    Ok(std::array::from_fn(|_| values.next().flatten()))
}

/// Sends requests together and returns their results.
pub fn send(ctx: &Ctx, ops: &impl Ops, pipeline: Pipeline) -> Result<Answers> {
    pipeline.send(ops).map_err(|e| failed(ctx, e))
}

/// A node's value, where a node that cannot be read counts as missing. The C library neither distinguishes the two nor
/// logs the reason, and a domain without privileges cannot read most nodes.
pub fn peek(ctx: &Ctx, ops: &impl Ops, path: &str) -> Option<Vec<u8>> {
    ops.read(path).inspect_err(|e| debug!(ctx, "{e}")).ok().flatten()
}

/// As [`peek`], for several nodes, in one round trip; one that cannot be read does not affect the others.
pub fn peek_many(ctx: &Ctx, ops: &impl Ops, paths: &[String]) -> Vec<Option<Vec<u8>>> {
    match ops.read_many(paths) {
        Ok(values) => values,
        Err(_) => paths.iter().map(|path| peek(ctx, ops, path)).collect(),
    }
}

/// The children of a directory; none if it does not exist.
pub fn list(ctx: &Ctx, ops: &impl Ops, path: &str) -> Result<Vec<String>> {
    ops.list(path).map(Option::unwrap_or_default).map_err(|e| failed(ctx, e))
}

/// Writes a node.
pub fn write(ctx: &Ctx, ops: &impl Ops, path: &str, value: &[u8]) -> Result<()> {
    ops.write(path, value).map_err(|e| failed(ctx, e))
}

/// Writes the node `name` below a domain's own directory if that exists: see [`write_all_for_domain`].
pub fn write_for_domain(ctx: &Ctx, domid: u32, name: &str, value: &[u8]) -> Result<()> {
    write_all_for_domain(ctx, domid, &[(format!("{}/{name}", domain_path(domid)), value)])
}

/// Writes nodes that belong to a domain, wherever they are, if the domain's own directory exists: the destruction of a
/// domain removes its nodes first, and a node that is written afterwards would stay forever. `Error::Fail`, logged, if
/// the directory does not exist.
pub fn write_all_for_domain<V: AsRef<[u8]>>(
    ctx: &Ctx,
    domid: u32,
    values: &[(String, V)],
) -> Result<()> {
    let Some((first, _)) = values.first() else { return Ok(()) };
    send_for_domain(ctx, domid, first, |pipeline| {
        values.iter().for_each(|(path, value)| pipeline.write(path, value));
    })
}

/// As [`write_all_for_domain`], for the requests that `fill` adds; it is called once for each attempt. `what` is the
/// path for the log line.
pub fn send_for_domain(
    ctx: &Ctx,
    domid: u32,
    what: &str,
    fill: impl Fn(&mut Pipeline),
) -> Result<()> {
    transaction_now(ctx, |t| {
        let mut pipeline = Pipeline::default();
        let found = pipeline.read(domain_path(domid));
        fill(&mut pipeline);
        if send(ctx, t, pipeline)?.value(found).is_none() {
            error!(ctx, domid = domid, "cannot write {what}: the domain has no nodes");
            return Err(Error::Fail);
        }
        Ok(())
    })
}

/// Removes a node and all nodes below it. It need not exist.
pub fn remove(ctx: &Ctx, ops: &impl Ops, path: &str) -> Result<()> {
    ops.remove(path).map(drop).map_err(|e| failed(ctx, e))
}

/// Removes nodes, and then each directory above them that has no value and no children left.
pub fn remove_up(ctx: &Ctx, ops: &impl Ops, paths: &[String]) -> Result<()> {
    tidy::remove_up(ops, paths).map_err(|e| failed(ctx, e))
}

/// As [`remove_up`], if `may`, which gets the results of `reads`, returns true. Otherwise the transaction is discarded.
/// Returns the result of `may`.
pub fn remove_up_if(
    ctx: &Ctx,
    t: &Transaction,
    reads: Pipeline,
    paths: &[String],
    may: impl FnOnce(&mut Answers) -> Result<bool>,
) -> Result<bool> {
    let may = |answers: &mut Answers| may(answers).map_err(Stop::Failed);
    let removed = tidy::remove_up_if(t, reads, paths, may).map_err(|stop| log_stop(ctx, stop))?;
    if !removed {
        t.discard();
    }
    Ok(removed)
}

/// Why the body of a transaction was ended.
enum Stop {
    Store(StoreError),
    /// The body failed, and has logged the reason.
    Failed(Error),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Runs `body` in a transaction. It is repeated if it conflicts with others, with pauses after a few attempts. If
/// `body` fails, which it logs itself, nothing is changed.
pub async fn transaction<T>(ao: &Ao, mut body: impl FnMut(&Transaction) -> Result<T>) -> Result<T> {
    for attempt in 0..store::ATTEMPTS {
        if let Some(late) = attempt.checked_sub(AT_ONCE) {
            ao.sleep(Duration::from_micros(50 << late.min(10)).min(MAX_PAUSE)).await?;
        }
        if let Some(value) = attempt_at(ao, &mut body)? {
            return Ok(value);
        }
    }
    Err(failed(ao, store::conflict_error()))
}

/// As [`transaction`], without pauses, for code that cannot wait and for nodes that only toolstacks write.
pub fn transaction_now<T>(ctx: &Ctx, mut body: impl FnMut(&Transaction) -> Result<T>) -> Result<T> {
    let mut value = None;
    repeated(ctx, &mut |t| {
        value = Some(body(t)?);
        Ok(())
    })?;
    Ok(value.expect("the body has succeeded"))
}

/// The part of [`transaction_now`] that is compiled once, and not for each of the many bodies.
fn repeated(ctx: &Ctx, body: &mut dyn FnMut(&Transaction) -> Result<()>) -> Result<()> {
    let outcome = ctx.store().transaction(|t| body(t).map_err(Stop::Failed));
    outcome.map_err(|stop| log_stop(ctx, stop))
}

/// As [`transaction_now`], but with few attempts; `None` if each had a conflict. This is for nodes that a guest or a
/// back end writes: while it keeps writing, further attempts would fail as well.
pub fn try_transaction<T>(
    ctx: &Ctx,
    mut body: impl FnMut(&Transaction) -> Result<T>,
) -> Result<Option<T>> {
    for _ in 0..AT_ONCE {
        if let Some(value) = attempt_at(ctx, &mut body)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// One attempt; `None` if it had a conflict.
fn attempt_at<T>(ctx: &Ctx, body: &mut impl FnMut(&Transaction) -> Result<T>) -> Result<Option<T>> {
    let mut value = None;
    let committed = attempted(ctx, &mut |t| {
        value = Some(body(t)?);
        Ok(())
    })?;
    Ok(value.filter(|_| committed))
}

/// The part of [`attempt_at`] that is compiled once. Returns whether the transaction was committed.
fn attempted(ctx: &Ctx, body: &mut dyn FnMut(&Transaction) -> Result<()>) -> Result<bool> {
    let outcome = ctx.store().attempt(|t| body(t).map_err(Stop::Failed));
    outcome.map(|done| done.is_some()).map_err(|stop| log_stop(ctx, stop))
}

/// Logs a failed xenstore request, and returns the error of the transaction.
fn log_stop(ctx: &Ctx, stop: Stop) -> Error {
    match stop {
        Stop::Store(error) => failed(ctx, error),
        Stop::Failed(error) => error,
    }
}
