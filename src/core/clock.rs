//! The local time.

/// How many seconds the local time is ahead of UTC now; `None` if the system does not know.
pub fn seconds_east() -> Option<i64> {
    // SAFETY: NULL: nothing is written. The struct is plain numbers and a pointer, for which all zeroes is a
    // value; both are what localtime_r reads and fills.
    unsafe {
        let now = libc::time(std::ptr::null_mut());
        let mut local: libc::tm = std::mem::zeroed();
        (!libc::localtime_r(&now, &mut local).is_null()).then_some(local.tm_gmtoff)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_day_at_most() {
        assert!(super::seconds_east().is_some_and(|east| east.abs() < 24 * 3600));
    }
}
