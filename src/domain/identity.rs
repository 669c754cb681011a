//! The identity of a domain, since other processes may destroy it and create a new one with the same domid.

use super::{kind, nodes};
use crate::core::number::leading_number;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::xen::store::{Ops, Pipeline, Slot};

/// A domain that was looked up. Its domid may belong to another domain later: after each wait, callers check again
/// before they remove anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    pub domid: u32,
    pub uuid: [u8; 16],
    /// The value of its `vm` node. A domain has that node from its first moment in xenstore on.
    vm: Option<Vec<u8>>,
    /// The domain's existence is not checked.
    assumed: bool,
}

impl Identity {
    /// The domain with this domid, and the hypervisor's info of it; `Error::DomainNotFound`, not logged, if there is
    /// none. If its `vm` node cannot be read, which is logged, the domain counts as having none.
    pub fn of(ctx: &Ctx, domid: u32) -> Result<(Self, kind::Info)> {
        let path = nodes::vm_node(domid);
        Self::found(ctx, domid, || nodes::read(ctx, ctx.store(), &path).unwrap_or_default())
    }

    /// As [`Self::of`], where `read` reads the [`Self::vm_node`]. It may be called more than once.
    pub fn found(
        ctx: &Ctx,
        domid: u32,
        mut read: impl FnMut() -> Option<Vec<u8>>,
    ) -> Result<(Self, kind::Info)> {
        let mut info = kind::info(ctx, domid)?;
        loop {
            let vm = read();
            // The node belongs to this domain if the domain existed all the time.
            let now = kind::info(ctx, domid)?;
            if now.uuid == info.uuid {
                return Ok((Self { domid, uuid: now.uuid, vm, assumed: false }, now));
            }
            info = now;
        }
    }

    /// The domain that was just created or set up again, with the nodes that it has got for a configuration with the
    /// UUID `configured`.
    pub fn made(domid: u32, uuid: [u8; 16], configured: &[u8; 16]) -> Self {
        let vm = Some(nodes::vm_path_of(configured).into_bytes());
        Self { domid, uuid, vm, assumed: false }
    }

    /// Whichever domain has this domid: for a driver domain, which may not ask about other domains.
    pub fn assumed(domid: u32) -> Self {
        Self { domid, uuid: [0; 16], vm: None, assumed: true }
    }

    /// Whether the domid still belongs to this domain.
    pub fn exists(&self, ctx: &Ctx) -> Result<bool> {
        if self.assumed {
            return Ok(true);
        }
        match kind::info(ctx, self.domid) {
            Ok(info) => Ok(info.uuid == self.uuid),
            Err(Error::DomainNotFound) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Whether the nodes in xenstore under the domid do not belong to another domain. It is to be called inside the
    /// transaction that changes them.
    pub fn owns_nodes(&self, ctx: &Ctx, ops: &impl Ops) -> Result<bool> {
        if self.assumed {
            return Ok(true);
        }
        self.owns_nodes_with(ctx, nodes::read(ctx, ops, &self.vm_node())?.as_deref())
    }

    /// As [`Self::owns_nodes`], where `vm` is the value of [`Self::vm_node`] that was read in that transaction.
    pub fn owns_nodes_with(&self, ctx: &Ctx, vm: Option<&[u8]>) -> Result<bool> {
        // A domain that was renamed for preservation meanwhile has a new value, and is the same domain.
        Ok(self.assumed || vm.is_none() || vm == self.vm.as_deref() || self.exists(ctx)?)
    }

    /// Whether `vm` is the value that [`Self::vm_node`] had.
    pub fn has_vm_node(&self, vm: Option<&[u8]>) -> bool {
        vm.is_some() && vm == self.vm.as_deref()
    }

    /// Adds to `reads` what [`Self::owns_nodes_with`] needs. A driver domain may not read that node of a guest, and an
    /// error would end its transaction.
    pub fn ask_for_vm(&self, reads: &mut Pipeline) -> Option<Slot> {
        (!self.assumed).then(|| reads.read(self.vm_node()))
    }

    /// The node that identifies the domain that the nodes belong to.
    pub fn vm_node(&self) -> String {
        nodes::vm_node(self.domid)
    }

    /// Whether xenstore has the domain's nodes under the domid. It is to be called inside the transaction that adds to
    /// them. For a domain that had no `vm` node when it was looked up, this is whether it and its directory still
    /// exist: domain 0 may lack the node, and the destruction of a domain removes its nodes first.
    pub fn has_nodes(&self, ctx: &Ctx, ops: &impl Ops) -> Result<bool> {
        self.has_nodes_with(ctx, nodes::read(ctx, ops, &self.vm_node())?)
    }

    /// As [`Self::has_nodes`], where `vm` is the value of [`Self::vm_node`] that was read in that transaction.
    pub fn has_nodes_with(&self, ctx: &Ctx, vm: Option<Vec<u8>>) -> Result<bool> {
        match vm {
            None if self.vm.is_some() => Ok(false),
            vm if vm.is_some() && vm == self.vm => Ok(true),
            _ if self.assumed => Ok(true),
            None => {
                let directory = nodes::domain_path(self.domid);
                Ok(self.exists(ctx)? && nodes::read(ctx, ctx.store(), &directory)?.is_some())
            }
            Some(_) => self.exists(ctx),
        }
    }

    /// Its directory under `/vm`. The node's value is used only if it is such a path; otherwise the directory is the
    /// one with the domain's UUID. A domain without the node has no directory, since the one with its UUID may belong
    /// to another domain.
    pub fn vm_path(&self) -> Option<String> {
        let vm = self.vm.as_deref()?;
        Some(match super::names::is_vm_path(vm) {
            true => String::from_utf8_lossy(vm).into_owned(),
            false => nodes::vm_path_of(&self.uuid),
        })
    }
}

/// The domain that this process runs in. Relative paths in xenstore are relative to its directory.
pub fn own_domid(ctx: &Ctx) -> Result<u32> {
    let ask = || {
        let value = nodes::read(ctx, ctx.store(), "domid")?;
        value.and_then(|v| leading_number(&v)).ok_or_else(|| {
            error!(
                ctx,
                "cannot determine which domain this process runs in: xenstore has no node domid"
            );
            Error::Fail
        })
    };
    ctx.own_domid_slot().get_or_try_init(ask).copied()
}

/// As [`own_domid`], for destroying a domain, which does not fail if that node is missing. Domain 0's node is written
/// when the host boots; that of every other domain exists from its creation on.
pub fn own_domid_or_zero(ctx: &Ctx) -> u32 {
    own_domid(ctx).unwrap_or(0)
}
