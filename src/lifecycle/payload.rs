//! What a PV or PVH domain is built from.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::types::idiomatic::{DomainBuildInfo, Text};

/// What the guest starts with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    /// Nothing can be built without; that it is missing is found where the C library finds it.
    pub kernel: Option<Source>,
    pub ramdisk: Option<Source>,
    pub cmdline: Option<Text>,
}

impl Payload {
    /// What the configuration names; a bootloader may have found something else.
    pub fn configured(build: &DomainBuildInfo) -> Self {
        let source = |path: &Option<Text>| {
            let path = OsStr::from_bytes(path.as_ref()?.as_bytes());
            Some(Source { path: path.into(), content: None })
        };
        Self {
            kernel: source(&build.kernel),
            ramdisk: source(&build.ramdisk),
            cmdline: build.cmdline.clone(),
        }
    }
}

/// Where an image is.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, or where it was: xenstore names it.
    pub path: PathBuf,
    /// A bootloader's files are gone by the time that the domain is built.
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
