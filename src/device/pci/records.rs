//! The toolstack's records of the host's PCI functions: nodes under `/libxl/pci/ADDRESS`, which only the toolstack
//! writes.
//!
//! | node | content |
//! |---|---|
//! | `domid` | the domain that the function is assigned to, or is being assigned to |
//! | `name` | a name that the administrator chose |
//! | `driver_path` | the driver that it was bound to before it became assignable |

use super::address::Address;
use crate::core::number::leading_number;
use crate::core::{Ctx, Error, Result};
use crate::domain::{kind, nodes};
use crate::types::idiomatic::{Text, before_nul};
use crate::xen::log::Level;
use crate::xen::store::Ops;
use crate::{error, log_line, warn};

const BASE: &str = "/libxl/pci";

/// The types of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    Owner,
    Name,
    Driver,
}

impl Record {
    fn name(self) -> &'static str {
        match self {
            Self::Owner => "domid",
            Self::Name => "name",
            Self::Driver => "driver_path",
        }
    }

    /// The path of this record for `address`.
    pub fn path(self, address: Address) -> String {
        format!("{BASE}/{}/{}", address.node(), self.name())
    }
}

/// Reads a record; `None` if there is none.
pub fn read(ctx: &Ctx, record: Record, address: Address) -> Option<Vec<u8>> {
    nodes::peek(ctx, ctx.store(), &record.path(address))
}

/// Writes a record.
pub fn write(ctx: &Ctx, record: Record, address: Address, value: &[u8]) -> Result<()> {
    nodes::write(ctx, ctx.store(), &record.path(address), value)
}

/// Removes a record, if there is one. A failure is only logged.
pub fn remove(ctx: &Ctx, record: Record, address: Address) {
    let _ = nodes::remove(ctx, ctx.store(), &record.path(address));
}

/// The function with this name. `Error::NotFound`, not logged, if there is none.
pub fn by_name(ctx: &Ctx, name: &Text) -> Result<Address> {
    let found = recorded(ctx, Record::Name)
        .into_iter()
        .find(|(_, held)| before_nul(held) == name.as_bytes())
        .map(|(address, _)| address)
        .ok_or(Error::NotFound)?;
    log_line!(Level::Detail, ctx, "'{name}' is {found}");
    Ok(found)
}

/// The functions whose recorded owner is `domid`.
pub fn of_domain(ctx: &Ctx, domid: u32) -> Vec<Address> {
    let owners = recorded(ctx, Record::Owner).into_iter();
    owners.filter(|(_, owner)| leading_number(owner) == Some(domid)).map(|(a, _)| a).collect()
}

/// All functions that have a record of this type, with its value.
fn recorded(ctx: &Ctx, record: Record) -> Vec<(Address, Vec<u8>)> {
    // A failure is logged: at a destroy, functions of the domain may stay assigned to it.
    let names = nodes::list(ctx, ctx.store(), BASE).unwrap_or_default();
    let addresses: Vec<_> =
        names.iter().filter_map(|name| Address::parse_node(name.as_bytes())).collect();
    let paths: Vec<_> = addresses.iter().map(|&address| record.path(address)).collect();
    let values = nodes::peek_many(ctx, ctx.store(), &paths);
    addresses
        .into_iter()
        .zip(values)
        .filter_map(|(address, value)| Some((address, value?)))
        .collect()
}

/// Whether the owner in a record is a domain that does not exist any more. The C library leaves such records, and so
/// does a process that is killed after the hypervisor has destroyed the domain. A domain that is dying still exists.
pub fn is_gone(ctx: &Ctx, owner: &[u8]) -> bool {
    leading_number(owner).is_some_and(|domid| kind::info(ctx, domid) == Err(Error::DomainNotFound))
}

/// Records `domid` as the owner of the function; an error, logged, if it has an owner that exists. `check_domain` is
/// called within the transaction, and fails if the domain does not exist any more.
pub fn record_owner<'a, T: Ops>(
    ctx: &Ctx,
    ops: &'a T,
    address: Address,
    domid: u32,
    check_domain: impl FnOnce(&'a T) -> Result<()>,
) -> Result<()> {
    let path = Record::Owner.path(address);
    if let Some(owner) = nodes::read(ctx, ops, &path)? {
        let shown = String::from_utf8_lossy(&owner);
        if !is_gone(ctx, &owner) {
            error!(
                ctx,
                domid = domid,
                "cannot attach PCI device {address}: it is assigned to domain {shown:.16}"
            );
            return Err(Error::Fail);
        }
        warn!(
            ctx,
            domid = domid,
            "PCI device {address} is recorded as assigned to domain {shown:.16}, which does not exist: taking it over"
        );
    }
    check_domain(ops)?;
    nodes::write(ctx, ops, &path, domid.to_string().as_bytes())
}

/// Whether the recorded owner of the function is `domid`.
pub fn is_owner(ctx: &Ctx, address: Address, domid: u32) -> bool {
    read(ctx, Record::Owner, address).is_some_and(|owner| leading_number(&owner) == Some(domid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_records() {
        let address = Address { segment: 0, bus: 0, device: 5, function: 0 };
        assert_eq!(Record::Owner.path(address), "/libxl/pci/0000-00-05-0/domid");
        assert_eq!(Record::Name.path(address), "/libxl/pci/0000-00-05-0/name");
        assert_eq!(Record::Driver.path(address), "/libxl/pci/0000-00-05-0/driver_path");
    }
}
