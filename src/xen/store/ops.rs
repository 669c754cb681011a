//! What can be asked about nodes, in a transaction or outside.

use nix::errno::Errno;

use super::error::{StoreError, StoreResult};
use super::path;
use super::permission::Permission;
use super::pipeline::Pipeline;
use super::wire::{self, MessageKind, Reply, Requests, strings};

/// Most replies that a list which changes all the time is asked for.
const LIST_ATTEMPTS: usize = 32;

/// Requests about nodes. [`super::Store`] and [`super::Transaction`] have them all.
///
/// Everywhere a node that does not exist is an answer, not an error. The `_many` forms cost one round
/// trip (one per 128 requests); their answers are in the order of what was asked, and the first
/// error, in that order, is the whole's.
///
/// Values may have been written by a guest: they are at most 4096 bytes and otherwise arbitrary.
pub trait Ops {
    /// Sends the requests and returns the replies in order. `operation` is for the error.
    #[doc(hidden)]
    fn call(&self, operation: &'static str, requests: Requests) -> StoreResult<Vec<Reply>>;

    /// The value of `path`; `None` if there is no such node.
    fn read(&self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        single(self.read_many(&[path]))
    }

    /// The values of all `paths`.
    fn read_many<P: AsRef<str>>(&self, paths: &[P]) -> StoreResult<Vec<Option<Vec<u8>>>> {
        let mut pipeline = Pipeline::default();
        for path in paths {
            pipeline.read(path.as_ref());
        }
        Ok(pipeline.send(self)?.values().collect())
    }

    /// The value of `path` as text: up to the first NUL, as C programs see it.
    ///
    /// A value that is not UTF-8 is an error, `EILSEQ`: it is not the same as no node, and a caller that
    /// reads what a guest writes must choose what to make of it.
    fn read_string(&self, path: &str) -> StoreResult<Option<String>> {
        single(self.read_strings(&[path]))
    }

    /// As [`Ops::read_string`], of all `paths`.
    fn read_strings<P: AsRef<str>>(&self, paths: &[P]) -> StoreResult<Vec<Option<String>>> {
        let values = self.read_many(paths)?;
        let text = |(value, path): (Option<Vec<u8>>, &P)| {
            let Some(mut value) = value else { return Ok(None) };
            value.truncate(value.iter().position(|&b| b == 0).unwrap_or(value.len()));
            String::from_utf8(value)
                .map(Some)
                .map_err(|_| StoreError::about("read", path.as_ref(), Errno::EILSEQ))
        };
        values.into_iter().zip(paths).map(text).collect()
    }

    /// Whether `path` exists.
    fn exists(&self, path: &str) -> StoreResult<bool> {
        Ok(self.read(path)?.is_some())
    }

    /// The names of `path`'s children, without the path. `None` if there is no such node.
    fn list(&self, path: &str) -> StoreResult<Option<Vec<String>>> {
        single(self.list_many(&[path]))
    }

    /// The children of all `paths`.
    fn list_many<P: AsRef<str>>(&self, paths: &[P]) -> StoreResult<Vec<Option<Vec<String>>>> {
        let mut pipeline = Pipeline::default();
        let slots: Vec<_> = paths.iter().map(|path| pipeline.list(path.as_ref())).collect();
        let mut answers = pipeline.send(self)?;
        Ok(slots.into_iter().map(|slot| answers.names(slot)).collect())
    }

    /// A text that is another after every change of `path`, of its value or its children's names. `None` if there is no
    /// such node, or the daemon has no such text.
    fn generation(&self, path: &str) -> StoreResult<Option<Vec<u8>>> {
        const OPERATION: &str = "ask for the generation";
        checked(OPERATION, path)?;
        let failed = |errno| StoreError::about(OPERATION, path, errno);
        let request =
            Requests::one(MessageKind::DirectoryPart, &[path.as_bytes(), b"\0" as &[u8], b"0\0"]);
        let reply = single(self.call(OPERATION, request.map_err(failed)?))?;
        match reply {
            Err(Errno::ENOSYS | Errno::EINVAL) => Ok(None),
            reply => Ok(found(OPERATION, path, reply)?
                .and_then(|part| part.split(|&b| b == 0).next().map(<[u8]>::to_vec))),
        }
    }

    /// Sets the value of `path`, creating it and its parents where missing. At most 4096 bytes
    /// with the path and one more.
    fn write(&self, path: &str, value: impl AsRef<[u8]>) -> StoreResult<()> {
        self.write_many(&[(path, value)])
    }

    /// Sets many values. Outside a transaction those beside a failed one stay written.
    fn write_many<P: AsRef<str>, V: AsRef<[u8]>>(&self, values: &[(P, V)]) -> StoreResult<()> {
        let mut pipeline = Pipeline::default();
        for (path, value) in values {
            pipeline.write(path.as_ref(), value);
        }
        pipeline.send(self).map(drop)
    }

    /// Sets the values of many nodes, and who may do what with them, in order and in one go: [`Pipeline::make`].
    fn make_many(&self, nodes: &[NewNode]) -> StoreResult<()> {
        let mut pipeline = Pipeline::default();
        nodes.iter().for_each(|node| pipeline.make(node));
        pipeline.send(self).map(drop)
    }

    /// Makes `path` exist, with an empty value if it is new.
    fn mkdir(&self, path: &str) -> StoreResult<()> {
        match about_path(self, "mkdir", MessageKind::Mkdir, path)? {
            // Said by old daemons.
            Err(Errno::EEXIST) => Ok(()),
            reply => reply.map(drop).map_err(|errno| StoreError::about("mkdir", path, errno)),
        }
    }

    /// Removes `path` with all below it. False if not even its parent is there (a missing node
    /// whose parent exists is no error to the daemon, and cannot be told from one removed).
    fn remove(&self, path: &str) -> StoreResult<bool> {
        single(self.remove_many(&[path]))
    }

    /// Removes all `paths`.
    fn remove_many<P: AsRef<str>>(&self, paths: &[P]) -> StoreResult<Vec<bool>> {
        let mut pipeline = Pipeline::default();
        for path in paths {
            pipeline.remove(path.as_ref());
        }
        Ok(pipeline.send(self)?.values().map(|value| value.is_some()).collect())
    }

    /// Who may do what with `path`, the owner first.
    fn get_permissions(&self, path: &str) -> StoreResult<Option<Vec<Permission>>> {
        let kind = MessageKind::GetPermissions;
        let reply = about_path(self, "get permissions", kind, path)?;
        let decode = |payload: Vec<u8>| -> Result<Vec<Permission>, Errno> {
            strings(&payload)?.iter().map(|text| Permission::decode(text)).collect()
        };
        found("get permissions", path, reply)?
            .map(|p| decode(p).map_err(|e| StoreError::about("get permissions", path, e)))
            .transpose()
    }

    /// Sets who may do what with `path`, the owner first.
    fn set_permissions(&self, path: &str, permissions: &[Permission]) -> StoreResult<()> {
        self.set_permissions_many(&[(path, permissions)])
    }

    /// Sets the permissions of many nodes.
    fn set_permissions_many<P: AsRef<str>, A: AsRef<[Permission]>>(
        &self,
        nodes: &[(P, A)],
    ) -> StoreResult<()> {
        let mut pipeline = Pipeline::default();
        for (path, permissions) in nodes {
            pipeline.set_permissions(path.as_ref(), permissions.as_ref());
        }
        pipeline.send(self).map(drop)
    }
}

/// A node to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewNode {
    pub path: String,
    pub value: Vec<u8>,
    /// The owner first; empty: as its parent's.
    pub permissions: Vec<Permission>,
}

impl NewNode {
    /// A node with that value, and permissions as its parent's.
    pub fn value(path: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), value: value.into(), permissions: Vec::new() }
    }

    /// Whether the protocol has room for it, and a name.
    pub fn is_possible(&self) -> bool {
        let length = self.path.len() + 1 + self.value.len();
        path::check(&self.path).is_ok() && length <= wire::PAYLOAD_MAX
    }

    /// An empty node with those permissions.
    pub fn directory(path: impl Into<String>, permissions: &[Permission]) -> Self {
        Self { path: path.into(), value: Vec::new(), permissions: permissions.to_vec() }
    }
}

/// One request of `kind` whose only field is the path.
fn about_path(
    ops: &(impl Ops + ?Sized),
    operation: &'static str,
    kind: MessageKind,
    path: &str,
) -> StoreResult<Reply> {
    checked(operation, path)?;
    let request = Requests::one(kind, &[path.as_bytes(), &[0]])
        .map_err(|errno| StoreError::about(operation, path, errno))?;
    single(ops.call(operation, request))
}

/// The children of `path`, as the daemon's reply says.
pub(super) fn children(
    ops: &(impl Ops + ?Sized),
    path: &str,
    reply: Reply,
) -> StoreResult<Option<Vec<String>>> {
    match reply {
        Err(Errno::E2BIG) => list_in_parts(ops, path),
        reply => found("list", path, reply)?.map(|payload| names(path, &payload)).transpose(),
    }
}

/// A list of children that does not fit into one reply, put together from several.
fn list_in_parts(ops: &(impl Ops + ?Sized), path: &str) -> StoreResult<Option<Vec<String>>> {
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
                // It has changed since the last part: the offsets mean nothing any more.
                continue 'again;
            }
            // An empty name ends the list.
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
    // A name becomes part of paths: an invalid one must not lead elsewhere.
    if names.iter().any(|name| name.contains('/') || path::check(name).is_err()) {
        return Err(StoreError::about("list", path, Errno::EPROTO));
    }
    Ok(names)
}

fn checked(operation: &'static str, path: &str) -> StoreResult<()> {
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

/// The one element of an answer to one request.
fn single<T>(answers: StoreResult<Vec<T>>) -> StoreResult<T> {
    Ok(answers?.pop().expect("as many replies as requests"))
}
