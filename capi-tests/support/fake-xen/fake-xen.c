/*
 * Preloaded into xenstored, the library and the cases, where there is no Xen: as much of a hypervisor as a
 * domain needs that never runs. Domains stand in a file that all processes map; the end of one is told to
 * xenstored through a pipe. $FAKE_XEN names the folder of both.
 *
 * With FAKE_XEN_REFUSES=N in its environment a process is told about no domain from its Nth question on (EFAULT); then
 * there is a file "refused" in the folder.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xenguest.h>
#include <xengnttab.h>

enum { MOST = 32000 };
struct domain {
    atomic_uint flags; /* XEN_DOMINF_*; 0: no such domain */
    xen_domain_handle_t handle;
    unsigned pages;
    atomic_ulong limit; /* pages */
};
struct host {
    atomic_uint next;
    struct domain domains[MOST];
};
static int handle, virq_port;

static struct host *host(void)
{
    static struct host *_Atomic mapped;
    struct host *h = mapped;
    char path[512];
    int fd;

    if (h)
        return h;
    snprintf(path, sizeof(path), "%s/domains", getenv("FAKE_XEN") ?: "/nowhere");
    fd = openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(*h)))
        abort();
    h = mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (h == MAP_FAILED)
        abort();
    atomic_fetch_or(&h->domains[0].flags, XEN_DOMINF_running);
    mapped = h;
    return h;
}

static int pipe_to_xenstored(int flags)
{
    char path[512];
    int fd;

    snprintf(path, sizeof(path), "%s/virq", getenv("FAKE_XEN") ?: "/nowhere");
    mkfifo(path, 0600);
    fd = openat(AT_FDCWD, path, flags | O_NONBLOCK | O_CLOEXEC);
    return fd;
}

static void tell_xenstored(void)
{
    int fd = pipe_to_xenstored(O_WRONLY);

    if (fd >= 0) {
        if (write(fd, "", 1) < 0 && errno != EAGAIN)
            abort();
        close(fd);
    }
}

static struct domain *find(uint32_t domid)
{
    struct domain *d = domid < MOST ? &host()->domains[domid] : NULL;

    if (d && d->flags)
        return d;
    errno = ESRCH;
    return NULL;
}

/* As much as opening the real one takes: a descriptor that must not be lost. */
xc_interface *xc_interface_open(xentoollog_logger *l, xentoollog_logger *d, unsigned f)
{
    int *fd = malloc(sizeof(*fd));

    (void)l, (void)d, (void)f;
    if (fd)
        *fd = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    return (void *)fd;
}

int xc_interface_close(xc_interface *xch)
{
    if (xch) {
        close(*(int *)xch);
        free(xch);
    }
    return 0;
}

int xc_domain_create(xc_interface *xch, uint32_t *domid, struct xen_domctl_createdomain *config)
{
    struct domain *d;
    unsigned last;

    (void)xch;
    if (*domid && *domid < MOST && host()->domains[*domid].flags) {
        errno = EEXIST;
        return -1;
    }
    if (!*domid)
        *domid = atomic_fetch_add(&host()->next, 1) + 1;
    if (*domid >= MOST) {
        errno = ENOMEM;
        return -1;
    }
    d = &host()->domains[*domid];
    memcpy(d->handle, config->handle, sizeof(d->handle));
    d->pages = d->limit = 0;
    d->flags = XEN_DOMINF_paused | XEN_DOMINF_blocked | (config->flags & XEN_DOMCTL_CDF_hvm ? XEN_DOMINF_hvm_guest : 0);
    /* The last that lists look at. */
    for (last = host()->next; last < *domid && !atomic_compare_exchange_weak(&host()->next, &last, *domid);)
        ;
    return 0;
}

int xc_domain_setmaxmem(xc_interface *xch, uint32_t domid, uint64_t kb)
{
    struct domain *d = find(domid);

    (void)xch;
    if (d)
        d->limit = kb / 4;
    return d ? 0 : -1;
}

/* None of them is populated on demand, or can be. */
int xc_domain_set_pod_target(xc_interface *xch, uint32_t domid, uint64_t pages, uint64_t *total, uint64_t *cached,
                             uint64_t *entries)
{
    (void)xch, (void)pages, (void)total, (void)cached, (void)entries;
    if (find(domid))
        errno = EINVAL;
    return -1;
}

int xc_domain_populate_physmap_exact(xc_interface *xch, uint32_t domid, unsigned long n, unsigned order, unsigned flags,
                                     xen_pfn_t *extents)
{
    struct domain *d = find(domid);

    (void)xch, (void)flags;
    *extents = 4096 + domid;
    if (d)
        d->pages += n << order;
    return d ? 0 : -1;
}

int xc_dom_gnttab_seed(xc_interface *xch, uint32_t domid, bool hvm, xen_pfn_t c, xen_pfn_t x, uint32_t cd, uint32_t xd)
{
    (void)xch, (void)hvm, (void)c, (void)x, (void)cd, (void)xd;
    return find(domid) ? 0 : -1;
}

xc_evtchn_port_or_error_t xc_evtchn_alloc_unbound(xc_interface *xch, uint32_t domid, uint32_t remote)
{
    (void)xch, (void)remote;
    return find(domid) ? 1 : -1;
}

static int change(uint32_t domid, unsigned set, unsigned clear)
{
    struct domain *d = find(domid);
    unsigned was;

    if (!d)
        return -1;
    for (was = d->flags; was && !atomic_compare_exchange_weak(&d->flags, &was, (was | set) & ~clear);)
        ;
    return 0;
}

int xc_domain_pause(xc_interface *xch, uint32_t domid)
{
    (void)xch;
    return change(domid, XEN_DOMINF_paused, 0);
}

int xc_domain_unpause(xc_interface *xch, uint32_t domid)
{
    (void)xch;
    return change(domid, 0, XEN_DOMINF_paused);
}

int xc_domain_shutdown(xc_interface *xch, uint32_t domid, int reason)
{
    int r;

    (void)xch;
    r = change(domid, XEN_DOMINF_shutdown | (unsigned)reason << XEN_DOMINF_shutdownshift, 0);
    tell_xenstored();
    return r;
}

int xc_domain_resume(xc_interface *xch, uint32_t domid, int fast)
{
    (void)xch, (void)fast;
    return change(domid, 0, XEN_DOMINF_shutdown | XEN_DOMINF_shutdownmask << XEN_DOMINF_shutdownshift);
}

int xc_domain_destroy(xc_interface *xch, uint32_t domid)
{
    struct domain *d = find(domid);

    (void)xch;
    if (!d)
        return -1;
    if (!domid) {
        errno = EINVAL;
        return -1;
    }
    /* Xenstored is told before the domain is gone. Giving memory back takes time: 0.3 s a GiB. */
    atomic_fetch_or(&d->flags, XEN_DOMINF_dying);
    tell_xenstored();
    usleep(d->pages * 12 / 10);
    d->flags = 0;
    tell_xenstored();
    return 0;
}

/* As long as 64 MB take, about. */
int xc_domain_dumpcore(xc_interface *xch, uint32_t domid, const char *file)
{
    (void)xch, (void)file;
    usleep(300000);
    return find(domid) ? 0 : -1;
}

int xc_domain_send_trigger(xc_interface *xch, uint32_t domid, uint32_t trigger, uint32_t vcpu)
{
    (void)xch, (void)trigger, (void)vcpu;
    return find(domid) ? 0 : -1;
}

int xc_flask_sid_to_context(xc_interface *xch, int sid, char *buf, uint32_t size)
{
    (void)xch, (void)sid, (void)buf, (void)size;
    errno = ENOSYS;
    return -1;
}

static unsigned list(uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    unsigned n = 0, last = host()->next;

    for (; first <= last && first < MOST && n < most; first++) {
        struct domain *d = &host()->domains[first];
        unsigned flags = d->flags;

        if (!flags)
            continue;
        memset(&info[n], 0, sizeof(*info));
        info[n].domain = first;
        info[n].flags = flags;
        info[n].tot_pages = d->pages;
        info[n].max_pages = d->limit;
        memcpy(info[n].handle, d->handle, sizeof(d->handle));
        n++;
    }
    return n;
}

static int refused(void)
{
    static atomic_uint asked;
    const char *from = getenv("FAKE_XEN_REFUSES");
    char path[512];
    int fd;

    if (!from || atomic_fetch_add(&asked, 1) + 1 < (unsigned)atoi(from))
        return 0;
    snprintf(path, sizeof(path), "%s/refused", getenv("FAKE_XEN") ?: "/nowhere");
    fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    errno = EFAULT;
    return 1;
}

int xc_domain_getinfolist(xc_interface *xch, uint32_t first, unsigned most, xc_domaininfo_t *info)
{
    (void)xch;
    if (refused())
        return -1;
    return list(first, most, info);
}

int xc_domain_getinfo(xc_interface *xch, uint32_t first, unsigned most, xc_dominfo_t *info)
{
    xc_domaininfo_t listed;
    unsigned n = 0;

    (void)xch;
    for (; n < most && list(first, 1, &listed); n++, first = listed.domain + 1) {
        memset(&info[n], 0, sizeof(*info));
        info[n].domid = listed.domain;
        info[n].dying = !!(listed.flags & XEN_DOMINF_dying);
        info[n].paused = !!(listed.flags & XEN_DOMINF_paused);
        info[n].running = !!(listed.flags & XEN_DOMINF_running);
        info[n].hvm = !!(listed.flags & XEN_DOMINF_hvm_guest);
        info[n].shutdown = !!(listed.flags & XEN_DOMINF_shutdown);
        info[n].shutdown_reason = listed.flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
        memcpy(info[n].handle, listed.handle, sizeof(listed.handle));
    }
    if (!n)
        errno = ESRCH;
    return n ? (int)n : -1;
}

/* One pool of four processors, with credit2. */
xc_cpupoolinfo_t *xc_cpupool_getinfo(xc_interface *xch, uint32_t id)
{
    xc_cpupoolinfo_t *info;

    (void)xch;
    info = id ? NULL : calloc(1, sizeof(*info));
    if (!info) {
        errno = ENOENT;
        return NULL;
    }
    info->sched_id = XEN_SCHEDULER_CREDIT2;
    info->cpumap = calloc(1, 8);
    if (info->cpumap)
        info->cpumap[0] = 15;
    return info;
}

void xc_cpupool_infofree(xc_interface *xch, xc_cpupoolinfo_t *info)
{
    (void)xch;
    free(info->cpumap);
    free(info);
}

const char *xc_domain_get_native_protocol(xc_interface *xch, uint32_t domid)
{
    (void)xch, (void)domid;
    return "x86_64-abi";
}

int xc_get_max_cpus(xc_interface *xch) { (void)xch; return 4; }
int xc_get_max_nodes(xc_interface *xch) { (void)xch; return 1; }
int xc_get_cpumap_size(xc_interface *xch) { (void)xch; return 1; }

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    (void)xch;
    memset(info, 0, sizeof(*info));
    info->nr_cpus = info->nr_nodes = 1;
    info->total_pages = 1 << 20;
    info->capabilities = XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap;
    return 0;
}

long xc_sharing_freed_pages(xc_interface *xch) { (void)xch; errno = ENOSYS; return -1; }
long xc_sharing_used_frames(xc_interface *xch) { (void)xch; errno = ENOSYS; return -1; }

/* The first step of a build: domains cannot be built here. */
int xc_domain_max_vcpus(xc_interface *xch, uint32_t domid, unsigned n)
{
    (void)xch, (void)domid, (void)n;
    errno = EOPNOTSUPP;
    return -1;
}

int xc_sched_credit2_domain_get(xc_interface *xch, uint32_t domid, struct xen_domctl_sched_credit2 *params)
{
    (void)xch;
    params->weight = 256 + domid;
    params->cap = 50;
    return find(domid) ? 0 : -1;
}

/* ---- xenstored's part ---- */

xengnttab_handle *xengnttab_open(xentoollog_logger *l, unsigned f) { (void)l, (void)f; return (void *)&handle; }
int xengnttab_close(xengnttab_handle *h) { (void)h; return 0; }
int xengnttab_set_max_grants(xengnttab_handle *h, uint32_t n) { (void)h, (void)n; return 0; }
int xengnttab_unmap(xengnttab_handle *h, void *p, uint32_t n) { (void)h; return munmap(p, n * 4096ul); }

/* A guest's ring, on which it never says anything. */
void *xengnttab_map_grant_ref(xengnttab_handle *h, uint32_t domid, uint32_t ref, int prot)
{
    void *page;

    (void)h, (void)ref, (void)prot;
    if (!find(domid))
        return NULL;
    page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NULL : page;
}

static int virq_fd = -1, ports;

xenevtchn_handle *xenevtchn_open(xentoollog_logger *l, unsigned f)
{
    (void)l, (void)f;
    if (virq_fd < 0)
        virq_fd = pipe_to_xenstored(O_RDWR);
    return (void *)&handle;
}

int xenevtchn_fd(xenevtchn_handle *h) { (void)h; return virq_fd; }
int xenevtchn_close(xenevtchn_handle *h) { (void)h; return 0; }
int xenevtchn_notify(xenevtchn_handle *h, evtchn_port_t p) { (void)h, (void)p; return 0; }
int xenevtchn_unbind(xenevtchn_handle *h, evtchn_port_t p) { (void)h, (void)p; return 0; }
int xenevtchn_unmask(xenevtchn_handle *h, evtchn_port_t p) { (void)h, (void)p; return 0; }
xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *h, uint32_t d, evtchn_port_t p)
{
    (void)h, (void)d, (void)p;
    return ++ports;
}
xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *h, unsigned v)
{
    (void)h, (void)v;
    return virq_port = ++ports;
}
xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *h)
{
    char bytes[512];

    (void)h;
    if (read(virq_fd, bytes, sizeof(bytes)) > 0)
        return virq_port;
    errno = EAGAIN;
    return -1;
}

/* Xen's device files. The real functions are looked for at each call: rare enough. */
static int device(const char *path)
{
    int fd;

    if (strstr(path, "xsd_port") || strstr(path, "xsd_kva")) {
        fd = memfd_create("xsd", MFD_CLOEXEC);
        if (fd >= 0 && (write(fd, "1", 1) != 1 || lseek(fd, 0, SEEK_SET)))
            return -1;
        /* The whole page zero: empty rings. */
        if (fd >= 0 && strstr(path, "xsd_kva") && (ftruncate(fd, 0) || ftruncate(fd, 4096)))
            return -1;
        return fd;
    }
    return strncmp(path, "/dev/xen/", 9) ? -2 : openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        va_list args; \
        int mode, fd = device(path); \
        if (fd != -2) \
            return fd; \
        va_start(args, flags); \
        mode = va_arg(args, int); \
        va_end(args); \
        return openat(AT_FDCWD, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
