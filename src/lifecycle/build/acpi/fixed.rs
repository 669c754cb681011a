//! Tables that are much the same for every guest: root pointer, lists of tables, FACS, and the FADT in the
//! two revisions that guests of all ages take.

use super::table::{AcpiTable, checksum};

/// Xen's registers in I/O space: power management events, their control, general purpose events (with the
/// number of bytes); the timer.
const EVENTS: u32 = 0xb000;
const EVENTS_SIZE: u8 = 4;
const CONTROL: u32 = 0xb004;
const CONTROL_SIZE: u8 = 2;
const TIMER: u32 = 0xb008;
const TIMER_SIZE: u8 = 4;
const GENERAL_EVENTS: u32 = 0xafe0;
const GENERAL_EVENTS_SIZE: u8 = 4;

/// The interrupt of power management.
const INTERRUPT: u16 = 9;
/// Too long a latency: there are no sleep states of that kind.
const NEVER: u16 = 0xfff;

/// Caches can be flushed; processors halt; the clock is no fixed event, nor wakes; the timer has 32 bits;
/// a platform's clock keeps better time than the processors'.
const FEATURES: u32 = 1 | 1 << 2 | 1 << 6 | 1 << 8 | 1 << 15;
/// Power and sleep buttons are no fixed events: there are none.
const NO_BUTTONS: u32 = 1 << 4 | 1 << 5;
/// There is no VGA and no real-time clock.
const NO_VGA_NO_CLOCK: u16 = 1 << 2 | 1 << 5;

/// The port that resets the machine, and the value to write. (That it may be used is not said.)
const RESET: u64 = 0xcf9;
const RESET_VALUE: u8 = 6;

/// The root pointer.
pub fn root(rsdt: u64, xsdt: u64) -> Vec<u8> {
    let (signature, oem, revision, size) = (b"RSD PTR ", b"Xen\0\0\0", 2, 36u32);
    let mut root = [signature, &[0][..], oem, &[revision]].concat();
    root.extend((rsdt as u32).to_le_bytes());
    // This much was all in ACPI 1.0 and has a checksum of its own.
    root[8] = checksum(&root);
    root.extend(size.to_le_bytes());
    root.extend(xsdt.to_le_bytes());
    root.extend([0; 4]);
    root[32] = checksum(&root);
    root
}

/// The list of tables for guests of today.
pub fn xsdt(fadt: u64, others: &[u64]) -> Vec<u8> {
    let mut table = AcpiTable::new(b"XSDT", 1);
    table.u64(fadt);
    for at in others {
        table.u64(*at);
    }
    table.finish()
}

/// The same for guests that know ACPI 1.0 alone.
pub fn rsdt(fadt: u64, others: &[u64]) -> Vec<u8> {
    let mut table = AcpiTable::new(b"RSDT", 1);
    table.u32(fadt as u32);
    for at in others {
        table.u32(*at as u32);
    }
    table.finish()
}

/// What guest and firmware share; it has no common head.
pub fn facs() -> Vec<u8> {
    let mut facs = [b"FACS", &64u32.to_le_bytes()[..]].concat();
    facs.resize(32, 0);
    // The version.
    facs.push(1);
    facs.resize(64, 0);
    facs
}

/// What both revisions begin with.
fn fadt(revision: u8, facs: u64, dsdt: u64, timer: Option<(u32, u8)>) -> AcpiTable {
    let (timer, timer_size) = timer.unwrap_or_default();
    let mut table = AcpiTable::new(b"FACP", revision);
    table.u32(facs as u32).u32(dsdt as u32);
    table.u16(0).u16(INTERRUPT);
    // No system management mode, hence no way to switch to ACPI: it is on.
    table.u64(0);
    table.u32(EVENTS).u32(0).u32(CONTROL).u32(0).u32(0).u32(timer);
    table.u32(GENERAL_EVENTS).u32(0);
    table.extend(&[EVENTS_SIZE, CONTROL_SIZE, 0, timer_size, GENERAL_EVENTS_SIZE, 0, 0, 0]);
    table.u16(NEVER).u16(NEVER);
    // Cache lines, duty cycles, alarms: none.
    table.u32(0).extend(&[0; 5]);
    table
}

/// The one in the RSDT, 116 bytes. It names a timer and buttons that the guest does not have: it always has
/// in the first domain that a process of the C library's builds.
pub fn fadt_of_acpi_1(facs: u64, dsdt: u64) -> Vec<u8> {
    let mut table = fadt(1, facs, dsdt, Some((TIMER, TIMER_SIZE)));
    table.u16(0).u8(0).u32(FEATURES);
    table.finish()
}

/// The one in the XSDT, 268 bytes.
pub fn fadt_of_acpi_5(facs: u64, dsdt: u64) -> Vec<u8> {
    let mut table = fadt(5, facs, dsdt, None);
    table.u16(NO_VGA_NO_CLOCK).u8(0).u32(FEATURES | NO_BUTTONS);
    register(&mut table, 1, RESET);
    table.u8(RESET_VALUE).extend(&[0; 3]);
    table.u64(facs).u64(dsdt);
    register(&mut table, EVENTS_SIZE, EVENTS.into());
    none(&mut table);
    register(&mut table, CONTROL_SIZE, CONTROL.into());
    // The second half of control, the third, the timer; general purpose events in two halves, of which the
    // first is named above alone; sleep control and status.
    for _ in 0..7 {
        none(&mut table);
    }
    table.finish()
}

/// A register of so many bytes in I/O space, in the form of ACPI 2.0.
fn register(table: &mut AcpiTable, size: u8, port: u64) {
    const IO_SPACE: u8 = 1;
    table.extend(&[IO_SPACE, size * 8, 0, 0]);
    table.u64(port);
}

fn none(table: &mut AcpiTable) {
    table.extend(&[0; 12]);
}
