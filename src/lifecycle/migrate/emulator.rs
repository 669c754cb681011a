//! An HVM guest's emulator in a stream: its state, and the nodes that tell where it has put memory of its own.

use super::record::{Emulator, Node};
use crate::core::{Ctx, Error, Result};
use crate::domain::{names, nodes};
use crate::error;
use crate::qemu::model::{self, ModelVersion};

/// What is kept of each piece of memory that QEMU has put somewhere.
const KEPT: [&str; 3] = ["start_addr", "size", "name"];

/// Which emulator an HVM guest has.
pub fn of_guest(ctx: &Ctx, domid: u32) -> Result<Emulator> {
    Ok(match model::version(ctx, domid).map_err(|_| Error::Fail)? {
        ModelVersion::Traditional => Emulator::Traditional,
        ModelVersion::Qemu => Emulator::Qemu,
    })
}

/// The emulator's own directory in xenstore.
fn directory(ctx: &Ctx, domid: u32) -> String {
    let host = names::stubdom_of(ctx, domid).unwrap_or(0);
    format!("/local/domain/{host}/device-model/{domid}")
}

/// The nodes that the emulator needs again.
pub fn saved_nodes(ctx: &Ctx, domid: u32) -> Result<Vec<Node>> {
    let base = directory(ctx, domid);
    let pieces = nodes::list(ctx, ctx.store(), &format!("{base}/physmap"))?;
    let names: Vec<String> = pieces
        .iter()
        .flat_map(|piece| KEPT.map(|kept| format!("physmap/{piece}/{kept}")))
        .collect();
    let paths: Vec<String> = names.iter().map(|name| format!("{base}/{name}")).collect();
    let values = nodes::read_many(ctx, ctx.store(), &paths)?;
    names
        .into_iter()
        .zip(values)
        .map(|(name, value)| {
            let value = value.ok_or_else(|| {
                error!(ctx, domid = domid, "there is no {base}/{name}");
                Error::Fail
            })?;
            Ok((name, value))
        })
        .collect()
}

/// Gives a new emulator the nodes that another has left.
pub fn restore_nodes(ctx: &Ctx, domid: u32, restored: &[Node]) -> Result<()> {
    let base = directory(ctx, domid);
    for (name, value) in restored {
        nodes::write(ctx, ctx.store(), &format!("{base}/{name}"), value)?;
    }
    Ok(())
}
