//! Sound cards.

use super::nodes::DeviceNodes;
use super::plain::numbered;
use super::{Addable, AttachTarget, Stored};
use crate::config::defaults::devices;
use crate::core::Result;
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceVsnd, DomainConfig, VsndParams};

impl Addable for DeviceVsnd {
    numbered!(DeviceKind::Vsnd, devices::vsnd);

    fn nodes(&self, _: &AttachTarget, nodes: &mut DeviceNodes) -> Result<()> {
        nodes.front("long-name", &self.long_name);
        nodes.front("short-name", &self.short_name);
        params(nodes, "", &self.params);
        for (at, pcm) in self.pcms.iter().enumerate() {
            let base = format!("{at}/");
            nodes.front(format!("{base}name"), &pcm.name);
            params(nodes, &base, &pcm.params);
            for (at, stream) in pcm.streams.iter().enumerate() {
                let base = format!("{base}{at}/");
                nodes.front(format!("{base}unique-id"), &stream.unique_id);
                nodes.front(format!("{base}type"), stream.type_.name());
                params(nodes, &base, &stream.params);
            }
        }
        Ok(())
    }
}

impl Stored for DeviceVsnd {
    fn list(config: &mut DomainConfig) -> &mut Vec<Self> {
        &mut config.vsnds
    }

    fn is_same(&self, other: &Self) -> bool {
        self.devid == other.devid
    }

    fn copy_chosen(&mut self, complete: &Self) {
        self.devid = complete.devid;
    }
}

/// Adds the parameters of a card, a PCM device or a stream, as far as they are set.
fn params(nodes: &mut DeviceNodes, base: &str, params: &VsndParams) {
    let rates: Vec<_> = params.sample_rates.iter().map(u32::to_string).collect();
    let formats: Vec<_> = params.sample_formats.iter().filter_map(|format| format.name()).collect();
    let list = |list: String| (!list.is_empty()).then_some(list);
    let number = |number: u32| (number != 0).then_some(number);
    nodes.front(format!("{base}sample-rates"), list(rates.join(",")));
    nodes.front(format!("{base}sample-formats"), list(formats.join(",")));
    nodes.front(format!("{base}channels-min"), number(params.channels_min));
    nodes.front(format!("{base}channels-max"), number(params.channels_max));
    nodes.front(format!("{base}buffer-size"), number(params.buffer_size));
}
