//! PV framebuffers (`vfb`), PV displays (`vdispl`), and PV keyboards with pointing devices (`vkb`).

use super::nodes::DeviceNodes;
use super::plain::numbered;
use super::{Addable, AttachTarget, Stored};
use crate::config::defaults::devices::{self, DeviceContext};
use crate::core::{Ctx, Result};
use crate::device::{Device, DeviceKind};
use crate::types::idiomatic::{DeviceVdispl, DeviceVfb, DeviceVkb, DomainConfig, VkbBackend};

impl Addable for DeviceVfb {
    numbered!(DeviceKind::Vfb, devices::vfb);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("vnc", self.vnc.enable);
        nodes.back("vnclisten", &self.vnc.listen);
        nodes.back("vncpasswd", &self.vnc.passwd);
        nodes.back("vncdisplay", self.vnc.display);
        nodes.back("vncunused", self.vnc.findunused);
        nodes.back("sdl", self.sdl.enable);
        nodes.back("opengl", self.sdl.opengl);
        nodes.back("xauthority", &self.sdl.xauthority);
        nodes.back("display", &self.sdl.display);
        Ok(())
    }
}

impl Addable for DeviceVkb {
    const KIND: DeviceKind = DeviceKind::Vkbd;

    fn set_defaults(&mut self, context: DeviceContext) -> Result<()> {
        devices::vkb(context, self)
    }

    fn devid(&mut self) -> Option<&mut i32> {
        Some(&mut self.devid)
    }

    fn device(&self, _: &Ctx, domid: u32) -> Result<Device> {
        let linux = self.backend_type == VkbBackend::Linux;
        Ok(Device {
            domid,
            devid: self.devid,
            kind: DeviceKind::Vkbd,
            backend_domid: self.backend_domid,
            backend_kind: if linux { DeviceKind::Vinput } else { DeviceKind::Vkbd },
        })
    }

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.back("unique-id", &self.unique_id);
        for (name, is_set) in [
            ("feature-disable-keyboard", self.feature_disable_keyboard),
            ("feature-disable-pointer", self.feature_disable_pointer),
            ("feature-abs-pointer", self.feature_abs_pointer),
            ("feature-raw-pointer", self.feature_raw_pointer),
            ("feature-multi-touch", self.feature_multi_touch),
        ] {
            nodes.back(name, is_set.then_some(1));
        }
        if self.feature_multi_touch {
            nodes.back("multi-touch-width", self.multi_touch_width);
            nodes.back("multi-touch-height", self.multi_touch_height);
            nodes.back("multi-touch-num-contacts", self.multi_touch_num_contacts);
        }
        let set = |number: u32| (number != 0).then_some(number);
        nodes.back("width", set(self.width));
        nodes.back("height", set(self.height));
        Ok(())
    }
}

impl Addable for DeviceVdispl {
    numbered!(DeviceKind::Vdispl, devices::vdispl);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.fixed("be-alloc", self.be_alloc);
        for (at, connector) in self.connectors.iter().enumerate() {
            let (width, height) = (connector.width, connector.height);
            nodes.fixed(format!("{at}/resolution"), format!("{width}x{height}"));
            nodes.fixed(format!("{at}/unique-id"), &connector.unique_id);
        }
        Ok(())
    }
}

impl Stored for DeviceVdispl {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.vdispls
    }

    fn is_same(&self, other: &Self) -> bool {
        self.devid == other.devid
    }

    fn copy_chosen(&mut self, complete: &Self) {
        (self.devid, self.be_alloc) = (complete.devid, complete.be_alloc);
    }
}
