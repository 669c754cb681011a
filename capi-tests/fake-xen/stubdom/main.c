/*
 * Guests whose device model is in a stub domain, and the domains around them, which never run.
 *
 *   stubdom domain NAME hvm|pv BYTE [JSON]   makes a domain whose UUID ends with that byte, with JSON as its stored
 *                                            configuration; prints its number
 *   stubdom pci add|remove|destroy DOMID JSON    what libxl_device_pci_… gives
 *   stubdom pci list DOMID -                 its functions
 *   stubdom usbctrl|usbdev add|remove DOMID JSON
 *   stubdom config get DOMID -               the functions in its retrieved configuration
 *   stubdom guest save|live|resume|suspend|destroy DOMID FILE    save, live: into that file; suspend: only
 *   stubdom pciback                          takes the part of the kernel's PCI back end and of all front ends: what is
 *                                            new gets connected, and what is asked for is released. While /tool/deaf is
 *                                            there, it does nothing
 *   stubdom traditional DOMID                takes the part of the traditional device model of a domain, and prints the
 *                                            commands. While /tool/full is there, it refuses functions
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>

static libxl_ctx *ctx;

#define DEVICE(k, o)                                                   \
    if (!strcmp(kind, #k) && !strcmp(operation, #o)) {                 \
        libxl_device_##k device;                                       \
        libxl_device_##k##_init(&device);                              \
        if (libxl_device_##k##_from_json(ctx, &device, argument))      \
            return 2;                                                  \
        rc = libxl_device_##k##_##o(ctx, domid, &device, NULL);        \
        libxl_device_##k##_dispose(&device);                           \
    }

static void show(libxl_device_pci *pci)
{
    printf("function %04x:%02x:%02x.%x\n", pci->domain, pci->bus, pci->dev, pci->func);
}

static int operate(const char *kind, const char *operation, uint32_t domid, const char *argument)
{
    int rc = 1, n, i;

    DEVICE(pci, add) DEVICE(pci, remove) DEVICE(pci, destroy)
    DEVICE(usbctrl, add) DEVICE(usbctrl, remove) DEVICE(usbdev, add) DEVICE(usbdev, remove)
    if (!strcmp(kind, "pci") && !strcmp(operation, "list")) {
        libxl_device_pci *list = libxl_device_pci_list(ctx, domid, &n);
        for (i = 0; i < n; i++)
            show(&list[i]);
        rc = list ? 0 : ERROR_FAIL;
        if (list)
            libxl_device_pci_list_free(list, n);
    }
    if (!strcmp(kind, "config")) {
        libxl_domain_config config;
        libxl_domain_config_init(&config);
        rc = libxl_retrieve_domain_configuration(ctx, domid, &config, NULL);
        for (i = 0; i < config.num_pcidevs; i++)
            show(&config.pcidevs[i]);
        libxl_domain_config_dispose(&config);
    }
    if (!strcmp(operation, "save") || !strcmp(operation, "live")) {
        int fd = open(argument, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        rc = libxl_domain_suspend(ctx, domid, fd, *operation == 'l' ? LIBXL_SUSPEND_LIVE : 0, NULL);
        close(fd);
    }
    if (!strcmp(operation, "suspend"))
        rc = libxl_domain_suspend_only(ctx, domid, NULL);
    if (!strcmp(operation, "resume"))
        rc = libxl_domain_resume(ctx, domid, 1, NULL);
    if (!strcmp(kind, "guest") && !strcmp(operation, "destroy"))
        rc = libxl_domain_destroy(ctx, domid, NULL);
    printf("-> %d\n", rc);
    return 0;
}

static int make_domain(struct xs_handle *xs, char **argv)
{
    struct xen_domctl_createdomain config = { .ssidref = 1 };
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    char path[200], vm[60], *uuid = vm + 4;
    uint32_t domid = 0;
    FILE *f;

    config.handle[15] = strtoul(argv[2], NULL, 16);
    if (!strcmp(argv[1], "hvm"))
        config.flags = XEN_DOMCTL_CDF_hvm;
    if (!xch || xc_domain_create(xch, &domid, &config) || xc_domain_unpause(xch, domid))
        return 2;
    snprintf(vm, sizeof(vm), "/vm/00000000-0000-0000-0000-0000000000%02x", config.handle[15]);
    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    xs_write(xs, XBT_NULL, path, vm, strlen(vm));
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    xs_write(xs, XBT_NULL, path, argv[0], strlen(argv[0]));
    if (!xs_introduce_domain(xs, domid, 1, 1))
        return 2;
    if (argv[3]) {
        snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, uuid);
        f = fopen(path, "w");
        if (!f || fwrite(argv[3], 1, strlen(argv[3]) + 1, f) != strlen(argv[3]) + 1 || fclose(f))
            return 2;
    }
    printf("%u\n", domid);
    return 0;
}

/* ---- the back end ---- */

static int number(struct xs_handle *xs, const char *back, const char *name)
{
    char path[300], *value;
    int n = -1;

    snprintf(path, sizeof(path), "%s/%s", back, name);
    value = xs_read(xs, XBT_NULL, path, NULL);
    if (value)
        n = atoi(value);
    free(value);
    return n;
}

static void set(struct xs_handle *xs, const char *dir, const char *name, const char *value)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    xs_write(xs, XBT_NULL, path, value, strlen(value));
}

static void one(struct xs_handle *xs, const char *back)
{
    int state = number(xs, back, "state"), n = number(xs, back, "num_devs"), i;
    char path[300], name[30], *front;

    if (state != 1 && state != 7)
        return;
    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "state-%d", i);
        if (number(xs, back, name) == 1)
            set(xs, back, name, "3");
        if (number(xs, back, name) == 5)
            set(xs, back, name, "6");
    }
    snprintf(path, sizeof(path), "%s/frontend", back);
    front = xs_read(xs, XBT_NULL, path, NULL);
    if (front)
        set(xs, front, "state", "4");
    free(front);
    set(xs, back, "state", "4");
}

static void serve(struct xs_handle *xs)
{
    const char *base = "/local/domain/0/backend/pci";
    unsigned n, i;

    xs_watch(xs, base, "");
    xs_watch(xs, "/tool/deaf", "");
    for (;;) {
        char **event = xs_read_watch(xs, &n), **domids, path[200];

        free(event);
        if (number(xs, "/tool", "deaf") >= 0)
            continue;
        domids = xs_directory(xs, XBT_NULL, base, &n);
        for (i = 0; domids && i < n; i++) {
            snprintf(path, sizeof(path), "%s/%s/0", base, domids[i]);
            one(xs, path);
        }
        free(domids);
    }
}

/* ---- the traditional device model ---- */

/* Takes what is in the node, or NULL, away. */
static char *taken(struct xs_handle *xs, const char *dir, const char *name)
{
    char path[300], *value;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    value = xs_read(xs, XBT_NULL, path, NULL);
    if (value)
        xs_rm(xs, XBT_NULL, path);
    return value;
}

static void traditional(struct xs_handle *xs, const char *domid)
{
    char dir[100], file[100], *command, *parameter;
    unsigned n;

    snprintf(dir, sizeof(dir), "/local/domain/0/device-model/%s", domid);
    snprintf(file, sizeof(file), "/var/lib/xen/qemu-save.%s", domid);
    set(xs, dir, "state", "running");
    xs_watch(xs, dir, "");
    for (;;) {
        char **event = xs_read_watch(xs, &n), path[300];
        FILE *f;

        free(event);
        snprintf(path, sizeof(path), "%s/logdirty/cmd", dir);
        command = xs_read(xs, XBT_NULL, path, NULL);
        if (command && 1) {
            char answered[300], *before;
            snprintf(answered, sizeof(answered), "%s/logdirty/ret", dir);
            before = xs_read(xs, XBT_NULL, answered, NULL);
            if (!before) {
                printf("the device model: log dirty pages: %s\n", command);
                set(xs, dir, "logdirty/ret", command);
            }
            free(before);
        }
        free(command);
        command = taken(xs, dir, "command");
        if (!command)
            continue;
        snprintf(path, sizeof(path), "%s/parameter", dir);
        parameter = xs_read(xs, XBT_NULL, path, NULL);
        printf("the device model: %s %s\n", command, *command == 'p' && parameter ? parameter : "");
        free(parameter);
        if (!strcmp(command, "pci-ins"))
            set(xs, dir, "parameter", "0x28");
        if (!strcmp(command, "save")) {
            f = fopen(file, "w");
            fputs("<old state>", f);
            fclose(f);
        }
        set(xs, dir, "state",
            !strcmp(command, "pci-ins") ? number(xs, "/tool", "full") < 0 ? "pci-inserted" : "pci-insert-failed"
            : !strcmp(command, "pci-rem") ? "pci-removed"
            : !strcmp(command, "save") ? "paused" : "running");
        free(command);
    }
}

int main(int argc, char **argv)
{
    xentoollog_logger_stdiostream *log;

    setbuf(stdout, NULL);
    if (argc > 4 && !strcmp(argv[1], "domain"))
        return make_domain(xs_open(0), argv + 2);
    if (argc == 2 && !strcmp(argv[1], "pciback"))
        serve(xs_open(0));
    if (argc == 3 && !strcmp(argv[1], "traditional"))
        traditional(xs_open(0), argv[2]);
    if (argc != 5)
        return 2;
    log = xtl_createlogger_stdiostream(stderr, XTL_DEBUG, XTL_STDIOSTREAM_SHOW_DATE);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)log))
        return 2;
    return operate(argv[1], argv[2], atoi(argv[3]), argv[4]);
}
