//! Waiting for a time on the monotonic clock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::Runtime;
use super::timers::TimerKey;

/// The upper limit of a wait. An `Instant` plus this does not overflow.
const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

/// A future that completes at a time; its result is an error if the timer cannot be set.
#[derive(Debug)]
#[must_use = "a future does nothing until it is waited for"]
pub struct Sleep {
    runtime: Runtime,
    deadline: Instant,
    key: Option<TimerKey>,
}

/// The time that is `time` from now. `time` may come from outside the library and is limited to a century.
pub fn deadline(time: Duration) -> Instant {
    Instant::now() + time.min(CENTURY)
}

impl Runtime {
    /// Waits until `deadline`.
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        Sleep { runtime: self.clone(), deadline, key: None }
    }

    /// Waits for `time`, at most a century.
    pub fn sleep(&self, time: Duration) -> Sleep {
        self.sleep_until(deadline(time))
    }
}

impl Future for Sleep {
    type Output = Result<(), Errno>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if Instant::now() >= self.deadline {
            return Poll::Ready(Ok(()));
        }
        let timers = self.runtime.reactor()?.timers();
        let key = timers.set(self.key, self.deadline, cx.waker())?;
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let (Some(key), Ok(reactor)) = (self.key, self.runtime.reactor()) {
            reactor.timers().unset(key);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn any_time_can_be_waited_for() {
        for time in [Duration::MAX, Duration::from_secs(1 << 63), CENTURY] {
            let left = deadline(time).saturating_duration_since(Instant::now());
            assert!(left > CENTURY / 2 && left <= CENTURY, "{left:?}");
        }
        let second = Duration::from_secs(1);
        assert!(deadline(second) <= Instant::now() + second);
    }
}
