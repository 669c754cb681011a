//! Virtio devices whose back ends the library does not start.

use super::DeviceContext;
use crate::core::Result;
use crate::types::idiomatic::DeviceVirtio;

/// A back end in another domain than 0 gets at the guest's memory by grants only, unless the configuration says more.
pub fn set_defaults(context: DeviceContext, device: &mut DeviceVirtio) -> Result<()> {
    context.backend(&device.backend_domname, &mut device.backend_domid)?;
    device.grant_usage.get_or_insert(device.backend_domid != 0);
    Ok(())
}
