//! Consoles: the primary console, which every guest has; channels, which are consoles with a name; and the consoles of
//! stub domains.

use super::AttachTarget;
use super::nodes::{DeviceNodes, Value};
use crate::config::defaults::devices::DeviceContext;
use crate::core::{Error, Result};
use crate::device::{Device, DeviceKind};
use crate::domain::nodes as store;
use crate::error;
use crate::types::idiomatic::{DeviceChannel, DeviceChannelData as Data, Text};
use crate::xen::store::{NewNode, Pipeline};

/// The maximum number of bytes of a guest's output that are kept while no client reads.
const LIMIT: u32 = 1 << 20;

/// The terminal type in the nodes of consoles.
const PROTOCOL: &str = "vt100";

/// The primary console, whose back end is xenconsoled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Primary {
    /// The domain with xenconsoled.
    pub backend_domid: u32,
    /// The guest's port of the event channel.
    pub port: u32,
    /// The guest frame number of the ring.
    pub ring: u64,
    /// The path of the terminal, if it is known already.
    pub tty: Option<Text>,
}

/// The nodes of the primary console of domain `domid`.
pub fn primary(domid: u32, console: &Primary) -> ConsoleNodes {
    let device = device(domid, 0, console.backend_domid);
    let mut nodes = back(&device);
    nodes.front("backend-id", device.backend_domid);
    front(&mut nodes, "xenconsoled", "pty");
    match &console.tty {
        None => nodes.fixed("tty", ""),
        tty => nodes.fixed("tty", tty),
    }
    nodes.fixed("port", console.port);
    nodes.fixed("ring-ref", console.ring);
    ConsoleNodes::of(vec![(device, nodes)])
}

/// Writes the channels, whose back end is QEMU, replacing existing nodes. Channels without a devid get their position
/// as the devid, starting with 1. Errors are logged.
pub fn channels(target: &AttachTarget<'_>, channels: &mut [DeviceChannel]) -> Result<()> {
    let mut written = Vec::new();
    for (position, channel) in (1..).zip(channels) {
        if channel.devid == -1 {
            channel.devid = position;
        }
        let (connection, path, output) = complete(target, channel)?;
        let device = device(target.domid(), channel.devid, channel.backend_domid);
        let mut nodes = back(&device);
        nodes.fixed("name", &channel.name);
        nodes.back("name", &channel.name);
        nodes.back("connection", connection);
        nodes.back("path", &path);
        nodes.front("backend-id", device.backend_domid);
        front(&mut nodes, "ioemu", output);
        nodes.fixed("tty", "");
        nodes.front("state", 1);
        nodes.front("protocol", PROTOCOL);
        written.push((device, nodes));
    }
    write(target, &ConsoleNodes::of(written))
}

/// Completes a channel with its defaults. Returns the kind of its connection, its path if it has one, and its chardev
/// for QEMU.
fn complete(
    target: &AttachTarget<'_>,
    channel: &mut DeviceChannel,
) -> Result<(&'static str, Option<Text>, String)> {
    let (ctx, domid, devid) = (target.ctx(), target.domid(), channel.devid);
    let refuse = |why: &str| {
        error!(ctx, domid = domid, "cannot attach channel {devid}: {why}");
        Err(Error::Invalid)
    };
    if channel.name.is_none() {
        return refuse("it has no name");
    }
    let context = DeviceContext { world: target, domid, hotplug: false };
    context.backend(&channel.backend_domname, &mut channel.backend_domid)?;
    match &channel.u {
        Data::Pty => Ok(("pty", None, "pty".to_owned())),
        Data::Socket(socket) if socket.path.is_none() => refuse("its socket has no path"),
        Data::Socket(socket) => {
            Ok(("socket", socket.path.clone(), format!("chardev:libxl-channel{devid}")))
        }
        Data::Unknown | Data::Other(_) => refuse("unknown kind of connection"),
    }
}

/// Writes the consoles of a stub domain, replacing existing nodes. The back end of all of them is the QEMU in this
/// domain, including the primary console (`first`), since xenconsoled serves only primary consoles. `outputs` has for
/// each console the chardev that QEMU connects it to, if any. Errors are logged.
pub fn of_stub_domain(
    target: &AttachTarget<'_>,
    first: &Primary,
    outputs: &[Option<Vec<u8>>],
) -> Result<()> {
    let console = |(devid, output): (i32, &Option<Vec<u8>>)| {
        let device = device(target.domid(), devid, 0);
        let mut nodes = back(&device);
        nodes.front("backend-id", device.backend_domid);
        front(&mut nodes, "ioemu", output.clone());
        nodes.fixed("tty", "");
        if devid == 0 {
            nodes.fixed("port", first.port);
            nodes.fixed("ring-ref", first.ring);
        } else {
            nodes.front("state", 1);
            nodes.front("protocol", PROTOCOL);
        }
        (device, nodes)
    };
    write(target, &ConsoleNodes::of((0..).zip(outputs).map(console).collect()))
}

fn device(domid: u32, devid: i32, backend_domid: u32) -> Device {
    Device {
        domid,
        devid,
        kind: DeviceKind::Console,
        backend_domid,
        backend_kind: DeviceKind::Console,
    }
}

fn back(device: &Device) -> DeviceNodes {
    let mut nodes = DeviceNodes::empty();
    nodes.back("frontend-id", device.domid);
    nodes.back("online", 1);
    nodes.back("state", 1);
    nodes.back("protocol", PROTOCOL);
    nodes
}

fn front(nodes: &mut DeviceNodes, daemon: &str, output: impl Value) {
    nodes.fixed("limit", LIMIT);
    nodes.fixed("type", daemon);
    nodes.fixed("output", output);
}

/// The nodes of consoles, to be written in place of existing ones.
#[derive(Debug)]
pub struct ConsoleNodes {
    old: Vec<String>,
    new: Vec<NewNode>,
}

impl ConsoleNodes {
    fn of(consoles: Vec<(Device, DeviceNodes)>) -> Self {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (device, nodes) in consoles {
            old.extend(device.directories());
            nodes.append_to(&mut new, &device);
        }
        Self { old, new }
    }

    /// Adds the requests that write them. Whoever sends these checks that the domain is there.
    pub fn append_to(&self, pipeline: &mut Pipeline) {
        for path in &self.old {
            pipeline.remove(path.as_str());
        }
        self.new.iter().for_each(|node| pipeline.make(node));
    }
}

/// Writes consoles, replacing existing nodes. Errors are logged.
pub fn write(target: &AttachTarget<'_>, nodes: &ConsoleNodes) -> Result<()> {
    if nodes.new.is_empty() {
        return Ok(());
    }
    let ctx = target.ctx();
    store::transaction_now(ctx, |t| {
        let mut pipeline = Pipeline::default();
        let vm = pipeline.read(target.owner().vm_node());
        nodes.append_to(&mut pipeline);
        let mut answers = store::send(ctx, t, pipeline)?;
        target.check_with(answers.value(vm))
    })
}
