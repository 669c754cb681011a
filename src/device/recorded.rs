//! The devices that the toolstack has recorded of a domain under `/libxl`, as its destroy finds them.

use crate::core::{Ctx, Result};
use crate::device::pci::backend as pci;
use crate::device::{Device, DeviceKind, read};
use crate::domain::nodes;
use crate::warn;
use crate::xen::store::{Answers, Ops, Pipeline, Slot};

/// Most domains have devices of these kinds alone: their names are read in the first round trip.
const USUAL: [DeviceKind; 3] = [DeviceKind::Console, DeviceKind::Vbd, DeviceKind::Vif];

/// All devices of a domain at one moment.
#[derive(Default, Debug)]
pub struct Recorded {
    pub devices: Vec<Device>,
    /// Whether it has a back end for PCI devices of the host, which are recorded there alone.
    pub has_pci: bool,
    domid: u32,
    /// The names of the records of each kind, also of those that describe no device.
    kinds: Vec<RecordedKind>,
}

#[derive(Debug)]
struct RecordedKind {
    /// The name of its directory.
    name: String,
    /// `None`: this library knows no such devices.
    kind: Option<DeviceKind>,
    devids: Vec<String>,
}

/// What [`Recorded::ask_again`] asks for.
#[derive(Debug)]
pub struct AskedAgain {
    kinds: Slot,
    devids: Vec<Slot>,
    pci: Slot,
}

/// What [`Recorded::ask`] asks for.
#[derive(Debug)]
pub struct AskedFirst {
    kinds: Slot,
    usual: [(&'static str, Slot); USUAL.len()],
    console: Slot,
    pci: Slot,
}

impl Recorded {
    /// Reads them.
    pub fn of(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<Self> {
        let mut reads = Pipeline::default();
        let asked = Self::ask(domid, &mut reads);
        let mut answers = nodes::send(ctx, ops, reads)?;
        Self::told(ctx, ops, domid, &asked, &mut answers)
    }

    /// Asks for most of it: for all, if the domain has but a console.
    pub fn ask(domid: u32, reads: &mut Pipeline) -> AskedFirst {
        let base = base(domid);
        AskedFirst {
            kinds: reads.peek_list(&base),
            usual: USUAL
                .map(|kind| (kind.name(), reads.peek_list(format!("{base}/{}", kind.name())))),
            console: reads.peek(format!("{base}/console/0/backend")),
            pci: reads.peek(pci::count_path(domid)),
        }
    }

    /// Takes that in, and reads the rest: of a domain with disks and network cards as well in one more round trip.
    pub fn told(
        ctx: &Ctx,
        ops: &impl Ops,
        domid: u32,
        asked: &AskedFirst,
        answers: &mut Answers,
    ) -> Result<Self> {
        let base = base(domid);
        let of_kind = |name: &str| format!("{base}/{name}");
        let console = of_kind("console/0");
        let mut names = answers.names(asked.kinds).unwrap_or_default();
        let mut kinds = Vec::new();
        for (name, slot) in asked.usual {
            let Some(at) = names.iter().position(|other| other == name) else { continue };
            // Otherwise there are more than fit into one answer: they are read with the others.
            if let Some(devids) = answers.names(slot) {
                names.remove(at);
                let kind = DeviceKind::from_name(name);
                kinds.push(RecordedKind { name: name.to_owned(), kind, devids });
            }
        }
        let others: Vec<String> = names.iter().map(|name| of_kind(name)).collect();
        let others = ops.list_many(&others).map_err(|e| nodes::failed(ctx, e))?;
        kinds.extend(names.into_iter().zip(others).map(|(name, devids)| {
            let kind = DeviceKind::from_name(&name);
            RecordedKind { name, kind, devids: devids.unwrap_or_default() }
        }));

        let mut known: Vec<(DeviceKind, String, &str)> = Vec::new();
        for RecordedKind { name, kind, devids } in &kinds {
            let Some(kind) = kind else { continue };
            known.extend(devids.iter().map(|id| (*kind, format!("{base}/{name}/{id}"), &**id)));
        }
        let paths: Vec<String> = known
            .iter()
            .filter(|(_, path, _)| *path != console)
            .map(|(_, path, _)| format!("{path}/backend"))
            .collect();
        let mut back_ends = nodes::read_many(ctx, ops, &paths)?.into_iter();
        let mut devices = Vec::new();
        for (kind, path, devid) in &known {
            let back_end = match *path == console {
                true => answers.value(asked.console),
                false => back_ends.next().flatten(),
            };
            // A record without a back end has no other nodes to remove.
            let Some(back_end) = back_end else { continue };
            let back_end = String::from_utf8_lossy(&back_end);
            let device = devid.parse().ok();
            match device.and_then(|devid| Device::recorded(domid, *kind, devid, &back_end)) {
                Some(device) => devices.push(device),
                None => {
                    warn!(ctx, domid = domid, "ignoring {path}: it does not describe a device");
                }
            }
        }
        let has_pci = answers.value(asked.pci).is_some();
        Ok(Self { devices, has_pci, domid, kinds })
    }

    /// Asks, in a transaction that removes these, for what shows whether there are others by now.
    pub fn ask_again(&self, reads: &mut Pipeline) -> AskedAgain {
        let base = base(self.domid);
        let of_kind = |kind: &RecordedKind| format!("{base}/{}", kind.name);
        AskedAgain {
            kinds: reads.list(&base),
            devids: self.kinds.iter().map(|kind| reads.list(of_kind(kind))).collect(),
            pci: reads.read(pci::count_path(self.domid)),
        }
    }

    /// Whether there are no others, by the answers.
    pub fn are_all(&self, answers: &mut Answers, asked: &AskedAgain) -> bool {
        let mut only = |slot: Slot, known: &dyn Fn(&String) -> bool| {
            answers.names(slot).is_none_or(|names| names.iter().all(known))
        };
        let no_other_kinds =
            only(asked.kinds, &|name| self.kinds.iter().any(|kind| kind.name == *name));
        let no_others = self
            .kinds
            .iter()
            .zip(&asked.devids)
            .all(|(kind, slot)| only(*slot, &|devid| kind.devids.contains(devid)));
        no_other_kinds && no_others && read::pci::count(answers.value(asked.pci).as_deref()) == 0
    }
}

fn base(domid: u32) -> String {
    format!("{}/device", nodes::libxl_path(domid))
}
