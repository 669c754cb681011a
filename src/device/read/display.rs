//! Displays. Their connectors are in the guest's half only, and lists leave them out.

use super::{DeviceTable, done};
use crate::device::DeviceKind;
use crate::types::idiomatic::DeviceVdispl;

pub static VDISPL: DeviceTable<DeviceVdispl> = DeviceTable {
    kind: DeviceKind::Vdispl,
    begin: |vdispl, place| {
        vdispl.devid = place.devid;
        vdispl.backend_domid = place.backend_domid()?;
        Ok(())
    },
    nodes: &[],
    tree: None,
    end: done,
};
