//! Directories of the host (9pfs): QEMU serves them or, since Xen 4.19 (ab5a6b5986), Xen's own daemon, which is started
//! with the first of them.

use super::connect::connect;
use super::nodes::DeviceNodes;
use super::running::Written;
use super::{Addable, AttachTarget, Existing, set_defaults, write};
use crate::config::defaults::devices::{DeviceContext, p9};
use crate::core::cause::{summed_up, summed_up_now};
use crate::core::{Ao, Ctx, Error, Result};
use crate::device::{Device, DeviceKind};
use crate::domain::identity::{Identity, own_domid};
use crate::qemu::ninepfs;
use crate::types::idiomatic::{DeviceP9, P9Type};

impl Addable for DeviceP9 {
    const KIND: DeviceKind = DeviceKind::NinePfs;

    fn set_defaults(&mut self, context: DeviceContext) -> Result<()> {
        p9::set_defaults(context, self)
    }

    fn devid(&mut self) -> Option<&mut i32> {
        Some(&mut self.devid)
    }

    /// A device whose type is not known is QEMU's, as by the defaults; the C library looks for it among the daemon's.
    fn device(&self, _: &Ctx, domid: u32) -> Result<Device> {
        Ok(Device {
            domid,
            devid: self.devid,
            kind: DeviceKind::NinePfs,
            backend_domid: self.backend_domid,
            backend_kind: backend_kind(self),
        })
    }

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        own_nodes(self, nodes);
        Ok(())
    }
}

fn own_nodes(p9: &DeviceP9, nodes: &mut DeviceNodes) {
    nodes.back("path", &p9.path);
    nodes.back("security_model", &p9.security_model);
    nodes.front("tag", &p9.tag);
    if p9.type_ == P9Type::Xen9pfsd {
        nodes.back("max-space", p9.max_space.cast_unsigned());
        nodes.back("max-files", p9.max_files.cast_unsigned());
        nodes.back("max-open-files", p9.max_open_files.cast_unsigned());
        nodes.back("auto-delete", p9.auto_delete);
    }
}

fn backend_kind(p9: &DeviceP9) -> DeviceKind {
    match p9.type_ {
        P9Type::Xen9pfsd => DeviceKind::Xen9pfs,
        _ => DeviceKind::NinePfs,
    }
}

/// Adds the devices of a domain that is being created, and waits for those that the daemon serves. Errors are logged; as
/// in the C library, the domain is created without one of QEMU's that cannot be added.
pub async fn all(ao: &Ao, target: &AttachTarget<'_>, p9s: &mut [DeviceP9]) -> Result<()> {
    let mut written = Vec::new();
    for p9 in p9s {
        let is_qemus = backend_kind(p9) == DeviceKind::NinePfs;
        let one = std::slice::from_mut(p9);
        let added = set_defaults(target, one)
            .and_then(|()| write(target, one, Existing::Refused, |_, _| Ok(())));
        match added {
            Ok(devices) => written.extend(devices),
            Err(_) if is_qemus => {}
            Err(e) => return Err(e),
        }
    }
    served(ao, target.owner(), &written).await
}

/// Writes a device of a running domain. It is not stored in the domain's configuration, as in the C library. Errors are
/// logged.
pub fn write_one(ctx: &Ctx, domid: u32, p9: &mut DeviceP9) -> Result<Written> {
    let what = format!("attach {}", p9.describe());
    summed_up_now(ctx, domid, what, || {
        let target = AttachTarget::of(ctx, domid).map_err(|e| match e {
            Error::DomainNotFound => Error::Fail,
            e => e,
        })?;
        let p9s = std::slice::from_mut(p9);
        set_defaults(&target, p9s)?;
        let written = write(&target, p9s, Existing::Refused, |_, _| Ok(()))?;
        Ok(Written::new(target.owner().clone(), written[0]))
    })
}

/// Waits for the back end of a device that was written. Errors are logged, with a summary at the end.
pub async fn connect_one(ao: &Ao, written: Written) -> Result<()> {
    let (owner, device) = written.into_parts();
    let what = format!("attach {}", device.describe());
    summed_up(ao, device.domid, what, served(ao, &owner, std::slice::from_ref(&device))).await
}

/// Starts the daemon if it serves one of these devices here, and waits for the back ends.
async fn served(ao: &Ao, owner: &Identity, devices: &[Device]) -> Result<()> {
    if let Some(own) = daemons_domain(ao, devices)? {
        ninepfs::start_daemon(ao, owner.domid, own).await?;
    }
    connect(ao, owner, devices).await
}

/// This domain, if the daemon serves one of the devices here.
fn daemons_domain(ctx: &Ctx, devices: &[Device]) -> Result<Option<u32>> {
    let mut of_daemon = devices.iter().filter(|d| d.backend_kind == DeviceKind::Xen9pfs).peekable();
    if of_daemon.peek().is_none() {
        return Ok(None);
    }
    let own = own_domid(ctx)?;
    Ok(of_daemon.any(|device| device.backend_domid == own).then_some(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::idiomatic::Text;
    use crate::xen::store::NewNode;

    #[test]
    fn the_daemons_devices_have_a_directory_and_limits_of_their_own() {
        let mut p9 = DeviceP9 {
            devid: 2,
            type_: P9Type::Xen9pfsd,
            tag: Some(Text::from(c"Xen")),
            path: Some(Text::from(c"/srv")),
            security_model: Some(Text::from(c"none")),
            max_space: 5,
            auto_delete: true,
            ..DeviceP9::default()
        };
        assert_eq!(
            back_end(&p9),
            [
                "/local/domain/0/backend/xen_9pfs/7/2",
                "path=/srv",
                "security_model=none",
                "max-space=5",
                "max-files=0",
                "max-open-files=0",
                "auto-delete=1",
            ]
        );
        p9.type_ = P9Type::Qemu;
        assert_eq!(
            back_end(&p9),
            ["/local/domain/0/backend/9pfs/7/2", "path=/srv", "security_model=none",]
        );
    }

    /// The directory of the back end, and its own nodes.
    fn back_end(p9: &DeviceP9) -> Vec<String> {
        let device = Device {
            domid: 7,
            devid: p9.devid,
            kind: DeviceKind::NinePfs,
            backend_domid: 0,
            backend_kind: backend_kind(p9),
        };
        let mut nodes = DeviceNodes::empty();
        own_nodes(p9, &mut nodes);
        let mut new: Vec<NewNode> = Vec::new();
        nodes.append_to(&mut new, &device);
        let base = device.backend_path();
        let below = |node: &NewNode| {
            let name = node.path.strip_prefix(&base)?.strip_prefix('/')?.to_owned();
            Some(format!("{name}={}", String::from_utf8_lossy(&node.value)))
        };
        let own = new.iter().filter_map(below).filter(|node| !node.starts_with("frontend="));
        std::iter::once(base.clone()).chain(own).collect()
    }
}
