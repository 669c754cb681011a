//! The information for hvmloader about the guest's vcpus, in a page that libxenguest has written.

use crate::xen::hypervisor::{Hypervisor, Result, sys};

/// Sets the number of vcpus, those that are online from the start (`online`, one bit each), and whether hvmloader is to
/// describe their APICs. The guest must have been loaded, and must not be running.
pub fn vcpus_at_boot(
    xen: &Hypervisor,
    domid: u32,
    apic: bool,
    vcpus: u32,
    online: &[u8],
) -> Result<()> {
    let (frame, offset) = (sys::HVM_INFO_PFN.into(), sys::HVM_INFO_OFFSET as usize);
    xen.change_in_page(domid, frame, offset, |table: &mut sys::hvm_info_table| {
        set(table, apic, vcpus, online);
    })
}

fn set(table: &mut sys::hvm_info_table, apic: bool, vcpus: u32, online: &[u8]) {
    table.apic_mode = apic.into();
    table.nr_vcpus = vcpus;
    table.vcpu_online = [0; sys::HVM_MAX_VCPUS as usize / 8];
    table.vcpu_online.iter_mut().zip(online).for_each(|(to, bits)| *to = *bits);
    // The sum of all bytes must be 0.
    let sum = sum(table, table.length as usize);
    table.checksum = table.checksum.wrapping_sub(sum);
}

fn sum(table: &sys::hvm_info_table, length: usize) -> u8 {
    let first: *const sys::hvm_info_table = table;
    let length = length.min(size_of_val(table));
    // SAFETY: the structure has no padding (the sizes of its fields add up to its size), so each of its bytes is
    // initialised.
    let bytes = unsafe { std::slice::from_raw_parts(first.cast::<u8>(), length) };
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_bytes_add_up_to_zero() {
        let mut table = sys::hvm_info_table {
            signature: b"HVM INFO".map(|c| c as std::ffi::c_char),
            length: size_of::<sys::hvm_info_table>() as u32,
            checksum: 0,
            apic_mode: 0,
            nr_vcpus: 0,
            low_mem_pgend: 0x1_0000,
            reserved_mem_pgstart: 0xf_0000,
            high_mem_pgend: 0,
            vcpu_online: [0xff; 16],
        };
        for online in [&[5][..], &[0xff; 40]] {
            set(&mut table, true, 9, online);
            assert_eq!((table.apic_mode, table.nr_vcpus), (1, 9));
            assert_eq!(table.vcpu_online[0], online[0]);
            assert_eq!(table.vcpu_online[1] == 0, online.len() == 1);
            assert_eq!(sum(&table, table.length as usize), 0);
        }
    }
}
