//! Texts of Xen's version, of any length since Xen 4.20 (504ea442e3). One that Xen refuses is missing.

use std::ffi::{CStr, CString, c_char};

use super::host::VersionTexts;
use super::{Hypervisor, Result, sys};

impl Hypervisor {
    pub(super) fn version_texts(&self) -> Result<VersionTexts> {
        let xch = self.xch()?;
        // SAFETY: the handle is open. Each function returns NULL, or a text from malloc, which is the caller's.
        unsafe {
            Ok(VersionTexts {
                extra: owned(sys::xc_xenver_extraversion(xch)),
                capabilities: owned(sys::xc_xenver_capabilities(xch)),
                changeset: owned(sys::xc_xenver_changeset(xch)),
                command_line: owned(sys::xc_xenver_commandline(xch)),
                build_id: owned(sys::xc_xenver_buildid(xch)),
            })
        }
    }
}

/// Copies a text, and frees it.
///
/// # Safety
/// `text` is NULL or a text from malloc that nothing else uses.
unsafe fn owned(text: *mut c_char) -> Option<CString> {
    if text.is_null() {
        return None;
    }
    // SAFETY: it is a text, by the caller's contract.
    let copy = unsafe { CStr::from_ptr(text) }.to_owned();
    // SAFETY: it is from malloc and nothing else uses it, by the caller's contract.
    unsafe { libc::free(text.cast()) };
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_copied_and_what_is_refused_is_missing() {
        // SAFETY: NULL, and a text that strdup has allocated.
        let texts = unsafe { [owned(std::ptr::null_mut()), owned(libc::strdup(c"x86".as_ptr()))] };
        assert_eq!(texts, [None, Some(c"x86".to_owned())]);
    }
}
