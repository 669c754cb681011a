//! 9p file systems, which QEMU serves or, since Xen 4.19 (ab5a6b5986), Xen's own daemon, which can limit a guest.

use super::DeviceContext;
use crate::core::Result;
use crate::types::idiomatic::{DeviceP9, P9Type, Text};

pub fn set_defaults(context: DeviceContext, device: &mut DeviceP9) -> Result<()> {
    if device.type_ == P9Type::Unknown {
        device.type_ = P9Type::Qemu;
    }
    let limits = [device.max_space, device.max_files, device.max_open_files];
    if device.type_ == P9Type::Qemu && (limits != [0; 3] || device.auto_delete) {
        let why = "QEMU has no limits for it and deletes nothing; type=xen_9pfsd does";
        return Err(context.refuse(format_args!("cannot use a 9pfs file system: {why}")));
    }
    if device.type_ == P9Type::Xen9pfsd && device.tag.is_none() {
        device.tag = Some(Text::from(c"Xen"));
    }
    for (missing, what) in [
        (device.path.is_none(), "path"),
        (device.security_model.is_none(), "security model"),
        (device.tag.is_none(), "tag"),
    ] {
        if missing {
            return Err(context.refuse(format_args!("cannot use a 9pfs file system: no {what}")));
        }
    }
    context.backend(&device.backend_domname, &mut device.backend_domid)
}
