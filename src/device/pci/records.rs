//! The toolstack's records of the host's PCI functions: nodes under `/libxl/pci/ADDRESS`, which nobody else
//! writes.
//!
//! | node | content |
//! |---|---|
//! | `domid` | the domain that has the function, or is about to get it |
//! | `name` | a name that the administrator chose |
//! | `driver_path` | the driver of the host that it had before it became assignable |

use super::address::Address;
use crate::core::number::leading_number;
use crate::core::{Ctx, Error, Result};
use crate::domain::nodes;
use crate::types::idiomatic::{Text, before_nul};
use crate::xen::log::Level;
use crate::xen::store::Ops;
use crate::{error, log_line};

const BASE: &str = "/libxl/pci";

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    Owner,
    Name,
    Driver,
}

impl Note {
    fn name(self) -> &'static str {
        match self {
            Self::Owner => "domid",
            Self::Name => "name",
            Self::Driver => "driver_path",
        }
    }

    /// The node of `address` for it.
    pub fn path(self, address: Address) -> String {
        format!("{BASE}/{}/{}", address.node(), self.name())
    }
}

/// A record; `None` if there is none.
pub fn read(ctx: &Ctx, note: Note, address: Address) -> Option<Vec<u8>> {
    nodes::peek(ctx, ctx.store(), &note.path(address))
}

/// Makes a record, or changes it.
pub fn write(ctx: &Ctx, note: Note, address: Address, value: &[u8]) -> Result<()> {
    nodes::write(ctx, ctx.store(), &note.path(address), value)
}

/// Removes a record, if there is one. A failure is logged, and changes nothing for the caller.
pub fn remove(ctx: &Ctx, note: Note, address: Address) {
    let _ = nodes::remove(ctx, ctx.store(), &note.path(address));
}

/// The function of that name. `Error::NotFound`, not logged, if none has it.
pub fn by_name(ctx: &Ctx, name: &Text) -> Result<Address> {
    let found = recorded(ctx, Note::Name)
        .into_iter()
        .find(|(_, held)| before_nul(held) == name.as_bytes())
        .map(|(address, _)| address)
        .ok_or(Error::NotFound)?;
    log_line!(Level::Detail, ctx, "'{name}' is {found}");
    Ok(found)
}

/// The functions that are recorded as `domid`'s.
pub fn of_domain(ctx: &Ctx, domid: u32) -> Vec<Address> {
    let owners = recorded(ctx, Note::Owner).into_iter();
    owners.filter(|(_, owner)| leading_number(owner) == Some(domid)).map(|(a, _)| a).collect()
}

/// All functions with such a record, and its value.
fn recorded(ctx: &Ctx, note: Note) -> Vec<(Address, Vec<u8>)> {
    let names = ctx.store().list(BASE).ok().flatten().unwrap_or_default();
    let addresses: Vec<_> =
        names.iter().filter_map(|name| Address::parse_node(name.as_bytes())).collect();
    let paths: Vec<_> = addresses.iter().map(|&address| note.path(address)).collect();
    let values = nodes::peek_many(ctx, ctx.store(), &paths);
    addresses
        .into_iter()
        .zip(values)
        .filter_map(|(address, value)| Some((address, value?)))
        .collect()
}

/// Records that `domid` has the function, unless a domain has it. `still_there` is called in the transaction, and fails if
/// that domain does not exist any more.
pub fn claim<'a, T: Ops>(
    ctx: &Ctx,
    ops: &'a T,
    address: Address,
    domid: u32,
    still_there: impl FnOnce(&'a T) -> Result<()>,
) -> Result<()> {
    let path = Note::Owner.path(address);
    if let Some(owner) = nodes::read(ctx, ops, &path)? {
        let owner = String::from_utf8_lossy(&owner);
        error!(ctx, domid = domid, "cannot attach PCI device {address}: domain {owner:.16} has it");
        return Err(Error::Fail);
    }
    still_there(ops)?;
    nodes::write(ctx, ops, &path, domid.to_string().as_bytes())
}

/// Whether the function is recorded as `domid`'s.
pub fn is_of(ctx: &Ctx, address: Address, domid: u32) -> bool {
    read(ctx, Note::Owner, address).is_some_and(|owner| leading_number(&owner) == Some(domid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_their_nodes() {
        let address = Address { segment: 0, bus: 0, device: 5, function: 0 };
        assert_eq!(Note::Owner.path(address), "/libxl/pci/0000-00-05-0/domid");
        assert_eq!(Note::Name.path(address), "/libxl/pci/0000-00-05-0/name");
        assert_eq!(Note::Driver.path(address), "/libxl/pci/0000-00-05-0/driver_path");
    }
}
