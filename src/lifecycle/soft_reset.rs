//! A soft reset: the guest starts another kernel with kexec, and its domain is set up again around its memory.
//!
//! The guest has shut down with the reason "soft reset". Its device model saves its state; then everything outside the
//! hypervisor that belongs to the domain is removed as by a destroy, so that back ends unmap the guest's memory, and
//! the hypervisor closes its event channels and grants. Its stub domain, if it has one, is destroyed. What follows is a
//! creation with the existing memory and a device model that continues from the saved state.
//!
//! Everything that can be checked is checked before anything is removed. After a later failure the domain is destroyed,
//! since it could not run without its devices.

use std::ffi::CString;

use crate::core::cause::{summed_up, summed_up_now};
use crate::core::number::leading_number;
use crate::core::{Ao, Error, Result};
use crate::domain::hypercall_child::{self, CallFailure};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind, Info};
use crate::domain::{console, names, nodes};
use crate::error;
use crate::lifecycle::create::{self, Origin, ResetDomain};
use crate::lifecycle::destroy::{self, Found, Purpose, StoreInfo};
use crate::lifecycle::migrate::emulator;
use crate::qemu::state;
use crate::types::idiomatic::{DomainConfig, DomainType, Text};

/// The shutdown reason of a guest that requests a soft reset (`SHUTDOWN_soft_reset`).
const REASON: u8 = 5;

/// Resets a domain. `config` is its new configuration, and gets its defaults.
///
/// Reports that the console is available, as a creation does.
///
/// # Errors
/// `Error::Invalid` for a PV guest, one that has not shut down for this reason, or a configuration for another type of
/// guest: nothing was changed then. Otherwise those of [`create::create`], and the domain is destroyed if anything was
/// removed. Errors are logged, with a summary at the end.
pub async fn soft_reset(ao: &Ao, domid: u32, config: &mut DomainConfig) -> Result<()> {
    let what = "reset the domain";
    let requested = config.clone();
    let checked = summed_up_now(ao, domid, what, || {
        let (domain, info) = check(ao, domid, config)?;
        let kept = kept_parts(ao, &domain)?;
        Ok((domain, info, kept))
    });
    let (domain, info, mut kept) = checked?;
    let is_hvm = config.c_info.type_ == DomainType::Hvm;
    let saved = summed_up(ao, domid, what, async {
        if !is_hvm {
            return Ok(None);
        }
        kept.emulator_nodes = emulator::saved_nodes(ao, domid)?;
        state::save(ao, domid, false).await.map(Some)
    });
    let saved = saved.await?;
    let setup = async {
        // Back ends that rely on xenstored's watch events, such as xenconsoled, unmap the guest's rings.
        ao.store().release(domid).map_err(|e| nodes::failed(ao, e))?;
        if let Some(stubdom) = names::stubdom_of(ao, domid) {
            match destroy::destroy_stubdom(ao, domid, stubdom).await {
                Ok(()) | Err(Error::DomainNotFound) => {}
                Err(e) => return Err(e),
            }
        }
        let (_, store_info) = StoreInfo::of(ao, domid);
        if destroy::tear_down(ao, &domain, &info, store_info, Purpose::SoftReset).await?
            == Found::Nothing
        {
            error!(ao, domid = domid, "the domain was destroyed meanwhile");
            return Err(Error::DomainNotFound);
        }
        reset_in_hypervisor(ao, &domain).await?;
        if let Some(state) = saved {
            state::pass_on(ao, domid, state)?;
        }
        create::set_up(ao, domid, requested, config, Origin::Reset(&kept)).await
    };
    create::or_destroy(ao, domid, domain.uuid, what, setup).await
}

/// Checks that the domain can be reset, and completes `config`.
fn check(ao: &Ao, domid: u32, config: &mut DomainConfig) -> Result<(Identity, Info)> {
    let (domain, info) = Identity::of(ao, domid)?;
    let refuse = |why: &str| {
        error!(ao, domid = domid, "cannot reset the domain: {why}");
        Err(Error::Invalid)
    };
    if !info.hvm {
        return refuse("it is a PV guest");
    }
    if info.shutdown_reason != Some(REASON) {
        return refuse("its guest has not shut down with the reason \"soft reset\"");
    }
    let same = match kind::known(ao, domid, &info) {
        DomainKind::Hvm => config.c_info.type_ == DomainType::Hvm,
        _ => config.c_info.type_ == DomainType::Pvh,
    };
    if !same {
        return refuse("the configuration is for another type of guest");
    }
    create::check_and_complete(ao, config, domid)?;
    Ok((domain, info))
}

/// Reads what stays the same for the guest, apart from what its device model has: the frames of its rings, and its
/// terminal.
fn kept_parts(ao: &Ao, domain: &Identity) -> Result<ResetDomain> {
    let domid = domain.domid;
    let base = nodes::domain_path(domid);
    let rings = [format!("{base}/store/ring-ref"), format!("{base}/console/ring-ref")];
    let found = nodes::read_many(ao, ao.store(), &rings)?;
    let frame = |index: usize| {
        found[index].as_deref().and_then(leading_number::<u64>).ok_or_else(|| {
            error!(
                ao,
                domid = domid,
                "cannot determine the frame of the guest's ring: no number in {}",
                rings[index]
            );
            Error::Fail
        })
    };
    let tty = nodes::read(ao, ao.store(), &console::first_path(domid))?.unwrap_or_default();
    let tty = CString::new(tty).unwrap_or_default();
    Ok(ResetDomain {
        uuid: domain.uuid,
        rings: [frame(0)?, frame(1)?],
        tty: Text::from(tty.as_c_str()),
        emulator_nodes: Vec::new(),
    })
}

/// Resets the domain in the hypervisor: its event channels, grants and the like. The domain stays paused.
async fn reset_in_hypervisor(ao: &Ao, domain: &Identity) -> Result<()> {
    let (domid, uuid) = (domain.domid, domain.uuid);
    let outcome =
        hypercall_child::call(ao, domid, "soft reset", move |xen| match xen.domain(domid)? {
            Some(info) if info.uuid == uuid => xen.domain_soft_reset(domid),
            _ => Ok(()),
        });
    match outcome.await? {
        Ok(()) if domain.exists(ao)? => Ok(()),
        Ok(()) => {
            error!(ao, domid = domid, "the domain was destroyed meanwhile");
            Err(Error::DomainNotFound)
        }
        Err(CallFailure::Refused(errno)) => {
            error!(ao, domid = domid, errno = errno, "cannot reset the domain");
            Err(Error::Fail)
        }
        Err(CallFailure::Unknown) => Err(Error::Fail),
    }
}
