//! A domain's memory target and limit, as xenstore has them; waiting for memory.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::xen::store::{Ops, Transaction};

use super::nodes;

/// Between two looks at the host's memory or at a domain's, whose changes nobody is told of.
const LOOK: Duration = Duration::from_millis(50);

/// How long a domain may take to get anywhere nearer to its target.
const STEP: Duration = Duration::from_secs(2);

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

/// The target of `domid`: it is only good beside a `static-max`, C libxl wants both.
pub fn target(ctx: &Ctx, domid: u32) -> Result<u64> {
    let values = ctx.store().read_many(&paths(domid))?;
    let values = values.try_into().map_err(|_| Error::BadFail)?;
    Ok(limits(ctx, domid, &values)?.target)
}

/// Waits until the host has `kb` KiB of free memory, `patience` at most. `Error::NoMemory` if not by then.
pub fn wait_for_free(ctx: &Ctx, kb: u64, patience: Duration) -> Result<()> {
    let deadline = Instant::now() + patience;
    while Instant::now() < deadline {
        let info = ctx.hypervisor().physinfo().map_err(|e| {
            error!(ctx, "cannot ask for the host's memory: {e}");
            Error::Fail
        })?;
        if info.raw.free_pages.saturating_mul(4) >= kb {
            return Ok(());
        }
        sleep(LOOK.min(deadline.saturating_duration_since(Instant::now())));
    }
    Err(Error::NoMemory)
}

/// Waits until the domain uses no more than its target. `Error::Fail` if it has come no nearer for
/// `patience`, or uses more than before.
pub fn wait_for_target(ctx: &Ctx, domid: u32, patience: Duration) -> Result<()> {
    let target = target(ctx, domid)?;
    let now = || used(ctx, domid);
    approach(target, patience, now, sleep)
}

/// What the domain has and is about to get, in KiB.
fn used(ctx: &Ctx, domid: u32) -> Result<u64> {
    let info = ctx.hypervisor().domain(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot ask for the domain: {e}");
        Error::Fail
    })?;
    let info = info.ok_or(Error::DomainNotFound)?;
    Ok(info.total_pages.saturating_add(info.outstanding_pages).saturating_mul(4))
}

/// As [`wait_for_target`]. Whether it comes nearer is judged once in a step, since a balloon does not
/// move evenly; that it is there is seen sooner.
fn approach(
    target: u64,
    mut patience: Duration,
    used: impl Fn() -> Result<u64>,
    sleep: impl Fn(Duration),
) -> Result<()> {
    let mut before = u64::MAX;
    loop {
        let mut now = used()?;
        let mut slept = Duration::ZERO;
        while now > target && slept < STEP {
            sleep(LOOK);
            slept += LOOK;
            now = used()?;
        }
        if now <= target {
            return Ok(());
        }
        if now > before {
            return Err(Error::Fail);
        }
        if now == before {
            patience = patience.saturating_sub(STEP);
        }
        if patience.is_zero() {
            return Err(Error::Fail);
        }
        before = now;
    }
}

fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a domain that uses `kb(ms)` after a time fares, and how long that takes.
    fn fares(target: u64, patience: u64, kb: impl Fn(u64) -> u64) -> (Result<()>, u64) {
        let clock = std::cell::Cell::new(0);
        let outcome = approach(
            target,
            Duration::from_secs(patience),
            || Ok(kb(clock.get())),
            |time| clock.set(clock.get() + time.as_millis() as u64),
        );
        (outcome, clock.get())
    }

    #[test]
    fn nearing_the_target() {
        assert_eq!(fares(100, 0, |_| 100), (Ok(()), 0));
        // Steady progress may take as long as it likes.
        assert_eq!(fares(100, 1, |ms| 200_000 - ms.min(199_900)), (Ok(()), 199_900));
        // Ups and downs between two steps do not count.
        assert_eq!(
            fares(100, 1, |ms| if ms >= 6100 { 50 } else { 200 - ms / 2000 + ms % 2000 }),
            (Ok(()), 6100)
        );
        assert_eq!(fares(100, 5, |_| 200), (Err(Error::Fail), 8000), "no nearer");
        assert_eq!(fares(100, 60, |ms| 200 + ms), (Err(Error::Fail), 4000), "more than before");
        assert_eq!(fares(100, 0, |_| 200), (Err(Error::Fail), 2000));
    }

    #[test]
    fn only_whole_numbers_are_sizes() {
        assert_eq!(number(b"262144"), Some(262144));
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        for bad in [&b""[..], b"12k", b"-1", b"18446744073709551616", b"\xff"] {
            assert_eq!(number(bad), None);
        }
    }
}
