//! Channels: the consoles that have a name. Their devids are their positions among these.

use super::{DeviceTable, Setter, done, record};
use crate::core::Ctx;
use crate::device::DeviceKind;
use crate::error;
use crate::types::idiomatic::{DeviceChannel, DeviceChannelData, DeviceChannelSocket, Text};

/// The nodes of a console that determine whether it is a channel.
#[derive(Default)]
struct ConsoleNodes {
    name: Option<Text>,
    connection: Option<Text>,
    path: Option<Text>,
}

static CONSOLE: DeviceTable<ConsoleNodes> = DeviceTable {
    kind: DeviceKind::Console,
    begin: |_, _| Ok(()),
    nodes: &[
        record("name", Setter::Text(|console| &mut console.name)),
        record("connection", Setter::Text(|console| &mut console.connection)),
        record("path", Setter::Text(|console| &mut console.path)),
    ],
    tree: None,
    end: done,
};

/// All channels of a domain. An invalid one is logged and left out, and the devids of the others do not change.
pub fn all(ctx: &Ctx, domid: u32) -> Vec<DeviceChannel> {
    let named = super::all(ctx, domid, &CONSOLE).into_iter().filter(|c| c.name.is_some());
    let channel = |(devid, console)| {
        let channel = channel(devid, console);
        if channel.is_none() {
            error!(ctx, domid = domid, "cannot read channel {devid}: unknown kind of connection");
        }
        channel
    };
    (0..).zip(named).filter_map(channel).collect()
}

fn channel(devid: i32, console: ConsoleNodes) -> Option<DeviceChannel> {
    let u = match console.connection?.as_bytes() {
        b"pty" => DeviceChannelData::Pty,
        b"socket" => DeviceChannelData::Socket(DeviceChannelSocket { path: console.path }),
        _ => return None,
    };
    Some(DeviceChannel { devid, name: console.name, u, ..Default::default() })
}
