// Made by capi-tests/support/bindings/run from Xen 4.20's headers; do not edit.
use crate::types::sys::xentoollog_logger;
#[derive(PartialEq, Eq, Copy, Clone, Debug, Hash)]
#[repr(C, align(8))]
pub struct __BindgenOpaqueArray8<T>(pub T);
impl<T: Copy + Default, const N: usize> Default for __BindgenOpaqueArray8<[T; N]> {
    fn default() -> Self {
        Self([<T as Default>::default(); N])
    }
}
pub const XEN_X86_EMU_LAPIC: u32 = 1;
pub const XEN_X86_EMU_HPET: u32 = 2;
pub const XEN_X86_EMU_PM: u32 = 4;
pub const XEN_X86_EMU_RTC: u32 = 8;
pub const XEN_X86_EMU_IOAPIC: u32 = 16;
pub const XEN_X86_EMU_PIC: u32 = 32;
pub const XEN_X86_EMU_VGA: u32 = 64;
pub const XEN_X86_EMU_IOMMU: u32 = 128;
pub const XEN_X86_EMU_PIT: u32 = 256;
pub const XEN_X86_EMU_USE_PIRQ: u32 = 512;
pub const XEN_X86_EMU_VPCI: u32 = 1024;
pub const XEN_X86_EMU_ALL: u32 = 2047;
pub const XEN_X86_MSR_RELAXED: u32 = 1;
pub const XEN_DOMCTL_CDF_hvm: u32 = 1;
pub const XEN_DOMCTL_CDF_hap: u32 = 2;
pub const XEN_DOMCTL_CDF_s3_integrity: u32 = 4;
pub const XEN_DOMCTL_CDF_oos_off: u32 = 8;
pub const XEN_DOMCTL_CDF_xs_domain: u32 = 16;
pub const XEN_DOMCTL_CDF_iommu: u32 = 32;
pub const XEN_DOMCTL_CDF_nested_virt: u32 = 64;
pub const XEN_DOMCTL_CDF_vpmu: u32 = 128;
pub const XEN_DOMCTL_CDF_MAX: u32 = 128;
pub const XEN_DOMCTL_IOMMU_no_sharept: u32 = 1;
pub const XEN_DOMCTL_IOMMU_MAX: u32 = 1;
pub const XEN_DOMCTL_GRANT_version_mask: u32 = 15;
pub const XEN_DOMCTL_ALTP2M_mixed: u32 = 1;
pub const XEN_DOMCTL_ALTP2M_external: u32 = 2;
pub const XEN_DOMCTL_ALTP2M_limited: u32 = 3;
pub const XEN_DOMCTL_ALTP2M_mode_mask: u32 = 3;
pub const XEN_DOMINF_dying: u32 = 1;
pub const XEN_DOMINF_hvm_guest: u32 = 2;
pub const XEN_DOMINF_shutdown: u32 = 4;
pub const XEN_DOMINF_paused: u32 = 8;
pub const XEN_DOMINF_blocked: u32 = 16;
pub const XEN_DOMINF_running: u32 = 32;
pub const XEN_DOMINF_debugged: u32 = 64;
pub const XEN_DOMINF_xs_domain: u32 = 128;
pub const XEN_DOMINF_hap: u32 = 256;
pub const XEN_DOMINF_shutdownmask: u32 = 255;
pub const XEN_DOMINF_shutdownshift: u32 = 16;
pub const XEN_INVALID_MAX_VCPU_ID: i32 = -1;
pub const XEN_VCPUAFFINITY_HARD: u32 = 1;
pub const XEN_VCPUAFFINITY_SOFT: u32 = 2;
pub const XEN_VCPUAFFINITY_FORCE: u32 = 4;
pub const XEN_SCHEDULER_CREDIT: u32 = 5;
pub const XEN_SCHEDULER_CREDIT2: u32 = 6;
pub const XEN_SCHEDULER_ARINC653: u32 = 7;
pub const XEN_SCHEDULER_RTDS: u32 = 8;
pub const XEN_SCHEDULER_NULL: u32 = 9;
pub const XEN_DOMCTL_SCHEDRT_extra: u32 = 1;
pub const XEN_DOMCTL_SCHEDOP_putinfo: u32 = 0;
pub const XEN_DOMCTL_SCHEDOP_getinfo: u32 = 1;
pub const XEN_DOMCTL_SCHEDOP_putvcpuinfo: u32 = 2;
pub const XEN_DOMCTL_SCHEDOP_getvcpuinfo: u32 = 3;
pub const XEN_SYSCTL_PHYSCAP_hvm: u32 = 1;
pub const XEN_SYSCTL_PHYSCAP_pv: u32 = 2;
pub const XEN_SYSCTL_PHYSCAP_directio: u32 = 4;
pub const XEN_SYSCTL_PHYSCAP_hap: u32 = 8;
pub const XEN_SYSCTL_PHYSCAP_shadow: u32 = 16;
pub const XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share: u32 = 32;
pub const XEN_SYSCTL_PHYSCAP_vmtrace: u32 = 64;
pub const XEN_SYSCTL_PHYSCAP_vpmu: u32 = 128;
pub const XEN_SYSCTL_PHYSCAP_gnttab_v1: u32 = 256;
pub const XEN_SYSCTL_PHYSCAP_gnttab_v2: u32 = 512;
pub const XEN_SYSCTL_PHYSCAP_MAX: u32 = 512;
pub const XEN_INVALID_CORE_ID: i32 = -1;
pub const XEN_INVALID_SOCKET_ID: i32 = -1;
pub const XEN_INVALID_NODE_ID: i32 = -1;
pub const XEN_INVALID_MEM_SZ: i32 = -1;
pub const XEN_INVALID_NODE_DIST: i32 = -1;
pub const XEN_SYSCTL_SCHED_RATELIMIT_MAX: u32 = 500000;
pub const XEN_SYSCTL_SCHED_RATELIMIT_MIN: u32 = 100;
pub const XEN_SYSCTL_CSCHED_TSLICE_MAX: u32 = 1000;
pub const XEN_SYSCTL_CSCHED_TSLICE_MIN: u32 = 1;
pub const XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US: u32 = 100000;
pub const XEN_INVALID_DEV: i32 = -2;
pub const XENVER_version: u32 = 0;
pub const XENVER_extraversion: u32 = 1;
pub const XENVER_compile_info: u32 = 2;
pub const XENVER_capabilities: u32 = 3;
pub const XENVER_changeset: u32 = 4;
pub const XENVER_platform_parameters: u32 = 5;
pub const XENVER_get_features: u32 = 6;
pub const XENFEAT_linux_rsdp_unrestricted: u32 = 15;
pub const XENVER_pagesize: u32 = 7;
pub const XENVER_guest_handle: u32 = 8;
pub const XENVER_commandline: u32 = 9;
pub const XENVER_build_id: u32 = 10;
pub const XENVER_extraversion2: u32 = 11;
pub const XENVER_capabilities2: u32 = 12;
pub const XENVER_changeset2: u32 = 13;
pub const XENVER_commandline2: u32 = 14;
pub const HVM_PARAM_VIRIDIAN: u32 = 9;
pub const HVMPV_base_freq: u32 = 1;
pub const HVMPV_no_freq: u32 = 2;
pub const HVMPV_time_ref_count: u32 = 4;
pub const HVMPV_reference_tsc: u32 = 8;
pub const HVMPV_hcall_remote_tlb_flush: u32 = 16;
pub const HVMPV_apic_assist: u32 = 32;
pub const HVMPV_crash_ctl: u32 = 64;
pub const HVMPV_synic: u32 = 128;
pub const HVMPV_stimer: u32 = 256;
pub const HVMPV_hcall_ipi: u32 = 512;
pub const HVMPV_ex_processor_masks: u32 = 1024;
pub const HVMPV_no_vp_limit: u32 = 2048;
pub const HVMPV_cpu_hotplug: u32 = 4096;
pub const HVMPV_feature_mask: u32 = 8191;
pub const HVM_PARAM_TIMER_MODE: u32 = 10;
pub const HVM_PARAM_HPET_ENABLED: u32 = 11;
pub const HVM_PARAM_ACPI_S_STATE: u32 = 14;
pub const HVM_PARAM_VPT_ALIGN: u32 = 16;
pub const HVM_PARAM_VM_GENERATION_ID_ADDR: u32 = 34;
pub const HVM_PARAM_ALTP2M: u32 = 35;
pub const HVM_PARAM_MCA_CAP: u32 = 38;
pub const XC_CPUPOOL_POOLID_ANY: u32 = 4294967295;
pub const E820_RAM: u32 = 1;
pub const E820_RESERVED: u32 = 2;
pub const E820_ACPI: u32 = 3;
pub const E820_NVS: u32 = 4;
pub const E820_UNUSABLE: u32 = 5;
pub const E820MAX: u32 = 128;
pub const X86_HVM_NR_SPECIAL_PAGES: u32 = 8;
pub const X86_HVM_END_SPECIAL_REGION: u32 = 1044480;
pub const HVM_INFO_PFN: u32 = 159;
pub const HVM_INFO_OFFSET: u32 = 2048;
pub const HVM_MAX_VCPUS: u32 = 128;
pub type xen_pfn_t = ::libc::c_ulong;
pub type xen_ulong_t = ::libc::c_ulong;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_arch_domainconfig {
    pub emulation_flags: u32,
    pub misc_flags: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_arch_domainconfig"][::core::mem::size_of::<xen_arch_domainconfig>() - 8usize];
    ["Alignment of xen_arch_domainconfig"]
        [::core::mem::align_of::<xen_arch_domainconfig>() - 4usize];
    ["Offset of field: xen_arch_domainconfig::emulation_flags"]
        [::core::mem::offset_of!(xen_arch_domainconfig, emulation_flags) - 0usize];
    ["Offset of field: xen_arch_domainconfig::misc_flags"]
        [::core::mem::offset_of!(xen_arch_domainconfig, misc_flags) - 4usize];
};
pub type domid_t = u16;
pub type xen_domain_handle_t = [u8; 16usize];
#[repr(C)]
#[derive(Copy, Clone)]
pub struct physdev_pci_device {
    pub seg: u16,
    pub bus: u8,
    pub devfn: u8,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of physdev_pci_device"][::core::mem::size_of::<physdev_pci_device>() - 4usize];
    ["Alignment of physdev_pci_device"][::core::mem::align_of::<physdev_pci_device>() - 2usize];
    ["Offset of field: physdev_pci_device::seg"]
        [::core::mem::offset_of!(physdev_pci_device, seg) - 0usize];
    ["Offset of field: physdev_pci_device::bus"]
        [::core::mem::offset_of!(physdev_pci_device, bus) - 2usize];
    ["Offset of field: physdev_pci_device::devfn"]
        [::core::mem::offset_of!(physdev_pci_device, devfn) - 3usize];
};
pub type physdev_pci_device_t = physdev_pci_device;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_reserved_device_memory {
    pub start_pfn: xen_pfn_t,
    pub nr_pages: xen_ulong_t,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_reserved_device_memory"]
        [::core::mem::size_of::<xen_reserved_device_memory>() - 16usize];
    ["Alignment of xen_reserved_device_memory"]
        [::core::mem::align_of::<xen_reserved_device_memory>() - 8usize];
    ["Offset of field: xen_reserved_device_memory::start_pfn"]
        [::core::mem::offset_of!(xen_reserved_device_memory, start_pfn) - 0usize];
    ["Offset of field: xen_reserved_device_memory::nr_pages"]
        [::core::mem::offset_of!(xen_reserved_device_memory, nr_pages) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_vmemrange {
    pub start: u64,
    pub end: u64,
    pub flags: ::libc::c_uint,
    pub nid: ::libc::c_uint,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_vmemrange"][::core::mem::size_of::<xen_vmemrange>() - 24usize];
    ["Alignment of xen_vmemrange"][::core::mem::align_of::<xen_vmemrange>() - 8usize];
    ["Offset of field: xen_vmemrange::start"]
        [::core::mem::offset_of!(xen_vmemrange, start) - 0usize];
    ["Offset of field: xen_vmemrange::end"][::core::mem::offset_of!(xen_vmemrange, end) - 8usize];
    ["Offset of field: xen_vmemrange::flags"]
        [::core::mem::offset_of!(xen_vmemrange, flags) - 16usize];
    ["Offset of field: xen_vmemrange::nid"][::core::mem::offset_of!(xen_vmemrange, nid) - 20usize];
};
pub type xen_vmemrange_t = xen_vmemrange;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_createdomain {
    pub ssidref: u32,
    pub handle: xen_domain_handle_t,
    pub flags: u32,
    pub iommu_opts: u32,
    pub max_vcpus: u32,
    pub max_evtchn_port: u32,
    pub max_grant_frames: i32,
    pub max_maptrack_frames: i32,
    pub grant_opts: u32,
    pub altp2m_opts: u32,
    pub vmtrace_size: u32,
    pub cpupool_id: u32,
    pub arch: xen_arch_domainconfig,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_createdomain"]
        [::core::mem::size_of::<xen_domctl_createdomain>() - 68usize];
    ["Alignment of xen_domctl_createdomain"]
        [::core::mem::align_of::<xen_domctl_createdomain>() - 4usize];
    ["Offset of field: xen_domctl_createdomain::ssidref"]
        [::core::mem::offset_of!(xen_domctl_createdomain, ssidref) - 0usize];
    ["Offset of field: xen_domctl_createdomain::handle"]
        [::core::mem::offset_of!(xen_domctl_createdomain, handle) - 4usize];
    ["Offset of field: xen_domctl_createdomain::flags"]
        [::core::mem::offset_of!(xen_domctl_createdomain, flags) - 20usize];
    ["Offset of field: xen_domctl_createdomain::iommu_opts"]
        [::core::mem::offset_of!(xen_domctl_createdomain, iommu_opts) - 24usize];
    ["Offset of field: xen_domctl_createdomain::max_vcpus"]
        [::core::mem::offset_of!(xen_domctl_createdomain, max_vcpus) - 28usize];
    ["Offset of field: xen_domctl_createdomain::max_evtchn_port"]
        [::core::mem::offset_of!(xen_domctl_createdomain, max_evtchn_port) - 32usize];
    ["Offset of field: xen_domctl_createdomain::max_grant_frames"]
        [::core::mem::offset_of!(xen_domctl_createdomain, max_grant_frames) - 36usize];
    ["Offset of field: xen_domctl_createdomain::max_maptrack_frames"]
        [::core::mem::offset_of!(xen_domctl_createdomain, max_maptrack_frames) - 40usize];
    ["Offset of field: xen_domctl_createdomain::grant_opts"]
        [::core::mem::offset_of!(xen_domctl_createdomain, grant_opts) - 44usize];
    ["Offset of field: xen_domctl_createdomain::altp2m_opts"]
        [::core::mem::offset_of!(xen_domctl_createdomain, altp2m_opts) - 48usize];
    ["Offset of field: xen_domctl_createdomain::vmtrace_size"]
        [::core::mem::offset_of!(xen_domctl_createdomain, vmtrace_size) - 52usize];
    ["Offset of field: xen_domctl_createdomain::cpupool_id"]
        [::core::mem::offset_of!(xen_domctl_createdomain, cpupool_id) - 56usize];
    ["Offset of field: xen_domctl_createdomain::arch"]
        [::core::mem::offset_of!(xen_domctl_createdomain, arch) - 60usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_getdomaininfo {
    pub domain: domid_t,
    pub pad1: u16,
    pub flags: u32,
    pub tot_pages: u64,
    pub max_pages: u64,
    pub outstanding_pages: u64,
    pub shr_pages: u64,
    pub paged_pages: u64,
    pub shared_info_frame: u64,
    pub cpu_time: u64,
    pub nr_online_vcpus: u32,
    pub max_vcpu_id: u32,
    pub ssidref: u32,
    pub handle: xen_domain_handle_t,
    pub cpupool: u32,
    pub gpaddr_bits: u8,
    pub pad2: [u8; 7usize],
    pub arch_config: xen_arch_domainconfig,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_getdomaininfo"]
        [::core::mem::size_of::<xen_domctl_getdomaininfo>() - 112usize];
    ["Alignment of xen_domctl_getdomaininfo"]
        [::core::mem::align_of::<xen_domctl_getdomaininfo>() - 8usize];
    ["Offset of field: xen_domctl_getdomaininfo::domain"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, domain) - 0usize];
    ["Offset of field: xen_domctl_getdomaininfo::pad1"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, pad1) - 2usize];
    ["Offset of field: xen_domctl_getdomaininfo::flags"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, flags) - 4usize];
    ["Offset of field: xen_domctl_getdomaininfo::tot_pages"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, tot_pages) - 8usize];
    ["Offset of field: xen_domctl_getdomaininfo::max_pages"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, max_pages) - 16usize];
    ["Offset of field: xen_domctl_getdomaininfo::outstanding_pages"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, outstanding_pages) - 24usize];
    ["Offset of field: xen_domctl_getdomaininfo::shr_pages"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, shr_pages) - 32usize];
    ["Offset of field: xen_domctl_getdomaininfo::paged_pages"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, paged_pages) - 40usize];
    ["Offset of field: xen_domctl_getdomaininfo::shared_info_frame"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, shared_info_frame) - 48usize];
    ["Offset of field: xen_domctl_getdomaininfo::cpu_time"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, cpu_time) - 56usize];
    ["Offset of field: xen_domctl_getdomaininfo::nr_online_vcpus"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, nr_online_vcpus) - 64usize];
    ["Offset of field: xen_domctl_getdomaininfo::max_vcpu_id"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, max_vcpu_id) - 68usize];
    ["Offset of field: xen_domctl_getdomaininfo::ssidref"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, ssidref) - 72usize];
    ["Offset of field: xen_domctl_getdomaininfo::handle"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, handle) - 76usize];
    ["Offset of field: xen_domctl_getdomaininfo::cpupool"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, cpupool) - 92usize];
    ["Offset of field: xen_domctl_getdomaininfo::gpaddr_bits"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, gpaddr_bits) - 96usize];
    ["Offset of field: xen_domctl_getdomaininfo::pad2"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, pad2) - 97usize];
    ["Offset of field: xen_domctl_getdomaininfo::arch_config"]
        [::core::mem::offset_of!(xen_domctl_getdomaininfo, arch_config) - 104usize];
};
pub type xen_domctl_getdomaininfo_t = xen_domctl_getdomaininfo;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_getvcpuinfo {
    pub vcpu: u32,
    pub online: u8,
    pub blocked: u8,
    pub running: u8,
    pub cpu_time: u64,
    pub cpu: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_getvcpuinfo"][::core::mem::size_of::<xen_domctl_getvcpuinfo>() - 24usize];
    ["Alignment of xen_domctl_getvcpuinfo"]
        [::core::mem::align_of::<xen_domctl_getvcpuinfo>() - 8usize];
    ["Offset of field: xen_domctl_getvcpuinfo::vcpu"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, vcpu) - 0usize];
    ["Offset of field: xen_domctl_getvcpuinfo::online"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, online) - 4usize];
    ["Offset of field: xen_domctl_getvcpuinfo::blocked"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, blocked) - 5usize];
    ["Offset of field: xen_domctl_getvcpuinfo::running"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, running) - 6usize];
    ["Offset of field: xen_domctl_getvcpuinfo::cpu_time"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, cpu_time) - 8usize];
    ["Offset of field: xen_domctl_getvcpuinfo::cpu"]
        [::core::mem::offset_of!(xen_domctl_getvcpuinfo, cpu) - 16usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_sched_credit {
    pub weight: u16,
    pub cap: u16,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_sched_credit"][::core::mem::size_of::<xen_domctl_sched_credit>() - 4usize];
    ["Alignment of xen_domctl_sched_credit"]
        [::core::mem::align_of::<xen_domctl_sched_credit>() - 2usize];
    ["Offset of field: xen_domctl_sched_credit::weight"]
        [::core::mem::offset_of!(xen_domctl_sched_credit, weight) - 0usize];
    ["Offset of field: xen_domctl_sched_credit::cap"]
        [::core::mem::offset_of!(xen_domctl_sched_credit, cap) - 2usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_sched_credit2 {
    pub weight: u16,
    pub cap: u16,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_sched_credit2"]
        [::core::mem::size_of::<xen_domctl_sched_credit2>() - 4usize];
    ["Alignment of xen_domctl_sched_credit2"]
        [::core::mem::align_of::<xen_domctl_sched_credit2>() - 2usize];
    ["Offset of field: xen_domctl_sched_credit2::weight"]
        [::core::mem::offset_of!(xen_domctl_sched_credit2, weight) - 0usize];
    ["Offset of field: xen_domctl_sched_credit2::cap"]
        [::core::mem::offset_of!(xen_domctl_sched_credit2, cap) - 2usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_sched_rtds {
    pub period: u32,
    pub budget: u32,
    pub flags: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_sched_rtds"][::core::mem::size_of::<xen_domctl_sched_rtds>() - 12usize];
    ["Alignment of xen_domctl_sched_rtds"]
        [::core::mem::align_of::<xen_domctl_sched_rtds>() - 4usize];
    ["Offset of field: xen_domctl_sched_rtds::period"]
        [::core::mem::offset_of!(xen_domctl_sched_rtds, period) - 0usize];
    ["Offset of field: xen_domctl_sched_rtds::budget"]
        [::core::mem::offset_of!(xen_domctl_sched_rtds, budget) - 4usize];
    ["Offset of field: xen_domctl_sched_rtds::flags"]
        [::core::mem::offset_of!(xen_domctl_sched_rtds, flags) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_domctl_schedparam_vcpu {
    pub u: xen_domctl_schedparam_vcpu__bindgen_ty_1,
    pub vcpuid: u32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union xen_domctl_schedparam_vcpu__bindgen_ty_1 {
    pub credit: xen_domctl_sched_credit,
    pub credit2: xen_domctl_sched_credit2,
    pub rtds: xen_domctl_sched_rtds,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_schedparam_vcpu__bindgen_ty_1"]
        [::core::mem::size_of::<xen_domctl_schedparam_vcpu__bindgen_ty_1>() - 12usize];
    ["Alignment of xen_domctl_schedparam_vcpu__bindgen_ty_1"]
        [::core::mem::align_of::<xen_domctl_schedparam_vcpu__bindgen_ty_1>() - 4usize];
    ["Offset of field: xen_domctl_schedparam_vcpu__bindgen_ty_1::credit"]
        [::core::mem::offset_of!(xen_domctl_schedparam_vcpu__bindgen_ty_1, credit) - 0usize];
    ["Offset of field: xen_domctl_schedparam_vcpu__bindgen_ty_1::credit2"]
        [::core::mem::offset_of!(xen_domctl_schedparam_vcpu__bindgen_ty_1, credit2) - 0usize];
    ["Offset of field: xen_domctl_schedparam_vcpu__bindgen_ty_1::rtds"]
        [::core::mem::offset_of!(xen_domctl_schedparam_vcpu__bindgen_ty_1, rtds) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_domctl_schedparam_vcpu"]
        [::core::mem::size_of::<xen_domctl_schedparam_vcpu>() - 16usize];
    ["Alignment of xen_domctl_schedparam_vcpu"]
        [::core::mem::align_of::<xen_domctl_schedparam_vcpu>() - 4usize];
    ["Offset of field: xen_domctl_schedparam_vcpu::u"]
        [::core::mem::offset_of!(xen_domctl_schedparam_vcpu, u) - 0usize];
    ["Offset of field: xen_domctl_schedparam_vcpu::vcpuid"]
        [::core::mem::offset_of!(xen_domctl_schedparam_vcpu, vcpuid) - 12usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_sysctl_physinfo {
    pub threads_per_core: u32,
    pub cores_per_socket: u32,
    pub nr_cpus: u32,
    pub max_cpu_id: u32,
    pub nr_nodes: u32,
    pub max_node_id: u32,
    pub cpu_khz: u32,
    pub capabilities: u32,
    pub arch_capabilities: u32,
    pub pad: u32,
    pub total_pages: u64,
    pub free_pages: u64,
    pub scrub_pages: u64,
    pub outstanding_pages: u64,
    pub max_mfn: u64,
    pub hw_cap: [u32; 8usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_sysctl_physinfo"][::core::mem::size_of::<xen_sysctl_physinfo>() - 112usize];
    ["Alignment of xen_sysctl_physinfo"][::core::mem::align_of::<xen_sysctl_physinfo>() - 8usize];
    ["Offset of field: xen_sysctl_physinfo::threads_per_core"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, threads_per_core) - 0usize];
    ["Offset of field: xen_sysctl_physinfo::cores_per_socket"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, cores_per_socket) - 4usize];
    ["Offset of field: xen_sysctl_physinfo::nr_cpus"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, nr_cpus) - 8usize];
    ["Offset of field: xen_sysctl_physinfo::max_cpu_id"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, max_cpu_id) - 12usize];
    ["Offset of field: xen_sysctl_physinfo::nr_nodes"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, nr_nodes) - 16usize];
    ["Offset of field: xen_sysctl_physinfo::max_node_id"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, max_node_id) - 20usize];
    ["Offset of field: xen_sysctl_physinfo::cpu_khz"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, cpu_khz) - 24usize];
    ["Offset of field: xen_sysctl_physinfo::capabilities"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, capabilities) - 28usize];
    ["Offset of field: xen_sysctl_physinfo::arch_capabilities"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, arch_capabilities) - 32usize];
    ["Offset of field: xen_sysctl_physinfo::pad"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, pad) - 36usize];
    ["Offset of field: xen_sysctl_physinfo::total_pages"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, total_pages) - 40usize];
    ["Offset of field: xen_sysctl_physinfo::free_pages"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, free_pages) - 48usize];
    ["Offset of field: xen_sysctl_physinfo::scrub_pages"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, scrub_pages) - 56usize];
    ["Offset of field: xen_sysctl_physinfo::outstanding_pages"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, outstanding_pages) - 64usize];
    ["Offset of field: xen_sysctl_physinfo::max_mfn"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, max_mfn) - 72usize];
    ["Offset of field: xen_sysctl_physinfo::hw_cap"]
        [::core::mem::offset_of!(xen_sysctl_physinfo, hw_cap) - 80usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_sysctl_cputopo {
    pub core: u32,
    pub socket: u32,
    pub node: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_sysctl_cputopo"][::core::mem::size_of::<xen_sysctl_cputopo>() - 12usize];
    ["Alignment of xen_sysctl_cputopo"][::core::mem::align_of::<xen_sysctl_cputopo>() - 4usize];
    ["Offset of field: xen_sysctl_cputopo::core"]
        [::core::mem::offset_of!(xen_sysctl_cputopo, core) - 0usize];
    ["Offset of field: xen_sysctl_cputopo::socket"]
        [::core::mem::offset_of!(xen_sysctl_cputopo, socket) - 4usize];
    ["Offset of field: xen_sysctl_cputopo::node"]
        [::core::mem::offset_of!(xen_sysctl_cputopo, node) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_sysctl_meminfo {
    pub memsize: u64,
    pub memfree: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_sysctl_meminfo"][::core::mem::size_of::<xen_sysctl_meminfo>() - 16usize];
    ["Alignment of xen_sysctl_meminfo"][::core::mem::align_of::<xen_sysctl_meminfo>() - 8usize];
    ["Offset of field: xen_sysctl_meminfo::memsize"]
        [::core::mem::offset_of!(xen_sysctl_meminfo, memsize) - 0usize];
    ["Offset of field: xen_sysctl_meminfo::memfree"]
        [::core::mem::offset_of!(xen_sysctl_meminfo, memfree) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_sysctl_credit_schedule {
    pub tslice_ms: u32,
    pub ratelimit_us: u32,
    pub vcpu_migr_delay_us: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_sysctl_credit_schedule"]
        [::core::mem::size_of::<xen_sysctl_credit_schedule>() - 12usize];
    ["Alignment of xen_sysctl_credit_schedule"]
        [::core::mem::align_of::<xen_sysctl_credit_schedule>() - 4usize];
    ["Offset of field: xen_sysctl_credit_schedule::tslice_ms"]
        [::core::mem::offset_of!(xen_sysctl_credit_schedule, tslice_ms) - 0usize];
    ["Offset of field: xen_sysctl_credit_schedule::ratelimit_us"]
        [::core::mem::offset_of!(xen_sysctl_credit_schedule, ratelimit_us) - 4usize];
    ["Offset of field: xen_sysctl_credit_schedule::vcpu_migr_delay_us"]
        [::core::mem::offset_of!(xen_sysctl_credit_schedule, vcpu_migr_delay_us) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_sysctl_credit2_schedule {
    pub ratelimit_us: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_sysctl_credit2_schedule"]
        [::core::mem::size_of::<xen_sysctl_credit2_schedule>() - 4usize];
    ["Alignment of xen_sysctl_credit2_schedule"]
        [::core::mem::align_of::<xen_sysctl_credit2_schedule>() - 4usize];
    ["Offset of field: xen_sysctl_credit2_schedule::ratelimit_us"]
        [::core::mem::offset_of!(xen_sysctl_credit2_schedule, ratelimit_us) - 0usize];
};
pub type xen_extraversion_t = [::libc::c_char; 16usize];
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_compile_info {
    pub compiler: [::libc::c_char; 64usize],
    pub compile_by: [::libc::c_char; 16usize],
    pub compile_domain: [::libc::c_char; 32usize],
    pub compile_date: [::libc::c_char; 32usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_compile_info"][::core::mem::size_of::<xen_compile_info>() - 144usize];
    ["Alignment of xen_compile_info"][::core::mem::align_of::<xen_compile_info>() - 1usize];
    ["Offset of field: xen_compile_info::compiler"]
        [::core::mem::offset_of!(xen_compile_info, compiler) - 0usize];
    ["Offset of field: xen_compile_info::compile_by"]
        [::core::mem::offset_of!(xen_compile_info, compile_by) - 64usize];
    ["Offset of field: xen_compile_info::compile_domain"]
        [::core::mem::offset_of!(xen_compile_info, compile_domain) - 80usize];
    ["Offset of field: xen_compile_info::compile_date"]
        [::core::mem::offset_of!(xen_compile_info, compile_date) - 112usize];
};
pub type xen_compile_info_t = xen_compile_info;
pub type xen_capabilities_info_t = [::libc::c_char; 1024usize];
pub type xen_changeset_info_t = [::libc::c_char; 64usize];
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xen_platform_parameters {
    pub virt_start: xen_ulong_t,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xen_platform_parameters"][::core::mem::size_of::<xen_platform_parameters>() - 8usize];
    ["Alignment of xen_platform_parameters"]
        [::core::mem::align_of::<xen_platform_parameters>() - 8usize];
    ["Offset of field: xen_platform_parameters::virt_start"]
        [::core::mem::offset_of!(xen_platform_parameters, virt_start) - 0usize];
};
pub type xen_platform_parameters_t = xen_platform_parameters;
pub type xen_commandline_t = [::libc::c_char; 1024usize];
pub const XTL_NONE: xentoollog_level = 0;
pub const XTL_DEBUG: xentoollog_level = 1;
pub const XTL_VERBOSE: xentoollog_level = 2;
pub const XTL_DETAIL: xentoollog_level = 3;
pub const XTL_PROGRESS: xentoollog_level = 4;
pub const XTL_INFO: xentoollog_level = 5;
pub const XTL_NOTICE: xentoollog_level = 6;
pub const XTL_WARN: xentoollog_level = 7;
pub const XTL_ERROR: xentoollog_level = 8;
pub const XTL_CRITICAL: xentoollog_level = 9;
pub const XTL_NUM_LEVELS: xentoollog_level = 10;
pub type xentoollog_level = ::libc::c_uint;
#[repr(C)]
#[derive(Debug)]
pub struct xc_interface_core {
    _unused: [u8; 0],
}
pub type xc_interface = xc_interface_core;
unsafe extern "C" {
    pub fn xc_interface_open(
        logger: *mut xentoollog_logger,
        dombuild_logger: *mut xentoollog_logger,
        open_flags: ::libc::c_uint,
    ) -> *mut xc_interface;
}
unsafe extern "C" {
    pub fn xc_interface_close(xch: *mut xc_interface) -> ::libc::c_int;
}
pub type xc_cpumap_t = *mut u8;
unsafe extern "C" {
    pub fn xc_get_max_cpus(xch: *mut xc_interface) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_get_online_cpus(xch: *mut xc_interface) -> ::libc::c_int;
}
pub type xc_nodemap_t = *mut u8;
unsafe extern "C" {
    pub fn xc_get_max_nodes(xch: *mut xc_interface) -> ::libc::c_int;
}
pub type xc_domaininfo_t = xen_domctl_getdomaininfo_t;
unsafe extern "C" {
    pub fn xc_domain_create(
        xch: *mut xc_interface,
        pdomid: *mut u32,
        config: *mut xen_domctl_createdomain,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_dumpcore(
        xch: *mut xc_interface,
        domid: u32,
        corename: *const ::libc::c_char,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_max_vcpus(
        xch: *mut xc_interface,
        domid: u32,
        max: ::libc::c_uint,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_pause(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_unpause(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_destroy(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_shutdown(
        xch: *mut xc_interface,
        domid: u32,
        reason: ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_node_setaffinity(
        xch: *mut xc_interface,
        domind: u32,
        nodemap: xc_nodemap_t,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_node_getaffinity(
        xch: *mut xc_interface,
        domind: u32,
        nodemap: xc_nodemap_t,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_vcpu_setaffinity(
        xch: *mut xc_interface,
        domid: u32,
        vcpu: ::libc::c_int,
        cpumap_hard_inout: xc_cpumap_t,
        cpumap_soft_inout: xc_cpumap_t,
        flags: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_vcpu_getaffinity(
        xch: *mut xc_interface,
        domid: u32,
        vcpu: ::libc::c_int,
        cpumap_hard: xc_cpumap_t,
        cpumap_soft: xc_cpumap_t,
        flags: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_getinfolist(
        xch: *mut xc_interface,
        first_domain: u32,
        max_domains: ::libc::c_uint,
        info: *mut xc_domaininfo_t,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_get_native_protocol(
        xch: *mut xc_interface,
        domid: u32,
    ) -> *const ::libc::c_char;
}
pub type xc_vcpuinfo_t = xen_domctl_getvcpuinfo;
unsafe extern "C" {
    pub fn xc_vcpu_getinfo(
        xch: *mut xc_interface,
        domid: u32,
        vcpu: u32,
        info: *mut xc_vcpuinfo_t,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_shadow_control(
        xch: *mut xc_interface,
        domid: u32,
        sop: ::libc::c_uint,
        mb: *mut ::libc::c_uint,
        mode: ::libc::c_uint,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_set_paging_mempool_size(
        xch: *mut xc_interface,
        domid: u32,
        size: u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit_domain_set(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_credit,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit_domain_get(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_credit,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit_params_set(
        xch: *mut xc_interface,
        cpupool_id: u32,
        schedule: *mut xen_sysctl_credit_schedule,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit_params_get(
        xch: *mut xc_interface,
        cpupool_id: u32,
        schedule: *mut xen_sysctl_credit_schedule,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit2_params_set(
        xch: *mut xc_interface,
        cpupool_id: u32,
        schedule: *mut xen_sysctl_credit2_schedule,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit2_params_get(
        xch: *mut xc_interface,
        cpupool_id: u32,
        schedule: *mut xen_sysctl_credit2_schedule,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit2_domain_set(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_credit2,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_credit2_domain_get(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_credit2,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_rtds_domain_set(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_rtds,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_rtds_domain_get(
        xch: *mut xc_interface,
        domid: u32,
        sdom: *mut xen_domctl_sched_rtds,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_rtds_vcpu_set(
        xch: *mut xc_interface,
        domid: u32,
        vcpus: *mut xen_domctl_schedparam_vcpu,
        num_vcpus: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_rtds_vcpu_get(
        xch: *mut xc_interface,
        domid: u32,
        vcpus: *mut xen_domctl_schedparam_vcpu,
        num_vcpus: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_send_trigger(
        xch: *mut xc_interface,
        domid: u32,
        trigger: u32,
        vcpu: u32,
    ) -> ::libc::c_int;
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_cpupoolinfo {
    pub cpupool_id: u32,
    pub sched_id: u32,
    pub n_dom: u32,
    pub cpumap: xc_cpumap_t,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_cpupoolinfo"][::core::mem::size_of::<xc_cpupoolinfo>() - 24usize];
    ["Alignment of xc_cpupoolinfo"][::core::mem::align_of::<xc_cpupoolinfo>() - 8usize];
    ["Offset of field: xc_cpupoolinfo::cpupool_id"]
        [::core::mem::offset_of!(xc_cpupoolinfo, cpupool_id) - 0usize];
    ["Offset of field: xc_cpupoolinfo::sched_id"]
        [::core::mem::offset_of!(xc_cpupoolinfo, sched_id) - 4usize];
    ["Offset of field: xc_cpupoolinfo::n_dom"]
        [::core::mem::offset_of!(xc_cpupoolinfo, n_dom) - 8usize];
    ["Offset of field: xc_cpupoolinfo::cpumap"]
        [::core::mem::offset_of!(xc_cpupoolinfo, cpumap) - 16usize];
};
pub type xc_cpupoolinfo_t = xc_cpupoolinfo;
unsafe extern "C" {
    pub fn xc_cpupool_create(
        xch: *mut xc_interface,
        ppoolid: *mut u32,
        sched_id: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cpupool_destroy(xch: *mut xc_interface, poolid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cpupool_getinfo(xch: *mut xc_interface, poolid: u32) -> *mut xc_cpupoolinfo_t;
}
unsafe extern "C" {
    pub fn xc_cpupool_infofree(xch: *mut xc_interface, info: *mut xc_cpupoolinfo_t);
}
unsafe extern "C" {
    pub fn xc_cpupool_addcpu(
        xch: *mut xc_interface,
        poolid: u32,
        cpu: ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cpupool_removecpu(
        xch: *mut xc_interface,
        poolid: u32,
        cpu: ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cpupool_movedomain(xch: *mut xc_interface, poolid: u32, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cpupool_freeinfo(xch: *mut xc_interface) -> xc_cpumap_t;
}
pub type xc_evtchn_port_or_error_t = ::libc::c_int;
unsafe extern "C" {
    pub fn xc_evtchn_alloc_unbound(
        xch: *mut xc_interface,
        dom: u32,
        remote_dom: u32,
    ) -> xc_evtchn_port_or_error_t;
}
unsafe extern "C" {
    pub fn xc_readconsolering(
        xch: *mut xc_interface,
        buffer: *mut ::libc::c_char,
        pnr_chars: *mut ::libc::c_uint,
        clear: ::libc::c_int,
        incremental: ::libc::c_int,
        pindex: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_send_debug_keys(xch: *mut xc_interface, keys: *const ::libc::c_char)
    -> ::libc::c_int;
}
pub type xc_physinfo_t = xen_sysctl_physinfo;
pub type xc_cputopo_t = xen_sysctl_cputopo;
pub type xc_meminfo_t = xen_sysctl_meminfo;
unsafe extern "C" {
    pub fn xc_physinfo(xch: *mut xc_interface, info: *mut xc_physinfo_t) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_cputopoinfo(
        xch: *mut xc_interface,
        max_cpus: *mut ::libc::c_uint,
        cputopo: *mut xc_cputopo_t,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_numainfo(
        xch: *mut xc_interface,
        max_nodes: *mut ::libc::c_uint,
        meminfo: *mut xc_meminfo_t,
        distance: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_pcitopoinfo(
        xch: *mut xc_interface,
        num_devs: ::libc::c_uint,
        devs: *mut physdev_pci_device_t,
        nodes: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sched_id(xch: *mut xc_interface, sched_id: *mut ::libc::c_int) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_setmaxmem(xch: *mut xc_interface, domid: u32, max_memkb: u64)
    -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_set_memmap_limit(
        xch: *mut xc_interface,
        domid: u32,
        map_limitkb: ::libc::c_ulong,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_setvnuma(
        xch: *mut xc_interface,
        domid: u32,
        nr_vnodes: u32,
        nr_regions: u32,
        nr_vcpus: u32,
        vmemrange: *mut xen_vmemrange_t,
        vdistance: *mut ::libc::c_uint,
        vcpu_to_vnode: *mut ::libc::c_uint,
        vnode_to_pnode: *mut ::libc::c_uint,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_getvnuma(
        xch: *mut xc_interface,
        domid: u32,
        nr_vnodes: *mut u32,
        nr_vmemranges: *mut u32,
        nr_vcpus: *mut u32,
        vmemrange: *mut xen_vmemrange_t,
        vdistance: *mut ::libc::c_uint,
        vcpu_to_vnode: *mut ::libc::c_uint,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_soft_reset(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
#[repr(C, packed)]
#[derive(Copy, Clone)]
pub struct e820entry {
    pub addr: u64,
    pub size: u64,
    pub type_: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of e820entry"][::core::mem::size_of::<e820entry>() - 20usize];
    ["Alignment of e820entry"][::core::mem::align_of::<e820entry>() - 1usize];
    ["Offset of field: e820entry::addr"][::core::mem::offset_of!(e820entry, addr) - 0usize];
    ["Offset of field: e820entry::size"][::core::mem::offset_of!(e820entry, size) - 8usize];
    ["Offset of field: e820entry::type_"][::core::mem::offset_of!(e820entry, type_) - 16usize];
};
unsafe extern "C" {
    pub fn xc_domain_set_memory_map(
        xch: *mut xc_interface,
        domid: u32,
        entries: *mut e820entry,
        nr_entries: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_get_machine_memory_map(
        xch: *mut xc_interface,
        entries: *mut e820entry,
        max_entries: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_reserved_device_memory_map(
        xch: *mut xc_interface,
        flags: u32,
        seg: u16,
        bus: u8,
        devfn: u8,
        entries: *mut xen_reserved_device_memory,
        max_entries: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_set_time_offset(
        xch: *mut xc_interface,
        domid: u32,
        time_offset_seconds: i32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_set_tsc_info(
        xch: *mut xc_interface,
        domid: u32,
        tsc_mode: u32,
        elapsed_nsec: u64,
        gtsc_khz: u32,
        incarnation: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_set_pod_target(
        xch: *mut xc_interface,
        domid: u32,
        target_pages: u64,
        tot_pages: *mut u64,
        pod_cache_pages: *mut u64,
        pod_entries: *mut u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_ioport_permission(
        xch: *mut xc_interface,
        domid: u32,
        first_port: u32,
        nr_ports: u32,
        allow_access: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_irq_permission(
        xch: *mut xc_interface,
        domid: u32,
        pirq: u32,
        allow_access: bool,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_gsi_permission(
        xch: *mut xc_interface,
        domid: u32,
        gsi: u32,
        flags: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_iomem_permission(
        xch: *mut xc_interface,
        domid: u32,
        first_mfn: ::libc::c_ulong,
        nr_mfns: ::libc::c_ulong,
        allow_access: u8,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_version(
        xch: *mut xc_interface,
        cmd: ::libc::c_int,
        arg: *mut ::libc::c_void,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_xenver_extraversion(xch: *mut xc_interface) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_xenver_capabilities(xch: *mut xc_interface) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_xenver_changeset(xch: *mut xc_interface) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_xenver_commandline(xch: *mut xc_interface) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_xenver_buildid(xch: *mut xc_interface) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_physdev_map_pirq(
        xch: *mut xc_interface,
        domid: u32,
        index: ::libc::c_int,
        pirq: *mut ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_physdev_map_pirq_gsi(
        xch: *mut xc_interface,
        domid: u32,
        gsi: ::libc::c_int,
        pirq: *mut ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_physdev_unmap_pirq(
        xch: *mut xc_interface,
        domid: u32,
        pirq: ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_pcidev_get_gsi(xch: *mut xc_interface, sbdf: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_hvm_param_set(
        handle: *mut xc_interface,
        dom: u32,
        param: u32,
        value: u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_hvm_param_get(
        handle: *mut xc_interface,
        dom: u32,
        param: u32,
        value: *mut u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_assign_device(
        xch: *mut xc_interface,
        domid: u32,
        machine_sbdf: u32,
        flag: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_test_assign_device(
        xch: *mut xc_interface,
        domid: u32,
        machine_sbdf: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_deassign_device(
        xch: *mut xc_interface,
        domid: u32,
        machine_sbdf: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_assign_dt_device(
        xch: *mut xc_interface,
        domid: u32,
        path: *mut ::libc::c_char,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_memory_mapping(
        xch: *mut xc_interface,
        domid: u32,
        first_gfn: ::libc::c_ulong,
        first_mfn: ::libc::c_ulong,
        nr_mfns: ::libc::c_ulong,
        add_mapping: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_set_target(xch: *mut xc_interface, domid: u32, target: u32) -> ::libc::c_int;
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_xend_cpuid {
    pub __bindgen_anon_1: xc_xend_cpuid__bindgen_ty_1,
    pub policy: [*mut ::libc::c_char; 4usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union xc_xend_cpuid__bindgen_ty_1 {
    pub __bindgen_anon_1: xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1,
    pub input: [u32; 2usize],
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1 {
    pub leaf: u32,
    pub subleaf: u32,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1"]
        [::core::mem::size_of::<xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1>() - 8usize];
    ["Alignment of xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1"]
        [::core::mem::align_of::<xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1>() - 4usize];
    ["Offset of field: xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1::leaf"]
        [::core::mem::offset_of!(xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1, leaf) - 0usize];
    ["Offset of field: xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1::subleaf"]
        [::core::mem::offset_of!(xc_xend_cpuid__bindgen_ty_1__bindgen_ty_1, subleaf) - 4usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_xend_cpuid__bindgen_ty_1"]
        [::core::mem::size_of::<xc_xend_cpuid__bindgen_ty_1>() - 8usize];
    ["Alignment of xc_xend_cpuid__bindgen_ty_1"]
        [::core::mem::align_of::<xc_xend_cpuid__bindgen_ty_1>() - 4usize];
    ["Offset of field: xc_xend_cpuid__bindgen_ty_1::input"]
        [::core::mem::offset_of!(xc_xend_cpuid__bindgen_ty_1, input) - 0usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_xend_cpuid"][::core::mem::size_of::<xc_xend_cpuid>() - 40usize];
    ["Alignment of xc_xend_cpuid"][::core::mem::align_of::<xc_xend_cpuid>() - 8usize];
    ["Offset of field: xc_xend_cpuid::policy"]
        [::core::mem::offset_of!(xc_xend_cpuid, policy) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_msr {
    pub index: u32,
    pub policy: [::libc::c_char; 65usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_msr"][::core::mem::size_of::<xc_msr>() - 72usize];
    ["Alignment of xc_msr"][::core::mem::align_of::<xc_msr>() - 4usize];
    ["Offset of field: xc_msr::index"][::core::mem::offset_of!(xc_msr, index) - 0usize];
    ["Offset of field: xc_msr::policy"][::core::mem::offset_of!(xc_msr, policy) - 4usize];
};
unsafe extern "C" {
    pub fn xc_cpuid_apply_policy(
        xch: *mut xc_interface,
        domid: u32,
        restore: bool,
        featureset: *const u32,
        nr_features: ::libc::c_uint,
        pae: bool,
        itsc: bool,
        nested_virt: bool,
        xend: *const xc_xend_cpuid,
        msr: *const xc_msr,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_sharing_freed_pages(xch: *mut xc_interface) -> ::libc::c_long;
}
unsafe extern "C" {
    pub fn xc_sharing_used_frames(xch: *mut xc_interface) -> ::libc::c_long;
}
unsafe extern "C" {
    pub fn xc_flask_load(
        xc_handle: *mut xc_interface,
        buf: *mut ::libc::c_char,
        size: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_flask_context_to_sid(
        xc_handle: *mut xc_interface,
        buf: *mut ::libc::c_char,
        size: u32,
        sid: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_flask_sid_to_context(
        xc_handle: *mut xc_interface,
        sid: ::libc::c_int,
        buf: *mut ::libc::c_char,
        size: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_flask_getenforce(xc_handle: *mut xc_interface) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_flask_setenforce(xc_handle: *mut xc_interface, mode: ::libc::c_int) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_flask_relabel_domain(xch: *mut xc_interface, domid: u32, sid: u32) -> ::libc::c_int;
}
pub const XC_PSR_CMT_L3_OCCUPANCY: xc_psr_cmt_type = 0;
pub const XC_PSR_CMT_TOTAL_MEM_COUNT: xc_psr_cmt_type = 1;
pub const XC_PSR_CMT_LOCAL_MEM_COUNT: xc_psr_cmt_type = 2;
pub type xc_psr_cmt_type = ::libc::c_uint;
pub const XC_PSR_CAT_L3_CBM: xc_psr_type = 1;
pub const XC_PSR_CAT_L3_CBM_CODE: xc_psr_type = 2;
pub const XC_PSR_CAT_L3_CBM_DATA: xc_psr_type = 3;
pub const XC_PSR_CAT_L2_CBM: xc_psr_type = 4;
pub const XC_PSR_MBA_THRTL: xc_psr_type = 5;
pub type xc_psr_type = ::libc::c_uint;
pub const XC_PSR_CAT_L3: xc_psr_feat_type = 0;
pub const XC_PSR_CAT_L2: xc_psr_feat_type = 1;
pub const XC_PSR_MBA: xc_psr_feat_type = 2;
pub type xc_psr_feat_type = ::libc::c_uint;
#[repr(C)]
#[derive(Copy, Clone)]
pub union xc_psr_hw_info {
    pub cat: xc_psr_hw_info__bindgen_ty_1,
    pub mba: xc_psr_hw_info__bindgen_ty_2,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_psr_hw_info__bindgen_ty_1 {
    pub cos_max: u32,
    pub cbm_len: u32,
    pub cdp_enabled: bool,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_psr_hw_info__bindgen_ty_1"]
        [::core::mem::size_of::<xc_psr_hw_info__bindgen_ty_1>() - 12usize];
    ["Alignment of xc_psr_hw_info__bindgen_ty_1"]
        [::core::mem::align_of::<xc_psr_hw_info__bindgen_ty_1>() - 4usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_1::cos_max"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_1, cos_max) - 0usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_1::cbm_len"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_1, cbm_len) - 4usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_1::cdp_enabled"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_1, cdp_enabled) - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_psr_hw_info__bindgen_ty_2 {
    pub cos_max: u32,
    pub thrtl_max: u32,
    pub linear: bool,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_psr_hw_info__bindgen_ty_2"]
        [::core::mem::size_of::<xc_psr_hw_info__bindgen_ty_2>() - 12usize];
    ["Alignment of xc_psr_hw_info__bindgen_ty_2"]
        [::core::mem::align_of::<xc_psr_hw_info__bindgen_ty_2>() - 4usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_2::cos_max"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_2, cos_max) - 0usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_2::thrtl_max"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_2, thrtl_max) - 4usize];
    ["Offset of field: xc_psr_hw_info__bindgen_ty_2::linear"]
        [::core::mem::offset_of!(xc_psr_hw_info__bindgen_ty_2, linear) - 8usize];
};
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_psr_hw_info"][::core::mem::size_of::<xc_psr_hw_info>() - 12usize];
    ["Alignment of xc_psr_hw_info"][::core::mem::align_of::<xc_psr_hw_info>() - 4usize];
    ["Offset of field: xc_psr_hw_info::cat"][::core::mem::offset_of!(xc_psr_hw_info, cat) - 0usize];
    ["Offset of field: xc_psr_hw_info::mba"][::core::mem::offset_of!(xc_psr_hw_info, mba) - 0usize];
};
unsafe extern "C" {
    pub fn xc_psr_cmt_attach(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_detach(xch: *mut xc_interface, domid: u32) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_domain_rmid(
        xch: *mut xc_interface,
        domid: u32,
        rmid: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_total_rmid(xch: *mut xc_interface, total_rmid: *mut u32)
    -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_l3_upscaling_factor(
        xch: *mut xc_interface,
        upscaling_factor: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_l3_event_mask(
        xch: *mut xc_interface,
        event_mask: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_l3_cache_size(
        xch: *mut xc_interface,
        cpu: u32,
        l3_cache_size: *mut u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_get_data(
        xch: *mut xc_interface,
        rmid: u32,
        cpu: u32,
        type_: xc_psr_cmt_type,
        monitor_data: *mut u64,
        tsc: *mut u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_cmt_enabled(xch: *mut xc_interface) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_set_domain_data(
        xch: *mut xc_interface,
        domid: u32,
        type_: xc_psr_type,
        target: u32,
        data: u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_get_domain_data(
        xch: *mut xc_interface,
        domid: u32,
        type_: xc_psr_type,
        target: u32,
        data: *mut u64,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_psr_get_hw_info(
        xch: *mut xc_interface,
        socket: u32,
        type_: xc_psr_feat_type,
        hw_info: *mut xc_psr_hw_info,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_map_foreign_range(
        xch: *mut xc_interface,
        dom: u32,
        size: ::libc::c_int,
        prot: ::libc::c_int,
        mfn: ::libc::c_ulong,
    ) -> *mut ::libc::c_void;
}
pub type xen_vaddr_t = u64;
pub type xen_paddr_t = u64;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_dom_seg {
    pub vstart: xen_vaddr_t,
    pub vend: xen_vaddr_t,
    pub pfn: xen_pfn_t,
    pub pages: xen_pfn_t,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_seg"][::core::mem::size_of::<xc_dom_seg>() - 32usize];
    ["Alignment of xc_dom_seg"][::core::mem::align_of::<xc_dom_seg>() - 8usize];
    ["Offset of field: xc_dom_seg::vstart"][::core::mem::offset_of!(xc_dom_seg, vstart) - 0usize];
    ["Offset of field: xc_dom_seg::vend"][::core::mem::offset_of!(xc_dom_seg, vend) - 8usize];
    ["Offset of field: xc_dom_seg::pfn"][::core::mem::offset_of!(xc_dom_seg, pfn) - 16usize];
    ["Offset of field: xc_dom_seg::pages"][::core::mem::offset_of!(xc_dom_seg, pages) - 24usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_hvm_firmware_module {
    pub data: *mut u8,
    pub length: u32,
    pub guest_addr_out: u64,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_hvm_firmware_module"][::core::mem::size_of::<xc_hvm_firmware_module>() - 24usize];
    ["Alignment of xc_hvm_firmware_module"]
        [::core::mem::align_of::<xc_hvm_firmware_module>() - 8usize];
    ["Offset of field: xc_hvm_firmware_module::data"]
        [::core::mem::offset_of!(xc_hvm_firmware_module, data) - 0usize];
    ["Offset of field: xc_hvm_firmware_module::length"]
        [::core::mem::offset_of!(xc_hvm_firmware_module, length) - 8usize];
    ["Offset of field: xc_hvm_firmware_module::guest_addr_out"]
        [::core::mem::offset_of!(xc_hvm_firmware_module, guest_addr_out) - 16usize];
};
#[repr(C)]
#[repr(align(8))]
#[derive(Copy, Clone)]
pub struct xc_dom_mem {
    pub _bindgen_opaque_blob: __BindgenOpaqueArray8<[u8; 32usize]>,
}
pub const XC_DOM_MEM_TYPE_MALLOC_INTERNAL: xc_dom_mem__bindgen_ty_1 = 0;
pub const XC_DOM_MEM_TYPE_MALLOC_EXTERNAL: xc_dom_mem__bindgen_ty_1 = 1;
pub const XC_DOM_MEM_TYPE_MMAP: xc_dom_mem__bindgen_ty_1 = 2;
pub type xc_dom_mem__bindgen_ty_1 = ::libc::c_uint;
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_mem"][::core::mem::size_of::<xc_dom_mem>() - 32usize];
    ["Alignment of xc_dom_mem"][::core::mem::align_of::<xc_dom_mem>() - 8usize];
};
#[repr(C)]
#[repr(align(8))]
#[derive(Copy, Clone)]
pub struct xc_dom_phys {
    pub _bindgen_opaque_blob: __BindgenOpaqueArray8<[u8; 32usize]>,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_phys"][::core::mem::size_of::<xc_dom_phys>() - 32usize];
    ["Alignment of xc_dom_phys"][::core::mem::align_of::<xc_dom_phys>() - 8usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_dom_module {
    pub blob: *mut ::libc::c_void,
    pub size: usize,
    pub cmdline: *mut ::libc::c_void,
    pub seg: xc_dom_seg,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_module"][::core::mem::size_of::<xc_dom_module>() - 56usize];
    ["Alignment of xc_dom_module"][::core::mem::align_of::<xc_dom_module>() - 8usize];
    ["Offset of field: xc_dom_module::blob"][::core::mem::offset_of!(xc_dom_module, blob) - 0usize];
    ["Offset of field: xc_dom_module::size"][::core::mem::offset_of!(xc_dom_module, size) - 8usize];
    ["Offset of field: xc_dom_module::cmdline"]
        [::core::mem::offset_of!(xc_dom_module, cmdline) - 16usize];
    ["Offset of field: xc_dom_module::seg"][::core::mem::offset_of!(xc_dom_module, seg) - 24usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_dom_image {
    pub kernel_blob: *mut ::libc::c_void,
    pub kernel_size: usize,
    pub num_modules: ::libc::c_uint,
    pub modules: [xc_dom_module; 2usize],
    pub devicetree_blob: *mut ::libc::c_void,
    pub devicetree_size: usize,
    pub max_kernel_size: usize,
    pub max_module_size: usize,
    pub max_devicetree_size: usize,
    pub cmdline: *mut ::libc::c_char,
    pub cmdline_size: usize,
    pub f_requested: [u32; 1usize],
    pub parms: *mut elf_dom_parms,
    pub guest_type: *const ::libc::c_char,
    pub kernel_seg: xc_dom_seg,
    pub p2m_seg: xc_dom_seg,
    pub pgtables_seg: xc_dom_seg,
    pub devicetree_seg: xc_dom_seg,
    pub start_info_seg: xc_dom_seg,
    pub start_info_pfn: xen_pfn_t,
    pub console_pfn: xen_pfn_t,
    pub xenstore_pfn: xen_pfn_t,
    pub shared_info_pfn: xen_pfn_t,
    pub bootstack_pfn: xen_pfn_t,
    pub pfn_alloc_end: xen_pfn_t,
    pub virt_alloc_end: xen_vaddr_t,
    pub bsd_symtab_start: xen_vaddr_t,
    pub initrd_start: u64,
    pub initrd_len: u64,
    pub alloc_bootstack: ::libc::c_uint,
    pub virt_pgtab_end: xen_vaddr_t,
    pub f_active: [u32; 1usize],
    pub pv_p2m: *mut xen_pfn_t,
    pub p2m_size: xen_pfn_t,
    pub rambase_pfn: xen_pfn_t,
    pub total_pages: xen_pfn_t,
    pub phys_pages: *mut xc_dom_phys,
    pub memblocks: *mut xc_dom_mem,
    pub alloc_malloc: usize,
    pub alloc_mem_map: usize,
    pub alloc_file_map: usize,
    pub alloc_domU_map: usize,
    pub flags: ::libc::c_ulong,
    pub console_evtchn: ::libc::c_uint,
    pub xenstore_evtchn: ::libc::c_uint,
    pub console_domid: u32,
    pub xenstore_domid: u32,
    pub shared_info_mfn: xen_pfn_t,
    pub xch: *mut xc_interface,
    pub guest_domid: u32,
    pub claim_enabled: ::libc::c_int,
    pub xen_version: ::libc::c_int,
    pub xen_caps: xen_capabilities_info_t,
    pub kernel_loader: *mut xc_dom_loader,
    pub private_loader: *mut ::libc::c_void,
    pub vmemranges: *mut xen_vmemrange_t,
    pub nr_vmemranges: ::libc::c_uint,
    pub vnode_to_pnode: *mut ::libc::c_uint,
    pub nr_vnodes: ::libc::c_uint,
    pub arch_private: *mut ::libc::c_void,
    pub arch_hooks: *mut xc_dom_arch,
    pub allocate:
        ::core::option::Option<unsafe extern "C" fn(dom: *mut xc_dom_image) -> ::libc::c_int>,
    pub container_type: xc_dom_image__bindgen_ty_1,
    pub target_pages: xen_pfn_t,
    pub mmio_start: xen_paddr_t,
    pub mmio_size: xen_paddr_t,
    pub lowmem_end: xen_paddr_t,
    pub highmem_end: xen_paddr_t,
    pub vga_hole_size: xen_pfn_t,
    pub device_model: bool,
    pub system_firmware_module: xc_hvm_firmware_module,
    pub acpi_modules: [xc_hvm_firmware_module; 4usize],
    pub smbios_module: xc_hvm_firmware_module,
    pub e820: *mut e820entry,
    pub e820_entries: ::libc::c_uint,
    pub vuart_gfn: xen_pfn_t,
    pub max_vcpus: ::libc::c_uint,
}
pub const XC_DOM_PV_CONTAINER: xc_dom_image__bindgen_ty_1 = 0;
pub const XC_DOM_HVM_CONTAINER: xc_dom_image__bindgen_ty_1 = 1;
pub type xc_dom_image__bindgen_ty_1 = ::libc::c_uint;
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_image"][::core::mem::size_of::<xc_dom_image>() - 1952usize];
    ["Alignment of xc_dom_image"][::core::mem::align_of::<xc_dom_image>() - 8usize];
    ["Offset of field: xc_dom_image::kernel_blob"]
        [::core::mem::offset_of!(xc_dom_image, kernel_blob) - 0usize];
    ["Offset of field: xc_dom_image::kernel_size"]
        [::core::mem::offset_of!(xc_dom_image, kernel_size) - 8usize];
    ["Offset of field: xc_dom_image::num_modules"]
        [::core::mem::offset_of!(xc_dom_image, num_modules) - 16usize];
    ["Offset of field: xc_dom_image::modules"]
        [::core::mem::offset_of!(xc_dom_image, modules) - 24usize];
    ["Offset of field: xc_dom_image::devicetree_blob"]
        [::core::mem::offset_of!(xc_dom_image, devicetree_blob) - 136usize];
    ["Offset of field: xc_dom_image::devicetree_size"]
        [::core::mem::offset_of!(xc_dom_image, devicetree_size) - 144usize];
    ["Offset of field: xc_dom_image::max_kernel_size"]
        [::core::mem::offset_of!(xc_dom_image, max_kernel_size) - 152usize];
    ["Offset of field: xc_dom_image::max_module_size"]
        [::core::mem::offset_of!(xc_dom_image, max_module_size) - 160usize];
    ["Offset of field: xc_dom_image::max_devicetree_size"]
        [::core::mem::offset_of!(xc_dom_image, max_devicetree_size) - 168usize];
    ["Offset of field: xc_dom_image::cmdline"]
        [::core::mem::offset_of!(xc_dom_image, cmdline) - 176usize];
    ["Offset of field: xc_dom_image::cmdline_size"]
        [::core::mem::offset_of!(xc_dom_image, cmdline_size) - 184usize];
    ["Offset of field: xc_dom_image::f_requested"]
        [::core::mem::offset_of!(xc_dom_image, f_requested) - 192usize];
    ["Offset of field: xc_dom_image::parms"]
        [::core::mem::offset_of!(xc_dom_image, parms) - 200usize];
    ["Offset of field: xc_dom_image::guest_type"]
        [::core::mem::offset_of!(xc_dom_image, guest_type) - 208usize];
    ["Offset of field: xc_dom_image::kernel_seg"]
        [::core::mem::offset_of!(xc_dom_image, kernel_seg) - 216usize];
    ["Offset of field: xc_dom_image::p2m_seg"]
        [::core::mem::offset_of!(xc_dom_image, p2m_seg) - 248usize];
    ["Offset of field: xc_dom_image::pgtables_seg"]
        [::core::mem::offset_of!(xc_dom_image, pgtables_seg) - 280usize];
    ["Offset of field: xc_dom_image::devicetree_seg"]
        [::core::mem::offset_of!(xc_dom_image, devicetree_seg) - 312usize];
    ["Offset of field: xc_dom_image::start_info_seg"]
        [::core::mem::offset_of!(xc_dom_image, start_info_seg) - 344usize];
    ["Offset of field: xc_dom_image::start_info_pfn"]
        [::core::mem::offset_of!(xc_dom_image, start_info_pfn) - 376usize];
    ["Offset of field: xc_dom_image::console_pfn"]
        [::core::mem::offset_of!(xc_dom_image, console_pfn) - 384usize];
    ["Offset of field: xc_dom_image::xenstore_pfn"]
        [::core::mem::offset_of!(xc_dom_image, xenstore_pfn) - 392usize];
    ["Offset of field: xc_dom_image::shared_info_pfn"]
        [::core::mem::offset_of!(xc_dom_image, shared_info_pfn) - 400usize];
    ["Offset of field: xc_dom_image::bootstack_pfn"]
        [::core::mem::offset_of!(xc_dom_image, bootstack_pfn) - 408usize];
    ["Offset of field: xc_dom_image::pfn_alloc_end"]
        [::core::mem::offset_of!(xc_dom_image, pfn_alloc_end) - 416usize];
    ["Offset of field: xc_dom_image::virt_alloc_end"]
        [::core::mem::offset_of!(xc_dom_image, virt_alloc_end) - 424usize];
    ["Offset of field: xc_dom_image::bsd_symtab_start"]
        [::core::mem::offset_of!(xc_dom_image, bsd_symtab_start) - 432usize];
    ["Offset of field: xc_dom_image::initrd_start"]
        [::core::mem::offset_of!(xc_dom_image, initrd_start) - 440usize];
    ["Offset of field: xc_dom_image::initrd_len"]
        [::core::mem::offset_of!(xc_dom_image, initrd_len) - 448usize];
    ["Offset of field: xc_dom_image::alloc_bootstack"]
        [::core::mem::offset_of!(xc_dom_image, alloc_bootstack) - 456usize];
    ["Offset of field: xc_dom_image::virt_pgtab_end"]
        [::core::mem::offset_of!(xc_dom_image, virt_pgtab_end) - 464usize];
    ["Offset of field: xc_dom_image::f_active"]
        [::core::mem::offset_of!(xc_dom_image, f_active) - 472usize];
    ["Offset of field: xc_dom_image::pv_p2m"]
        [::core::mem::offset_of!(xc_dom_image, pv_p2m) - 480usize];
    ["Offset of field: xc_dom_image::p2m_size"]
        [::core::mem::offset_of!(xc_dom_image, p2m_size) - 488usize];
    ["Offset of field: xc_dom_image::rambase_pfn"]
        [::core::mem::offset_of!(xc_dom_image, rambase_pfn) - 496usize];
    ["Offset of field: xc_dom_image::total_pages"]
        [::core::mem::offset_of!(xc_dom_image, total_pages) - 504usize];
    ["Offset of field: xc_dom_image::phys_pages"]
        [::core::mem::offset_of!(xc_dom_image, phys_pages) - 512usize];
    ["Offset of field: xc_dom_image::memblocks"]
        [::core::mem::offset_of!(xc_dom_image, memblocks) - 520usize];
    ["Offset of field: xc_dom_image::alloc_malloc"]
        [::core::mem::offset_of!(xc_dom_image, alloc_malloc) - 528usize];
    ["Offset of field: xc_dom_image::alloc_mem_map"]
        [::core::mem::offset_of!(xc_dom_image, alloc_mem_map) - 536usize];
    ["Offset of field: xc_dom_image::alloc_file_map"]
        [::core::mem::offset_of!(xc_dom_image, alloc_file_map) - 544usize];
    ["Offset of field: xc_dom_image::alloc_domU_map"]
        [::core::mem::offset_of!(xc_dom_image, alloc_domU_map) - 552usize];
    ["Offset of field: xc_dom_image::flags"]
        [::core::mem::offset_of!(xc_dom_image, flags) - 560usize];
    ["Offset of field: xc_dom_image::console_evtchn"]
        [::core::mem::offset_of!(xc_dom_image, console_evtchn) - 568usize];
    ["Offset of field: xc_dom_image::xenstore_evtchn"]
        [::core::mem::offset_of!(xc_dom_image, xenstore_evtchn) - 572usize];
    ["Offset of field: xc_dom_image::console_domid"]
        [::core::mem::offset_of!(xc_dom_image, console_domid) - 576usize];
    ["Offset of field: xc_dom_image::xenstore_domid"]
        [::core::mem::offset_of!(xc_dom_image, xenstore_domid) - 580usize];
    ["Offset of field: xc_dom_image::shared_info_mfn"]
        [::core::mem::offset_of!(xc_dom_image, shared_info_mfn) - 584usize];
    ["Offset of field: xc_dom_image::xch"][::core::mem::offset_of!(xc_dom_image, xch) - 592usize];
    ["Offset of field: xc_dom_image::guest_domid"]
        [::core::mem::offset_of!(xc_dom_image, guest_domid) - 600usize];
    ["Offset of field: xc_dom_image::claim_enabled"]
        [::core::mem::offset_of!(xc_dom_image, claim_enabled) - 604usize];
    ["Offset of field: xc_dom_image::xen_version"]
        [::core::mem::offset_of!(xc_dom_image, xen_version) - 608usize];
    ["Offset of field: xc_dom_image::xen_caps"]
        [::core::mem::offset_of!(xc_dom_image, xen_caps) - 612usize];
    ["Offset of field: xc_dom_image::kernel_loader"]
        [::core::mem::offset_of!(xc_dom_image, kernel_loader) - 1640usize];
    ["Offset of field: xc_dom_image::private_loader"]
        [::core::mem::offset_of!(xc_dom_image, private_loader) - 1648usize];
    ["Offset of field: xc_dom_image::vmemranges"]
        [::core::mem::offset_of!(xc_dom_image, vmemranges) - 1656usize];
    ["Offset of field: xc_dom_image::nr_vmemranges"]
        [::core::mem::offset_of!(xc_dom_image, nr_vmemranges) - 1664usize];
    ["Offset of field: xc_dom_image::vnode_to_pnode"]
        [::core::mem::offset_of!(xc_dom_image, vnode_to_pnode) - 1672usize];
    ["Offset of field: xc_dom_image::nr_vnodes"]
        [::core::mem::offset_of!(xc_dom_image, nr_vnodes) - 1680usize];
    ["Offset of field: xc_dom_image::arch_private"]
        [::core::mem::offset_of!(xc_dom_image, arch_private) - 1688usize];
    ["Offset of field: xc_dom_image::arch_hooks"]
        [::core::mem::offset_of!(xc_dom_image, arch_hooks) - 1696usize];
    ["Offset of field: xc_dom_image::allocate"]
        [::core::mem::offset_of!(xc_dom_image, allocate) - 1704usize];
    ["Offset of field: xc_dom_image::container_type"]
        [::core::mem::offset_of!(xc_dom_image, container_type) - 1712usize];
    ["Offset of field: xc_dom_image::target_pages"]
        [::core::mem::offset_of!(xc_dom_image, target_pages) - 1720usize];
    ["Offset of field: xc_dom_image::mmio_start"]
        [::core::mem::offset_of!(xc_dom_image, mmio_start) - 1728usize];
    ["Offset of field: xc_dom_image::mmio_size"]
        [::core::mem::offset_of!(xc_dom_image, mmio_size) - 1736usize];
    ["Offset of field: xc_dom_image::lowmem_end"]
        [::core::mem::offset_of!(xc_dom_image, lowmem_end) - 1744usize];
    ["Offset of field: xc_dom_image::highmem_end"]
        [::core::mem::offset_of!(xc_dom_image, highmem_end) - 1752usize];
    ["Offset of field: xc_dom_image::vga_hole_size"]
        [::core::mem::offset_of!(xc_dom_image, vga_hole_size) - 1760usize];
    ["Offset of field: xc_dom_image::device_model"]
        [::core::mem::offset_of!(xc_dom_image, device_model) - 1768usize];
    ["Offset of field: xc_dom_image::system_firmware_module"]
        [::core::mem::offset_of!(xc_dom_image, system_firmware_module) - 1776usize];
    ["Offset of field: xc_dom_image::acpi_modules"]
        [::core::mem::offset_of!(xc_dom_image, acpi_modules) - 1800usize];
    ["Offset of field: xc_dom_image::smbios_module"]
        [::core::mem::offset_of!(xc_dom_image, smbios_module) - 1896usize];
    ["Offset of field: xc_dom_image::e820"]
        [::core::mem::offset_of!(xc_dom_image, e820) - 1920usize];
    ["Offset of field: xc_dom_image::e820_entries"]
        [::core::mem::offset_of!(xc_dom_image, e820_entries) - 1928usize];
    ["Offset of field: xc_dom_image::vuart_gfn"]
        [::core::mem::offset_of!(xc_dom_image, vuart_gfn) - 1936usize];
    ["Offset of field: xc_dom_image::max_vcpus"]
        [::core::mem::offset_of!(xc_dom_image, max_vcpus) - 1944usize];
};
#[repr(C)]
#[repr(align(8))]
#[derive(Copy, Clone)]
pub struct xc_dom_arch {
    pub _bindgen_opaque_blob: __BindgenOpaqueArray8<[u8; 120usize]>,
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of xc_dom_arch"][::core::mem::size_of::<xc_dom_arch>() - 120usize];
    ["Alignment of xc_dom_arch"][::core::mem::align_of::<xc_dom_arch>() - 8usize];
};
unsafe extern "C" {
    pub fn xc_dom_allocate(
        xch: *mut xc_interface,
        cmdline: *const ::libc::c_char,
        features: *const ::libc::c_char,
    ) -> *mut xc_dom_image;
}
unsafe extern "C" {
    pub fn xc_dom_release(dom: *mut xc_dom_image);
}
unsafe extern "C" {
    pub fn xc_dom_mem_init(dom: *mut xc_dom_image, mem_mb: ::libc::c_uint) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_kernel_file(
        dom: *mut xc_dom_image,
        filename: *const ::libc::c_char,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_module_file(
        dom: *mut xc_dom_image,
        filename: *const ::libc::c_char,
        cmdline: *const ::libc::c_char,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_kernel_mem(
        dom: *mut xc_dom_image,
        mem: *const ::libc::c_void,
        memsize: usize,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_module_mem(
        dom: *mut xc_dom_image,
        mem: *const ::libc::c_void,
        memsize: usize,
        cmdline: *const ::libc::c_char,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_parse_image(dom: *mut xc_dom_image) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_build_image(dom: *mut xc_dom_image) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_boot_xen_init(
        dom: *mut xc_dom_image,
        xch: *mut xc_interface,
        domid: u32,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_boot_mem_init(dom: *mut xc_dom_image) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_boot_image(dom: *mut xc_dom_image) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_gnttab_init(dom: *mut xc_dom_image) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_translated(dom: *const xc_dom_image) -> bool;
}
unsafe extern "C" {
    pub fn xc_dom_loginit(xch: *mut xc_interface) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_dom_malloc(dom: *mut xc_dom_image, size: usize) -> *mut ::libc::c_void;
}
unsafe extern "C" {
    pub fn xc_dom_guest_os(dom: *mut xc_dom_image) -> *mut ::libc::c_char;
}
unsafe extern "C" {
    pub fn xc_dom_feature_get(dom: *mut xc_dom_image, nr: ::libc::c_uint) -> bool;
}
#[repr(C)]
#[derive(Debug)]
pub struct xenevtchn_handle {
    _unused: [u8; 0],
}
unsafe extern "C" {
    pub fn xc_suspend_evtchn_release(
        xch: *mut xc_interface,
        xce: *mut xenevtchn_handle,
        domid: u32,
        suspend_evtchn: ::libc::c_int,
        lockfd: *mut ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_suspend_evtchn_init_exclusive(
        xch: *mut xc_interface,
        xce: *mut xenevtchn_handle,
        domid: u32,
        port: ::libc::c_int,
        lockfd: *mut ::libc::c_int,
    ) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xc_domain_resume(
        xch: *mut xc_interface,
        domid: u32,
        fast: ::libc::c_int,
    ) -> ::libc::c_int;
}
#[repr(C)]
#[derive(Debug)]
pub struct xenhypfs_handle {
    _unused: [u8; 0],
}
unsafe extern "C" {
    pub fn xenhypfs_open(
        logger: *mut xentoollog_logger,
        open_flags: ::libc::c_uint,
    ) -> *mut xenhypfs_handle;
}
unsafe extern "C" {
    pub fn xenhypfs_close(fshdl: *mut xenhypfs_handle) -> ::libc::c_int;
}
unsafe extern "C" {
    pub fn xenhypfs_write(
        fshdl: *mut xenhypfs_handle,
        path: *const ::libc::c_char,
        val: *const ::libc::c_char,
    ) -> ::libc::c_int;
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct hvm_info_table {
    pub signature: [::libc::c_char; 8usize],
    pub length: u32,
    pub checksum: u8,
    pub apic_mode: u8,
    pub nr_vcpus: u32,
    pub low_mem_pgend: u32,
    pub reserved_mem_pgstart: u32,
    pub high_mem_pgend: u32,
    pub vcpu_online: [u8; 16usize],
}
#[allow(clippy::unnecessary_operation, clippy::identity_op)]
const _: () = {
    ["Size of hvm_info_table"][::core::mem::size_of::<hvm_info_table>() - 48usize];
    ["Alignment of hvm_info_table"][::core::mem::align_of::<hvm_info_table>() - 4usize];
    ["Offset of field: hvm_info_table::signature"]
        [::core::mem::offset_of!(hvm_info_table, signature) - 0usize];
    ["Offset of field: hvm_info_table::length"]
        [::core::mem::offset_of!(hvm_info_table, length) - 8usize];
    ["Offset of field: hvm_info_table::checksum"]
        [::core::mem::offset_of!(hvm_info_table, checksum) - 12usize];
    ["Offset of field: hvm_info_table::apic_mode"]
        [::core::mem::offset_of!(hvm_info_table, apic_mode) - 13usize];
    ["Offset of field: hvm_info_table::nr_vcpus"]
        [::core::mem::offset_of!(hvm_info_table, nr_vcpus) - 16usize];
    ["Offset of field: hvm_info_table::low_mem_pgend"]
        [::core::mem::offset_of!(hvm_info_table, low_mem_pgend) - 20usize];
    ["Offset of field: hvm_info_table::reserved_mem_pgstart"]
        [::core::mem::offset_of!(hvm_info_table, reserved_mem_pgstart) - 24usize];
    ["Offset of field: hvm_info_table::high_mem_pgend"]
        [::core::mem::offset_of!(hvm_info_table, high_mem_pgend) - 28usize];
    ["Offset of field: hvm_info_table::vcpu_online"]
        [::core::mem::offset_of!(hvm_info_table, vcpu_online) - 32usize];
};
#[repr(C)]
#[derive(Copy, Clone)]
pub struct elf_dom_parms {
    pub _address: u8,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct xc_dom_loader {
    pub _address: u8,
}
