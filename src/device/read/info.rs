//! The state of a running device (`libxl_*info`): its backend domain, and the nodes by which front end and back end find
//! each other.

use super::tree::Wanted;
use super::{Half, Node, Set, Table, broken, done, value};
use crate::core::{Ctx, Error, Result, uuid};
use crate::device::DeviceKind;
use crate::domain::nodes;
use crate::types::idiomatic::{
    Channelinfo, ChannelinfoData, ChannelinfoPty, Connectorinfo, DeviceChannel, DeviceChannelData,
    DeviceVsnd, Diskinfo, Nicinfo, Pcminfo, Streaminfo, Text, Uuid, Vdisplinfo, Vkbinfo, Vsndinfo,
    Vtpminfo,
};

const fn front<T>(name: &'static str, set: Set<T>) -> Node<T> {
    Node { half: Half::Front, name, set }
}

const fn record<T>(name: &'static str, set: Set<T>) -> Node<T> {
    Node { half: Half::Record, name, set }
}

/// What all kinds have in common.
macro_rules! common {
    ($info:ident, $place:ident) => {{
        $info.devid = $place.devid;
        $info.backend_id = $place.backend_domid()?;
        $info.backend = $place.backend.clone();
        $info.frontend_id = $place.domid;
    }};
}

/// [`Table::begin`] for kinds whose guest's half is at the standard path.
macro_rules! at_its_place {
    () => {
        |info, place| {
            common!(info, place);
            info.frontend = Text::new(place.frontend_path());
            Ok(())
        }
    };
}

/// [`Table::begin`] for kinds whose record has the path of the guest's half.
macro_rules! as_recorded {
    () => {
        |info, place| {
            common!(info, place);
            Ok(())
        }
    };
}

const fn disk(kind: DeviceKind) -> Table<Diskinfo> {
    Table { kind, begin: as_recorded!(), nodes: DISK_NODES, tree: None, end: done }
}

/// Of a disk of Xen's kind, and of one of virtio's.
pub static VBD: Table<Diskinfo> = disk(DeviceKind::Vbd);
pub static VIRTIO_DISK: Table<Diskinfo> = disk(DeviceKind::VirtioDisk);

const DISK_NODES: &[Node<Diskinfo>] = &[
    record("frontend", Set::Text(|info| &mut info.frontend)),
    front("state", Set::Int(|info| &mut info.state)),
    front("event-channel", Set::Int(|info| &mut info.evtch)),
    front("ring-ref", Set::Int(|info| &mut info.rref)),
];

pub static NIC: Table<Nicinfo> = Table {
    kind: DeviceKind::Vif,
    begin: at_its_place!(),
    nodes: &[
        front("state", Set::Int(|info| &mut info.state)),
        front("event-channel", Set::Int(|info| &mut info.evtch)),
        front("tx-ring-ref", Set::Int(|info| &mut info.rref_tx)),
        front("rx-ring-ref", Set::Int(|info| &mut info.rref_rx)),
    ],
    tree: None,
    end: done,
};

pub static VKB: Table<Vkbinfo> = Table {
    kind: DeviceKind::Vkbd,
    begin: as_recorded!(),
    nodes: &[
        record("frontend", Set::Text(|info| &mut info.frontend)),
        front("state", Set::Int(|info| &mut info.state)),
        front("event-channel", Set::Int(|info| &mut info.evtch)),
        front("page-gref", Set::Int(|info| &mut info.rref)),
    ],
    tree: None,
    end: done,
};

pub static VTPM: Table<Vtpminfo> = Table {
    kind: DeviceKind::Vtpm,
    begin: as_recorded!(),
    nodes: &[
        record("frontend", Set::Text(|info| &mut info.frontend)),
        front("state", Set::Int(|info| &mut info.state)),
        front("event-channel", Set::Int(|info| &mut info.evtch)),
        front("ring-ref", Set::Int(|info| &mut info.rref)),
        record(
            "uuid",
            Set::With(|info, value| {
                let Some(uuid) = value.and_then(uuid::parse) else { return broken("no uuid") };
                info.uuid = Uuid(uuid);
                Ok(())
            }),
        ),
    ],
    tree: None,
    end: done,
};

pub static VDISPL: Table<Vdisplinfo> = Table {
    kind: DeviceKind::Vdispl,
    begin: as_recorded!(),
    nodes: &[
        record("frontend", Set::Text(|info| &mut info.frontend)),
        front("state", Set::Int(|info| &mut info.state)),
        front(
            "be-alloc",
            Set::With(|info, value| {
                info.be_alloc = value.is_some_and(|v| value::int(v) != Some(0));
                Ok(())
            }),
        ),
    ],
    tree: Some(Wanted {
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
                return broken("a connector without id");
            };
            let Some((width, height)) = tree.value(&dir, "resolution").and_then(resolution) else {
                return broken("a connector without resolution");
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

/// `1280x720`
fn resolution(value: &[u8]) -> Option<(u32, u32)> {
    let cross = value.iter().position(|&b| b == b'x')?;
    let width = std::str::from_utf8(&value[..cross]).ok()?.trim_ascii_start().parse().ok()?;
    Some((width, crate::domain::leading_number(&value[cross + 1..])?))
}

static VSND: Table<Vsndinfo> = Table {
    kind: DeviceKind::Vsnd,
    begin: as_recorded!(),
    nodes: &[
        record("frontend", Set::Text(|info| &mut info.frontend)),
        front("state", Set::Int(|info| &mut info.state)),
    ],
    tree: None,
    end: done,
};

/// Of a sound card, with as many streams as the caller's `card` has.
pub fn sound(ctx: &Ctx, domid: u32, card: &DeviceVsnd) -> Result<Vsndinfo> {
    let mut info = super::alone(ctx, domid, &VSND, card.devid)?;
    let front = super::place(domid, &VSND, card.devid).frontend_path();
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

/// The path of a channel's terminal if that is not known.
const NO_TERMINAL: &[u8] = b"/NO-SUCH-PATH";

static CHANNEL: Table<Channelinfo> = Table {
    kind: DeviceKind::Console,
    begin: at_its_place!(),
    nodes: &[
        front("state", Set::Int(|info| &mut info.state)),
        front("ring-ref", Set::Int(|info| &mut info.rref)),
        front("port", Set::Int(|info| &mut info.evtch)),
        front(
            "tty",
            Set::With(|info, value| {
                // The application will open it. The guest cannot write it, but can remove it.
                let sound =
                    |tty: &&[u8]| tty.starts_with(b"/") && !tty.iter().any(u8::is_ascii_control);
                let path = value::text(value.filter(sound).unwrap_or(NO_TERMINAL));
                info.u = ChannelinfoData::Pty(ChannelinfoPty { path });
                Ok(())
            }),
        ),
    ],
    tree: None,
    end: done,
};

/// Of a channel: the consoles after the first are those of channels.
pub fn channel(ctx: &Ctx, domid: u32, channel: &DeviceChannel) -> Result<Channelinfo> {
    let console = channel.devid.checked_add(1).ok_or(Error::Fail)?;
    let mut info = super::alone(ctx, domid, &CHANNEL, console)?;
    info.devid = channel.devid;
    match channel.u {
        DeviceChannelData::Pty => {}
        DeviceChannelData::Unknown => info.u = ChannelinfoData::Unknown,
        DeviceChannelData::Socket(_) => info.u = ChannelinfoData::Socket,
        DeviceChannelData::Other(other) => info.u = ChannelinfoData::Other(other),
    }
    Ok(info)
}
