//! Configurations of HVM guests for the tests in this directory.

use super::{ArgumentsError, CommandLine, Hvm, Place, hvm};
use crate::types::idiomatic::{
    DeviceModelVersion, DomainBuildInfo, DomainBuildInfoData, DomainBuildInfoHvm, DomainConfig,
    DomainCreateInfo, DomainType, Text, VgaInterfaceInfo, VgaInterfaceType,
};

pub fn text(text: &str) -> Option<Text> {
    Text::new(text)
}

/// A complete configuration without devices.
pub fn config() -> DomainConfig {
    let own = DomainBuildInfoHvm {
        acpi: Some(true),
        xen_platform_pci: Some(true),
        vga: VgaInterfaceInfo { kind: VgaInterfaceType::None },
        ..Default::default()
    };
    let b_info = DomainBuildInfo {
        device_model_version: DeviceModelVersion::QemuXen,
        acpi: Some(true),
        max_vcpus: 1,
        max_memkb: 65536,
        video_memkb: 0,
        u: DomainBuildInfoData::Hvm(own),
        ..Default::default()
    };
    let c_info = DomainCreateInfo { type_: DomainType::Hvm, name: text("g"), ..Default::default() };
    DomainConfig { c_info, b_info, ..Default::default() }
}

pub fn own(config: &mut DomainConfig) -> &mut DomainBuildInfoHvm {
    match &mut config.b_info.u {
        DomainBuildInfoData::Hvm(own) => own,
        _ => panic!("no HVM guest"),
    }
}

pub const LOCAL: Place<'static> = Place::Local { restricted: None, incoming: None, account: None };

pub fn asked<'a>(config: &'a DomainConfig, place: Place<'a>) -> Hvm<'a> {
    Hvm { domid: 7, config, place, targets: &[], igd: false, limited: true }
}

/// The arguments, separated by spaces.
pub fn shown(line: &CommandLine) -> String {
    let arguments: Vec<_> = line.arguments.iter().map(|a| a.to_str().unwrap()).collect();
    arguments.join(" ")
}

/// The arguments for a guest whose configuration `change` modifies.
pub fn with(change: impl FnOnce(&mut DomainBuildInfoHvm)) -> Result<String, ArgumentsError> {
    let mut config = config();
    change(own(&mut config));
    hvm(&asked(&config, LOCAL)).map(|line| shown(&line))
}

/// Asserts that the line contains these arguments, one after the other.
#[track_caller]
pub fn has(line: &str, arguments: &str) {
    assert!(format!(" {line} ").contains(&format!(" {arguments} ")), "{arguments} in {line}");
}

#[track_caller]
pub fn lacks(line: &str, argument: &str) {
    assert!(!line.contains(argument), "{argument} in {line}");
}
