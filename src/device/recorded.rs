//! The devices of a domain that the toolstack has recorded under `/libxl`, for a destroy.

use crate::core::{Ctx, Result};
use crate::device::pci::backend as pci;
use crate::device::{Device, DeviceKind, read};
use crate::domain::nodes;
use crate::warn;
use crate::xen::store::{Answers, Ops, Pipeline, Slot};

/// Most domains have only devices of these kinds: their records are listed in the first round trip.
const COMMON: [DeviceKind; 3] = [DeviceKind::Console, DeviceKind::Vbd, DeviceKind::Vif];

/// All devices of a domain at one moment.
#[derive(Default, Debug)]
pub struct Recorded {
    /// The devices whose records have a valid back end.
    pub devices: Vec<Device>,
    /// Whether the domain has a back end for PCI devices of the host, which are recorded only there.
    pub has_pci: bool,
    domid: u32,
    /// The names of all records of each kind, including invalid records.
    kinds: Vec<RecordedKind>,
}

#[derive(Debug)]
struct RecordedKind {
    /// The name of its directory.
    name: String,
    /// `None` if the kind is unknown.
    kind: Option<DeviceKind>,
    devids: Vec<String>,
}

/// The requests of [`Recorded::request_again`].
#[derive(Debug)]
pub struct CheckSlots {
    kinds: Slot,
    devids: Vec<Slot>,
    pci: Slot,
}

/// The requests of [`Recorded::request`].
#[derive(Debug)]
pub struct FirstSlots {
    kinds: Slot,
    common: [(&'static str, Slot); COMMON.len()],
    console: Slot,
    pci: Slot,
}

impl Recorded {
    /// Reads all devices of a domain. Errors are logged.
    pub fn of(ctx: &Ctx, ops: &impl Ops, domid: u32) -> Result<Self> {
        let mut reads = Pipeline::default();
        let slots = Self::request(domid, &mut reads);
        let mut answers = nodes::send(ctx, ops, reads)?;
        Self::receive(ctx, ops, domid, &slots, &mut answers)
    }

    /// Adds the first requests to `reads`. They are all that is needed if the domain has only a console.
    pub fn request(domid: u32, reads: &mut Pipeline) -> FirstSlots {
        let base = base(domid);
        FirstSlots {
            kinds: reads.peek_list(&base),
            common: COMMON
                .map(|kind| (kind.name(), reads.peek_list(format!("{base}/{}", kind.name())))),
            console: reads.peek(format!("{base}/console/0/backend")),
            pci: reads.peek(pci::count_path(domid)),
        }
    }

    /// Takes the replies to [`Recorded::request`], and reads the rest, which needs one more round trip for a domain
    /// with disks and network cards. Errors are logged.
    pub fn receive(
        ctx: &Ctx,
        ops: &impl Ops,
        domid: u32,
        slots: &FirstSlots,
        answers: &mut Answers,
    ) -> Result<Self> {
        let base = base(domid);
        let of_kind = |name: &str| format!("{base}/{name}");
        let console = of_kind("console/0");
        let mut names = answers.names(slots.kinds).unwrap_or_default();
        let mut kinds = Vec::new();
        for (name, slot) in slots.common {
            let Some(at) = names.iter().position(|other| other == name) else { continue };
            // Otherwise the list does not fit into one reply, and is read with the others.
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
                true => answers.value(slots.console),
                false => back_ends.next().flatten(),
            };
            // A record without a back end has no other nodes to remove.
            let Some(back_end) = back_end else { continue };
            let back_end = String::from_utf8_lossy(&back_end);
            let device = devid.parse().ok();
            match device.and_then(|devid| Device::recorded(domid, *kind, devid, &back_end)) {
                Some(device) => devices.push(device),
                None => {
                    warn!(ctx, domid = domid, "ignoring {path}: not the record of a device");
                }
            }
        }
        let has_pci = answers.value(slots.pci).is_some();
        Ok(Self { devices, has_pci, domid, kinds })
    }

    /// Adds requests to `reads`, in the transaction that removes the devices, that show whether there are other devices
    /// by now.
    pub fn request_again(&self, reads: &mut Pipeline) -> CheckSlots {
        let base = base(self.domid);
        let of_kind = |kind: &RecordedKind| format!("{base}/{}", kind.name);
        CheckSlots {
            kinds: reads.list(&base),
            devids: self.kinds.iter().map(|kind| reads.list(of_kind(kind))).collect(),
            pci: reads.read(pci::count_path(self.domid)),
        }
    }

    /// Whether there are no other devices, according to the replies.
    pub fn are_all(&self, answers: &mut Answers, slots: &CheckSlots) -> bool {
        let mut only = |slot: Slot, known: &dyn Fn(&String) -> bool| {
            answers.names(slot).is_none_or(|names| names.iter().all(known))
        };
        let no_other_kinds =
            only(slots.kinds, &|name| self.kinds.iter().any(|kind| kind.name == *name));
        let no_others = self
            .kinds
            .iter()
            .zip(&slots.devids)
            .all(|(kind, slot)| only(*slot, &|devid| kind.devids.contains(devid)));
        no_other_kinds && no_others && read::pci::count(answers.value(slots.pci).as_deref()) == 0
    }
}

fn base(domid: u32) -> String {
    format!("{}/device", nodes::libxl_path(domid))
}
