//! Virtual TPMs.

use super::{DeviceTable, Setter, back, broken, done};
use crate::core::uuid;
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceVtpm, Uuid};

/// The table of virtual TPMs.
pub static VTPM: DeviceTable<DeviceVtpm> = DeviceTable {
    kind: DeviceKind::Vtpm,
    begin: |vtpm, location| {
        vtpm.devid = location.devid;
        vtpm.backend_domid = location.backend_domid()?;
        Ok(())
    },
    nodes: &[back(
        "uuid",
        Setter::With(|vtpm, value| {
            let Some(value) = value else { return Ok(()) };
            let Some(uuid) = uuid::parse(value) else { return broken("not a UUID") };
            vtpm.uuid = Uuid(uuid);
            Ok(())
        }),
    )],
    tree: None,
    end: done,
};
