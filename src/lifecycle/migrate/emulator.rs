//! The device model's xenstore nodes in a stream: the physmap, which records where it has mapped video memory and the
//! like.

use super::record::{Emulator, Node};
use crate::core::{Ctx, Error, Result};
use crate::domain::{names, nodes};
use crate::error;
use crate::qemu::model::{self, ModelVersion};

/// The nodes of each physmap entry that are saved.
const PHYSMAP_NODES: [&str; 3] = ["start_addr", "size", "name"];

/// The emulator of an HVM guest.
pub fn of_guest(ctx: &Ctx, domid: u32) -> Result<Emulator> {
    Ok(match model::version(ctx, domid).map_err(|_| Error::Fail)? {
        ModelVersion::Traditional => Emulator::Traditional,
        ModelVersion::Qemu => Emulator::Qemu,
    })
}

/// The emulator's directory in xenstore.
fn directory(ctx: &Ctx, domid: u32) -> String {
    let host = names::stubdom_of(ctx, domid).unwrap_or(0);
    model::directory(host, domid)
}

/// The nodes that the emulator needs after a restore.
pub fn saved_nodes(ctx: &Ctx, domid: u32) -> Result<Vec<Node>> {
    let base = directory(ctx, domid);
    let pieces = nodes::list(ctx, ctx.store(), &format!("{base}/physmap"))?;
    let names: Vec<String> = pieces
        .iter()
        .flat_map(|piece| PHYSMAP_NODES.map(|kept| format!("physmap/{piece}/{kept}")))
        .collect();
    let paths: Vec<String> = names.iter().map(|name| format!("{base}/{name}")).collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    names
        .into_iter()
        .zip(values)
        .map(|(name, value)| {
            let value = value.ok_or_else(|| {
                error!(ctx, domid = domid, "cannot read {base}/{name}: no such node");
                Error::Fail
            })?;
            // In the stream a NUL would end the value, and begin the name of another node. A QEMU in a stub domain, which its
            // guest may control, writes these nodes.
            if value.contains(&0) {
                error!(ctx, domid = domid, "cannot save {base}/{name}: its value has a NUL");
                return Err(Error::Fail);
            }
            Ok((name, value))
        })
        .collect()
}

/// Writes the saved nodes for the new emulator.
pub fn restore_nodes(ctx: &Ctx, domid: u32, restored: &[Node]) -> Result<()> {
    let base = directory(ctx, domid);
    let nodes: Vec<_> =
        restored.iter().map(|(name, value)| (format!("{base}/{name}"), value)).collect();
    nodes::write_all_for_domain(ctx, domid, &nodes)
}
