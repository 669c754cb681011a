//! Which of a domain's vcpus its kernel is to use.

use std::time::Instant;

use serde_json::{Value, json};

use super::identity::Identity;
use super::kind::{self, Kind};
use super::nodes;
use crate::core::{Ao, Error, Result};
use crate::error;
use crate::qemu::qmp::{self, Qmp};
use crate::types::idiomatic::Bitmap;
use crate::xen::store::Ops;

/// Has the guest use the vcpus of `wanted` and no others, by its `cpu/N/availability` nodes, which its kernel
/// watches; those of an HVM guest are plugged in first. Vcpus that it does not have are counted and otherwise passed
/// over, as in the C library.
pub async fn set_online(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    let info = ao.hypervisor().domain(domid).map_err(|e| {
        error!(ao, domid = domid, "cannot ask for the domain: {e}");
        Error::Fail
    })?;
    let Some(info) = info else {
        error!(ao, domid = domid, "its vcpus cannot be set: no such domain");
        return Err(Error::DomainNotFound);
    };
    let has = info.max_vcpu_id.map_or(0, |last| last + 1);
    match wanted.iter().count() {
        0 => {
            error!(ao, domid = domid, "asked for no vcpu at all");
            return Err(Error::Fail);
        }
        count if count > has as usize => {
            error!(ao, domid = domid, "asked for {count} vcpus: it has {has} at most");
            return Err(Error::Fail);
        }
        _ => {}
    }
    let (owner, known) = Identity::of(ao, domid)?;
    if kind::known(ao, domid, &known) == Kind::Hvm {
        through_device_model(ao, domid, wanted).await?;
    }
    let base = format!("{}/cpu", nodes::domain_path(domid));
    let word = |vcpu| if wanted.contains(vcpu) { "online" } else { "offline" };
    let values: Vec<_> =
        (0..has as usize).map(|vcpu| (format!("{base}/{vcpu}/availability"), word(vcpu))).collect();
    nodes::transaction(ao, |t| {
        // Its nodes, if it is gone, are not to come back.
        if !owner.exists(ao)? {
            error!(ao, domid = domid, "its vcpus cannot be set: it is gone");
            return Err(Error::DomainNotFound);
        }
        t.write_many(&values).map_err(|e| nodes::failed(ao, e))
    })
}

/// The device model of an HVM guest has to add vcpus first, unless it is the traditional one. None is taken away.
async fn through_device_model(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    let version = format!("{}/dm-version", nodes::libxl_path(domid));
    match nodes::read(ao, ao.store(), &version)?.as_deref() {
        None | Some(b"qemu_xen_traditional") => Ok(()),
        Some(b"qemu_xen") => plug(ao, domid, wanted).await,
        Some(_) => {
            error!(ao, domid = domid, "{version} names no device model");
            Err(Error::Invalid)
        }
    }
}

/// Has QEMU add those of `wanted` that it does not have. It was started with one vcpu a socket.
async fn plug(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    let deadline = Instant::now() + qmp::PATIENCE;
    let mut qemu = Qmp::connect(ao, domid, deadline).await?;
    let cpus = qemu.execute("query-cpus-fast", None, deadline).await?;
    let there = indices(&cpus).ok_or_else(|| qmp::unexpected(ao, domid, "query-cpus-fast"))?;
    let name = "query-hotpluggable-cpus";
    let kinds = qemu.execute(name, None, deadline).await?;
    let driver = driver(&kinds).ok_or_else(|| qmp::unexpected(ao, domid, name))?;
    for vcpu in wanted.iter().filter(|vcpu| !there.contains(&(*vcpu as u64))) {
        let arguments = json!({
            "id": format!("cpu-{vcpu}"),
            "driver": driver,
            "socket-id": vcpu,
            "core-id": 0,
            "thread-id": 0,
        });
        qemu.execute("device_add", Some(arguments), deadline).await?;
    }
    Ok(())
}

/// Which vcpus QEMU has.
fn indices(cpus: &Value) -> Option<Vec<u64>> {
    cpus.as_array()?.iter().map(|cpu| cpu.get("cpu-index")?.as_u64()).collect()
}

/// What kind of device a vcpu is, all of them alike.
fn driver(kinds: &Value) -> Option<&str> {
    kinds.as_array()?.first()?.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qemu_says_which_vcpus_it_has() {
        let cpus = json!([{"cpu-index": 0, "props": {}}, {"cpu-index": 3}]);
        assert_eq!(indices(&cpus), Some(vec![0, 3]));
        assert_eq!(indices(&json!([])), Some(vec![]));
        for bad in [json!(null), json!({}), json!([{}]), json!([{"cpu-index": -1}]), json!([7])] {
            assert_eq!(indices(&bad), None, "{bad}");
        }
    }

    #[test]
    fn qemu_says_what_a_vcpu_is() {
        let kinds = json!([{"type": "qemu64-x86_64-cpu", "vcpus-count": 1}, {"type": "other"}]);
        assert_eq!(driver(&kinds), Some("qemu64-x86_64-cpu"));
        for bad in [json!([]), json!([{}]), json!([{"type": 1}]), json!("x")] {
            assert_eq!(driver(&bad), None, "{bad}");
        }
    }
}
