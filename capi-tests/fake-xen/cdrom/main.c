/*
 * The medium of an HVM guest's CD drive, changed by many at once and by processes that are killed. The hypervisor is a
 * fake one, QEMU is qemu.c, xenstored is real. What is looked for: no medium is in QEMU, or told of in xenstore, that
 * libxl-json does not have in the drive.
 *
 *   cdrom make NAME              makes an HVM domain with a drive hdc that has cd1.iso in it; prints its number
 *   cdrom change DOMID N         puts cdN.iso in, or none with 0; prints what the library answers
 *   cdrom abort DOMID N MS       the same in the background, aborted after so long
 *   cdrom work DOMID THREADS     changes, lists and retrieves in so many threads until SIGTERM
 *   cdrom watch DOMID LOCK       looks until SIGTERM, under the lock fast or slow; a line for each time that it does not
 *                                hold, and status 1
 *   cdrom look DOMID             looks once, and prints what is where
 *   cdrom guest DOMID            has the guest ask for ejections, and answers each event by an ejection
 *   cdrom table NAME=VALUE…      changes the table (cdrom.h); names alone are printed
 *   cdrom vanish DOMID           the hypervisor destroys the domain, and its nodes are left
 */
#define _GNU_SOURCE
#include "cdrom.h"
#include <libxl.h>
#include <libxl_utils.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <xenctrl.h>
#include <xenstore.h>

static libxl_ctx *ctx;
static uint32_t domid;
static struct table *t;
static volatile sig_atomic_t over;

#define UUID "01112131-4151-6171-8191-a1b1c1d1e1f1"

static int make(const char *name)
{
    struct xen_domctl_createdomain config = { .ssidref = 1, .flags = XEN_DOMCTL_CDF_hvm };
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    char back[100], front[100], record[100], path[300];
    int i;
    FILE *f;

    for (i = 0; i < 16; i++)
        config.handle[i] = i * 16 + 1;
    if (!xch || !xs || xc_domain_create(xch, &domid, &config))
        return 2;
    snprintf(back, sizeof(back), "/local/domain/0/backend/qdisk/%u/5632", domid);
    snprintf(front, sizeof(front), "/local/domain/%u/device/vbd/5632", domid);
    snprintf(record, sizeof(record), "/libxl/%u/device/vbd/5632", domid);
#define WRITE(value, ...) \
    (snprintf(path, sizeof(path), __VA_ARGS__), xs_write(xs, XBT_NULL, path, value, strlen(value)))
    WRITE("/vm/" UUID, "/local/domain/%u/vm", domid);
    WRITE(name, "/local/domain/%u/name", domid);
    WRITE("65536", "/local/domain/%u/memory/target", domid);
    WRITE("65536", "/local/domain/%u/memory/static-max", domid);
    WRITE("1", "/local/domain/%u/image/device-model-pid", domid);
    WRITE("hvm", "/libxl/%u/type", domid);
    WRITE("qemu_xen", "/libxl/%u/dm-version", domid);
    WRITE(back, "%s/backend", record);
    WRITE(front, "%s/frontend", record);
    WRITE(front, "%s/frontend", back);
    WRITE(back, "%s/backend", front);
    WRITE("3", "%s/state", front);
    for (const char **half = (const char *[]){ back, record, NULL }; *half; half++) {
        WRITE("aio:/tmp/cd1.iso", "%s/params", *half);
        WRITE("qdisk", "%s/type", *half);
        WRITE("hdc", "%s/dev", *half);
        WRITE("1", "%s/removable", *half);
        WRITE("r", "%s/mode", *half);
        WRITE("cdrom", "%s/device-type", *half);
        WRITE("3", "%s/state", *half);
        WRITE("1", "%s/online", *half);
    }
    snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, UUID);
    f = fopen(path, "w");
    if (!f || fprintf(f, "{\"c_info\": {\"type\": \"hvm\", \"name\": \"%s\"}, \"b_info\": {\"max_vcpus\": 1, \"target_memkb\": 65536,"
                      " \"max_memkb\": 65536, \"device_model_version\": \"qemu_xen\", \"type.hvm\": {}}, \"disks\": [{\"pdev_path\":"
                      " \"/tmp/cd1.iso\", \"vdev\": \"hdc\", \"format\": \"raw\", \"removable\": 1, \"is_cdrom\": 1}]}%c", name, 0) < 0 || fclose(f))
        return 2;
    t->medium = 1;
    printf("%u\n", domid);
    return 0;
}

/* ---- the library's part ---- */

static int change(int n, const libxl_asyncop_how *how)
{
    libxl_device_disk disk;
    char path[32];
    int rc;

    libxl_device_disk_init(&disk);
    snprintf(path, sizeof(path), n ? "/tmp/cd%d.iso" : "", n);
    disk.pdev_path = strdup(path);
    disk.vdev = strdup("hdc");
    disk.format = n ? LIBXL_DISK_FORMAT_RAW : LIBXL_DISK_FORMAT_EMPTY;
    disk.removable = disk.is_cdrom = 1;
    rc = libxl_cdrom_insert(ctx, domid, &disk, how);
    if (how && !rc) {
        libxl_event *event;

        usleep(how->u.for_event * 1000);
        libxl_ao_abort(ctx, how);
        if (libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
            exit(2);
        rc = event->u.operation_complete.rc;
        libxl_event_free(ctx, event);
    }
    libxl_device_disk_dispose(&disk);
    return rc;
}

static int retrieve(void)
{
    libxl_domain_config config;
    int rc;

    libxl_domain_config_init(&config);
    rc = libxl_retrieve_domain_configuration(ctx, domid, &config, NULL);
    if (!rc && config.num_disks != 1)
        printf("retrieved: %d disks\n", config.num_disks);
    libxl_domain_config_dispose(&config);
    return rc;
}

static int list(void)
{
    int n, i;
    libxl_device_disk *disks = libxl_device_disk_list(ctx, domid, &n);

    for (i = 0; i < n; i++)
        if (strcmp(disks[i].vdev, "hdc"))
            printf("listed: %s\n", disks[i].vdev);
    libxl_device_disk_list_free(disks, n);
    return 0;
}

static void *work(void *seed)
{
    unsigned state = (uintptr_t)seed;

    while (!over) {
        double began = now();
        int what = rand_r(&state) % 10, rc, ms, longest;

        rc = what < 4 ? change(1 + what % 3, NULL) : what < 5 ? change(9, NULL) : what < 7 ? change(0, NULL) :
             what < 9 ? retrieve() : list();
        ms = (now() - began) * 1000;
        t->calls++;
        if (rc)
            t->failures++;
        for (longest = t->longest; ms > longest && !atomic_compare_exchange_weak(&t->longest, &longest, ms);)
            ;
        switch (rc) {
        case 0: case ERROR_FAIL: case ERROR_TIMEDOUT: case ERROR_LOCK_FAIL: case ERROR_PROTOCOL_ERROR_QMP: case ERROR_QMP_GENERIC_ERROR:
            break;
        default:
            printf("an answer that nothing here explains: %d to %d\n", rc, what);
        }
    }
    return NULL;
}

static int work_in(int threads)
{
    pthread_t ids[64];
    int i;

    for (i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, work, (void *)(uintptr_t)(getpid() * 64 + i)))
            return 2;
    for (i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return 0;
}

/* ---- looking ---- */

/* As libxl has it: the file may be another by the time that it is locked. */
static int lock(const char *name)
{
    char path[300];

    snprintf(path, sizeof(path), "/var/lib/xen/userdata-l.%u.%s.%s", domid, UUID, name);
    for (;;) {
        struct stat at, of;
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

        if (fd < 0 || flock(fd, LOCK_EX))
            abort();
        if (!fstat(fd, &of) && !stat(path, &at) && at.st_ino == of.st_ino)
            return fd;
        close(fd);
    }
}

static void unlock(const char *name, int fd)
{
    char path[300];

    snprintf(path, sizeof(path), "/var/lib/xen/userdata-l.%u.%s.%s", domid, UUID, name);
    unlink(path);
    close(fd);
}

/* 0: none. -1: no such entry, or what is no medium of ours. */
static int stored(void)
{
    char path[300], text[8192], *disk;
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, UUID);
    f = fopen(path, "r");
    if (!f)
        return -1;
    n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = 0;
    disk = strstr(text, "\"disks\"");
    if (!disk || !strstr(disk, "\"hdc\""))
        return -1;
    return strstr(disk, "/tmp/cd") ? medium_in(disk) : 0;
}

static int told(struct xs_handle *xs, const char *half)
{
    char path[200], *value;
    int n;

    snprintf(path, sizeof(path), half, domid);
    value = xs_read(xs, XBT_NULL, path, NULL);
    n = !value ? -1 : !*value ? 0 : medium_in(value);
    free(value);
    return n;
}

struct seen {
    int qemu, record, back, json;
};

static struct seen look(struct xs_handle *xs, bool slow)
{
    const char *fast_lock = "domain-userdata-lock", *slow_lock = "libxl-device-changes-lock";
    int outer = slow ? lock(slow_lock) : -1, inner = lock(fast_lock);
    struct seen seen = { t->medium, told(xs, "/libxl/%u/device/vbd/5632/params"),
                         told(xs, "/local/domain/0/backend/qdisk/%u/5632/params"), stored() };

    unlock(fast_lock, inner);
    if (slow)
        unlock(slow_lock, outer);
    return seen;
}

static bool holds(struct seen s)
{
    return s.json >= 0 && (!s.qemu || s.qemu == s.json) && (!s.record || s.record == s.json) && s.back == s.record;
}

static void print(struct seen s)
{
    printf("qemu %d record %d back %d json %d\n", s.qemu, s.record, s.back, s.json);
}

static int watch(struct xs_handle *xs, bool slow)
{
    int bad = 0, looks = 0;

    for (; !over; looks++) {
        struct seen seen = look(xs, slow);

        if (!holds(seen) && bad++ < 10)
            printf("does not hold: "), print(seen);
        usleep(slow ? 2000 : 200);
    }
    printf("looked %s times\n", looks > 20 ? "enough" : "too few");
    return bad || looks <= 20;
}

static int guest(struct xs_handle *xs)
{
    libxl_evgen_disk_eject *evgen[2];
    char path[100], hdc[] = "hdc";
    int i, j;

    if (libxl_evenable_disk_eject(ctx, domid, hdc, 1, &evgen[0]) || libxl_evenable_disk_eject(ctx, domid, hdc, 2, &evgen[1]))
        return 2;
    snprintf(path, sizeof(path), "/local/domain/%u/device/vbd/5632/eject", domid);
    for (i = 1; i <= 3; i++) {
        printf("inserted: %d\n", change(i, NULL));
        xs_write(xs, XBT_NULL, path, "eject", 5);
        for (j = 0; j < 2; j++) {
            libxl_event *event;

            if (libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
                return 2;
            printf("event for %d: vdev %s, disk %s, backend %s, format %s\n", (int)event->for_user, event->u.disk_eject.vdev,
                   event->u.disk_eject.disk.vdev, libxl_disk_backend_to_string(event->u.disk_eject.disk.backend),
                   libxl_disk_format_to_string(event->u.disk_eject.disk.format));
            printf("ejected: %d\n", libxl_cdrom_insert(ctx, domid, &event->u.disk_eject.disk, NULL));
            libxl_event_free(ctx, event);
        }
        print(look(xs, false));
    }
    return 0;
}

static int set_table(char **names)
{
    for (; *names; names++) {
        char *value = strchr(*names, '=');
        atomic_int *entry;

        if (value)
            *value++ = 0;
#define ENTRY(name) !strcmp(*names, #name) ? &t->name
        entry = ENTRY(medium) : ENTRY(delay) : ENTRY(locked) : ENTRY(connections) : ENTRY(kill_point) : ENTRY(kill_delay) :
                ENTRY(points) : ENTRY(calls) : ENTRY(failures) : ENTRY(longest) : NULL;
        if (!entry)
            return 2;
        if (value)
            *entry = atoi(value);
        else
            printf("%d\n", *entry);
    }
    return 0;
}

static void stop(int signal)
{
    (void)signal;
    over = 1;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int n = argc > 3 ? atoi(argv[3]) : 0;
    libxl_asyncop_how how = { .u.for_event = argc > 4 ? atoi(argv[4]) : 0 };

    t = table();
    setbuf(stdout, NULL);
    signal(SIGTERM, stop);
    if (argc < 3)
        return 2;
    if (!strcmp(what, "make"))
        return make(argv[2]);
    if (!strcmp(what, "table"))
        return set_table(argv + 2);
    domid = atoi(argv[2]);
    if (!strcmp(what, "vanish"))
        return xc_domain_destroy(xc_interface_open(NULL, NULL, 0), domid) ? 2 : 0;
    if (!strcmp(what, "watch"))
        return watch(xs_open(0), argc > 3 && !strcmp(argv[3], "slow"));
    if (!strcmp(what, "look")) {
        struct seen seen = look(xs_open(0), false);

        print(seen);
        return !holds(seen);
    }
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0,
                        (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_DEBUG, XTL_STDIOSTREAM_SHOW_PID | XTL_STDIOSTREAM_SHOW_DATE)))
        return 2;
    if (!strcmp(what, "work"))
        return work_in(n);
    if (!strcmp(what, "guest"))
        return guest(xs_open(0));
    if (!strcmp(what, "change") || !strcmp(what, "abort")) {
        double began = now();
        int rc = change(n, !strcmp(what, "abort") ? &how : NULL);

        printf("%d after %d s\n", rc, (int)(now() - began));
        libxl_ctx_free(ctx);
        return 0;
    }
    return 2;
}
