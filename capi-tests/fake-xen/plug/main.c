/*
 * Adding and removing devices of domains that never run.
 *
 *   plug domain NAME [JSON [DOMID]]   makes a domain, with that as its stored configuration; prints its number
 *   plug OPERATION KIND DOMID JSON [MS]   what libxl_device_KIND_OPERATION does with that device; with MS it is
 *                                  begun in the background, and aborted after so long
 *   plug raw nic DOMID TEXT        adds a card whose script and gatewaydev are that text, any bytes
 *   plug end domain DOMID {}       destroys the domain
 *   plug ask WHAT DOMID {}         a request to the domain: sysrq, shutdown, reboot, vcpus, maxmem, target or rename
 *   plug create domain 0 JSON      makes a domain of that configuration, as far as that goes here: to its build
 *   plug there DOMID               whether the hypervisor has the domain
 *   plug serve                     takes the part of all back ends: a device that is written gets ready at once, one
 *                                  that is to close does when the guest's half is gone or closed. One of number 666 never answers,
 *                                  of 667 never closes; one of domain 0 connects, and closes at once. Who writes
 *                                  /tool/asked finds /tool/answered when all that was written before has been seen
 *   plug vanish DOMID              the hypervisor destroys the domain, and its nodes are left
 *   plug restless NODE VALUE…      takes the part of one who writes without end: those values in turn, for as long as
 *                                  the node is there
 *
 * With PLUG_STEALS in the environment it is an application that is to reap the library's children, and has the kernel throw
 * their statuses away.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>

static libxl_ctx *ctx;

static int finished(libxl_asyncop_how *how, int started, int ms)
{
    libxl_event *event;
    int rc;

    if (!how)
        return started;
    if (started)
        return printf("refused at once "), started;
    usleep(ms * 1000);
    rc = libxl_ao_abort(ctx, how);
    if (rc)
        printf("abort: %d ", rc);
    if (libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
        exit(2);
    rc = event->u.operation_complete.rc;
    libxl_event_free(ctx, event);
    return rc;
}

#define ADDED(k)                                                                               \
    if (!strcmp(kind, #k) && !strcmp(operation, "add")) {                                      \
        libxl_device_##k device;                                                               \
        libxl_device_##k##_init(&device);                                                      \
        if (libxl_device_##k##_from_json(ctx, &device, json))                                  \
            return 2;                                                                          \
        rc = finished(how, libxl_device_##k##_add(ctx, domid, &device, how), ms);              \
        text = libxl_device_##k##_to_json(ctx, &device);                                       \
        libxl_device_##k##_dispose(&device);                                                   \
    }
#define GONE(k, o)                                                                             \
    if (!strcmp(kind, #k) && !strcmp(operation, #o)) {                                         \
        libxl_device_##k device;                                                               \
        libxl_device_##k##_init(&device);                                                      \
        if (libxl_device_##k##_from_json(ctx, &device, json))                                  \
            return 2;                                                                          \
        rc = finished(how, libxl_device_##k##_##o(ctx, domid, &device, how), ms);              \
        libxl_device_##k##_dispose(&device);                                                   \
    }
#define BOTH(k) GONE(k, remove) GONE(k, destroy)

static int ask(const char *what, uint32_t domid)
{
    int rc = 1;

    if (!strcmp(what, "sysrq"))
        rc = libxl_send_sysrq(ctx, domid, 'h');
    if (!strcmp(what, "shutdown"))
        rc = libxl_domain_shutdown(ctx, domid, NULL);
    if (!strcmp(what, "reboot"))
        rc = libxl_domain_reboot(ctx, domid, NULL);
    if (!strcmp(what, "maxmem"))
        rc = libxl_domain_setmaxmem(ctx, domid, 65536);
    if (!strcmp(what, "target"))
        rc = libxl_set_memory_target(ctx, domid, 65536, 0, 1);
    if (!strcmp(what, "rename"))
        rc = libxl_domain_rename(ctx, domid, NULL, "other");
    if (!strcmp(what, "vcpus")) {
        libxl_bitmap map;
        libxl_bitmap_init(&map);
        if (libxl_cpu_bitmap_alloc(ctx, &map, 1))
            return 2;
        libxl_bitmap_set(&map, 0);
        rc = libxl_set_vcpuonline(ctx, domid, &map, NULL);
        libxl_bitmap_dispose(&map);
    }
    return rc;
}

static int operate(const char *operation, const char *kind, uint32_t domid, const char *json, int ms)
{
    libxl_asyncop_how background = { 0 }, *how = ms < 0 ? NULL : &background;
    char *text = NULL;
    int rc = 1;

    if (!strcmp(operation, "end"))
        rc = libxl_domain_destroy(ctx, domid, how);
    if (!strcmp(operation, "ask"))
        rc = ask(kind, domid);
    if (!strcmp(operation, "raw")) {
        libxl_device_nic nic;
        libxl_device_nic_init(&nic);
        nic.mac[5] = 1;
        nic.script = strdup(json);
        nic.gatewaydev = strdup(json);
        rc = libxl_device_nic_add(ctx, domid, &nic, NULL);
        libxl_device_nic_dispose(&nic);
    }
    if (!strcmp(operation, "create")) {
        libxl_domain_config config;
        libxl_domain_config_init(&config);
        if (libxl_domain_config_from_json(ctx, &config, json))
            return 2;
        rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
        libxl_domain_config_dispose(&config);
    }
    ADDED(disk) ADDED(nic) ADDED(vtpm) ADDED(vdispl) ADDED(vsnd) ADDED(vkb) ADDED(vfb)
    ADDED(usbctrl) ADDED(usbdev) BOTH(usbctrl) GONE(usbdev, remove)
    BOTH(disk) BOTH(nic) BOTH(vtpm) BOTH(vdispl) BOTH(vsnd) BOTH(vkb) BOTH(vfb) BOTH(p9) BOTH(pvcallsif)
    GONE(disk, safe_remove)
    printf("-> %d\n", rc);
    if (text && !rc)
        printf("%s", text);
    free(text);
    return 0;
}

static int make_domain(struct xs_handle *xs, const char *name, const char *json, uint32_t domid)
{
    struct xen_domctl_createdomain config = { .ssidref = 1 };
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    char path[200], uuid[40];
    FILE *f;
    int i;

    for (i = 0; i < 16; i++)
        config.handle[i] = i * 16 + 1;
    strcpy(uuid, "01112131-4151-6171-8191-a1b1c1d1e1f1");
    if (!xch || xc_domain_create(xch, &domid, &config))
        return 2;
    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    xs_write(xs, XBT_NULL, path, "/vm/01112131-4151-6171-8191-a1b1c1d1e1f1", 40);
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    xs_write(xs, XBT_NULL, path, name, strlen(name));
    if (json) {
        snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, uuid);
        f = fopen(path, "w");
        if (!f || fwrite(json, 1, strlen(json) + 1, f) != strlen(json) + 1 || fclose(f))
            return 2;
    }
    printf("%u\n", domid);
    return 0;
}

static int is_there(uint32_t domid)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    xc_domaininfo_t info;
    int n = xch ? xc_domain_getinfolist(xch, domid, 1, &info) : -1;

    printf("%s\n", n < 0 ? "unknown" : n && info.domain == domid ? "there" : "gone");
    return n < 0 ? 2 : 0;
}

/* A node's value as a number; -1 if there is none. */
static int number(struct xs_handle *xs, const char *format, const char *of)
{
    char path[600], *value;
    int n = -1;

    snprintf(path, sizeof(path), format, of);
    value = xs_read(xs, XBT_NULL, path, NULL);
    if (value)
        n = atoi(value);
    free(value);
    return n;
}

static void set(struct xs_handle *xs, const char *back, const char *state)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/state", back);
    xs_write(xs, XBT_NULL, path, state, 1);
}

static void one(struct xs_handle *xs, const char *back)
{
    char path[600], *front;
    int state = number(xs, "%s/state", back), of_front, devid = atoi(strrchr(back, '/') + 1);

    if (state == 1 && devid != 666)
        set(xs, back, "2");
    if (state == 2 && number(xs, "%s/frontend-id", back) == 0)
        set(xs, back, "4");
    if (state != 5 || devid == 667)
        return;
    snprintf(path, sizeof(path), "%s/frontend", back);
    front = xs_read(xs, XBT_NULL, path, NULL);
    of_front = front ? number(xs, "%s/state", front) : -1;
    free(front);
    if (of_front < 0 || of_front > 4 || number(xs, "%s/frontend-id", back) == 0)
        set(xs, back, "6");
}

static void serve(struct xs_handle *xs)
{
    const char *base = "/local/domain/0/backend";
    char path[3][200], **kinds, **domids, **devids;
    unsigned i, j, k, nk, nd, ni, n;

    xs_watch(xs, base, "");
    xs_watch(xs, "/local/domain/2/device", "");
    xs_watch(xs, "/tool/asked", "");
    for (;;) {
        char **event = xs_read_watch(xs, &n);
        int asked = event && !strcmp(event[XS_WATCH_PATH], "/tool/asked");

        free(event);
        kinds = xs_directory(xs, XBT_NULL, base, &nk);
        for (i = 0; kinds && i < nk; i++) {
            snprintf(path[0], 200, "%s/%s", base, kinds[i]);
            domids = xs_directory(xs, XBT_NULL, path[0], &nd);
            for (j = 0; domids && j < nd; j++) {
                snprintf(path[1], 200, "%s/%s", path[0], domids[j]);
                devids = xs_directory(xs, XBT_NULL, path[1], &ni);
                for (k = 0; devids && k < ni; k++) {
                    snprintf(path[2], 200, "%s/%s", path[1], devids[k]);
                    one(xs, path[2]);
                }
                free(devids);
            }
            free(domids);
        }
        free(kinds);
        if (asked && number(xs, "%s", "/tool/asked") >= 0)
            xs_write(xs, XBT_NULL, "/tool/answered", "", 0);
    }
}

/* Whoever may write the node but not make it, as a guest in its half. */
static int restless(struct xs_handle *xs, const char *node, char **values)
{
    char **value = values, *there;

    do {
        xs_transaction_t t = xs_transaction_start(xs);

        there = xs_read(xs, t, node, NULL);
        free(there);
        if (there)
            xs_write(xs, t, node, *value, strlen(*value));
        if (!xs_transaction_end(xs, t, !there) && errno != EAGAIN)
            return 2;
        value = value[1] ? value + 1 : values;
    } while (there);
    return 0;
}

int main(int argc, char **argv)
{
    xentoollog_logger_stdiostream *log;

    setbuf(stdout, NULL);
    if (argc > 2 && !strcmp(argv[1], "domain"))
        return make_domain(xs_open(0), argv[2], argv[3], argc > 4 ? atoi(argv[4]) : 0);
    if (argc > 2 && !strcmp(argv[1], "there"))
        return is_there(atoi(argv[2]));
    if (argc == 2 && !strcmp(argv[1], "serve"))
        serve(xs_open(0));
    if (argc > 3 && !strcmp(argv[1], "restless"))
        return restless(xs_open(0), argv[2], argv + 3);
    if (argc == 3 && !strcmp(argv[1], "vanish"))
        return xc_domain_destroy(xc_interface_open(NULL, NULL, 0), atoi(argv[2])) ? 2 : 0;
    if (argc < 5)
        return 2;
    log = xtl_createlogger_stdiostream(stderr, XTL_DEBUG, XTL_STDIOSTREAM_SHOW_DATE);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)log))
        return 2;
    if (getenv("PLUG_STEALS")) {
        static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_mainloop };

        libxl_childproc_setmode(ctx, &hooks, NULL);
        signal(SIGCHLD, SIG_IGN);
    }
    return operate(argv[1], argv[2], atoi(argv[3]), argv[4], argc > 5 ? atoi(argv[5]) : -1);
}
