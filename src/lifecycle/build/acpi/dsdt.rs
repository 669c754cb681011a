//! The DSDT: processor objects and their status and, for releases that have it, the event by which the guest learns of
//! vcpu hotplug (`hotplug_until_4_20.rs`).
//!
//! It is the same for every guest, with objects for the maximum number of vcpus. Its methods read what differs between
//! guests at run time: from the ACPI info page and from the MADT.

use super::aml::{self, Space, Unit, integer, name};
use super::table::AcpiTable;
use super::{INFO_ADDRESS, MAX_VCPUS, hotplug, object};

/// A processor's register block in I/O space, which Xen does not have.
const PROCESSOR_BLOCK: u32 = 0xb010;
const PROCESSOR_BLOCK_SIZE: u8 = 6;

/// The value of `_STA` of an online processor: present, enabled, shown, functioning.
const STA_ONLINE: u64 = 0xf;

/// Number of bytes of the ACPI info page that the DSDT declares.
const INFO_SIZE: u64 = 40;

/// The size of a local APIC entry in the MADT; its flags begin at bit 32.
const LAPIC_SIZE: u64 = 8;

/// The complete table. Its creator, which a guest can read, is the one in the C library's table: the compiler that
/// generated it.
pub fn dsdt() -> Vec<u8> {
    let mut table = AcpiTable::new(b"DSDT", 5);
    table.created_by(b"INTL", hotplug::COMPILER);
    table.extend(&aml::scope("_SB", &info_page()));
    table.extend(&aml::scope("_SB", &processors()));
    table.extend(&hotplug::event());
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
    body.extend(hotplug::scan());
    body
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
