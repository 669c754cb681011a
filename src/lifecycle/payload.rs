//! The kernel, ramdisk and command line of a PV or PVH domain.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::types::idiomatic::{DomainBuildInfo, Text};

/// The images and the command line that the guest starts with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    /// Required. As in the C library, a missing kernel is only detected by the build.
    pub kernel: Option<Source>,
    /// The initial ramdisk.
    pub ramdisk: Option<Source>,
    /// The kernel's command line.
    pub cmdline: Option<Text>,
}

impl Payload {
    /// The payload from the configuration, for a domain without a bootloader.
    pub fn configured(build: &DomainBuildInfo) -> Self {
        Self::of_files(&build.kernel, &build.ramdisk, &build.cmdline)
    }

    /// The payload of a stub domain, from its guest's configuration.
    pub fn of_stub_domain(build: &DomainBuildInfo) -> Self {
        let (kernel, ramdisk) = (&build.stubdomain_kernel, &build.stubdomain_ramdisk);
        Self::of_files(kernel, ramdisk, &build.stubdomain_cmdline)
    }

    fn of_files(kernel: &Option<Text>, ramdisk: &Option<Text>, cmdline: &Option<Text>) -> Self {
        let source = |path: &Option<Text>| {
            let path = OsStr::from_bytes(path.as_ref()?.as_bytes());
            Some(Source { path: path.into(), content: None })
        };
        Self { kernel: source(kernel), ramdisk: source(ramdisk), cmdline: cmdline.clone() }
    }
}

/// An image, in a file or in memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// The path of the file, which is also written to xenstore. The file may have been removed.
    pub path: PathBuf,
    /// The content, for a file that a bootloader has written; the file was removed.
    pub content: Option<Vec<u8>>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)?;
        match &self.content {
            Some(content) => write!(f, " ({} bytes)", content.len()),
            None => Ok(()),
        }
    }
}
