//! Network interfaces.

use super::{DeviceTable, Setter, broken, done, invalid, record, value};
use crate::core::{Ctx, Error, Result};
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceNic, Mac, NicType};
use crate::types::tables;

/// The MTU of an interface whose record has none, in bytes.
const MTU: i32 = 1500;

/// A node, and the text field with the same name.
macro_rules! same {
    ($name:ident) => {
        record(stringify!($name), Setter::Text(|nic| &mut nic.$name))
    };
}

/// The table of network interfaces.
pub static NIC: DeviceTable<DeviceNic> = DeviceTable {
    kind: DeviceKind::Vif,
    begin: |nic, location| {
        nic.backend_domid = location.backend_domid()?;
        Ok(())
    },
    nodes: &[
        record(
            "handle",
            Setter::With(|nic, value| {
                nic.devid = value.and_then(value::int).unwrap_or(0);
                Ok(())
            }),
        ),
        record(
            "mtu",
            Setter::With(|nic, value| {
                nic.mtu = match value.map(value::whole) {
                    None => MTU,
                    Some(Some(mtu)) => mtu,
                    Some(None) => return invalid("not a number"),
                };
                Ok(())
            }),
        ),
        record(
            "mac",
            Setter::With(|nic, value| {
                nic.mac = match value.map(value::mac) {
                    None => Mac::default(),
                    Some(Some(mac)) => mac,
                    Some(None) => return invalid("not an Ethernet address"),
                };
                Ok(())
            }),
        ),
        same!(ip),
        same!(bridge),
        same!(script),
        #[cfg(since = "4.19")]
        same!(vlan),
        record("forwarddev", Setter::Text(|nic| &mut nic.coloft_forwarddev)),
        same!(colo_sock_mirror_id),
        same!(colo_sock_mirror_ip),
        same!(colo_sock_mirror_port),
        same!(colo_sock_compare_pri_in_id),
        same!(colo_sock_compare_pri_in_ip),
        same!(colo_sock_compare_pri_in_port),
        same!(colo_sock_compare_sec_in_id),
        same!(colo_sock_compare_sec_in_ip),
        same!(colo_sock_compare_sec_in_port),
        same!(colo_sock_compare_notify_id),
        same!(colo_sock_compare_notify_ip),
        same!(colo_sock_compare_notify_port),
        same!(colo_sock_redirector0_id),
        same!(colo_sock_redirector0_ip),
        same!(colo_sock_redirector0_port),
        same!(colo_sock_redirector1_id),
        same!(colo_sock_redirector1_ip),
        same!(colo_sock_redirector1_port),
        same!(colo_sock_redirector2_id),
        same!(colo_sock_redirector2_ip),
        same!(colo_sock_redirector2_port),
        same!(colo_filter_mirror_queue),
        same!(colo_filter_mirror_outdev),
        same!(colo_filter_redirector0_queue),
        same!(colo_filter_redirector0_indev),
        same!(colo_filter_redirector0_outdev),
        same!(colo_filter_redirector1_queue),
        same!(colo_filter_redirector1_indev),
        same!(colo_filter_redirector1_outdev),
        same!(colo_compare_pri_in),
        same!(colo_compare_sec_in),
        same!(colo_compare_out),
        same!(colo_compare_notify_dev),
        same!(colo_sock_sec_redirector0_id),
        same!(colo_sock_sec_redirector0_ip),
        same!(colo_sock_sec_redirector0_port),
        same!(colo_sock_sec_redirector1_id),
        same!(colo_sock_sec_redirector1_ip),
        same!(colo_sock_sec_redirector1_port),
        same!(colo_filter_sec_redirector0_queue),
        same!(colo_filter_sec_redirector0_indev),
        same!(colo_filter_sec_redirector0_outdev),
        same!(colo_filter_sec_redirector1_queue),
        same!(colo_filter_sec_redirector1_indev),
        same!(colo_filter_sec_redirector1_outdev),
        same!(colo_filter_sec_rewriter0_queue),
        same!(colo_checkpoint_host),
        same!(colo_checkpoint_port),
        record(
            "type",
            Setter::With(|nic, value| {
                nic.nictype = match value.map(|name| value::named(tables::NIC_TYPE, name)) {
                    None => NicType::Vif,
                    Some(Some(kind)) => kind,
                    Some(None) => return broken("unknown"),
                };
                Ok(())
            }),
        ),
    ],
    tree: None,
    end: done,
};

/// The first interface with this MAC address; `None` if no interface has it, `Error::Fail` if there are no interfaces.
pub fn with_mac(ctx: &Ctx, domid: u32, mac: Mac) -> Result<Option<DeviceNic>> {
    let all = super::all(ctx, domid, &NIC);
    if all.is_empty() {
        return Err(Error::Fail);
    }
    Ok(all.into_iter().find(|nic| nic.mac == mac))
}
