//! The local time.

/// The difference between the local time and UTC now, in seconds, positive to the east; `None` if it is unknown.
pub fn seconds_east() -> Option<i64> {
    // SAFETY: with NULL, `time` writes nothing. A `tm` consists of numbers and a pointer, so all zeroes is a valid
    // value; both arguments of localtime_r are valid to read and to fill.
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
