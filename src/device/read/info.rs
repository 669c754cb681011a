//! The state of a running device (`libxl_*info`): its backend domain, and the nodes with which front end and back end
//! connect to each other.

use super::tree::WantedNodes;
use super::{DeviceTable, NodeField, Setter, broken, done, front, record, value};
use crate::core::{Ctx, Error, Result, uuid};
use crate::device::DeviceKind;
use crate::domain::nodes;
use crate::types::idiomatic::{
    Channelinfo, ChannelinfoData, ChannelinfoPty, Connectorinfo, DeviceChannel, DeviceChannelData,
    DeviceVsnd, Diskinfo, Nicinfo, Pcminfo, Streaminfo, Text, Uuid, Vdisplinfo, Vkbinfo, Vsndinfo,
    Vtpminfo,
};

/// The fields that all kinds have.
macro_rules! common {
    ($info:ident, $location:ident) => {{
        $info.devid = $location.devid;
        $info.backend_id = $location.backend_domid()?;
        $info.backend = $location.backend.clone();
        $info.frontend_id = $location.domid;
    }};
}

/// [`DeviceTable::begin`] of kinds whose front end has the usual path.
macro_rules! with_usual_path {
    () => {
        |info, location| {
            common!(info, location);
            info.frontend = Text::new(location.frontend_path());
            Ok(())
        }
    };
}

/// [`DeviceTable::begin`] of kinds whose record has the front end's path, which a [`NodeField`] reads.
macro_rules! with_recorded_path {
    () => {
        |info, location| {
            common!(info, location);
            Ok(())
        }
    };
}

const fn disk(kind: DeviceKind) -> DeviceTable<Diskinfo> {
    DeviceTable { kind, begin: with_recorded_path!(), nodes: DISK_NODES, tree: None, end: done }
}

/// The tables of PV and of virtio disks.
pub static VBD: DeviceTable<Diskinfo> = disk(DeviceKind::Vbd);
pub static VIRTIO_DISK: DeviceTable<Diskinfo> = disk(DeviceKind::VirtioDisk);

const DISK_NODES: &[NodeField<Diskinfo>] = &[
    record("frontend", Setter::Text(|info| &mut info.frontend)),
    front("state", Setter::Int(|info| &mut info.state)),
    front("event-channel", Setter::Int(|info| &mut info.evtch)),
    front("ring-ref", Setter::Int(|info| &mut info.rref)),
];

/// The table of network interfaces.
pub static NIC: DeviceTable<Nicinfo> = DeviceTable {
    kind: DeviceKind::Vif,
    begin: with_usual_path!(),
    nodes: &[
        front("state", Setter::Int(|info| &mut info.state)),
        front("event-channel", Setter::Int(|info| &mut info.evtch)),
        front("tx-ring-ref", Setter::Int(|info| &mut info.rref_tx)),
        front("rx-ring-ref", Setter::Int(|info| &mut info.rref_rx)),
    ],
    tree: None,
    end: done,
};

/// The table of PV keyboards.
pub static VKB: DeviceTable<Vkbinfo> = DeviceTable {
    kind: DeviceKind::Vkbd,
    begin: with_recorded_path!(),
    nodes: &[
        record("frontend", Setter::Text(|info| &mut info.frontend)),
        front("state", Setter::Int(|info| &mut info.state)),
        front("event-channel", Setter::Int(|info| &mut info.evtch)),
        front("page-gref", Setter::Int(|info| &mut info.rref)),
    ],
    tree: None,
    end: done,
};

/// The table of virtual TPMs.
pub static VTPM: DeviceTable<Vtpminfo> = DeviceTable {
    kind: DeviceKind::Vtpm,
    begin: with_recorded_path!(),
    nodes: &[
        record("frontend", Setter::Text(|info| &mut info.frontend)),
        front("state", Setter::Int(|info| &mut info.state)),
        front("event-channel", Setter::Int(|info| &mut info.evtch)),
        front("ring-ref", Setter::Int(|info| &mut info.rref)),
        record(
            "uuid",
            Setter::With(|info, value| {
                let Some(uuid) = value.and_then(uuid::parse) else { return broken("not a UUID") };
                info.uuid = Uuid(uuid);
                Ok(())
            }),
        ),
    ],
    tree: None,
    end: done,
};

/// The table of PV displays.
pub static VDISPL: DeviceTable<Vdisplinfo> = DeviceTable {
    kind: DeviceKind::Vdispl,
    begin: with_recorded_path!(),
    nodes: &[
        record("frontend", Setter::Text(|info| &mut info.frontend)),
        front("state", Setter::Int(|info| &mut info.state)),
        front(
            "be-alloc",
            Setter::With(|info, value| {
                info.be_alloc = value.is_some_and(|v| value::int(v) != Some(0));
                Ok(())
            }),
        ),
    ],
    tree: Some(WantedNodes {
        levels: 1,
        names: &[
            "unique-id",
            "resolution",
            "req-ring-ref",
            "req-event-channel",
            "evt-ring-ref",
            "evt-event-channel",
        ],
    }),
    end: |info, _, tree| {
        for number in 0..tree.count("") {
            let dir = number.to_string();
            let int = |name| tree.value(&dir, name).and_then(value::int).unwrap_or(-1);
            let Some(unique_id) = tree.value(&dir, "unique-id") else {
                return broken("a connector has no unique-id");
            };
            let Some((width, height)) = tree.value(&dir, "resolution").and_then(resolution) else {
                return broken("a connector has no valid resolution");
            };
            info.connectors.push(Connectorinfo {
                unique_id: value::text(unique_id),
                width,
                height,
                req_evtch: int("req-event-channel"),
                req_rref: int("req-ring-ref"),
                evt_evtch: int("evt-event-channel"),
                evt_rref: int("evt-ring-ref"),
            });
        }
        Ok(())
    },
};

/// Parses a resolution, such as `1280x720`.
fn resolution(value: &[u8]) -> Option<(u32, u32)> {
    let cross = value.iter().position(|&b| b == b'x')?;
    let width = std::str::from_utf8(&value[..cross]).ok()?.trim_ascii_start().parse().ok()?;
    Some((width, crate::core::number::leading_number(&value[cross + 1..])?))
}

static VSND: DeviceTable<Vsndinfo> = DeviceTable {
    kind: DeviceKind::Vsnd,
    begin: with_recorded_path!(),
    nodes: &[
        record("frontend", Setter::Text(|info| &mut info.frontend)),
        front("state", Setter::Int(|info| &mut info.state)),
    ],
    tree: None,
    end: done,
};

/// The info of a sound card, with the PCM devices and streams that the caller's `card` has. Errors are logged.
pub fn sound(ctx: &Ctx, domid: u32, card: &DeviceVsnd) -> Result<Vsndinfo> {
    let mut info = super::unlisted(ctx, domid, &VSND, card.devid)?;
    let front = super::location(domid, &VSND, card.devid).frontend_path();
    let mut paths = Vec::new();
    for (i, pcm) in card.pcms.iter().enumerate() {
        for j in 0..pcm.streams.len() {
            paths.push(format!("{front}/{i}/{j}/ring-ref"));
            paths.push(format!("{front}/{i}/{j}/event-channel"));
        }
    }
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    let mut values = values.into_iter().map(|v| v.as_deref().and_then(value::int).unwrap_or(-1));
    let mut next = || values.next().unwrap_or(-1);
    let mut stream = |_| Streaminfo { req_rref: next(), req_evtch: next() };
    info.pcms = card
        .pcms
        .iter()
        .map(|pcm| Pcminfo { streams: pcm.streams.iter().map(&mut stream).collect() })
        .collect();
    Ok(info)
}

/// The path of a channel's terminal if it is unknown.
const NO_TERMINAL: &[u8] = b"/NO-SUCH-PATH";

static CHANNEL: DeviceTable<Channelinfo> = DeviceTable {
    kind: DeviceKind::Console,
    begin: with_usual_path!(),
    nodes: &[
        front("state", Setter::Int(|info| &mut info.state)),
        front("ring-ref", Setter::Int(|info| &mut info.rref)),
        front("port", Setter::Int(|info| &mut info.evtch)),
        front(
            "tty",
            Setter::With(|info, value| {
                // The application opens this path. The guest cannot write the node, but can remove it.
                let is_valid =
                    |tty: &&[u8]| tty.starts_with(b"/") && !tty.iter().any(u8::is_ascii_control);
                let path = value::text(value.filter(is_valid).unwrap_or(NO_TERMINAL));
                info.u = ChannelinfoData::Pty(ChannelinfoPty { path });
                Ok(())
            }),
        ),
    ],
    tree: None,
    end: done,
};

/// The info of a channel. Channel N is console N + 1. Errors are logged.
pub fn channel(ctx: &Ctx, domid: u32, channel: &DeviceChannel) -> Result<Channelinfo> {
    let console = channel.devid.checked_add(1).ok_or(Error::Fail)?;
    let mut info = super::unlisted(ctx, domid, &CHANNEL, console)?;
    info.devid = channel.devid;
    match channel.u {
        DeviceChannelData::Pty => {}
        DeviceChannelData::Unknown => info.u = ChannelinfoData::Unknown,
        DeviceChannelData::Socket(_) => info.u = ChannelinfoData::Socket,
        DeviceChannelData::Other(other) => info.u = ChannelinfoData::Other(other),
    }
    Ok(info)
}
