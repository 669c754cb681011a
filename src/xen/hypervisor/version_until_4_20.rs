//! Texts of Xen's version, which are cut to the sizes of Xen's older interface. One that Xen refuses is empty.

use std::ffi::{CString, c_char};

use super::host::{VersionTexts, text};
use super::{Hypervisor, Result, sys};

impl Hypervisor {
    pub(super) fn version_texts(&self) -> Result<VersionTexts> {
        Ok(VersionTexts {
            extra: Some(self.version_text::<16>(sys::XENVER_extraversion)?),
            capabilities: Some(self.version_text::<1024>(sys::XENVER_capabilities)?),
            changeset: Some(self.version_text::<64>(sys::XENVER_changeset)?),
            command_line: Some(self.version_text::<1024>(sys::XENVER_commandline)?),
            build_id: Some(self.build_id()?),
        })
    }

    /// A fixed-size string, returned by the subcommand `cmd`.
    fn version_text<const N: usize>(&self, cmd: u32) -> Result<CString> {
        let mut out: [c_char; N] = [0; N];
        self.version_part(cmd, out.as_mut_ptr().cast())?;
        Ok(text(&out))
    }

    /// The build id in hexadecimal; empty if Xen has none or the caller may not read it.
    fn build_id(&self) -> Result<CString> {
        // A `xen_build_id`: the size of the id as a u32, then the id. A page is the largest buffer that Xen accepts.
        let mut buffer = [0u32; 1024];
        buffer[0] = (size_of_val(&buffer) - size_of::<u32>()) as u32;
        let n = self.version_part(sys::XENVER_build_id, buffer.as_mut_ptr().cast())?;
        let n = usize::try_from(n).unwrap_or(0);
        let id = buffer[1..].iter().flat_map(|word| word.to_ne_bytes()).take(n);
        let hex: String = id.map(|b| format!("{b:02x}")).collect();
        Ok(CString::new(hex).unwrap_or_default())
    }
}
