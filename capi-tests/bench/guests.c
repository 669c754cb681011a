/* Guests for the rows that wait for a guest: domains of one page that xenstored knows, and never run. A
 * process of its own answers in their name when they are asked to shut down. Made straight with libxenctrl. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <time.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xenstore.h>
#include "bench.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct xs_handle *xs;
static xc_interface *xch;

static void with_host(void)
{
    if (!xs)
        xs = xs_open(0);
    if (!xch)
        xch = xc_interface_open(NULL, NULL, 0);
    if (!xs || !xch)
        refused("opening Xen");
}

__attribute__((format(printf, 2, 3))) static void put(const char *value, const char *format, ...)
{
    char path[128];
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    if (!xs_write(xs, XBT_NULL, path, value, strlen(value)))
        refused(path);
}

void nap(unsigned microseconds)
{
    struct timespec t = { microseconds / 1000000, microseconds % 1000000 * 1000 };

    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

static uint32_t make(int introduced)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4, .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    uint32_t domid = 0;
    xen_pfn_t frame = 0;
    char vm[64], name[32];
    libxl_uuid uuid;
    int port = -1;

    with_host();
    libxl_uuid_generate(&uuid);
    memcpy(config.handle, libxl_uuid_bytearray(&uuid), sizeof(config.handle));
    if (xc_domain_create(xch, &domid, &config) || xc_domain_setmaxmem(xch, domid, 4096))
        refused("xc_domain_create");
    if (introduced &&
        (xc_domain_populate_physmap_exact(xch, domid, 1, 0, 0, &frame) ||
         xc_dom_gnttab_seed(xch, domid, false, frame, frame, 0, 0) ||
         (port = xc_evtchn_alloc_unbound(xch, domid, 0)) < 0))
        refused("a domain's page and channel for xenstore");
    snprintf(vm, sizeof(vm), "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
    snprintf(name, sizeof(name), "guest-%u", domid);
    put(vm, "/local/domain/%u/vm", domid);
    put(name, "/local/domain/%u/name", domid);
    put("", "/local/domain/%u/control/shutdown", domid);
    put("pv", "/libxl/%u/type", domid);
    if (introduced && !xs_introduce_domain(xs, domid, frame, port))
        refused("xs_introduce_domain");
    return domid;
}

uint32_t new_guest(void)
{
    uint32_t domid;

    pthread_mutex_lock(&lock);
    domid = make(1);
    pthread_mutex_unlock(&lock);
    return domid;
}

void end_guest(uint32_t domid)
{
    pthread_mutex_lock(&lock);
    with_host();
    if (xc_domain_destroy(xch, domid))
        refused("xc_domain_destroy");
    pthread_mutex_unlock(&lock);
}

static uint32_t number_at(const char *path)
{
    char *value;
    uint32_t number;

    pthread_mutex_lock(&lock);
    with_host();
    value = xs_read(xs, XBT_NULL, path, NULL);
    pthread_mutex_unlock(&lock);
    if (!value)
        refused(path);
    number = atoi(value);
    free(value);
    return number;
}

uint32_t guest(int number)
{
    static uint32_t domids[SILENT + 2];
    char path[32];

    if (!domids[number]) {
        snprintf(path, sizeof(path), "/bench/%d", number);
        domids[number] = number_at(path);
    }
    return domids[number];
}

uint32_t dump_domain(void)
{
    return number_at("/bench/dump");
}

void answer(uint32_t domid)
{
    pthread_mutex_lock(&lock);
    with_host();
    put("", "/local/domain/%u/control/shutdown", domid);
    pthread_mutex_unlock(&lock);
}

void await_request(uint32_t domid)
{
    char path[64], *value;
    int asked = 0;

    snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
    while (!asked) {
        pthread_mutex_lock(&lock);
        with_host();
        value = xs_read(xs, XBT_NULL, path, NULL);
        pthread_mutex_unlock(&lock);
        asked = value && *value;
        free(value);
        nap(asked ? 5000 : 500);
    }
}

int all_domains(uint32_t *domids, int most)
{
    xc_domaininfo_t info[256];
    int i, found;

    with_host();
    found = xc_domain_getinfolist(xch, 1, most < 256 ? most : 256, info);
    for (i = 0; i < found; i++)
        domids[i] = info[i].domain;
    return found;
}

int guests(void)
{
    static uint32_t domids[SILENT + 2];
    struct xs_handle *events = xs_open(0);
    char path[64], text[32];
    int i;

    for (i = 0; i < SILENT + 2; i++) {
        domids[i] = make(1);
        snprintf(text, sizeof(text), "%u", domids[i]);
        put(text, "/bench/%d", i);
    }
    for (i = 0; i < OTHERS; i++)
        make(0);
    for (i = 0; i < ANSWERING; i++) {
        snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domids[i]);
        if (!events || !xs_watch(events, path, ""))
            refused("xs_watch");
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        unsigned count;
        char *value, **event = xs_read_watch(events, &count);

        if (!event)
            return 1;
        value = xs_read(xs, XBT_NULL, event[XS_WATCH_PATH], NULL);
        if (value && *value)
            put("", "%s", event[XS_WATCH_PATH]);
        free(value);
        free(event);
    }
}
