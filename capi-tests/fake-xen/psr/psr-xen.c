/*
 * Preloaded before ../../support/fake-xen/fake-xen.c: a host whose cpus can measure and share out caches and memory
 * bandwidth, and answers as Xen would. $PSR_HOST is the kind of host: "none" supports none of it, "old" only measuring, "off" has
 * a Xen without these calls, "blind" tells neither its topology nor its physinfo. With $PSR_CALLS each call is written to that
 * file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>

enum { SOCKETS = 2, CPUS = 8, DOMAINS = 8 };
static unsigned rmids[DOMAINS], next_rmid = 1;
static uint64_t values[DOMAINS][XC_PSR_MBA_THRTL + 1][SOCKETS];

static bool is(const char *kind)
{
    return !strcmp(getenv("PSR_HOST") ?: "", kind);
}

static void called(const char *format, ...)
{
    const char *path = getenv("PSR_CALLS");
    FILE *file = path ? fopen(path, "a") : NULL;
    va_list args;

    if (!file)
        return;
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
}

static int refused(int err)
{
    errno = err;
    return -1;
}

/* What keeps Xen from measuring or sharing out for that domain; 0 for nothing. */
static int obstacle(uint32_t domid, bool share)
{
    if (is("off"))
        return ENOSYS;
    if (is("none") || (share && is("old")))
        return ENODEV;
    return domid < DOMAINS ? 0 : ESRCH;
}

int xc_physinfo(xc_interface *xch, xc_physinfo_t *info)
{
    (void)xch;
    if (is("blind"))
        return refused(EACCES);
    memset(info, 0, sizeof(*info));
    info->threads_per_core = 2;
    info->cores_per_socket = 2;
    info->nr_cpus = CPUS;
    info->nr_nodes = 1;
    info->total_pages = 1 << 20;
    return 0;
}

/* The cpus of the second socket come first, and the last one is off. */
int xc_cputopoinfo(xc_interface *xch, unsigned *max_cpus, xc_cputopo_t *cpus)
{
    unsigned i;

    (void)xch;
    if (is("blind"))
        return refused(EACCES);
    for (i = 0; cpus && i < *max_cpus && i < CPUS; i++) {
        cpus[i].core = i / 2;
        cpus[i].socket = i < 4;
        cpus[i].node = 0;
        if (i == CPUS - 1)
            cpus[i].core = cpus[i].socket = cpus[i].node = ~0u;
    }
    *max_cpus = CPUS;
    return 0;
}

int xc_psr_cmt_attach(xc_interface *xch, uint32_t domid)
{
    int err = obstacle(domid, false);

    (void)xch;
    called("attach %u\n", domid);
    if (err)
        return refused(err);
    if (rmids[domid])
        return refused(EEXIST);
    if (next_rmid > 3)
        return refused(EOVERFLOW);
    rmids[domid] = next_rmid++;
    return 0;
}

int xc_psr_cmt_detach(xc_interface *xch, uint32_t domid)
{
    int err = obstacle(domid, false);

    (void)xch;
    called("detach %u\n", domid);
    if (err)
        return refused(err);
    if (!rmids[domid])
        return refused(ENOENT);
    rmids[domid] = 0;
    return 0;
}

int xc_psr_cmt_get_domain_rmid(xc_interface *xch, uint32_t domid, uint32_t *rmid)
{
    int err = obstacle(domid, false);

    (void)xch;
    called("rmid of %u\n", domid);
    if (err)
        return refused(err);
    *rmid = rmids[domid];
    return 0;
}

static int fact(const char *what, uint32_t *out, uint32_t value)
{
    int err = obstacle(0, false);

    called("%s\n", what);
    if (err)
        return refused(err);
    *out = value;
    return 0;
}

int xc_psr_cmt_get_total_rmid(xc_interface *xch, uint32_t *n) { (void)xch; return fact("total", n, 71); }
int xc_psr_cmt_get_l3_upscaling_factor(xc_interface *xch, uint32_t *n) { (void)xch; return fact("factor", n, 65536); }
int xc_psr_cmt_get_l3_event_mask(xc_interface *xch, uint32_t *n) { (void)xch; return fact("events", n, 5); }

int xc_psr_cmt_get_l3_cache_size(xc_interface *xch, uint32_t cpu, uint32_t *size)
{
    (void)xch;
    called("size of %u\n", cpu);
    return fact("size", size, 1000 + cpu);
}

int xc_psr_cmt_enabled(xc_interface *xch)
{
    (void)xch;
    called("enabled\n");
    return !is("off") && !is("none");
}

/* Domain 3's counters are not valid. */
int xc_psr_cmt_get_data(xc_interface *xch, uint32_t rmid, uint32_t cpu, xc_psr_cmt_type type, uint64_t *data, uint64_t *tsc)
{
    (void)xch;
    called("counter %u of rmid %u on %u%s\n", type, rmid, cpu, tsc ? " with time" : "");
    if (type > XC_PSR_CMT_LOCAL_MEM_COUNT || rmid == rmids[3])
        return -1;
    /* Times the factor that is more than 64 bits have room for. */
    *data = type == XC_PSR_CMT_LOCAL_MEM_COUNT ? ~0ull >> 2 : 10 * rmid + cpu;
    if (tsc)
        *tsc = 123456789012345ull;
    return 0;
}

/* A value of 0xbad is refused; so is a share of which the socket has none. */
int xc_psr_set_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type, uint32_t target, uint64_t data)
{
    static const int of_value[] = { EINVAL, ENOENT, EOVERFLOW, EEXIST, ENXIO, ERANGE, ENOSPC, ENOTSOCK, EFAULT, EPERM };
    int err = obstacle(domid, true);

    (void)xch;
    called("set %u of %u on %u to %#llx\n", type, domid, target, (unsigned long long)data);
    if (type < XC_PSR_CAT_L3_CBM || type > XC_PSR_MBA_THRTL)
        return refused(EINVAL);
    if (err)
        return refused(err);
    if (data >= 0xbad0 && data < 0xbad0 + sizeof(of_value) / sizeof(*of_value))
        return refused(of_value[data - 0xbad0]);
    if (target >= SOCKETS || (data == 0xbad && !target))
        return refused(ERANGE);
    values[domid][type][target] = data;
    return 0;
}

int xc_psr_get_domain_data(xc_interface *xch, uint32_t domid, xc_psr_type type, uint32_t target, uint64_t *data)
{
    int err = obstacle(domid, true);

    (void)xch;
    called("get %u of %u on %u\n", type, domid, target);
    if (type < XC_PSR_CAT_L3_CBM || type > XC_PSR_MBA_THRTL)
        return refused(EINVAL);
    if (err)
        return refused(err);
    if (target >= SOCKETS)
        return refused(ERANGE);
    *data = values[domid][type][target];
    return 0;
}

/* The second socket has no second-level shares. */
int xc_psr_get_hw_info(xc_interface *xch, uint32_t socket, xc_psr_feat_type type, xc_psr_hw_info *info)
{
    int err = obstacle(0, true);

    (void)xch;
    called("offer %u of %u\n", type, socket);
    if (err)
        return refused(err);
    if (type == XC_PSR_CAT_L2 && socket)
        return refused(ENOENT);
    if (type == XC_PSR_MBA) {
        info->mba.cos_max = 7;
        info->mba.thrtl_max = 90;
        info->mba.linear = !socket;
    } else {
        info->cat.cos_max = 15 - socket;
        info->cat.cbm_len = type == XC_PSR_CAT_L2 ? 8 : 20;
        info->cat.cdp_enabled = type == XC_PSR_CAT_L3 && socket;
    }
    return 0;
}
