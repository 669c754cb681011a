//! What a PV or PVH domain is built from.

use std::path::PathBuf;

use crate::types::idiomatic::Text;

/// What the guest starts with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payload {
    pub kernel: Source,
    pub ramdisk: Option<Source>,
    pub cmdline: Option<Text>,
}

/// Where an image is.
#[derive(Clone, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    /// Here: a bootloader's files are gone by the time that the domain is built.
    Bytes(Vec<u8>),
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
        }
    }
}
