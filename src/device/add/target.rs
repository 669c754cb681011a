//! The domain that devices are added to.

use once_cell::sync::OnceCell;

use crate::config::defaults::devices::{DefaultsHost, Guest};
use crate::core::{Ctx, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind};
use crate::domain::nodes::vm_node;
use crate::domain::{names, nodes as store};
use crate::error;
use crate::xen::log::Log;
use crate::xen::store::Ops;

/// The values of nodes; `None` for one that does not exist.
pub type Values<const N: usize> = [Option<Vec<u8>>; N];

/// A domain, with facts about it that are determined at most once.
#[derive(Debug)]
pub struct AttachTarget<'a> {
    ctx: &'a Ctx,
    owner: Identity,
    info: kind::Info,
    /// The node with the recorded kind of guest, if it was read already.
    recorded: Option<Option<Vec<u8>>>,
    kind: OnceCell<DomainKind>,
    protocol: OnceCell<Option<String>>,
}

impl<'a> AttachTarget<'a> {
    /// The domain with this domid. `Error::DomainNotFound`, logged, if it does not exist.
    pub fn of(ctx: &'a Ctx, domid: u32) -> Result<Self> {
        Self::reading(ctx, domid, []).map(|(target, _)| target)
    }

    /// As [`Self::of`], and reads these nodes in the same round trip; `None` if that has failed, which is logged.
    pub fn reading<const N: usize>(
        ctx: &'a Ctx,
        domid: u32,
        paths: [String; N],
    ) -> Result<(Self, Option<Values<N>>)> {
        let all = [vec![vm_node(domid), kind::path(domid)], paths.to_vec()].concat();
        let (mut recorded, mut others) = (None, None);
        let (owner, info) = Identity::found(ctx, domid, || {
            // What an earlier call has read may be another domain's.
            (recorded, others) = (None, None);
            let mut values = store::read_many(ctx, ctx.store(), &all).ok()?.into_iter();
            let vm = values.next().flatten();
            recorded = Some(values.next().flatten());
            others = Some(std::array::from_fn(|_| values.next().flatten()));
            vm
        })
        .inspect_err(|e| {
            if *e == Error::DomainNotFound {
                error!(ctx, domid = domid, "cannot find the domain: no such domain");
            }
        })?;
        let target = Self { recorded, ..Self::new(ctx, owner, info) };
        Ok((target, others))
    }

    /// The domain with this UUID that was created or reset just now, with the nodes that were written for a
    /// configuration with the UUID `configured`. `Error::DomainNotFound` or the hypervisor's error, logged, if it does
    /// not exist any more.
    pub fn created(
        ctx: &'a Ctx,
        domid: u32,
        uuid: [u8; 16],
        configured: &[u8; 16],
    ) -> Result<Self> {
        let info = kind::info(ctx, domid).inspect_err(|_| {
            error!(ctx, domid = domid, "cannot find the domain: it was destroyed meanwhile");
        })?;
        Ok(Self::new(ctx, Identity::made(domid, uuid, configured), info))
    }

    fn new(ctx: &'a Ctx, owner: Identity, info: kind::Info) -> Self {
        Self { ctx, owner, info, recorded: None, kind: OnceCell::new(), protocol: OnceCell::new() }
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
        *self.kind.get_or_init(|| match &self.recorded {
            Some(value) => kind::recorded(self.ctx, self.domid(), &self.info, value.as_deref()),
            None => kind::known(self.ctx, self.domid(), &self.info),
        })
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
