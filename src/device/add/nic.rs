//! Network cards.

use super::disk::script_path;
use super::nodes::DeviceNodes;
use super::{Addable, AttachTarget, Stored};
use crate::config::defaults::devices::{DeviceContext, nic};
use crate::core::{Ctx, Error, Result};
use crate::device::{Device, DeviceKind};
use crate::types::idiomatic::{DeviceNic, DomainConfig};

/// The back end's default MTU, in bytes; no node is written for it.
const DEFAULT_MTU: i32 = 1500;

/// Nodes that have the names of their fields.
macro_rules! same {
    ($nic:ident, $nodes:ident: $($name:ident)*) => {
        $( $nodes.back(stringify!($name), &$nic.$name); )*
    };
}

impl Addable for DeviceNic {
    const KIND: DeviceKind = DeviceKind::Vif;

    fn set_defaults(&mut self, context: DeviceContext) -> Result<()> {
        nic::set_defaults(context, self)
    }

    fn devid(&mut self) -> Option<&mut i32> {
        Some(&mut self.devid)
    }

    fn device(&self, _: &Ctx, domid: u32) -> Result<Device> {
        Ok(Device {
            domid,
            devid: self.devid,
            kind: DeviceKind::Vif,
            backend_domid: self.backend_domid,
            backend_kind: DeviceKind::Vif,
        })
    }

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("script", self.script.as_ref().map(|script| script_path(script.as_bytes())));
        nodes.back("vifname", &self.ifname);
        nodes.back("forwarddev", &self.coloft_forwarddev);
        same!(self, nodes:
            colo_sock_mirror_id colo_sock_mirror_ip colo_sock_mirror_port
            colo_sock_compare_pri_in_id colo_sock_compare_pri_in_ip colo_sock_compare_pri_in_port
            colo_sock_compare_sec_in_id colo_sock_compare_sec_in_ip colo_sock_compare_sec_in_port
            colo_sock_compare_notify_id colo_sock_compare_notify_ip colo_sock_compare_notify_port
            colo_sock_redirector0_id colo_sock_redirector0_ip colo_sock_redirector0_port
            colo_sock_redirector1_id colo_sock_redirector1_ip colo_sock_redirector1_port
            colo_sock_redirector2_id colo_sock_redirector2_ip colo_sock_redirector2_port
            colo_filter_mirror_queue colo_filter_mirror_outdev
            colo_filter_redirector0_queue colo_filter_redirector0_indev
            colo_filter_redirector0_outdev
            colo_filter_redirector1_queue colo_filter_redirector1_indev
            colo_filter_redirector1_outdev
            colo_compare_pri_in colo_compare_sec_in colo_compare_out colo_compare_notify_dev
            colo_sock_sec_redirector0_id colo_sock_sec_redirector0_ip
            colo_sock_sec_redirector0_port
            colo_sock_sec_redirector1_id colo_sock_sec_redirector1_ip
            colo_sock_sec_redirector1_port
            colo_filter_sec_redirector0_queue colo_filter_sec_redirector0_indev
            colo_filter_sec_redirector0_outdev
            colo_filter_sec_redirector1_queue colo_filter_sec_redirector1_indev
            colo_filter_sec_redirector1_outdev
            colo_filter_sec_rewriter0_queue colo_checkpoint_host colo_checkpoint_port
        );
        nodes.back("mac", self.mac.to_string());
        nodes.back("ip", &self.ip);
        nodes.back("gatewaydev", &self.gatewaydev);
        if self.rate_interval_usecs > 0 {
            let (bytes, interval) = (self.rate_bytes_per_interval, self.rate_interval_usecs);
            nodes.back("rate", format!("{bytes},{interval}"));
        }
        if self.mtu != DEFAULT_MTU {
            nodes.back("mtu", self.mtu);
        }
        #[cfg(since = "4.19")]
        nodes.back("vlan", &self.vlan);
        nodes.back("bridge", &self.bridge);
        nodes.back("handle", self.devid);
        nodes.back("type", self.nictype.name());
        // Empty: the script sets it when it is done, and the back end waits for that.
        nodes.back("hotplug-status", "");
        nodes.front("handle", self.devid);
        nodes.front("mac", self.mac.to_string());
        nodes.front("trusted", self.trusted);
        nodes.fixed("mtu", self.mtu);
        Ok(())
    }
}

impl Stored for DeviceNic {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.nics
    }

    fn is_same(&self, other: &Self) -> bool {
        self.devid == other.devid
    }

    fn copy_chosen(&mut self, complete: &Self) {
        (self.devid, self.nictype, self.mac) = (complete.devid, complete.nictype, complete.mac);
    }

    const NO_DOMAIN: Error = Error::Fail;
}
