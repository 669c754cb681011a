//! Directories of the host (9pfs), which QEMU serves.

use super::nodes::DeviceNodes;
use super::plain::numbered;
use super::{Addable, AttachTarget};
use crate::config::defaults::devices::p9;
use crate::core::Result;
use crate::device::DeviceKind;
use crate::types::idiomatic::DeviceP9;

impl Addable for DeviceP9 {
    numbered!(DeviceKind::NinePfs, p9::set_defaults);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("path", &self.path);
        nodes.back("security_model", &self.security_model);
        nodes.front("tag", &self.tag);
        Ok(())
    }
}

/// Writes the devices of a domain that is being created, as [`super::vfbs`] does.
pub fn all(target: &AttachTarget<'_>, p9s: &mut [DeviceP9]) -> Result<()> {
    super::written(target, p9s)
}
