//! A domain's memory: its target and limits in xenstore and in the hypervisor, and waiting for it.

mod set;
mod wait;

use crate::core::{Ctx, Error, Result};
use crate::error;

use super::nodes;

pub use set::{Refused, TargetChange, set_limit, set_target};
pub use wait::{wait_for_free, wait_for_target};

/// The memory target and limit of a domain, in KiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The memory that the guest is to use now.
    pub target: u64,
    /// The maximum that the target can be set to.
    pub static_max: u64,
}

/// The nodes that [`limits`] needs, in the order of its parameter.
pub fn paths(domid: u32) -> [String; 2] {
    let base = format!("{}/memory", nodes::domain_path(domid));
    [format!("{base}/target"), format!("{base}/static-max")]
}

/// The limits from the values of [`paths`]. Both nodes must exist, except for domain 0, which no toolstack has built:
/// its present memory becomes its target and limit.
pub fn limits(ctx: &Ctx, domid: u32, values: &[Option<Vec<u8>>; 2]) -> Result<Limits> {
    let paths = paths(domid);
    if domid != 0 || values.iter().all(Option::is_some) {
        let mut numbers = [0u64; 2];
        for ((path, value), number) in paths.iter().zip(values).zip(&mut numbers) {
            let value = value.as_ref().ok_or_else(|| {
                error!(ctx, domid = domid, "cannot read the memory size in {path}: there is none");
                Error::Fail
            })?;
            *number = parse(ctx, domid, path, value)?;
        }
        return Ok(Limits { target: numbers[0], static_max: numbers[1] });
    }
    fill_dom0(ctx)
}

/// The limits of domain 0. A node that does not exist is written with the domain's present value.
fn fill_dom0(ctx: &Ctx) -> Result<Limits> {
    let paths = paths(0);
    let info = ctx.hypervisor().domain(0).map_err(|e| {
        error!(ctx, "cannot get the info of domain 0: {e}");
        Error::Fail
    })?;
    let info = info.ok_or(Error::DomainNotFound)?;
    let mut now = [info.total_pages * 4, info.max_pages.wrapping_mul(4)];
    nodes::transaction_now(ctx, |t| {
        let values = nodes::read_many(ctx, t, &paths)?;
        for ((path, value), now) in paths.iter().zip(&values).zip(&mut now) {
            match value {
                None => nodes::write(ctx, t, path, now.to_string().as_bytes())?,
                Some(value) => *now = parse(ctx, 0, path, value)?,
            }
        }
        Ok(Limits { target: now[0], static_max: now[1] })
    })
}

/// Parses the value of `path`, a size in KiB.
fn parse(ctx: &Ctx, domid: u32, path: &str, value: &[u8]) -> Result<u64> {
    number(value).ok_or_else(|| {
        let text = String::from_utf8_lossy(value);
        error!(ctx, domid = domid, "cannot read the memory size in {path}: invalid number {text}");
        Error::Fail
    })
}

/// The memory target of `domid`. It is valid only together with a `static-max`: the C library requires both.
pub fn target(ctx: &Ctx, domid: u32) -> Result<u64> {
    let values = nodes::peek_many(ctx, ctx.store(), &paths(domid));
    let values = values.try_into().map_err(|_| Error::BadFail)?;
    Ok(limits(ctx, domid, &values)?.target)
}

fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_are_sizes() {
        assert_eq!(number(b"262144"), Some(262144));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for bad in [&b""[..], b"12k", b"-1", b"18446744073709551616", b"\xff"] {
            assert_eq!(number(bad), None);
        }
    }
}
