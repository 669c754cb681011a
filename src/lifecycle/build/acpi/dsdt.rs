//! The DSDT: processor objects, their status, and the event by which the guest learns of vcpu hotplug.
//!
//! It is the same for every guest, with objects for the maximum number of vcpus. Its methods read what differs between
//! guests at run time: from the ACPI info page, from the MADT, and from Xen's bitmap of vcpus at an I/O port.

use super::aml::{self, Space, Unit, integer, local, name};
use super::table::AcpiTable;
use super::{INFO_ADDRESS, MAX_VCPUS};

/// The I/O port of Xen's bitmap of online vcpus, and the general purpose event that signals a change.
const ONLINE_PORT: u64 = 0xaf00;
const ONLINE_EVENT: &str = "_E02";

/// A processor's register block in I/O space, which Xen does not have.
const PROCESSOR_BLOCK: u32 = 0xb010;
const PROCESSOR_BLOCK_SIZE: u8 = 6;

/// The value of `_STA` of an online processor: present, enabled, shown, functioning.
const STA_ONLINE: u64 = 0xf;

/// Notification values for a processor object.
const DEVICE_CHECK: u64 = 1;
const EJECT_REQUEST: u64 = 3;

/// Number of bytes of the ACPI info page that the DSDT declares.
const INFO_SIZE: u64 = 40;

/// The size of a local APIC entry in the MADT; its flags begin at bit 32.
const LAPIC_SIZE: u64 = 8;

/// The complete table. Its creator, which a guest can read, is the one in the C library's table: the compiler that
/// generated it.
pub fn dsdt() -> Vec<u8> {
    let mut table = AcpiTable::new(b"DSDT", 5);
    table.created_by(b"INTL", 0x2020_0925);
    table.extend(&aml::scope("_SB", &info_page()));
    table.extend(&aml::scope("_SB", &processors()));
    let event = aml::method(ONLINE_EVENT, 0, &name("\\_SB.PRSC"));
    table.extend(&aml::scope("_GPE", &event));
    table.finish()
}

/// The declaration of the fields of the ACPI info page ([`super::InfoPage`]).
fn info_page() -> Vec<u8> {
    let units = [
        Unit::Named("UAR1", 1),
        Unit::Named("UAR2", 1),
        Unit::Named("LTP1", 1),
        Unit::Named("HPET", 1),
        Unit::Reserved(12),
        Unit::Named("NCPU", 16),
        Unit::Named("PMIN", 32),
        Unit::Named("PLEN", 32),
        Unit::Named("MSUA", 32),
        Unit::Named("MAPA", 32),
        Unit::Named("VGIA", 32),
        Unit::Named("LMIN", 32),
        Unit::Named("HMIN", 32),
        Unit::Named("LLEN", 32),
        Unit::Named("HLEN", 32),
    ];
    let region = aml::region("BIOS", Space::Memory, &integer(INFO_ADDRESS), &integer(INFO_SIZE));
    [region, aml::field("BIOS", &units)].concat()
}

fn processors() -> Vec<u8> {
    let mut body = aml::region("MSUM", Space::Memory, &name("MSUA"), &integer(1));
    body.extend(aml::field("MSUM", &[Unit::Named("MSU", 8)]));
    body.extend(madt_entry_method());
    for vcpu in 0..MAX_VCPUS {
        body.extend(processor(vcpu));
    }
    let bytes = integer(u64::from(MAX_VCPUS / 8));
    body.extend(aml::region("PRST", Space::Io, &integer(ONLINE_PORT), &bytes));
    body.extend(aml::field("PRST", &[Unit::Named("PRS", MAX_VCPUS as usize)]));
    body.extend(hotplug_scan_method());
    body
}

fn object(vcpu: u32) -> String {
    format!("PR{vcpu:02X}")
}

/// The method `PMAT(vcpu, entry)`: returns the vcpu's MADT entry, or a disabled one if the guest does not have the
/// vcpu.
fn madt_entry_method() -> Vec<u8> {
    let own = aml::less(&aml::arg(0), &name("NCPU"));
    let entry = aml::return_value(&aml::to_buffer(&aml::arg(1)));
    let off = aml::return_value(&aml::buffer(&[0, 8, 0xff, 0xff, 0, 0, 0, 0]));
    aml::method("PMAT", 2, &[aml::if_then(&own, &entry), off].concat())
}

fn processor(vcpu: u32) -> Vec<u8> {
    let number = integer(vcpu.into());
    let offset = integer(u64::from(vcpu) * LAPIC_SIZE);
    let entry = aml::add(&name("MAPA"), &offset, aml::NO_TARGET);
    // vcpu 0 always exists, so its methods need no check.
    let (entry_read, own) = if vcpu == 0 {
        (aml::to_buffer(&name("MAT")), None)
    } else {
        let read = [name("PMAT"), number.clone(), name("MAT")].concat();
        (read, Some(aml::less(&number, &name("NCPU"))))
    };
    let on = aml::if_then(&name("FLG"), &aml::return_value(&integer(STA_ONLINE)));
    let state = match own {
        None => on,
        Some(own) => aml::if_then(&own, &on),
    };
    let body = [
        aml::named("_HID", &aml::string("ACPI0007")),
        aml::named("_UID", &number),
        aml::region("MATR", Space::Memory, &entry, &integer(LAPIC_SIZE)),
        aml::field("MATR", &[Unit::Named("MAT", 64)]),
        aml::field("MATR", &[Unit::Reserved(32), Unit::Named("FLG", 1)]),
        aml::method("_MAT", 0, &aml::return_value(&entry_read)),
        aml::method("_STA", 0, &[state, aml::return_value(&integer(0))].concat()),
        aml::method("_EJ0", 1, &aml::sleep(&integer(200))),
    ];
    aml::processor(&object(vcpu), vcpu as u8, PROCESSOR_BLOCK, PROCESSOR_BLOCK_SIZE, &body.concat())
}

/// The method `PRSC`: compares Xen's bitmap with the MADT. For each vcpu that differs it updates the MADT and its
/// checksum, and notifies the processor object.
fn hotplug_scan_method() -> Vec<u8> {
    let (set, byte, bit) = (local(0), local(1), local(2));
    let mut body = aml::store(&aml::to_buffer(&name("PRS")), &set);
    for vcpu in 0..MAX_VCPUS {
        body.extend(if vcpu % 8 == 0 {
            aml::store(&aml::element(&set, &integer(u64::from(vcpu / 8))), &byte)
        } else {
            aml::shift_right(&byte, &integer(1), &byte)
        });
        body.extend(aml::and(&byte, &integer(1), &bit));
        let object = object(vcpu);
        let flag = name(&format!("^{object}.FLG"));
        let checksum = name("MSU");
        let added = [
            aml::notify(&object, &integer(DEVICE_CHECK)),
            aml::subtract(&checksum, &integer(1), &checksum),
        ];
        let removed = [
            aml::notify(&object, &integer(EJECT_REQUEST)),
            aml::add(&checksum, &integer(1), &checksum),
        ];
        let change = [
            aml::store(&bit, &flag),
            aml::if_then(&aml::equal(&bit, &integer(1)), &added.concat()),
            aml::else_then(&removed.concat()),
        ];
        body.extend(aml::if_then(&aml::not_equal(&bit, &flag), &change.concat()));
    }
    body.extend(aml::return_value(&integer(1)));
    aml::method("PRSC", 0, &body)
}
