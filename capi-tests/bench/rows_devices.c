/* Devices of a guest as xenstore has them, and its configuration. The guest is a domain without memory that each
 * process makes for itself; no back end serves its devices. */
#include <xenctrl.h>
#include <xenstore.h>
#include "bench.h"

static struct xs_handle *xs;
static xc_interface *xch;
static uint32_t domid;
static char vm[64], file[128];

static void note(const char *path, const char *value)
{
    if (!xs_write(xs, XBT_NULL, path, value, strlen(value)))
        refused(path);
}

static void in(const char *dir, const char *name, const char *value)
{
    char path[160];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    note(path, value);
}

/* The toolstack's record of a device, with nodes and their values up to a NULL. */
static void device(const char *kind, int devid, const char *const *nodes)
{
    char dir[96], half[96];

    snprintf(dir, sizeof(dir), "/libxl/%u/device/%s/%d", domid, kind, devid);
    snprintf(half, sizeof(half), "/local/domain/0/backend/%s/%u/%d", kind, domid, devid);
    in(dir, "backend", half);
    snprintf(half, sizeof(half), "/local/domain/%u/device/%s/%d", domid, kind, devid);
    in(dir, "frontend", half);
    for (; *nodes; nodes += 2)
        in(dir, nodes[0], nodes[1]);
}

static void remove_guest(void)
{
    const char *const dirs[] = { "/local/domain/%u", "/libxl/%u", "/local/domain/0/backend/pci/%u" };
    char path[64];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), dirs[i], domid);
        xs_rm(xs, XBT_NULL, path);
    }
    xs_rm(xs, XBT_NULL, vm);
    unlink(file);
    xc_domain_destroy(xch, domid);
}

static void disks(int count)
{
    for (int i = 0; i < count; i++) {
        char dev[] = { 'x', 'v', 'd', 'a' + i, 0 };
        const char *const nodes[] = { "dev", dev, "params", "/dev/vg/root", "type", "phy", "removable", "0",
                                      "bootable", "1", "online", "1", "mode", "w", "device-type", "disk",
                                      "discard-enable", "0", "state", "1", "frontend-id", "1", NULL };

        device("vbd", 51712 + 16 * i, nodes);
    }
}

static void nics(int count)
{
    for (int i = 0; i < count; i++) {
        char handle[] = { '0' + i, 0 }, mac[] = "00:16:3e:00:00:0x";
        const char *const nodes[] = { "handle", handle, "mac", mac, "script", "/etc/xen/scripts/vif-bridge",
                                      "bridge", "xenbr0", "type", "vif", "online", "1", "state", "1",
                                      "frontend-id", "1", "hotplug-status", "", NULL };

        mac[16] = '0' + i;
        device("vif", i, nodes);
    }
}

static void make_guest(void)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = -1, .max_maptrack_frames = -1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    char base[64];
    libxl_uuid uuid;

    xs = xs_open(0);
    xch = xc_interface_open(NULL, NULL, 0);
    libxl_uuid_generate(&uuid);
    memcpy(config.handle, libxl_uuid_bytearray(&uuid), sizeof(config.handle));
    if (!xs || !xch || xc_domain_create(xch, &domid, &config))
        refused("xc_domain_create");
    snprintf(vm, sizeof(vm), "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
    snprintf(file, sizeof(file), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, vm + strlen("/vm/"));
    atexit(remove_guest);
    snprintf(base, sizeof(base), "/local/domain/%u", domid);
    in(base, "name", "bench-devices");
    in(base, "vm", vm);
    in(base, "memory/target", "1048576");
    in(base, "memory/static-max", "1048576");
    in(base, "memory/videoram", "0");
    for (int i = 0; i < 4; i++) {
        char node[] = "cpu/x/availability";

        node[4] = '0' + i;
        in(base, node, "online");
    }
    in("/local/pool/0", "name", "Pool-0");
}

static void make_ten_disks(void)
{
    make_guest();
    disks(10);
}

static void make_ten_nics(void)
{
    make_guest();
    nics(10);
}

/* Ten devices of five kinds, and the configuration that they were made with. */
static void make_ten_devices(void)
{
    static const char *const controller[] = { "type", "pv", NULL }, *const nothing[] = { NULL };
    libxl_domain_config config;
    char *json, base[64];
    FILE *stored;
    int i;

    make_guest();
    disks(4);
    nics(3);
    device("vtpm", 0, nothing);
    device("vusb", 0, controller);
    snprintf(base, sizeof(base), "/local/domain/0/backend/pci/%u/0", domid);
    in(base, "num_devs", "1");
    in(base, "dev-0", "0000:02:1f.1");

    libxl_domain_config_init(&config);
    config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    config.c_info.name = strdup("bench-devices");
    libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PV);
    config.b_info.max_vcpus = 4;
    config.b_info.kernel = strdup("/boot/vmlinuz");
    config.b_info.cmdline = strdup("root=/dev/xvda1 ro");
    config.disks = calloc(config.num_disks = 4, sizeof(*config.disks));
    for (i = 0; i < config.num_disks; i++) {
        char dev[] = { 'x', 'v', 'd', 'a' + i, 0 };

        libxl_device_disk_init(&config.disks[i]);
        config.disks[i].vdev = strdup(dev);
        config.disks[i].pdev_path = strdup("/dev/vg/root");
        config.disks[i].backend = LIBXL_DISK_BACKEND_PHY;
        config.disks[i].format = LIBXL_DISK_FORMAT_RAW;
        config.disks[i].readwrite = 1;
    }
    config.nics = calloc(config.num_nics = 3, sizeof(*config.nics));
    for (i = 0; i < config.num_nics; i++) {
        libxl_device_nic_init(&config.nics[i]);
        config.nics[i].devid = i;
        config.nics[i].bridge = strdup("xenbr0");
    }
    config.vtpms = calloc(config.num_vtpms = 1, sizeof(*config.vtpms));
    libxl_device_vtpm_init(config.vtpms);
    config.vtpms->devid = 0;
    config.usbctrls = calloc(config.num_usbctrls = 1, sizeof(*config.usbctrls));
    libxl_device_usbctrl_init(config.usbctrls);
    config.usbctrls->devid = 0;
    config.pcidevs = calloc(config.num_pcidevs = 1, sizeof(*config.pcidevs));
    libxl_device_pci_init(config.pcidevs);
    config.pcidevs->bus = 2, config.pcidevs->dev = 31, config.pcidevs->func = 1;
    json = libxl_domain_config_to_json(ctx(), &config);
    stored = json ? fopen(file, "w") : NULL;
    if (!stored || fputs(json, stored) < 0 || fclose(stored))
        refused(file);
    free(json);
    libxl_domain_config_dispose(&config);
}

static void list_disks(void)
{
    int count;
    libxl_device_disk *list = libxl_device_disk_list(ctx(), domid, &count);

    if (count != 10)
        refused("libxl_device_disk_list");
    libxl_device_disk_list_free(list, count);
}

static void list_nics(void)
{
    int count;
    libxl_device_nic *list = libxl_device_nic_list(ctx(), domid, &count);

    if (count != 10)
        refused("libxl_device_nic_list");
    libxl_device_nic_list_free(list, count);
}

static void find_disk(void)
{
    libxl_device_disk disk;

    check(libxl_vdev_to_device_disk(ctx(), domid, "xvdf", &disk), "libxl_vdev_to_device_disk");
    libxl_device_disk_dispose(&disk);
}

static void nic_info(void)
{
    libxl_device_nic nic;
    libxl_nicinfo info;

    libxl_device_nic_init(&nic);
    nic.devid = 5;
    libxl_nicinfo_init(&info);
    check(libxl_device_nic_getinfo(ctx(), domid, &nic, &info), "libxl_device_nic_getinfo");
    libxl_nicinfo_dispose(&info);
    libxl_device_nic_dispose(&nic);
}

static void retrieve(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    check(libxl_retrieve_domain_configuration(ctx(), domid, &config, NULL), "libxl_retrieve_domain_configuration");
    if (config.num_disks != 4 || config.num_nics != 3 || config.num_pcidevs != 1)
        refused("all ten devices");
    libxl_domain_config_dispose(&config);
}

static double retrieve_by_four(void) { return together(4, 10, retrieve); }

const struct row device_rows[] = {
    { .name = "retrieve-config", .title = "configuration of a domain with 10 devices", .aim = 0.5, .scenes = ALONE,
      .prepare = make_ten_devices, .run = retrieve },
    { .name = "retrieve-4", .title = "the same by four processes at once (the slow lock)", .aim = 1, .scenes = ALONE,
      .prepare = make_ten_devices, .figure = retrieve_by_four, .unit = "ns", .processes = 3 },
    { .name = "disk-list", .title = "list of 10 disks", .aim = 1, .scenes = ALONE, .prepare = make_ten_disks,
      .run = list_disks },
    { .name = "nic-list", .title = "list of 10 network interfaces", .aim = 1, .scenes = ALONE,
      .prepare = make_ten_nics, .run = list_nics },
    { .name = "disk-find", .title = "disk by its name, of 10", .aim = 1, .scenes = ALONE, .prepare = make_ten_disks,
      .run = find_disk },
    { .name = "nic-info", .title = "details of a network interface", .aim = 1, .scenes = ALONE,
      .prepare = make_ten_nics, .run = nic_info },
    { NULL }
};
