//! Displays. Their connectors are in the guest's half only, and lists leave them out.

use super::{Table, done};
use crate::device::DeviceKind;
use crate::types::idiomatic::DeviceVdispl;

pub static VDISPL: Table<DeviceVdispl> = Table {
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
