//! Requests of several kinds that travel together, in one round trip.

use nix::errno::Errno;

use super::call::{self, Call};
use super::error::{StoreError, StoreResult};
use super::path;
use super::permission::Permission;
use super::wire::{self, MessageKind, Reply, Requests};

/// Requests that are sent together and carried out in their order. None depends on the answer of another one.
///
/// As with [`super::Ops`], a node that does not exist is an answer and no error; the first error, in the order of the requests, is
/// the whole's. Outside a transaction the requests beside one that fails are carried out nevertheless.
#[derive(Default, Debug)]
pub struct Pipeline {
    requests: Requests,
    asked: Vec<(Request, String)>,
    /// Why the first impossible request cannot be sent.
    impossible: Option<StoreError>,
}

/// Whose answer is asked for.
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
}

impl Request {
    fn kind(self) -> MessageKind {
        match self {
            Self::Read | Self::Peek => MessageKind::Read,
            Self::List | Self::PeekList => MessageKind::Directory,
            Self::Write => MessageKind::Write,
            Self::SetPermissions => MessageKind::SetPermissions,
            Self::Remove => MessageKind::Remove,
        }
    }

    /// Its name in errors.
    fn name(self) -> &'static str {
        match self {
            Self::Read | Self::Peek => "read",
            Self::List | Self::PeekList => "list",
            Self::Write => "write",
            Self::SetPermissions => "set permissions",
            Self::Remove => "remove",
        }
    }
}

impl Pipeline {
    /// Asks for the value of `path`: [`Answers::value`].
    pub fn read(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Read, path.into(), &[&[0]])
    }

    /// Asks for the names of `path`'s children: [`Answers::names`].
    pub fn list(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::List, path.into(), &[&[0]])
    }

    /// As [`Pipeline::read`], where a node that may not be read counts as missing.
    pub fn peek(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Peek, path.into(), &[&[0]])
    }

    /// As [`Pipeline::list`], where a node counts as missing that may not be read, or has more children than fit into a reply.
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

    /// Sets the node's value, and who may do what with it. Without permissions of its own, a new node has those of its parent.
    pub fn make(&mut self, node: &NewNode) {
        self.write(&node.path, &node.value);
        if !node.permissions.is_empty() {
            self.set_permissions(&node.path, &node.permissions);
        }
    }

    /// As [`super::Ops::remove`], whose answer is [`Answers::was_there`].
    pub fn remove(&mut self, path: impl Into<String>) -> Slot {
        self.push(Request::Remove, path.into(), &[&[0]])
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

    /// Sends the requests, which takes one round trip (one for each 128 of them), and waits for the answers. Nothing is sent if
    /// one is impossible.
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
        (_, reply) => reply,
    };
    match request {
        Request::List | Request::PeekList => call::children(ops, path, reply).map(Answer::Names),
        Request::Read | Request::Peek | Request::Remove => {
            call::found(request.name(), path, reply).map(Answer::Value)
        }
        Request::Write | Request::SetPermissions => reply
            .map(|_| Answer::Done)
            .map_err(|errno| StoreError::about(request.name(), path, errno)),
    }
}

/// The answers to a [`Pipeline`].
#[derive(Debug)]
pub struct Answers(Vec<Answer>);

impl Answers {
    /// The value that [`Pipeline::read`] asked for, which is moved out; `None` if there is no such node.
    pub fn value(&mut self, slot: Slot) -> Option<Vec<u8>> {
        match self.0.get_mut(slot.0) {
            Some(Answer::Value(value)) => value.take(),
            _ => None,
        }
    }

    /// The names that [`Pipeline::list`] asked for, which are moved out; `None` if there is no such node.
    pub fn names(&mut self, slot: Slot) -> Option<Vec<String>> {
        match self.0.get_mut(slot.0) {
            Some(Answer::Names(names)) => names.take(),
            _ => None,
        }
    }

    /// False if not even the parent of a node that was to be removed is there.
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
