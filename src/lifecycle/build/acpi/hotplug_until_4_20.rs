//! What the DSDT has for vcpu hotplug before Xen 4.20: Xen's bitmap of vcpus at an I/O port, and the event by which the
//! guest learns of a change.

use super::aml::{self, Space, Unit, integer, local, name};
use super::{MAX_VCPUS, object};

/// The version of the compiler that has made the C library's table, which a guest can read.
pub const COMPILER: u32 = 0x2020_0925;

/// The I/O port of Xen's bitmap of online vcpus, and the general purpose event that signals a change.
const ONLINE_PORT: u64 = 0xaf00;
const ONLINE_EVENT: &str = "_E02";

/// Notification values for a processor object.
const DEVICE_CHECK: u64 = 1;
const EJECT_REQUEST: u64 = 3;

/// The bitmap, and the method that reads it, after the processors.
pub fn scan() -> Vec<u8> {
    let bytes = integer(u64::from(MAX_VCPUS / 8));
    let mut body = aml::region("PRST", Space::Io, &integer(ONLINE_PORT), &bytes);
    body.extend(aml::field("PRST", &[Unit::Named("PRS", MAX_VCPUS as usize)]));
    body.extend(hotplug_scan_method());
    body
}

/// The event, after the scope of the processors.
pub fn event() -> Vec<u8> {
    aml::scope("_GPE", &aml::method(ONLINE_EVENT, 0, &name("\\_SB.PRSC")))
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
