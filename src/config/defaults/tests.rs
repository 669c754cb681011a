//! Tests of the rules with an artificial host. The expected values are those of the C library, according to
//! `capi-tests/fake-xen/defaults`.

use super::*;
use crate::types::idiomatic::{
    BiosType, DeviceModelVersion, DevicePci, DomainBuildInfoData as Guest, Passthrough, Text,
};

const HOST: Host = Host {
    hap: true,
    shadow: true,
    directio: true,
    shared_tables: true,
    vpmu: true,
    grant_version: 2,
};

/// A guest with two vcpus and 256 MiB.
fn config(kind: DomainType, own: Guest) -> DomainConfig {
    let mut config = DomainConfig::default();
    config.c_info.type_ = kind;
    config.b_info.u = own;
    config.b_info.max_vcpus = 2;
    config.b_info.max_memkb = 262144;
    config
}

fn pv() -> DomainConfig {
    config(DomainType::Pv, Guest::Pv(Default::default()))
}

fn pvh() -> DomainConfig {
    config(DomainType::Pvh, Guest::Pvh(Default::default()))
}

fn hvm() -> DomainConfig {
    config(DomainType::Hvm, Guest::Hvm(Default::default()))
}

fn set_defaults(host: Host, config: &mut DomainConfig) -> Result<()> {
    set_defaults_on(&Log::none(), host, config)
}

#[test]
fn memory_by_kind_and_host() {
    let no_hap = Host { hap: false, ..HOST };
    for (mut config, host, shadow, need) in [
        (pv(), HOST, 3072, 266240),
        (pvh(), HOST, 3072, 268288),
        (hvm(), HOST, 3072, 268288),
        (hvm(), no_hap, 4096, 268288),
    ] {
        assert_eq!(set_defaults(host, &mut config), Ok(()));
        assert_eq!(config.b_info.shadow_memkb, shadow);
        assert_eq!(memory::need(&config.b_info), need);
        assert_eq!(config.b_info.target_memkb, 262144);
    }
}

#[test]
fn passthrough_by_what_the_host_can() {
    for (mut config, host, expected) in [
        (hvm(), HOST, Ok(Passthrough::SharePt)),
        (hvm(), Host { shared_tables: false, ..HOST }, Ok(Passthrough::SyncPt)),
        (pv(), HOST, Ok(Passthrough::SyncPt)),
        (pvh(), HOST, Err(Error::Invalid)),
        (pv(), Host { directio: false, ..HOST }, Err(Error::Invalid)),
    ] {
        config.pcidevs.push(DevicePci::default());
        assert_eq!(set_defaults(host, &mut config).map(|()| config.c_info.passthrough), expected);
    }
}

#[test]
fn firmware_goes_with_the_device_model() {
    let mut config = hvm();
    assert_eq!(set_defaults(HOST, &mut config), Ok(()));
    assert_eq!(config.b_info.device_model_version, DeviceModelVersion::QemuXen);
    let Guest::Hvm(own) = &mut config.b_info.u else { panic!() };
    assert_eq!(own.bios, BiosType::Seabios);
    own.bios = BiosType::Rombios;
    assert_eq!(set_defaults(HOST, &mut config), Err(Error::Invalid));
}

#[test]
fn settings_that_are_present_are_kept() {
    let mut config = hvm();
    config.b_info.video_memkb = 20000;
    config.b_info.apic = Some(false);
    config.b_info.max_grant_version = 1;
    config.c_info.hap = Some(false);
    assert_eq!(set_defaults(HOST, &mut config), Ok(()));
    let once = config.clone();
    assert_eq!(set_defaults(Host { grant_version: 0, ..HOST }, &mut config), Ok(()));
    assert_eq!(config, once, "complete is complete");
    assert_eq!(config.b_info.video_memkb, 20000);
    assert_eq!(config.b_info.apic, Some(false));
    assert_eq!(config.b_info.max_grant_version, 1);
    assert_eq!(config.b_info.shadow_memkb, 4096);
}

#[test]
fn deprecated_settings_are_moved() {
    let mut config = pv();
    let Guest::Pv(own) = &mut config.b_info.u else { panic!() };
    own.kernel = Text::new("/k");
    assert_eq!(set_defaults(HOST, &mut config), Ok(()));
    assert_eq!(config.b_info.kernel, Text::new("/k"));
    let Guest::Pv(own) = &mut config.b_info.u else { panic!() };
    assert_eq!(own.kernel, None);
    own.kernel = Text::new("/other");
    assert_eq!(set_defaults(HOST, &mut config), Err(Error::Invalid));
}
