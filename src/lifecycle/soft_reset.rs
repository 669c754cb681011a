//! A soft reset: the guest starts another kernel in its place (kexec), and its domain is set up again around its
//! memory.
//!
//! The guest has shut down for that. Its device model writes its state down; then everything that is around the
//! domain goes as in a destroy, so that back ends drop what they have mapped, and the hypervisor takes event channels
//! and grants away. What follows is a creation whose memory is there already, with a device model that goes on from
//! the state of the other.
//!
//! What can be refused is refused before anything is taken away. After a later failure the domain is destroyed: it
//! could not run without its devices.

use std::ffi::CString;

use crate::core::cause::{summed_up, summed_up_now};
use crate::core::number::leading_number;
use crate::core::{Ao, Error, Result};
use crate::domain::hypercall_child::{self, CallFailure};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind, Info};
use crate::domain::{console, nodes};
use crate::error;
use crate::lifecycle::create::{self, Origin, Stripped};
use crate::lifecycle::destroy::{self, Around, Fate, Found};
use crate::lifecycle::migrate::emulator;
use crate::qemu::state;
use crate::types::idiomatic::{DomainConfig, DomainType, Text};

/// Why a guest shuts down that wants it (`SHUTDOWN_soft_reset`).
const REASON: u8 = 5;

/// Does it. `config` is what the domain is to have afterwards, and gets its defaults.
///
/// Reports the console as a creation does.
///
/// # Errors
/// `Error::Invalid` for a PV guest, one that has not shut down, or a configuration of another type of guest: nothing
/// has happened then. Otherwise those of [`create::create`], and the domain is destroyed if it has lost anything.
pub async fn soft_reset(ao: &Ao, domid: u32, config: &mut DomainConfig) -> Result<()> {
    let what = "reset the domain";
    let asked = config.clone();
    let checked = summed_up_now(ao, domid, what, || {
        let (domain, info) = check(ao, domid, config)?;
        Ok((domain, info, remains(ao, domid)?))
    });
    let (domain, info, stripped) = checked?;
    let is_hvm = config.c_info.type_ == DomainType::Hvm;
    let saved = summed_up(ao, domid, what, async {
        if !is_hvm {
            return Ok(Vec::new());
        }
        let saved = emulator::saved_nodes(ao, domid)?;
        state::save(ao, domid, false).await?;
        Ok(saved)
    });
    let saved = saved.await?;
    let making = async {
        // Back ends that serve it through xenstored's events, such as xenconsoled, let go of the rings.
        ao.store().release(domid).map_err(|e| nodes::failed(ao, e))?;
        let (_, around) = Around::of(ao, domid);
        if destroy::strip(ao, &domain, &info, around, Fate::GoesOn).await? == Found::Nothing {
            error!(ao, domid = domid, "the domain was destroyed meanwhile");
            return Err(Error::DomainNotFound);
        }
        reset_in_hypervisor(ao, &domain).await?;
        if is_hvm {
            emulator::restore_nodes(ao, domid, &saved)?;
            state::pass_on(ao, domid)?;
        }
        create::furnish(ao, domid, asked, config, Origin::Domain(&stripped)).await
    };
    create::whole_or_destroyed(ao, domid, what, making).await
}

/// Whether it can be done.
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
        return refuse("its guest has not shut down for that");
    }
    let same = match kind::known(ao, domid, &info) {
        DomainKind::Hvm => config.c_info.type_ == DomainType::Hvm,
        _ => config.c_info.type_ == DomainType::Pvh,
    };
    if !same {
        return refuse("the configuration is one of another type of guest");
    }
    create::complete(ao, config, domid)?;
    Ok((domain, info))
}

/// What the domain keeps.
fn remains(ao: &Ao, domid: u32) -> Result<Stripped> {
    let base = nodes::domain_path(domid);
    let rings = [format!("{base}/store/ring-ref"), format!("{base}/console/ring-ref")];
    let found = nodes::read_many(ao, ao.store(), &rings)?;
    let frame = |place: usize| {
        found[place].as_deref().and_then(leading_number::<u64>).ok_or_else(|| {
            error!(
                ao,
                domid = domid,
                "cannot determine the guest's ring: no number in {}",
                rings[place]
            );
            Error::Fail
        })
    };
    let tty = nodes::read(ao, ao.store(), &console::first_path(domid))?.unwrap_or_default();
    let tty = CString::new(tty).unwrap_or_default();
    Ok(Stripped { rings: [frame(0)?, frame(1)?], tty: Text::from(tty.as_c_str()) })
}

/// Has the hypervisor take away what the guest had set up. The domain stays paused.
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
            error!(ao, domid = domid, errno = errno, "domain_soft_reset failed");
            Err(Error::Fail)
        }
        Err(CallFailure::Unknown) => Err(Error::Fail),
    }
}
