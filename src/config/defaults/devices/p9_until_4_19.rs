//! 9p file systems, which QEMU serves.

use super::DeviceContext;
use crate::core::Result;
use crate::types::idiomatic::DeviceP9;

pub fn set_defaults(context: DeviceContext, device: &mut DeviceP9) -> Result<()> {
    context.backend(&device.backend_domname, &mut device.backend_domid)
}
