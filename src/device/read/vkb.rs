//! PV keyboards with pointing devices.

use super::{DeviceTable, Setter, back, broken, done};
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceVkb, VkbBackend};

/// The table of PV keyboards.
pub static VKB: DeviceTable<DeviceVkb> = DeviceTable {
    kind: DeviceKind::Vkbd,
    begin: |vkb, location| {
        vkb.devid = location.devid;
        vkb.backend_domid = location.backend_domid()?;
        let Some(device) = location.device() else { return broken("invalid path of the back end") };
        let linux = device.backend_kind == DeviceKind::Vinput;
        vkb.backend_type = if linux { VkbBackend::Linux } else { VkbBackend::Qemu };
        Ok(())
    },
    nodes: &[
        super::frontend(),
        back("unique-id", Setter::Text(|vkb| &mut vkb.unique_id)),
        back("feature-disable-keyboard", Setter::Flag(|vkb| &mut vkb.feature_disable_keyboard)),
        back("feature-disable-pointer", Setter::Flag(|vkb| &mut vkb.feature_disable_pointer)),
        back("feature-abs-pointer", Setter::Flag(|vkb| &mut vkb.feature_abs_pointer)),
        back("feature-raw-pointer", Setter::Flag(|vkb| &mut vkb.feature_raw_pointer)),
        back("feature-multi-touch", Setter::Flag(|vkb| &mut vkb.feature_multi_touch)),
        back("multi-touch-width", Setter::Unsigned(|vkb| &mut vkb.multi_touch_width)),
        back("multi-touch-height", Setter::Unsigned(|vkb| &mut vkb.multi_touch_height)),
        back("multi-touch-num-contacts", Setter::Unsigned(|vkb| &mut vkb.multi_touch_num_contacts)),
        back("width", Setter::Unsigned(|vkb| &mut vkb.width)),
        back("height", Setter::Unsigned(|vkb| &mut vkb.height)),
    ],
    tree: None,
    end: done,
};
