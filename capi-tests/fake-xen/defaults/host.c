/*
 * Preloaded before ../../support/fake-xen/fake-xen.c: what a domain's defaults depend on of the host. $HOST_CAPS has its
 * capabilities as a number, or is "dead" for a host that does not answer. With $HOST_HVM all domains are HVM or PVH.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    const char *caps = getenv("HOST_CAPS");

    (void)xch;
    if (!caps || !strcmp(caps, "dead")) {
        errno = EACCES;
        return -1;
    }
    memset(info, 0, sizeof(*info));
    info->nr_cpus = 4;
    info->max_cpu_id = 19;
    info->nr_nodes = 1;
    info->total_pages = 1 << 20;
    info->capabilities = strtoul(caps, NULL, 0);
    return 0;
}

long xc_sharing_freed_pages(xc_interface *xch) { (void)xch; errno = ENOSYS; return -1; }
long xc_sharing_used_frames(xc_interface *xch) { (void)xch; errno = ENOSYS; return -1; }
int xc_get_max_cpus(xc_interface *xch) { (void)xch; return 20; }

/* Flask, if the label says so. */
int xc_flask_context_to_sid(xc_interface *xch, char *label, uint32_t size, uint32_t *sid)
{
    (void)xch;
    if (size >= 5 && !memcmp(label, "known", 5)) {
        *sid = 4711;
        return 0;
    }
    errno = size >= 7 && !memcmp(label, "unknown", 7) ? EINVAL : ENOSYS;
    return -1;
}

xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t pool)
{
    xc_cpupoolinfo_t *info;
    unsigned i;

    (void)xch;
    /* Pools 0, 3 and 4, of which 4 has no name. */
    for (i = pool; i <= 4; i++) {
        if (i && i != 3 && i != 4)
            continue;
        info = calloc(1, sizeof(*info));
        info->cpupool_id = i;
        info->cpumap = calloc(1, 8);
        return info;
    }
    errno = ENOENT;
    return NULL;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    (void)xch;
    if (info)
        free(info->cpumap);
    free(info);
}

xc_cpumap_t xc_cpumap_alloc(xc_interface *xch) { (void)xch; return calloc(1, 8); }

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    int (*next)(xc_interface *, uint32_t, unsigned, xc_domaininfo_t *) = dlsym(RTLD_NEXT, "xc_domain_getinfolist");
    const char *hvm = getenv("HOST_HVM");
    int i, n = next(xch, first, most, info);

    for (i = 0; hvm && *hvm && i < n; i++)
        info[i].flags |= XEN_DOMINF_hvm_guest;
    return n;
}
