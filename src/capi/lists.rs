//! The C entries for freeing what list functions gave.

use std::ffi::*;

use crate::capi::types::*;
use crate::types::sys::*;

/// What every entry here does.
///
/// # Safety
/// `list` is NULL or a `malloc`ed array of `count` elements that `dispose` fits.
unsafe fn free_list<T>(list: *mut T, count: usize, dispose: unsafe extern "C" fn(*mut T)) {
    if list.is_null() {
        return;
    }
    // SAFETY: the caller says that `list` holds `count` elements of `dispose`'s type; each is reached once, and the
    // array is freed last.
    unsafe {
        (0..count).for_each(|i| dispose(list.add(i)));
        libc::free(list.cast());
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_dominfo_list_free(list: *mut libxl_dominfo, nb_domain: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nb_domain.max(0) as usize, libxl_dominfo_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cpupoolinfo_list_free(list: *mut libxl_cpupoolinfo, nb_pool: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nb_pool.max(0) as usize, libxl_cpupoolinfo_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vminfo_list_free(list: *mut libxl_vminfo, nb_vm: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nb_vm.max(0) as usize, libxl_vminfo_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_cputopology_list_free(list: *mut libxl_cputopology, nb_cpu: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nb_cpu.max(0) as usize, libxl_cputopology_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_pcitopology_list_free(
    list: *mut libxl_pcitopology,
    num_devs: c_int,
) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num_devs.max(0) as usize, libxl_pcitopology_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_numainfo_list_free(list: *mut libxl_numainfo, nr: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr.max(0) as usize, libxl_numainfo_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_vcpuinfo_list_free(list: *mut libxl_vcpuinfo, nr_vcpus: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr_vcpus.max(0) as usize, libxl_vcpuinfo_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_disk_list_free(list: *mut libxl_device_disk, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_disk_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbctrl_list_free(
    list: *mut libxl_device_usbctrl,
    nr: c_int,
) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr.max(0) as usize, libxl_device_usbctrl_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_usbdev_list_free(list: *mut libxl_device_usbdev, nr: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr.max(0) as usize, libxl_device_usbdev_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_nic_list_free(list: *mut libxl_device_nic, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_nic_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vtpm_list_free(list: *mut libxl_device_vtpm, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_vtpm_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vdispl_list_free(list: *mut libxl_device_vdispl, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_vdispl_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vsnd_list_free(list: *mut libxl_device_vsnd, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_vsnd_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_vkb_list_free(list: *mut libxl_device_vkb, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_vkb_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_list_free(list: *mut libxl_device_pci, num: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_pci_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_device_pci_assignable_list_free(
    list: *mut libxl_device_pci,
    num: c_int,
) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, num.max(0) as usize, libxl_device_pci_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_cat_info_list_free(list: *mut libxl_psr_cat_info, nr: c_int) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr.max(0) as usize, libxl_psr_cat_info_dispose) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn libxl_psr_hw_info_list_free(list: *mut libxl_psr_hw_info, nr: c_uint) {
    // SAFETY: by the contract of `capi`, `list` is NULL or valid.
    unsafe { free_list(list, nr as usize, libxl_psr_hw_info_dispose) }
}
