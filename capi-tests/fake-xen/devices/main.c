/*
 * Every list, detail and search of devices, for domains that only xenstore knows. The output is the same with
 * either library, but for known-differences.
 *
 *   devices fill SCENES       makes the scenes
 *   devices show SCENES       asks the library, each question in a process of its own: one may end it
 *   devices plain SCENES      in one process
 */
#include "devices.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xentoollog.h>

static libxl_ctx *ctx;
static const char *scene;
static char label[160];
static int forks;

/* Between these two a process of its own is at work, if that is wanted: the first is true in it, and the other
 * ends it. */
static int begin_apart(void)
{
    int status;
    pid_t child;

    fflush(stdout);
    if (!forks || !(child = fork())) {
        alarm(forks ? 20 : 0);
        return 1;
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        exit(2);
    if (WIFSIGNALED(status))
        printf("%s: ends the process with signal %d\n", label, WTERMSIG(status));
    else if (WEXITSTATUS(status))
        printf("%s: exit status %d\n", label, WEXITSTATUS(status));
    return 0;
}

static void end_apart(void)
{
    fflush(stdout);
    if (forks)
        _exit(0);
}

/* Long answers are told by their length and a checksum. */
static void text(const char *what, char *json)
{
    size_t n = json ? strlen(json) : 0, i;
    uint64_t sum = 14695981039346656037u;

    if (n > 6000) {
        for (i = 0; i < n; i++)
            sum = (sum ^ (unsigned char)json[i]) * 1099511628211u;
        printf("%s %s: %zu bytes, %016llx\n", label, what, n, (unsigned long long)sum);
    } else {
        printf("%s %s: ", label, what);
        for (i = 0; i < n; i++)
            if (json[i] == '\n')
                putchar(' ');
            else if (json[i] != ' ')
                putchar(json[i]);
        printf("%s\n", json ? "" : "no JSON");
    }
    free(json);
}

static void raw(const char *what, const char *value)
{
    printf("%s %s: ", label, what);
    for (; value && *value; value++)
        printf(*value > 32 && *value < 127 ? "%c" : "\\x%02x", (unsigned char)*value);
    printf("%s\n", value ? "" : "NULL");
}

/* Of a list: each element, and what its getinfo and find say. */
#define LIST(kind, after) \
    static void list_##kind(uint32_t domid) \
    { \
        int num = -7, i; \
        libxl_device_##kind *list = libxl_device_##kind##_list(ctx, domid, &num); \
        printf("%s %d%s\n", label, num, list ? "" : " NULL"); \
        for (i = 0; i < num && i < 400; i++) { \
            libxl_device_##kind *d = &list[i]; \
            (void)d; \
            text(#kind, libxl_device_##kind##_to_json(ctx, d)); \
            after \
        } \
        if (list) \
            libxl_device_##kind##_list_free(list, num); \
    }
#define INFO(kind, info) { \
        libxl_##info i; \
        int rc; \
        libxl_##info##_init(&i); \
        rc = libxl_device_##kind##_getinfo(ctx, domid, d, &i); \
        printf("%s getinfo %d\n", label, rc); \
        if (!rc) { \
            text(#info, libxl_##info##_to_json(ctx, &i)); \
            libxl_##info##_dispose(&i); \
        } \
    }

#define libxl_device_channel_list_free(list, num) \
    do { while (num--) libxl_device_channel_dispose(&list[num]); free(list); } while (0)
LIST(disk, raw("path", d->pdev_path); INFO(disk, diskinfo))
LIST(nic, INFO(nic, nicinfo))
LIST(vkb, raw("unique-id", d->unique_id); INFO(vkb, vkbinfo))
LIST(vdispl, INFO(vdispl, vdisplinfo))
LIST(vsnd, INFO(vsnd, vsndinfo))
LIST(vtpm, INFO(vtpm, vtpminfo))
LIST(usbctrl, INFO(usbctrl, usbctrlinfo))
LIST(usbdev, )
LIST(pci, )
LIST(channel, INFO(channel, channelinfo))

/* Numbers that there may be. */
static const int devids[] = { 0, 1, 2, 3, 4, 7, -1 };
#define EACH_DEVID(body) \
    for (size_t n = 0; n < sizeof(devids) / sizeof(*devids); n++) { int devid = devids[n]; body }

#define BY_DEVID(kind, info) \
    static void find_##kind(uint32_t domid) \
    { \
        EACH_DEVID( \
            libxl_device_##kind d; \
            int rc; \
            libxl_device_##kind##_init(&d); \
            rc = libxl_devid_to_device_##kind(ctx, domid, devid, &d); \
            printf("%s by devid %d: %d\n", label, devid, rc); \
            if (!rc) \
                text(#kind, libxl_device_##kind##_to_json(ctx, &d)); \
            libxl_device_##kind##_dispose(&d); \
            libxl_device_##kind##_init(&d); \
            d.devid = devid; \
            if ((devid == 0 || devid == 7) && begin_apart()) { \
                libxl_##info i; \
                libxl_##info##_init(&i); \
                rc = libxl_device_##kind##_getinfo(ctx, domid, &d, &i); \
                printf("%s getinfo of %d: %d\n", label, devid, rc); \
                if (!rc) libxl_##info##_dispose(&i); \
                end_apart(); \
            } \
            libxl_device_##kind##_dispose(&d);) \
    }
BY_DEVID(nic, nicinfo)
BY_DEVID(vkb, vkbinfo)
BY_DEVID(vdispl, vdisplinfo)
BY_DEVID(vsnd, vsndinfo)
BY_DEVID(vtpm, vtpminfo)
BY_DEVID(usbctrl, usbctrlinfo)

static void find_disk(uint32_t domid)
{
    static const char *const names[] = { "xvda", "xvdb", "hdc", "51760", "xvdz", "d0p0", "sda", "no such" };

    for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++) {
        libxl_device_disk d;
        int rc;

        libxl_device_disk_init(&d);
        rc = libxl_vdev_to_device_disk(ctx, domid, names[n], &d);
        printf("%s by vdev %s: %d\n", label, names[n], rc);
        if (!rc) {
            libxl_diskinfo i;

            text("disk", libxl_device_disk_to_json(ctx, &d));
            libxl_diskinfo_init(&i);
            rc = libxl_device_disk_getinfo(ctx, domid, &d, &i);
            printf("%s getinfo of %s: %d\n", label, names[n], rc);
            if (!rc)
                libxl_diskinfo_dispose(&i);
            libxl_device_disk_dispose(&d);
        }
    }
}

static void find_mac(uint32_t domid)
{
    static const char *const macs[] = { "00:16:3e:00:00:01", "00:16:3e:aa:BB:03", "00:00:00:00:00:00",
                                        "00:16:3e:00:00:99", "00:16:3e", "x", "" };

    for (size_t n = 0; n < sizeof(macs) / sizeof(*macs); n++) {
        libxl_device_nic d;
        int rc;

        libxl_device_nic_init(&d);
        rc = libxl_mac_to_device_nic(ctx, domid, macs[n], &d);
        printf("%s by mac %s: %d\n", label, macs[n], rc);
        if (!rc)
            text("nic", libxl_device_nic_to_json(ctx, &d));
        libxl_device_nic_dispose(&d);
    }
}

static void find_uuid(uint32_t domid)
{
    static const char *const uuids[] = { "01234567-89ab-cdef-0123-456789abcdef",
                                         "00000000-0000-0000-0000-000000000000",
                                         "11111111-0000-0000-0000-000000000000" };

    for (size_t n = 0; n < 3; n++) {
        libxl_device_vtpm d;
        libxl_uuid uuid;
        int rc;

        libxl_uuid_from_string(&uuid, uuids[n]);
        libxl_device_vtpm_init(&d);
        rc = libxl_uuid_to_device_vtpm(ctx, domid, &uuid, &d);
        printf("%s by uuid %s: %d\n", label, uuids[n], rc);
        text("vtpm", libxl_device_vtpm_to_json(ctx, &d));
    }
}

static void find_port(uint32_t domid)
{
    for (int ctrl = -1; ctrl < 3; ctrl++)
        for (int port = -1; port < 6; port++) {
            libxl_device_usbdev d;
            int rc;

            /* A controller that is not there ends the process in C. */
            if ((strcmp(scene, "usb") || ctrl < 0) && (ctrl || port != 1))
                continue;
            if (!begin_apart())
                continue;
            libxl_device_usbdev_init(&d);
            rc = libxl_ctrlport_to_device_usbdev(ctx, domid, ctrl, port, &d);
            printf("%s port %d of %d: %d\n", label, port, ctrl, rc);
            if (!rc)
                text("usbdev", libxl_device_usbdev_to_json(ctx, &d));
            end_apart();
        }
}

static void find_channel(uint32_t domid)
{
    EACH_DEVID(
        libxl_device_channel d;
        libxl_channelinfo i;
        int rc;

        libxl_device_channel_init(&d);
        d.devid = devid;
        libxl_channelinfo_init(&i);
        rc = libxl_device_channel_getinfo(ctx, domid, &d, &i);
        printf("%s getinfo of %d: %d\n", label, devid, rc);
        if (!rc) {
            text("channelinfo", libxl_channelinfo_to_json(ctx, &i));
            libxl_channelinfo_dispose(&i);
        })
}

static void list_assignable(uint32_t domid)
{
    int num = -7, i;
    libxl_device_pci *list;

    list = libxl_device_pci_assignable_list(ctx, &num);
    printf("%s %d\n", label, num);
    for (i = 0; i < num; i++)
        text("pci", libxl_device_pci_to_json(ctx, &list[i]));
    libxl_device_pci_assignable_list_free(list, num);
}

static void retrieve(uint32_t domid)
{
    libxl_domain_config config;
    int rc;

    libxl_domain_config_init(&config);
    rc = libxl_retrieve_domain_configuration(ctx, domid, &config, NULL);
    printf("%s %d\n", label, rc);
    if (!rc) {
        /* Line by line: a difference is then a line. */
        char *json = libxl_domain_config_to_json(ctx, &config), *at = json, *end;

        for (; at && *at; at = end) {
            end = strchrnul(at, '\n');
            printf("%s %.*s\n", label, (int)(end - at), at);
            end += *end == '\n';
        }
        free(json);
    }
    libxl_domain_config_dispose(&config);
}

/* Each is asked about the scenes with that word in their name, and about nothing. */
static const struct {
    const char *name;
    void (*run)(uint32_t domid);
    const char *scenes;
} questions[] = {
    { "disk_list", list_disk, "disk" }, { "disk", find_disk, "disk" },
    { "nic_list", list_nic, "nic" }, { "nic", find_nic, "nic" }, { "mac", find_mac, "nic" },
    { "vkb_list", list_vkb, "keyboard" }, { "vkb", find_vkb, "keyboard" },
    { "vdispl_list", list_vdispl, "display" }, { "vdispl", find_vdispl, "display" },
    { "vsnd_list", list_vsnd, "sound" }, { "vsnd", find_vsnd, "sound" },
    { "vtpm_list", list_vtpm, "tpm" }, { "vtpm", find_vtpm, "tpm" }, { "uuid", find_uuid, "tpm" },
    { "usbctrl_list", list_usbctrl, "usb" }, { "usbctrl", find_usbctrl, "usb" },
    { "usbdev_list", list_usbdev, "usb" }, { "port", find_port, "usb" },
    { "pci_list", list_pci, "pci" }, { "assignable_list", list_assignable, "nothing" },
    { "channel_list", list_channel, "channel" }, { "channel", find_channel, "channel" },
    { "retrieve", retrieve, "stored" },
};

static xentoollog_logger *logger;

static void open_ctx(void)
{
    logger = (void *)xtl_createlogger_stdiostream(stderr, getenv("DEVICES_DEBUG") ? XTL_DEBUG : XTL_WARN, 0);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger)) {
        fprintf(stderr, "no ctx\n");
        exit(2);
    }
}

static void show(const char *name, uint32_t domid)
{
    size_t q;

    scene = name;
    printf("== %s\n", scene);
    for (q = 0; q < sizeof(questions) / sizeof(*questions); q++) {
        if (strcmp(name, "nothing") && strncmp(name, "empty", 5) && !strstr(name, questions[q].scenes))
            continue;
        snprintf(label, sizeof(label), "%s", questions[q].name);
        fflush(stdout);
        fprintf(stderr, "== %s/%s\n", scene, label);
        if (begin_apart()) {
            if (forks)
                open_ctx();
            questions[q].run(domid);
            end_apart();
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(argv[1], "fill")) {
        scenes(argv[2], 1, NULL);
        return 0;
    }
    forks = strcmp(argv[1], "plain");
    if (!forks)
        open_ctx();
    scenes(argv[2], 0, show);
    if (!forks)
        libxl_ctx_free(ctx), xtl_logger_destroy(logger);
    return 0;
}
