/* Devices of the host attached to guests and detached: `run --passthrough`, whose host has an IOMMU and devices for that. */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <signal.h>
#include <xenstore.h>
#include "bench.h"

enum {
    FIRST_SLOT = 8, SLOTS = 8, FUNCTIONS = 8, /* what the host has of small functions; one more is at 05.0 */
    ROUNDS = 5,
};
static uint32_t domid;

static void shell(const char *script)
{
    const char *const argv[] = { "/bin/sh", "-c", script, NULL };

    command(argv);
}

static void destroy_guest(void) { libxl_domain_destroy(ctx(), domid, NULL); }

/* A guest that stays paused, and whose kernel would do nothing. */
static void make_guest(libxl_domain_type type)
{
    libxl_domain_config config;
    char name[32];

    libxl_domain_config_init(&config);
    snprintf(name, sizeof(name), "bench-passthrough-%d", getpid());
    config.c_info.type = type;
    config.c_info.name = strdup(name);
    config.c_info.passthrough = LIBXL_PASSTHROUGH_ENABLED;
    libxl_uuid_generate(&config.c_info.uuid);
    libxl_domain_build_info_init_type(&config.b_info, type);
    config.b_info.max_vcpus = 1;
    config.b_info.max_memkb = config.b_info.target_memkb = 16 * 1024;
    if (type == LIBXL_DOMAIN_TYPE_HVM) {
        config.b_info.u.hvm.firmware = strdup("/guest/tiny");
        libxl_defbool_set(&config.b_info.u.hvm.vnc.enable, false);
        libxl_defbool_set(&config.b_info.u.hvm.nographic, true);
    } else {
        config.b_info.kernel = strdup("/guest/tiny");
    }
    check(libxl_domain_create_new(ctx(), &config, &domid, NULL, NULL), "libxl_domain_create_new");
    libxl_domain_config_dispose(&config);
    atexit(destroy_guest);
}

/* ---- PCI ---- */

static void function_at(libxl_device_pci *pci, int slot, int function)
{
    libxl_device_pci_init(pci);
    pci->dev = slot;
    pci->func = function;
    pci->vfunc_mask = 1;
}

/* Some functions of so many slots. The processes of both libraries begin at once, and must not bind a function at once. */
static void make_assignable(int slots, int first, int functions)
{
    int lock = open("/tmp/bench/assignable", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    libxl_device_pci pci;

    if (lock < 0 || flock(lock, LOCK_EX))
        refused("flock");
    shell("modprobe xen-pciback");
    for (int slot = first; slot < first + slots; slot++)
        for (int function = 0; function < functions; function++) {
            function_at(&pci, slot, function);
            check(libxl_device_pci_assignable_add(ctx(), &pci, 1), "libxl_device_pci_assignable_add");
            libxl_device_pci_dispose(&pci);
        }
    close(lock);
}

static char *state_of(struct xs_handle *xs, const char *half)
{
    char path[64];
    unsigned length;

    snprintf(path, sizeof(path), half, domid);
    return xs_read(xs, XBT_NULL, path, &length);
}

#define BACK "/local/domain/0/backend/pci/%u/0/state"
#define FRONT "/local/domain/%u/device/pci/0/state"

static int is(struct xs_handle *xs, const char *half, char wanted)
{
    char *state = state_of(xs, half);
    int is = state && *state == wanted;

    free(state);
    return is;
}

/* Stands in for the guest's driver, in a process of its own: answers the back end as soon as that changes. */
static void answer_back_end(void)
{
    struct xs_handle *xs;
    char path[64], back[32], *answer;
    unsigned count;

    switch (fork()) {
    case -1: refused("fork");
    case 0: break;
    default: return;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    xs = xs_open(0);
    snprintf(back, sizeof(back), "/local/domain/0/backend/pci/%u", domid);
    snprintf(path, sizeof(path), FRONT, domid);
    if (!xs || !xs_watch(xs, back, ""))
        _exit(1);
    for (;;) {
        free(xs_read_watch(xs, &count));
        answer = NULL;
        if (is(xs, BACK, '3') && is(xs, FRONT, '1'))
            answer = "4";
        else if (is(xs, BACK, '8') && is(xs, FRONT, '7'))
            answer = "4";
        else if (is(xs, BACK, '7') && is(xs, FRONT, '4'))
            answer = "7";
        if (answer)
            xs_write(xs, XBT_NULL, path, answer, 1);
    }
}

static struct xs_handle *xenstore;

static void make_pci_guest(void)
{
    make_assignable(1, 5, 1);
    make_guest(LIBXL_DOMAIN_TYPE_PV);
    answer_back_end();
    if (!(xenstore = xs_open(0)))
        refused("xs_open");
}

static double pci_time;

/* Until the guest uses it is the kernel's time, and not in the figure. */
static void pci(void)
{
    libxl_device_pci pci;
    double start = now();

    function_at(&pci, 5, 0);
    check(libxl_device_pci_add(ctx(), domid, &pci, NULL), "libxl_device_pci_add");
    pci_time = now() - start;
    while (!is(xenstore, BACK, '4')) {
        if (now() - start > 30e9)
            refused("connecting the back end");
        nap(2000);
    }
    start = now();
    check(libxl_device_pci_remove(ctx(), domid, &pci, NULL), "libxl_device_pci_remove");
    pci_time += now() - start;
    libxl_device_pci_dispose(&pci);
}

static double pci_figure(void)
{
    double took[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        pci();
        took[i] = pci_time;
    }
    return median(took, ROUNDS);
}

static void make_many_assignable(void) { make_assignable(SLOTS, FIRST_SLOT, FUNCTIONS); }

static void xl_assignable(void)
{
    static const char *const argv[] = { XL, "pci-assignable-list", NULL };

    command(argv);
}

/* ---- USB ---- */

static void make_usb_guest(void)
{
    libxl_device_usbctrl controller;

    shell("modprobe xhci_pci; for i in $(seq 100); do [ ! -e /sys/bus/usb/devices/1-1/devnum ] || exit 0; sleep 0.1; done; exit 1");
    make_guest(LIBXL_DOMAIN_TYPE_HVM);
    libxl_device_usbctrl_init(&controller);
    controller.version = 2;
    check(libxl_device_usbctrl_add(ctx(), domid, &controller, NULL), "libxl_device_usbctrl_add");
    libxl_device_usbctrl_dispose(&controller);
}

static void usb(void)
{
    libxl_device_usbdev device;

    libxl_device_usbdev_init(&device);
    libxl_device_usbdev_init_type(&device, LIBXL_USBDEV_TYPE_HOSTDEV);
    device.u.hostdev.hostbus = 1;
    device.u.hostdev.hostaddr = 2;
    check(libxl_device_usbdev_add(ctx(), domid, &device, NULL), "libxl_device_usbdev_add");
    check(libxl_device_usbdev_remove(ctx(), domid, &device, NULL), "libxl_device_usbdev_remove");
    libxl_device_usbdev_dispose(&device);
}

const struct row passthrough_rows[] = {
    { .name = "xl-pci-assignable-list", .title = "`xl pci-assignable-list`, 64 functions", .aim = 0.8, .scenes = PASSTHROUGH,
      .prepare = make_many_assignable, .run = xl_assignable, .fresh = 1 },
    { .name = "pci", .title = "a PCI function attached to a PV guest and detached", .aim = 0.8, .scenes = PASSTHROUGH,
      .prepare = make_pci_guest, .run = pci, .figure = pci_figure, .unit = "ns", .processes = 3 },
    { .name = "usb", .title = "a USB device attached to an HVM guest and detached", .aim = 0.8, .scenes = PASSTHROUGH,
      .prepare = make_usb_guest, .run = usb },
    { NULL }
};
