//! Virtual TPMs.

use super::{Set, Table, back, broken, done};
use crate::core::uuid;
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceVtpm, Uuid};

pub static VTPM: Table<DeviceVtpm> = Table {
    kind: DeviceKind::Vtpm,
    begin: |vtpm, place| {
        vtpm.devid = place.devid;
        vtpm.backend_domid = place.backend_domid()?;
        Ok(())
    },
    nodes: &[back(
        "uuid",
        Set::With(|vtpm, value| {
            let Some(value) = value else { return Ok(()) };
            let Some(uuid) = uuid::parse(value) else { return broken("no uuid") };
            vtpm.uuid = Uuid(uuid);
            Ok(())
        }),
    )],
    tree: None,
    end: done,
};
