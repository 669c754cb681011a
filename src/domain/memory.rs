//! A domain's memory target and limit, as xenstore has them.

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::xen::store::{Ops, Transaction};

use super::nodes;

/// In KiB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// What the guest shall use now.
    pub target: u64,
    /// What it may ever be told to use.
    pub static_max: u64,
}

/// The nodes that [`limits`] is made of, in its order.
pub fn paths(domid: u32) -> [String; 2] {
    let base = format!("{}/memory", nodes::domain_path(domid));
    [format!("{base}/target"), format!("{base}/static-max")]
}

/// The limits that the values of [`paths`] tell. Both must be there, except for domain 0, which was not
/// built by a toolstack: what it has now becomes its target and limit.
pub fn limits(ctx: &Ctx, domid: u32, values: &[Option<Vec<u8>>; 2]) -> Result<Limits> {
    let paths = paths(domid);
    let parse = |path: &str, value: &[u8]| {
        number(value).ok_or_else(|| {
            let text = String::from_utf8_lossy(value);
            error!(ctx, domid = domid, "Invalid memory target {text} from {path}");
            Error::Fail
        })
    };
    if domid != 0 || values.iter().all(Option::is_some) {
        let mut numbers = [0u64; 2];
        for ((path, value), number) in paths.iter().zip(values).zip(&mut numbers) {
            let value = value.as_ref().ok_or_else(|| {
                error!(ctx, domid = domid, "Cannot get target memory info from {path}");
                Error::Fail
            })?;
            *number = parse(path, value)?;
        }
        return Ok(Limits { target: numbers[0], static_max: numbers[1] });
    }
    let info = ctx.hypervisor().domain(0).map_err(|e| {
        error!(ctx, errno = e.errno, "{}", e.what);
        Error::Fail
    })?;
    let info = info.ok_or(Error::DomainNotFound)?;
    let mut now = [info.total_pages * 4, info.max_pages.wrapping_mul(4)];
    ctx.store().transaction(|t: &Transaction| {
        let values = t.read_many(&paths)?;
        for ((path, value), now) in paths.iter().zip(&values).zip(&mut now) {
            match value {
                None => t.write(path, now.to_string())?,
                Some(value) => *now = parse(path, value)?,
            }
        }
        Ok::<_, Error>(Limits { target: now[0], static_max: now[1] })
    })
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
