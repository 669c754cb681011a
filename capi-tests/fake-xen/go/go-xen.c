/* Preloaded with the fake Xen: what the tour asks of the hypervisor besides. */
#include <string.h>
#include <xenctrl.h>

static void answer(void *to, const char *text) { strcpy(to, text); }

int xc_version(xc_interface *xch, int what, void *to)
{
    (void)xch;
    switch (what) {
    case XENVER_version: return 4 << 16 | 17;
    case XENVER_extraversion: answer(to, ".7"); return 0;
    case XENVER_capabilities: answer(to, "xen-3.0-x86_64 hvm-3.0-x86_64"); return 0;
    case XENVER_changeset: answer(to, "Mon Jan 1"); return 0;
    case XENVER_commandline: answer(to, "placeholder dom0_mem=1G"); return 0;
    case XENVER_build_id: return -1;
    case XENVER_pagesize: return 4096;
    case XENVER_compile_info: {
        xen_compile_info_t *info = to;
        answer(info->compiler, "cc");
        answer(info->compile_by, "somebody");
        answer(info->compile_domain, "example");
        answer(info->compile_date, "today");
        return 0;
    }
    case XENVER_platform_parameters: ((xen_platform_parameters_t *)to)->virt_start = 0xffff800000000000; return 0;
    default: return -1;
    }
}

int xc_get_online_cpus(xc_interface *xch) { (void)xch; return 3; }

int xc_vcpu_getinfo(xc_interface *xch, uint32_t domid, uint32_t vcpu, xc_vcpuinfo_t *info)
{
    (void)xch, (void)domid;
    memset(info, 0, sizeof(*info));
    info->vcpu = vcpu;
    info->online = 1;
    info->cpu = 2;
    return 0;
}

int xc_vcpu_getaffinity(xc_interface *xch, uint32_t domid, int vcpu, xc_cpumap_t hard, xc_cpumap_t soft, uint32_t flags)
{
    (void)xch, (void)domid, (void)vcpu;
    if (flags & XEN_VCPUAFFINITY_HARD)
        hard[0] = 5;
    if (flags & XEN_VCPUAFFINITY_SOFT)
        soft[0] = 15;
    return 0;
}
