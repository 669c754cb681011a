//! Tables that hardly depend on the guest: RSDP, RSDT, XSDT, FACS, and the FADT in one revision for old and one for
//! current guests.

use super::table::{AcpiTable, checksum};

/// I/O ports of the PM1a event and control blocks, of the PM timer and of the GPE0 block, with their sizes in bytes.
const EVENTS: u32 = 0xb000;
const EVENTS_SIZE: u8 = 4;
const CONTROL: u32 = 0xb004;
const CONTROL_SIZE: u8 = 2;
const TIMER: u32 = 0xb008;
const TIMER_SIZE: u8 = 4;
const GENERAL_EVENTS: u32 = 0xafe0;
const GENERAL_EVENTS_SIZE: u8 = 4;

/// The SCI: the interrupt of power management.
const INTERRUPT: u16 = 9;
/// A latency that means that the C2 and C3 states are not supported.
const NEVER: u16 = 0xfff;

/// FADT flags: WBINVD, PROC_C1, FIX_RTC, TMR_VAL_EXT, USE_PLATFORM_CLOCK.
const FEATURES: u32 = 1 | 1 << 2 | 1 << 6 | 1 << 8 | 1 << 15;
/// FADT flags PWR_BUTTON and SLP_BUTTON: the guest has no fixed-hardware buttons.
const NO_BUTTONS: u32 = 1 << 4 | 1 << 5;
/// Boot architecture flags: no VGA, no CMOS real-time clock.
const NO_VGA_NO_CLOCK: u16 = 1 << 2 | 1 << 5;

/// The reset register and its value. The flag that it is supported is not set.
const RESET: u64 = 0xcf9;
const RESET_VALUE: u8 = 6;

/// The RSDP.
pub fn rsdp(rsdt: u64, xsdt: u64) -> Vec<u8> {
    let (signature, oem, revision, size) = (b"RSD PTR ", b"Xen\0\0\0", 2, 36u32);
    let mut root = [signature, &[0][..], oem, &[revision]].concat();
    root.extend((rsdt as u32).to_le_bytes());
    // The 20 bytes of ACPI 1.0 have a checksum of their own.
    root[8] = checksum(&root);
    root.extend(size.to_le_bytes());
    root.extend(xsdt.to_le_bytes());
    root.extend([0; 4]);
    root[32] = checksum(&root);
    root
}

/// The list of tables for guests that support ACPI 2.0 or later.
pub fn xsdt(fadt: u64, others: &[u64]) -> Vec<u8> {
    let mut table = AcpiTable::new(b"XSDT", 1);
    table.u64(fadt);
    for at in others {
        table.u64(*at);
    }
    table.finish()
}

/// The list of tables for guests that support only ACPI 1.0.
pub fn rsdt(fadt: u64, others: &[u64]) -> Vec<u8> {
    let mut table = AcpiTable::new(b"RSDT", 1);
    table.u32(fadt as u32);
    for at in others {
        table.u32(*at as u32);
    }
    table.finish()
}

/// The FACS, which does not have the common table header.
pub fn facs() -> Vec<u8> {
    let mut facs = [b"FACS", &64u32.to_le_bytes()[..]].concat();
    facs.resize(32, 0);
    // The version.
    facs.push(1);
    facs.resize(64, 0);
    facs
}

/// The fields that both revisions of the FADT begin with.
fn fadt(revision: u8, facs: u64, dsdt: u64, timer: Option<(u32, u8)>) -> AcpiTable {
    let (timer, timer_size) = timer.unwrap_or_default();
    let mut table = AcpiTable::new(b"FACP", revision);
    table.u32(facs as u32).u32(dsdt as u32);
    table.u16(0).u16(INTERRUPT);
    // No SMI command port: ACPI mode is always enabled.
    table.u64(0);
    table.u32(EVENTS).u32(0).u32(CONTROL).u32(0).u32(0).u32(timer);
    table.u32(GENERAL_EVENTS).u32(0);
    table.extend(&[EVENTS_SIZE, CONTROL_SIZE, 0, timer_size, GENERAL_EVENTS_SIZE, 0, 0, 0]);
    table.u16(NEVER).u16(NEVER);
    // Flush size and stride, duty cycle, RTC alarms: none.
    table.u32(0).extend(&[0; 5]);
    table
}

/// The FADT in the RSDT, 116 bytes. It describes a PM timer and buttons that the guest does not have, like the C
/// library's for the first domain that a process builds.
pub fn fadt_of_acpi_1(facs: u64, dsdt: u64) -> Vec<u8> {
    let mut table = fadt(1, facs, dsdt, Some((TIMER, TIMER_SIZE)));
    table.u16(0).u8(0).u32(FEATURES);
    table.finish()
}

/// The FADT in the XSDT, 268 bytes.
pub fn fadt_of_acpi_5(facs: u64, dsdt: u64) -> Vec<u8> {
    let mut table = fadt(5, facs, dsdt, None);
    table.u16(NO_VGA_NO_CLOCK).u8(0).u32(FEATURES | NO_BUTTONS);
    register(&mut table, 1, RESET);
    table.u8(RESET_VALUE).extend(&[0; 3]);
    table.u64(facs).u64(dsdt);
    register(&mut table, EVENTS_SIZE, EVENTS.into());
    no_register(&mut table);
    register(&mut table, CONTROL_SIZE, CONTROL.into());
    // PM1b control, PM2 control, PM timer; GPE0, which only the 32-bit field above describes, and GPE1; sleep control
    // and status registers.
    for _ in 0..7 {
        no_register(&mut table);
    }
    table.finish()
}

/// Adds a generic address structure for a register of `size` bytes in I/O space.
fn register(table: &mut AcpiTable, size: u8, port: u64) {
    const IO_SPACE: u8 = 1;
    table.extend(&[IO_SPACE, size * 8, 0, 0]);
    table.u64(port);
}

fn no_register(table: &mut AcpiTable) {
    table.extend(&[0; 12]);
}
