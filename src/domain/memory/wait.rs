//! Waiting until the host has free memory, or a domain has reached its target.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::runtime::clock;

use super::target;

/// The interval at which the memory of the host or of a domain is polled, since no event reports a change.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The interval after which a domain must have come nearer to its target.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);

/// Waits until the host has `kb` KiB of free memory, at most `timeout`; after that the error is `Error::NoMemory`.
#[expect(
    clippy::disallowed_methods,
    reason = "a synchronous call, and there is no event for the change"
)]
pub fn wait_for_free(ctx: &Ctx, kb: u64, timeout: Duration) -> Result<()> {
    let deadline = clock::deadline(timeout);
    while Instant::now() < deadline {
        let info = ctx.hypervisor().physinfo().map_err(|e| {
            error!(ctx, "cannot get the host's info: {e}");
            Error::Fail
        })?;
        if info.raw.free_pages.saturating_mul(4) >= kb {
            return Ok(());
        }
        sleep(POLL_INTERVAL.min(deadline.saturating_duration_since(Instant::now())));
    }
    Err(Error::NoMemory)
}

/// Waits until the domain uses no more than its target. `Error::Fail` if it has come no nearer for `timeout`, or uses
/// more than before.
#[expect(
    clippy::disallowed_methods,
    reason = "a synchronous call, and there is no event for the change"
)]
pub fn wait_for_target(ctx: &Ctx, domid: u32, timeout: Duration) -> Result<()> {
    let target = target(ctx, domid)?;
    let now = || used(ctx, domid);
    approach(target, timeout, now, sleep)
}

/// The memory that the domain has and that it is about to get, in KiB.
fn used(ctx: &Ctx, domid: u32) -> Result<u64> {
    let info = ctx.hypervisor().domain(domid).map_err(|e| {
        error!(ctx, domid = domid, "cannot get the domain's info: {e}");
        Error::Fail
    })?;
    let info = info.ok_or(Error::DomainNotFound)?;
    Ok(info.total_pages.saturating_add(info.outstanding_pages).saturating_mul(4))
}

/// As [`wait_for_target`]. Progress is checked once per step, since a balloon does not change evenly; reaching the
/// target is detected sooner.
fn approach(
    target: u64,
    mut timeout: Duration,
    used: impl Fn() -> Result<u64>,
    sleep: impl Fn(Duration),
) -> Result<()> {
    let mut before = u64::MAX;
    loop {
        let mut now = used()?;
        let mut slept = Duration::ZERO;
        while now > target && slept < PROGRESS_INTERVAL {
            sleep(POLL_INTERVAL);
            slept += POLL_INTERVAL;
            now = used()?;
        }
        if now <= target {
            return Ok(());
        }
        if now > before {
            return Err(Error::Fail);
        }
        if now == before {
            timeout = timeout.saturating_sub(PROGRESS_INTERVAL);
        }
        if timeout.is_zero() {
            return Err(Error::Fail);
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result, and the time that it takes in ms, for a domain that uses `kb(ms)` after that time.
    fn fares(target: u64, timeout: u64, kb: impl Fn(u64) -> u64) -> (Result<()>, u64) {
        let clock = std::cell::Cell::new(0);
        let outcome = approach(
            target,
            Duration::from_secs(timeout),
            || Ok(kb(clock.get())),
            |time| clock.set(clock.get() + time.as_millis() as u64),
        );
        (outcome, clock.get())
    }

    #[test]
    fn nearing_the_target() {
        assert_eq!(fares(100, 0, |_| 100), (Ok(()), 0));
        // There is no time limit for steady progress.
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
}
