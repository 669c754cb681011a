//! Requests of several kinds that are sent together, in one round trip.

use nix::errno::Errno;

use super::call::{self, Call};
use super::error::{StoreError, StoreResult};
use super::path;
use super::permission::Permission;
use super::wire::{self, MessageKind, Reply, Requests};

/// Requests that are sent together and carried out in order. None may depend on the reply to another one.
///
/// As with [`super::Ops`], a node that does not exist is a result and no error; the pipeline fails with the first
/// error, in the order of the requests. Outside a transaction the other requests are carried out nevertheless.
#[derive(Default, Debug)]
pub struct Pipeline {
    requests: Requests,
    asked: Vec<(Request, String)>,
    /// The reason why a request cannot be sent, for the first such request.
    impossible: Option<StoreError>,
}

/// Identifies a request, to get its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot(usize);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Request {
    Read,
    List,
    Peek,
    PeekList,
    Write,
    SetPermissions,
    Remove,
    RemoveIfAllowed,
}

impl Request {
    fn kind(self) -> MessageKind {
        match self {
            Self::Read | Self::Peek => MessageKind::Read,
            Self::List | Self::PeekList => MessageKind::Directory,
            Self::Write => MessageKind::Write,
            Self::SetPermissions => MessageKind::SetPermissions,
            Self::Remove | Self::RemoveIfAllowed => MessageKind::Remove,
        }
    }

    /// The name in errors.
    fn name(self) -> &'static str {
        match self {
            Self::Read | Self::Peek => "read",
            Self::List | Self::PeekList => "list",
            Self::Write => "write",
            Self::SetPermissions => "set permissions",
            Self::Remove | Self::RemoveIfAllowed => "remove",
        }
    }
}

impl Pipeline {
    /// Requests the value of `path`, for [`Answers::value`].
    pub fn read(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Read, path.into(), &[&[0]])
    }

    /// Requests the names of the children of `path`, for [`Answers::names`].
    pub fn list(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::List, path.into(), &[&[0]])
    }

    /// As [`Pipeline::read`], but a node that may not be read counts as missing.
    pub fn peek(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Peek, path.into(), &[&[0]])
    }

    /// As [`Pipeline::list`], but a node counts as missing if it may not be read, or has more children than fit into a
    /// reply.
    pub fn peek_list(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::PeekList, path.into(), &[&[0]])
    }

    /// As [`super::Ops::write`].
    pub fn write(&mut self, path: impl Into<String>, value: impl AsRef<[u8]>) {
        self.push(Request::Write, path.into(), &[&[0], value.as_ref()]);
    }

    /// As [`super::Ops::set_permissions`].
    pub fn set_permissions(&mut self, path: impl Into<String>, permissions: &[Permission]) {
        let path = path.into();
        if permissions.is_empty() {
            self.refuse(Request::SetPermissions, &path, Errno::EINVAL);
        }
        let entries: String = permissions.iter().map(|p| p.encode() + "\0").collect();
        self.push(Request::SetPermissions, path, &[&[0], entries.as_bytes()]);
    }

    /// Sets the node's value and its permissions. Without permissions of its own, a new node inherits those of its
    /// parent.
    pub fn make(&mut self, node: &NewNode) {
        self.write(&node.path, &node.value);
        if !node.permissions.is_empty() {
            self.set_permissions(&node.path, &node.permissions);
        }
    }

    /// As [`super::Ops::remove`]; the result is in [`Answers::was_there`].
    pub fn remove(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Remove, path.into(), &[&[0]])
    }

    /// As [`Pipeline::remove`], but a node that this domain may not remove is kept, and counts as missing.
    pub fn remove_if_allowed(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::RemoveIfAllowed, path.into(), &[&[0]])
    }

    fn push(&mut self, request: Request, path: String, fields: &[&[u8]]) -> Slot {
        let mut all = vec![path.as_bytes()];
        all.extend(fields);
        let pushed = path::check(&path).and_then(|()| self.requests.push(request.kind(), &all));
        if let Err(errno) = pushed {
            self.refuse(request, &path, errno);
        }
        self.asked.push((request, path));
        Slot(self.asked.len() - 1)
    }

    fn refuse(&mut self, request: Request, path: &str, errno: Errno) {
        self.impossible.get_or_insert(StoreError::about(request.name(), path, errno));
    }

    /// Sends the requests, which takes one round trip (one for each 128 of them), and waits for the replies. Nothing is
    /// sent if one of them is impossible.
    pub fn send(self, ops: &(impl Call + ?Sized)) -> StoreResult<Answers> {
        if let Some(error) = self.impossible {
            return Err(error);
        }
        let Some((first, _)) = self.asked.first() else { return Ok(Answers(Vec::new())) };
        let replies = ops.call(first.name(), self.requests)?;
        let answers = replies.into_iter().zip(self.asked);
        answers
            .map(|(reply, (request, path))| answer(ops, request, &path, reply))
            .collect::<StoreResult<_>>()
            .map(Answers)
    }
}

/// A node to be created.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewNode {
    pub path: String,
    pub value: Vec<u8>,
    /// The permissions, the owner first; if empty, the parent's are inherited.
    pub permissions: Vec<Permission>,
}

impl NewNode {
    /// A node with a value, which inherits its parent's permissions.
    pub fn value(path: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), value: value.into(), permissions: Vec::new() }
    }

    /// Whether the protocol's limits allow the node, and its name is valid.
    pub fn is_possible(&self) -> bool {
        let length = self.path.len() + 1 + self.value.len();
        path::check(&self.path).is_ok() && length <= wire::PAYLOAD_MAX
    }

    /// A node with an empty value and with these permissions.
    pub fn directory(path: impl Into<String>, permissions: &[Permission]) -> Self {
        Self { path: path.into(), value: Vec::new(), permissions: permissions.to_vec() }
    }
}

#[derive(Debug)]
enum Answer {
    Value(Option<Vec<u8>>),
    Names(Option<Vec<String>>),
    Done,
}

fn answer(
    ops: &(impl Call + ?Sized),
    request: Request,
    path: &str,
    reply: Reply,
) -> StoreResult<Answer> {
    let reply = match (request, reply) {
        (Request::Peek | Request::PeekList, Err(Errno::EACCES | Errno::E2BIG)) => {
            Err(Errno::ENOENT)
        }
        (Request::RemoveIfAllowed, Err(Errno::EACCES)) => Err(Errno::ENOENT),
        // In a domain without privileges this is the answer for a missing node, too, if its parent is another domain's.
        (Request::Remove, Err(Errno::EACCES)) if is_missing(ops, path)? => Err(Errno::ENOENT),
        // The daemon reads each node when a transaction first asks for it: this one was read, and then another client
        // removed the directory that it lies in. The commit will be refused, and the transaction repeated.
        (Request::Remove | Request::RemoveIfAllowed, Err(Errno::EINVAL)) => Err(Errno::ENOENT),
        (_, reply) => reply,
    };
    match request {
        Request::List | Request::PeekList => call::children(ops, path, reply).map(Answer::Names),
        Request::Read | Request::Peek | Request::Remove | Request::RemoveIfAllowed => {
            call::found(request.name(), path, reply).map(Answer::Value)
        }
        Request::Write | Request::SetPermissions => reply
            .map(|_| Answer::Done)
            .map_err(|errno| StoreError::about(request.name(), path, errno)),
    }
}

/// Whether this domain may know that the node does not exist, and it does not.
fn is_missing(ops: &(impl Call + ?Sized), path: &str) -> StoreResult<bool> {
    let reply = call::about_path(ops, "read", MessageKind::Read, path)?;
    Ok(reply == Err(Errno::ENOENT))
}

/// The results of a [`Pipeline`].
#[derive(Debug)]
pub struct Answers(Vec<Answer>);

impl Answers {
    /// Takes the value that [`Pipeline::read`] has requested; `None` if the node does not exist.
    pub fn value(&mut self, slot: Slot) -> Option<Vec<u8>> {
        match self.0.get_mut(slot.0) {
            Some(Answer::Value(value)) => value.take(),
            _ => None,
        }
    }

    /// Takes the names that [`Pipeline::list`] has requested; `None` if the node does not exist.
    pub fn names(&mut self, slot: Slot) -> Option<Vec<String>> {
        match self.0.get_mut(slot.0) {
            Some(Answer::Names(names)) => names.take(),
            _ => None,
        }
    }

    /// False if neither the node that was to be removed nor its parent existed.
    pub fn was_there(&self, slot: Slot) -> bool {
        matches!(self.0.get(slot.0), Some(Answer::Value(Some(_))))
    }

    /// All values, in order.
    pub fn values(self) -> impl Iterator<Item = Option<Vec<u8>>> {
        self.0.into_iter().map(|answer| match answer {
            Answer::Value(value) => value,
            _ => None,
        })
    }
}
