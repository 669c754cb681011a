//! The kernel, ramdisk and command line of a PV or PVH domain.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::types::idiomatic::{DomainBuildInfo, Text};

/// What the guest starts with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    /// Required; that it is missing is detected at the same step as in the C library.
    pub kernel: Option<Source>,
    pub ramdisk: Option<Source>,
    pub cmdline: Option<Text>,
}

impl Payload {
    /// From the configuration; a bootloader may have found something else.
    pub fn configured(build: &DomainBuildInfo) -> Self {
        Self::of_files(&build.kernel, &build.ramdisk, &build.cmdline)
    }

    /// The stub domain's, from its guest's configuration.
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

/// Where an image is.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's path, for xenstore. The file may have been removed.
    pub path: PathBuf,
    /// The content of a bootloader's file, which has been removed.
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
