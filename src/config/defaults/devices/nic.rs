//! Network interfaces.

use super::{DeviceContext, Result};
use crate::core::Error;
use crate::core::paths;
use crate::domain::kind::DomainKind;
use crate::types::idiomatic::{DeviceNic, Mac, NicType, Text};

/// The first half of the MAC addresses in Xen's range.
const XEN: [u8; 3] = [0x00, 0x16, 0x3e];

pub fn set_defaults(context: DeviceContext, nic: &mut DeviceNic) -> Result<()> {
    if nic.mtu == 0 {
        nic.mtu = 1500;
    }
    if nic.model.is_none() {
        nic.model = Some(Text::from(c"rtl8139"));
    }
    if nic.mac == Mac::default() {
        let random = context.random()?;
        nic.mac = Mac([XEN[0], XEN[1], XEN[2], random[0] & 0x7f, random[1], random[2]]);
    }
    if nic.bridge.is_none() {
        nic.bridge = Some(Text::from(c"xenbr0"));
    }
    if nic.script.is_none() {
        nic.script = Text::new(format!("{}/vif-bridge", paths::SCRIPTS));
    }
    context.backend(&nic.backend_domname, &mut nic.backend_domid)?;
    // Only an HVM guest can have an emulated interface, which it uses until its PV drivers run.
    match (context.world.kind().map_err(|_| Error::Fail)?, nic.nictype) {
        (DomainKind::Hvm, NicType::Unknown) if context.hotplug => nic.nictype = NicType::Vif,
        (DomainKind::Hvm, NicType::Unknown) => nic.nictype = NicType::VifIoemu,
        (DomainKind::Hvm, _) => {}
        (DomainKind::Pv | DomainKind::Pvh, NicType::VifIoemu) => {
            let why = "trying to create PV or PVH guest with an emulated interface";
            return Err(context.refuse(format_args!("{why}")));
        }
        (DomainKind::Pv | DomainKind::Pvh, _) => nic.nictype = NicType::Vif,
    }
    nic.trusted.get_or_insert(true);
    Ok(())
}

/// Assigns devids to the interfaces that have none, from the highest devid on. (The C library intends the same, but
/// never finds an existing devid, so the ones that it assigns start at 0.)
pub fn number(nics: &mut [DeviceNic]) {
    let first = nics.iter().map(|nic| nic.devid).max().map_or(0, |devid| devid.max(-1) + 1);
    let unnumbered = nics.iter_mut().filter(|nic| nic.devid < 0);
    for (devid, nic) in (first..).zip(unnumbered) {
        nic.devid = devid;
    }
}
