//! The C entries for freeing what list functions gave.

use std::ffi::*;

use crate::missing;
use crate::types::sys::*;

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_dominfo_list_free(list: *mut libxl_dominfo, nb_domain: c_int) {
    missing!("libxl_dominfo_list_free"; list, nb_domain)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolinfo_list_free(list: *mut libxl_cpupoolinfo, nb_pool: c_int) {
    missing!("libxl_cpupoolinfo_list_free"; list, nb_pool)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vminfo_list_free(list: *mut libxl_vminfo, nb_vm: c_int) {
    missing!("libxl_vminfo_list_free"; list, nb_vm)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cputopology_list_free(list: *mut libxl_cputopology, nb_cpu: c_int) {
    missing!("libxl_cputopology_list_free"; list, nb_cpu)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_pcitopology_list_free(
    list: *mut libxl_pcitopology,
    num_devs: c_int,
) {
    missing!("libxl_pcitopology_list_free"; list, num_devs)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_numainfo_list_free(list: *mut libxl_numainfo, nr: c_int) {
    missing!("libxl_numainfo_list_free"; list, nr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpuinfo_list_free(list: *mut libxl_vcpuinfo, nr_vcpus: c_int) {
    missing!("libxl_vcpuinfo_list_free"; list, nr_vcpus)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_list_free(list: *mut libxl_device_disk, num: c_int) {
    missing!("libxl_device_disk_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_list_free(
    list: *mut libxl_device_usbctrl,
    nr: c_int,
) {
    missing!("libxl_device_usbctrl_list_free"; list, nr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_list_free(list: *mut libxl_device_usbdev, nr: c_int) {
    missing!("libxl_device_usbdev_list_free"; list, nr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_list_free(list: *mut libxl_device_nic, num: c_int) {
    missing!("libxl_device_nic_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_list_free(list: *mut libxl_device_vtpm, num: c_int) {
    missing!("libxl_device_vtpm_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_list_free(list: *mut libxl_device_vdispl, num: c_int) {
    missing!("libxl_device_vdispl_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_list_free(list: *mut libxl_device_vsnd, num: c_int) {
    missing!("libxl_device_vsnd_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_list_free(list: *mut libxl_device_vkb, num: c_int) {
    missing!("libxl_device_vkb_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_list_free(list: *mut libxl_device_pci, num: c_int) {
    missing!("libxl_device_pci_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_list_free(
    list: *mut libxl_device_pci,
    num: c_int,
) {
    missing!("libxl_device_pci_assignable_list_free"; list, num)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_info_list_free(list: *mut libxl_psr_cat_info, nr: c_int) {
    missing!("libxl_psr_cat_info_list_free"; list, nr)
}

/// Not there yet.
///
/// # Safety
/// Pointers are NULL or as `libxl.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_hw_info_list_free(list: *mut libxl_psr_hw_info, nr: c_uint) {
    missing!("libxl_psr_hw_info_list_free"; list, nr)
}
