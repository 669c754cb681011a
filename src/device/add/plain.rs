//! Kinds with few nodes: sockets in another domain (PV calls), virtual TPMs.

use super::nodes::DeviceNodes;
use super::{Addable, AttachTarget, Stored};
use crate::config::defaults::devices;
use crate::core::Result;
use crate::device::DeviceKind;
use crate::types::idiomatic::{DevicePvcallsif, DeviceVtpm, DomainConfig};

/// Implements [`Addable`], except for the nodes, for kinds whose back end has the same name as the front end.
macro_rules! numbered {
    ($kind:expr, $complete:path) => {
        const KIND: $crate::device::DeviceKind = $kind;

        fn set_defaults(
            &mut self,
            context: $crate::config::defaults::devices::DeviceContext,
        ) -> $crate::core::Result<()> {
            $complete(context, self)
        }

        fn devid(&mut self) -> Option<&mut i32> {
            Some(&mut self.devid)
        }

        fn device(
            &self,
            _: &$crate::core::Ctx,
            domid: u32,
        ) -> $crate::core::Result<$crate::device::Device> {
            let (devid, backend_domid) = (self.devid, self.backend_domid);
            let (kind, backend_kind) = ($kind, $kind);
            Ok($crate::device::Device { domid, devid, kind, backend_domid, backend_kind })
        }
    };
}
pub(super) use numbered;

impl Addable for DevicePvcallsif {
    numbered!(DeviceKind::Pvcalls, devices::pvcallsif);

    fn nodes(&self, _: &AttachTarget, _: &mut DeviceNodes) -> Result<()> {
        Ok(())
    }
}

impl Addable for DeviceVtpm {
    numbered!(DeviceKind::Vtpm, devices::vtpm);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("handle", self.devid);
        nodes.back("uuid", self.uuid.to_string());
        nodes.back("resume", "False");
        nodes.front("handle", self.devid);
        Ok(())
    }
}

impl Stored for DeviceVtpm {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.vtpms
    }

    fn is_same(&self, other: &Self) -> bool {
        self.devid == other.devid
    }

    fn copy_chosen(&mut self, complete: &Self) {
        (self.devid, self.uuid) = (complete.devid, complete.uuid);
    }
}
