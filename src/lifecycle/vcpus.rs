//! Setting which of a domain's vcpus are online.

use crate::core::cause::summed_up;
use crate::core::{Ao, Error, Result};
use crate::domain::identity::Identity;
use crate::domain::kind::{self, DomainKind};
use crate::domain::nodes;
use crate::qemu::model;
use crate::qemu::model::ModelVersion;
use crate::types::idiomatic::Bitmap;
use crate::xen::store::Ops;
use crate::{error, qemu};

/// Sets the vcpus in `wanted` online and all others offline, by the `cpu/N/availability` nodes, which the guest's
/// kernel watches. Vcpus of an HVM guest are plugged in QEMU first. Vcpus in `wanted` that the guest does not have are
/// counted and otherwise ignored, as in the C library.
pub async fn set_online(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    summed_up(ao, domid, "set vcpus online", set(ao, domid, wanted)).await
}

async fn set(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    let info = ao.hypervisor().domain(domid).map_err(|e| {
        error!(ao, domid = domid, "cannot get the domain's info: {e}");
        Error::Fail
    })?;
    let Some(info) = info else {
        error!(ao, domid = domid, "cannot set vcpus online: no such domain");
        return Err(Error::DomainNotFound);
    };
    let max = info.max_vcpu_id.map_or(0, |last| last + 1);
    match wanted.iter().count() {
        0 => {
            error!(ao, domid = domid, "cannot set vcpus online: the map has no vcpus");
            return Err(Error::Fail);
        }
        count if count > max as usize => {
            error!(
                ao,
                domid = domid,
                "cannot set vcpus online: {count} are requested, and the domain has at most {max}"
            );
            return Err(Error::Fail);
        }
        _ => {}
    }
    let (owner, known) = Identity::of(ao, domid)?;
    if kind::known(ao, domid, &known) == DomainKind::Hvm {
        // The traditional device model is not involved, and vcpus are never unplugged.
        if model::version(ao, domid)? == ModelVersion::Qemu {
            qemu::vcpus::plug(ao, domid, wanted).await?;
        }
    }
    let base = format!("{}/cpu", nodes::domain_path(domid));
    let word = |vcpu| if wanted.contains(vcpu) { "online" } else { "offline" };
    let values: Vec<_> =
        (0..max as usize).map(|vcpu| (format!("{base}/{vcpu}/availability"), word(vcpu))).collect();
    nodes::transaction(ao, |t| {
        // The destruction of a domain removes its nodes first. This must not create them again.
        if !owner.has_nodes(ao, t)? {
            error!(
                ao,
                domid = domid,
                "cannot set vcpus online: the domain was destroyed meanwhile"
            );
            return Err(Error::DomainNotFound);
        }
        t.write_many(&values).map_err(|e| nodes::failed(ao, e))
    })
    .await
}
