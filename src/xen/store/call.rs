//! Sending requests on a connection or in a transaction, and interpreting their replies.

use nix::errno::Errno;

use super::error::{StoreError, StoreResult};
use super::path;
use super::wire::{self, MessageKind, Reply, Requests};

/// The maximum number of replies that are requested for a list that keeps changing.
const LIST_ATTEMPTS: usize = 32;

/// The objects that can send requests: [`super::Store`], [`super::Transaction`].
pub trait Call {
    /// Sends the requests and returns the replies in order. `operation` is for the error's text.
    #[doc(hidden)]
    fn call(&self, operation: &'static str, requests: Requests) -> StoreResult<Vec<Reply>>;
}

/// Sends one request of type `kind` whose only field is the path.
pub(super) fn about_path(
    ops: &(impl Call + ?Sized),
    operation: &'static str,
    kind: MessageKind,
    path: &str,
) -> StoreResult<Reply> {
    checked(operation, path)?;
    let request = Requests::one(kind, &[path.as_bytes(), &[0]])
        .map_err(|errno| StoreError::about(operation, path, errno))?;
    single(ops.call(operation, request))
}

/// The children of `path`, from the daemon's reply.
pub(super) fn children(
    ops: &(impl Call + ?Sized),
    path: &str,
    reply: Reply,
) -> StoreResult<Option<Vec<String>>> {
    match reply {
        Err(Errno::E2BIG) => list_in_parts(ops, path),
        reply => found("list", path, reply)?.map(|payload| names(path, &payload)).transpose(),
    }
}

/// Reads a list of children that does not fit into one reply, in several parts.
fn list_in_parts(ops: &(impl Call + ?Sized), path: &str) -> StoreResult<Option<Vec<String>>> {
    let failed = |errno| StoreError::about("list", path, errno);
    'again: for _ in 0..LIST_ATTEMPTS {
        let mut children = Vec::new();
        let mut generation: Option<Vec<u8>> = None;
        loop {
            let offset = format!("{}\0", children.len());
            let fields: [&[u8]; 3] = [path.as_bytes(), &[0], offset.as_bytes()];
            let request = Requests::one(MessageKind::DirectoryPart, &fields).map_err(failed)?;
            let reply = single(ops.call("list", request))?;
            let Some(mut part) = found("list", path, reply)? else { return Ok(None) };
            let end = part.iter().position(|&b| b == 0).ok_or_else(|| failed(Errno::EPROTO))?;
            let names = part.split_off(end + 1);
            if generation.get_or_insert_with(|| part.clone()) != &part {
                // The list has changed since the last part, so the offsets are not valid any more.
                continue 'again;
            }
            // An empty name marks the end of the list.
            if names == [0] || names.ends_with(&[0, 0]) {
                children.extend_from_slice(&names[..names.len() - 1]);
                return self::names(path, &children).map(Some);
            }
            if names.is_empty() {
                return Err(failed(Errno::EPROTO));
            }
            children.extend_from_slice(&names);
        }
    }
    Err(failed(Errno::EAGAIN))
}

fn names(path: &str, payload: &[u8]) -> StoreResult<Vec<String>> {
    let names = wire::strings(payload).map_err(|errno| StoreError::about("list", path, errno))?;
    // A name becomes part of paths, so an invalid one could lead to another node.
    if names.iter().any(|name| name.contains('/') || path::check(name).is_err()) {
        return Err(StoreError::about("list", path, Errno::EPROTO));
    }
    Ok(names)
}

pub(super) fn checked(operation: &'static str, path: &str) -> StoreResult<()> {
    path::check(path).map_err(|errno| StoreError::about(operation, path, errno))
}

pub(super) fn found(
    operation: &'static str,
    path: &str,
    reply: Reply,
) -> StoreResult<Option<Vec<u8>>> {
    match reply {
        Ok(payload) => Ok(Some(payload)),
        Err(Errno::ENOENT) => Ok(None),
        Err(errno) => Err(StoreError::about(operation, path, errno)),
    }
}

/// The only element of the results of one request.
pub(super) fn single<T>(answers: StoreResult<Vec<T>>) -> StoreResult<T> {
    Ok(answers?.pop().expect("as many replies as requests"))
}
