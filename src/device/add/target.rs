//! The domain that devices are added to.

use once_cell::sync::OnceCell;

use crate::config::defaults::devices::{DefaultsHost, Guest};
use crate::core::{Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind};
use crate::domain::{names, nodes as store};
use crate::error;
use crate::xen::log::Log;
use crate::xen::store::Ops;

/// A domain, with facts about it that are determined at most once.
#[derive(Debug)]
pub struct AttachTarget<'a> {
    ctx: &'a Ctx,
    owner: Identity,
    info: kind::Info,
    kind: OnceCell<DomainKind>,
    protocol: OnceCell<Option<String>>,
}

impl<'a> AttachTarget<'a> {
    /// The domain with this domid. `Error::DomainNotFound`, logged, if it does not exist.
    pub fn of(ctx: &'a Ctx, domid: u32) -> Result<Self> {
        let (owner, info) = Identity::of(ctx, domid).inspect_err(|e| {
            if *e == Error::DomainNotFound {
                error!(ctx, domid = domid, "cannot find the domain: no such domain");
            }
        })?;
        Ok(Self::new(ctx, owner, info))
    }

    /// The domain that was created just now, with this UUID and the nodes that were written. `Error::DomainNotFound` or
    /// the hypervisor's error, logged, if it does not exist any more.
    pub fn created(ctx: &'a Ctx, domid: u32, uuid: [u8; 16]) -> Result<Self> {
        let info = kind::info(ctx, domid).inspect_err(|_| {
            error!(ctx, domid = domid, "cannot find the domain: it was destroyed meanwhile");
        })?;
        Ok(Self::new(ctx, Identity::made(domid, uuid), info))
    }

    fn new(ctx: &'a Ctx, owner: Identity, info: kind::Info) -> Self {
        Self { ctx, owner, info, kind: OnceCell::new(), protocol: OnceCell::new() }
    }

    /// The ctx.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// The domain's id.
    pub fn domid(&self) -> u32 {
        self.owner.domid
    }

    /// The domain's identity, which distinguishes it from a later domain with the same domid.
    pub fn owner(&self) -> &Identity {
        &self.owner
    }

    /// Fails, with a log line, unless the domain still exists and its domid is not another domain's. Called in a
    /// transaction, so that this still holds when the transaction is committed.
    pub fn check(&self, ops: &impl Ops) -> Result<()> {
        self.check_with(store::read(self.ctx, ops, &self.owner.vm_node())?)
    }

    /// As [`Self::check`], with the value that was read from [`Identity::vm_node`] in that transaction.
    pub fn check_with(&self, vm: Option<Vec<u8>>) -> Result<()> {
        if self.owner.has_nodes_with(self.ctx, vm)? {
            return Ok(());
        }
        error!(
            self.ctx,
            domid = self.domid(),
            "cannot attach the device: the domain was destroyed meanwhile"
        );
        Err(Error::Fail)
    }

    /// The type of guest.
    pub fn guest(&self) -> DomainKind {
        *self.kind.get_or_init(|| kind::known(self.ctx, self.domid(), &self.info))
    }

    /// The ABI of the shared rings of a PV guest, for front ends from Linux before 2.6.26, which do not report
    /// theirs; `None` for other guests.
    pub fn protocol(&self) -> Option<String> {
        let read = || match self.guest() {
            DomainKind::Pv => self.ctx.hypervisor().native_protocol(self.domid()).ok().flatten(),
            DomainKind::Pvh | DomainKind::Hvm => None,
        };
        self.protocol.get_or_init(read).clone()
    }
}

impl DefaultsHost for AttachTarget<'_> {
    fn log(&self) -> &Log {
        self.ctx.log()
    }

    fn kind(&self) -> Result<DomainKind> {
        Ok(self.guest())
    }

    fn domain_of(&self, name: &[u8]) -> Result<u32> {
        Guest::new(self.ctx, self.domid()).domain_of(name)
    }

    fn kernel_serves_usb(&self) -> Result<bool> {
        Guest::new(self.ctx, self.domid()).kernel_serves_usb()
    }

    fn guest_of(&self, domid: u32) -> u32 {
        names::stubdom_target(self.ctx, domid).unwrap_or(domid)
    }
}
