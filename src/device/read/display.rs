//! PV displays. Their connectors are only in the front end's directory, and are not part of lists.

use super::{DeviceTable, done};
use crate::device::DeviceKind;
use crate::types::idiomatic::DeviceVdispl;

/// The table of PV displays.
pub static VDISPL: DeviceTable<DeviceVdispl> = DeviceTable {
    kind: DeviceKind::Vdispl,
    begin: |vdispl, location| {
        vdispl.devid = location.devid;
        vdispl.backend_domid = location.backend_domid()?;
        Ok(())
    },
    nodes: &[],
    tree: None,
    end: done,
};
