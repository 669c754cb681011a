//! Virtio devices whose back ends the library does not start (43ba5202e2). On x86 they get no address and no interrupt
//! of the library's choice: the nodes have what the configuration says.

use super::nodes::DeviceNodes;
use super::plain::numbered;
use super::{Addable, AttachTarget};
use crate::config::defaults::devices;
use crate::core::Result;
use crate::device::DeviceKind;
use crate::types::idiomatic::DeviceVirtio;

impl Addable for DeviceVirtio {
    numbered!(DeviceKind::Virtio, devices::virtio);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("irq", self.irq);
        nodes.back("base", address(self.base));
        nodes.back("type", &self.type_);
        nodes.back("transport", self.transport.name());
        nodes.back("grant_usage", self.grant_usage);
        Ok(())
    }
}

/// An address as `%#x` writes it, which puts no `0x` before 0.
fn address(base: u64) -> String {
    if base == 0 { "0".to_owned() } else { format!("{base:#x}") }
}

/// Writes the devices, as [`super::vfbs`] does.
pub fn all(target: &AttachTarget<'_>, virtios: &mut [DeviceVirtio]) -> Result<()> {
    super::written(target, virtios)
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_have_cs_form() {
        assert_eq!([0, 0x0200_0000].map(super::address), ["0", "0x2000000"]);
    }
}
