/*
 * Preloaded before ../../support/fake-xen/fake-xen.c: what it takes besides for domains to be built that never run, so
 * that the C library goes on to start their QEMU. Steps of a build succeed and do nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenguest.h>

/* Whatever their arguments: nothing looks at these. */
#define SUCCEEDS(name) int done_##name(void) __asm__(#name); int done_##name(void) { return 0; }
SUCCEEDS(xc_cpuid_apply_policy)
SUCCEEDS(xc_dom_boot_image)
SUCCEEDS(xc_dom_boot_mem_init)
SUCCEEDS(xc_dom_boot_xen_init)
SUCCEEDS(xc_dom_build_image)
SUCCEEDS(xc_dom_gnttab_init)
SUCCEEDS(xc_dom_kernel_file)
SUCCEEDS(xc_dom_kernel_mem)
SUCCEEDS(xc_dom_mem_init)
SUCCEEDS(xc_dom_module_file)
SUCCEEDS(xc_dom_module_mem)
SUCCEEDS(xc_dom_parse_image)
SUCCEEDS(xc_dom_translated)
SUCCEEDS(xc_domain_ioport_permission)
SUCCEEDS(xc_domain_iomem_permission)
SUCCEEDS(xc_domain_max_vcpus)
SUCCEEDS(xc_domain_node_getaffinity)
SUCCEEDS(xc_domain_node_setaffinity)
SUCCEEDS(xc_domain_restore)
SUCCEEDS(xc_domain_set_memmap_limit)
SUCCEEDS(xc_domain_set_memory_map)
SUCCEEDS(xc_domain_set_target)
SUCCEEDS(xc_domain_set_time_offset)
SUCCEEDS(xc_domain_set_tsc_info)
SUCCEEDS(xc_domain_setvnuma)
SUCCEEDS(xc_get_machine_memory_map)
SUCCEEDS(xc_hvm_param_set)
SUCCEEDS(xc_sched_credit2_domain_set)
SUCCEEDS(xc_set_paging_mempool_size)
SUCCEEDS(xc_vcpu_getaffinity)
SUCCEEDS(xc_vcpu_setaffinity)

/* Whether a domain is an HVM guest is a file's being there. */
static const char *mark(uint32_t domid)
{
    static _Thread_local char path[512];

    snprintf(path, sizeof(path), "%s/hvm-%u", getenv("FAKE_XEN"), domid);
    return path;
}

int xc_domain_create(xc_interface *xch, uint32_t *domid, struct xen_domctl_createdomain *config)
{
    int (*next)(xc_interface *, uint32_t *, struct xen_domctl_createdomain *) = dlsym(RTLD_NEXT, "xc_domain_create");
    int made = next(xch, domid, config);

    if (!made && config->flags & XEN_DOMCTL_CDF_hvm)
        close(creat(mark(*domid), 0600));
    return made;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    int (*next)(xc_interface *, uint32_t, unsigned, xc_domaininfo_t *) = dlsym(RTLD_NEXT, "xc_domain_getinfolist");
    int n, found = next(xch, first, most, info);

    for (n = 0; n < found; n++)
        if (!access(mark(info[n].domain), F_OK))
            info[n].flags |= XEN_DOMINF_hvm_guest;
    return found;
}

int xc_hvm_param_get(xc_interface *xch, uint32_t domid, uint32_t param, uint64_t *value)
{
    (void)xch, (void)domid, (void)param;
    *value = 0;
    return 0;
}

struct xc_dom_image *xc_dom_allocate(xc_interface *xch, const char *cmdline, const char *features)
{
    static struct xc_dom_arch arch = { .page_shift = 12, .native_protocol = "x86_64-abi" };
    struct xc_dom_image *dom = calloc(1, sizeof(*dom));

    (void)xch, (void)cmdline, (void)features;
    if (dom)
        dom->arch_hooks = &arch;
    return dom;
}

void xc_dom_release(struct xc_dom_image *dom) { free(dom); }

void *xc_map_foreign_range(xc_interface *xch, uint32_t domid, int size, int prot, unsigned long frame)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)xch, (void)domid, (void)prot, (void)frame;
    return pages == MAP_FAILED ? NULL : pages;
}

/* Xen 4.17 of which nothing else is known. */
int xc_version(xc_interface *xch, int cmd, void *arg)
{
    static const unsigned sizes[] = { 0, 16, 144, 1024, 64, 8, 4, 0, 16, 1024 };

    (void)xch;
    if ((unsigned)cmd >= sizeof(sizes) / sizeof(*sizes))
        return -1;
    if (arg && sizes[cmd])
        memset(arg, 0, sizes[cmd]);
    return cmd == XENVER_version ? 4 << 16 | 17 : cmd == XENVER_pagesize ? 4096 : 0;
}

/* One node, of which nothing is said. */
int xc_numainfo(xc_interface *xch, unsigned *nodes, xc_meminfo_t *memory, uint32_t *distances)
{
    (void)xch, (void)memory, (void)distances;
    *nodes = 1;
    return 0;
}

/* Its four processors. */
int xc_cputopoinfo(xc_interface *xch, unsigned *processors, xc_cputopo_t *topology)
{
    (void)xch;
    *processors = 4;
    if (topology)
        memset(topology, 0, 4 * sizeof(*topology));
    return 0;
}
