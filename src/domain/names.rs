//! Finding domains and cpupools by name, and their names by number.
//!
//! A name is a node in xenstore, so a domain is found by reading the names of all domains up to it; many are read
//! together, in one round trip.

use std::collections::HashMap;

use crate::core::{Ctx, Error, Result};
use crate::types::idiomatic::before_nul;
use crate::{debug, error};

use super::{cpupool, kind, nodes};
use crate::core::number::leading_number;

/// The number of names in the first round trip, and the factor for each further one. Names after the matching one are
/// read in vain.
const FIRST_READS: usize = 4;
const MORE_READS: usize = 4;

/// A domain's name; `None` if it has none, for example because the domain does not exist.
pub fn name_of(ctx: &Ctx, domid: u32) -> Option<Vec<u8>> {
    let name = nodes::peek(ctx, ctx.store(), &name_path(domid))?;
    ctx.name_cache().note(domid, before_nul(&name));
    Some(name)
}

/// A cpupool's name; `None` if the pool does not exist.
pub fn pool_name_of(ctx: &Ctx, pool: u32) -> Option<Vec<u8>> {
    nodes::peek(ctx, ctx.store(), &cpupool::name_path(pool))
}

/// The domain with this name. If several have it (which no toolstack allows), the first, or one that this ctx has seen
/// with that name before.
///
/// `Error::Invalid` if no domain has it, `Error::NoMemory` if the domains cannot be listed, as in the C library.
pub fn by_name(ctx: &Ctx, name: &[u8]) -> Result<u32> {
    if let Some(domid) = ctx.name_cache().domid_of(name)
        && matches!(ctx.hypervisor().domain(domid), Ok(Some(_)))
        && name_of(ctx, domid).as_deref().map(before_nul) == Some(name)
    {
        return Ok(domid);
    }
    let domid = find(ctx, name, &kind::all(ctx)?)?;
    ctx.name_cache().note(domid, name);
    Ok(domid)
}

/// The names of domains at the time when they were read.
#[derive(Default, Debug)]
pub struct KnownNames(HashMap<(u32, [u8; 16]), Vec<u8>>);

impl KnownNames {
    /// Reads the names of those domains for which none is known, in one round trip, and returns the domain other than
    /// `except` that has `name`.
    pub fn holder(&mut self, ctx: &Ctx, name: &[u8], except: u32) -> Result<Option<u32>> {
        let mut domains = kind::identities(ctx)?;
        domains.retain(|(domid, _)| *domid != except);
        let unknown: Vec<_> =
            domains.iter().filter(|&domain| !self.0.contains_key(domain)).collect();
        let paths: Vec<String> = unknown.iter().map(|(domid, _)| name_path(*domid)).collect();
        for (domain, name) in unknown.into_iter().zip(nodes::peek_many(ctx, ctx.store(), &paths)) {
            if let Some(name) = name {
                self.0.insert(*domain, before_nul(&name).to_vec());
            }
        }
        let has = |domain: &&(u32, [u8; 16])| self.0.get(*domain).is_some_and(|held| held == name);
        Ok(domains.iter().find(has).map(|(domid, _)| *domid))
    }
}

/// The existing cpupool with this name; the errors are those of [`by_name`].
pub fn pool_by_name(ctx: &Ctx, name: &[u8]) -> Result<u32> {
    let pools = cpupool::named(ctx).map_err(|_| Error::NoMemory)?;
    let found = pools.iter().find(|(_, held)| before_nul(held) == name);
    found.map(|(pool, _)| pool.id).ok_or(Error::Invalid)
}

fn find(ctx: &Ctx, name: &[u8], ids: &[u32]) -> Result<u32> {
    if name.len() > nodes::MAX_VALUE {
        debug!(ctx, "no domain has a name of {} bytes: too long", name.len());
        return Err(Error::Invalid);
    }
    let (mut left, mut now) = (ids, FIRST_READS);
    while !left.is_empty() {
        let (ids, later) = left.split_at(now.min(left.len()));
        let paths: Vec<String> = ids.iter().map(|&id| name_path(id)).collect();
        let names = nodes::peek_many(ctx, ctx.store(), &paths);
        let found = ids.iter().zip(names).find(|(_, n)| n.as_deref().map(before_nul) == Some(name));
        if let Some((&id, _)) = found {
            return Ok(id);
        }
        (left, now) = (later, now * MORE_READS);
    }
    Err(Error::Invalid)
}

/// The domain that a domid or a name identifies. A text of digits is a domid, whether or not that domain exists; the
/// empty text counts as 0.
pub fn by_qualifier(ctx: &Ctx, text: &[u8]) -> Result<u32> {
    match number(text) {
        Some(domid) => domid,
        None if text.is_empty() => Ok(0),
        None => return by_name(ctx, text),
    }
    .inspect_err(|_| too_large(ctx, text))
}

/// The cpupool that an id or a name identifies, and whether it was a name.
pub fn pool_by_qualifier(ctx: &Ctx, text: &[u8]) -> (Result<u32>, bool) {
    match number(text) {
        Some(pool) => (pool.inspect_err(|_| too_large(ctx, text)), false),
        None => (pool_by_name(ctx, text), true),
    }
}

/// The value of a text of digits; `None` for any other text.
fn number(text: &[u8]) -> Option<Result<u32>> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(leading_number(text).ok_or(Error::Invalid))
}

fn too_large(ctx: &Ctx, text: &[u8]) {
    error!(ctx, "{} is too large a number", String::from_utf8_lossy(&text[..text.len().min(64)]));
}

/// The stub domain that runs the device model of `domid`, if there is one.
pub fn stubdom_of(ctx: &Ctx, domid: u32) -> Option<u32> {
    stubdom_in(&nodes::peek(ctx, ctx.store(), &stubdom_path(domid))?)
}

/// The name of the stub domain of the domain with this name.
pub fn of_stubdom(name: &[u8]) -> Vec<u8> {
    [name, b"-dm"].concat()
}

/// The node with the domid of the stub domain of `domid`.
pub fn stubdom_path(domid: u32) -> String {
    format!("{}/image/device-model-domid", nodes::domain_path(domid))
}

/// The domid in the value of that node.
pub fn stubdom_in(value: &[u8]) -> Option<u32> {
    leading_number(value).filter(|&stubdom| super::valid_guest(stubdom))
}

/// The domain whose device model runs in `domid`, if `domid` is a stub domain.
pub fn stubdom_target(ctx: &Ctx, domid: u32) -> Option<u32> {
    target_in(&nodes::peek(ctx, ctx.store(), &target_path(domid))?)
}

/// The node with the domid of the domain whose device model runs in `domid`.
pub fn target_path(domid: u32) -> String {
    format!("{}/target", nodes::domain_path(domid))
}

/// The domid in the value of that node.
pub fn target_in(value: &[u8]) -> Option<u32> {
    number(value)?.ok()
}

/// The time when the domain was started, in seconds since 1970.
pub fn start_time(ctx: &Ctx, domid: u32) -> Option<u32> {
    let found = vm_path(ctx, domid).and_then(|vm| {
        let value = nodes::peek(ctx, ctx.store(), &format!("{vm}/start_time"))?;
        leading_number(&value)
    });
    if found.is_none() {
        error!(ctx, domid = domid, "cannot determine the domain's start time: none is recorded");
    }
    found
}

/// The domain's directory under `/vm`, if the value of its node `vm` is such a path.
pub fn vm_path(ctx: &Ctx, domid: u32) -> Option<String> {
    let path = nodes::vm_node(domid);
    vm_path_of(&nodes::peek(ctx, ctx.store(), &path)?)
}

/// The value of a `vm` node as a directory under `/vm`, if it is one.
pub fn vm_path_of(value: &[u8]) -> Option<String> {
    is_vm_path(value).then(|| String::from_utf8_lossy(value).into_owned())
}

/// Whether the value of a `vm` node is a directory under `/vm`.
pub fn is_vm_path(value: &[u8]) -> bool {
    value.strip_prefix(b"/vm/").is_some_and(|name| {
        !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    })
}

fn name_path(domid: u32) -> String {
    format!("/local/domain/{domid}/name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_make_a_number() {
        assert_eq!(number(b"12"), Some(Ok(12)));
        assert_eq!(number(b"0012"), Some(Ok(12)));
        assert_eq!(number(b"4294967296"), Some(Err(Error::Invalid)));
        for name in [&b""[..], b"+1", b" 1", b"1a", b"-1", b"0x1"] {
            assert_eq!(number(name), None);
        }
    }

    #[test]
    fn only_directories_below_vm_are_followed() {
        assert!(is_vm_path(b"/vm/12345678-9abc-def0-0102-0304050607ab"));
        for bad in
            [&b""[..], b"/vm/", b"/vm", b"/local/domain/0", b"/vm/a/b", b"/vm/..", b"/vm/a\0"]
        {
            assert!(!is_vm_path(bad));
        }
    }
}
