//! Requests about nodes, in a transaction or outside.

use nix::errno::Errno;

use super::call::{Call, about_path, checked, found, single};
use super::error::{StoreError, StoreResult};
use super::permission::Permission;
use super::pipeline::{NewNode, Pipeline};
use super::wire::{MessageKind, Requests, strings};

/// Requests about nodes, which [`super::Store`] and [`super::Transaction`] implement.
///
/// A node that does not exist is a result, not an error. The `_many` functions need one round trip (one per 128
/// requests); their results are in the order of the arguments, and they fail with the first error in that order.
///
/// Values may have been written by a guest: they have at most 4096 bytes and are otherwise arbitrary.
pub trait Ops: Call {
    /// The value of `path`; `None` if the node does not exist.
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

    /// The value of `path` as text: up to the first NUL, as C programs read it.
    ///
    /// A value that is not UTF-8 is an error, `EILSEQ`: this is different from a missing node, and a caller that reads
    /// values of a guest must decide how to handle it.
    fn read_string(&self, path: &str) -> StoreResult<Option<String>> {
        single(self.read_strings(&[path]))
    }

    /// As [`Ops::read_string`], for all `paths`.
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

    /// The names of the children of `path`, without the path; `None` if the node does not exist.
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

    /// A text that differs after every change of `path`, of its value or of its children's names. `None` if the node
    /// does not exist, or if the daemon does not support this.
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

    /// Sets the value of `path`, and creates the node and its parents if necessary. The path, the value and one more
    /// byte must fit into 4096 bytes.
    fn write(&self, path: &str, value: impl AsRef<[u8]>) -> StoreResult<()> {
        self.write_many(&[(path, value)])
    }

    /// Sets many values. Outside a transaction, the other values are written even if one fails.
    fn write_many<P: AsRef<str>, V: AsRef<[u8]>>(&self, values: &[(P, V)]) -> StoreResult<()> {
        let mut pipeline = Pipeline::default();
        for (path, value) in values {
            pipeline.write(path.as_ref(), value);
        }
        pipeline.send(self).map(drop)
    }

    /// Sets the values and permissions of many nodes, in order and in one round trip: [`Pipeline::make`].
    fn make_many(&self, nodes: &[NewNode]) -> StoreResult<()> {
        let mut pipeline = Pipeline::default();
        nodes.iter().for_each(|node| pipeline.make(node));
        pipeline.send(self).map(drop)
    }

    /// Creates `path` with an empty value if it does not exist.
    fn mkdir(&self, path: &str) -> StoreResult<()> {
        match about_path(self, "mkdir", MessageKind::Mkdir, path)? {
            // Old daemons return this error.
            Err(Errno::EEXIST) => Ok(()),
            reply => reply.map(drop).map_err(|errno| StoreError::about("mkdir", path, errno)),
        }
    }

    /// Removes `path` with all nodes below it. Returns false if its parent does not exist either (for the daemon, a
    /// missing node whose parent exists is no error, and cannot be distinguished from one that was removed).
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

    /// The permissions of `path`, the owner first.
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

    /// Sets the permissions of `path`, the owner first.
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

impl<C: Call + ?Sized> Ops for C {}
