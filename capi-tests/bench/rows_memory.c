/* A guest's memory: the target, the limit, and asking for the target. The guest is a domain without memory that each
 * process makes for itself, with a stored configuration of ordinary size. */
#include <xenctrl.h>
#include <xenstore.h>
#include "bench.h"

static const char config_text[] =
    "{\"c_info\":{\"type\":\"pv\",\"name\":\"bench-memory\",\"uuid\":\"00000000-0000-0000-0000-000000000000\","
    "\"run_hotplug_scripts\":\"True\",\"driver_domain\":\"False\"},"
    "\"b_info\":{\"max_vcpus\":4,\"avail_vcpus\":[0,1,2,3],\"max_memkb\":4194304,\"target_memkb\":1048576,"
    "\"video_memkb\":0,\"shadow_memkb\":1024,\"sched_params\":{\"sched\":\"credit2\",\"weight\":256,\"cap\":0},"
    "\"claim_mode\":\"True\",\"kernel\":\"/boot/vmlinuz\",\"ramdisk\":\"/boot/initrd\",\"cmdline\":\"root=/dev/xvda1 ro\","
    "\"type.pv\":{\"slack_memkb\":0}},"
    "\"disks\":[{\"pdev_path\":\"/dev/vg/root\",\"vdev\":\"xvda\",\"backend\":\"phy\",\"format\":\"raw\",\"readwrite\":1},"
    "{\"pdev_path\":\"/dev/vg/swap\",\"vdev\":\"xvdb\",\"backend\":\"phy\",\"format\":\"raw\",\"readwrite\":1}],"
    "\"nics\":[{\"devid\":0,\"mac\":\"00:16:3e:01:02:03\",\"bridge\":\"xenbr0\",\"script\":\"/etc/xen/scripts/vif-bridge\","
    "\"nictype\":\"vif\"}],\"on_reboot\":\"restart\",\"on_crash\":\"destroy\"}";

enum { TARGET = 1 << 20, MOST = 4 << 20 };
static struct xs_handle *xs;
static xc_interface *xch;
static uint32_t domid;
static char vm[64], file[128];

static void note(const char *node, const char *value)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, node);
    if (!xs_write(xs, XBT_NULL, path, value, strlen(value)))
        refused(path);
}

static void remove_guest(void)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    xs_rm(xs, XBT_NULL, path);
    xs_rm(xs, XBT_NULL, vm);
    unlink(file);
    xc_domain_destroy(xch, domid);
}

static void make_guest(void)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = -1, .max_maptrack_frames = -1,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    libxl_uuid uuid;
    FILE *stored;

    xs = xs_open(0);
    xch = xc_interface_open(NULL, NULL, 0);
    libxl_uuid_generate(&uuid);
    memcpy(config.handle, libxl_uuid_bytearray(&uuid), sizeof(config.handle));
    if (!xs || !xch || xc_domain_create(xch, &domid, &config))
        refused("xc_domain_create");
    snprintf(vm, sizeof(vm), "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
    snprintf(file, sizeof(file), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, vm + strlen("/vm/"));
    atexit(remove_guest);
    note("name", "bench-memory");
    note("vm", vm);
    note("memory/target", "1048576");
    note("memory/static-max", "4194304");
    note("memory/videoram", "0");
    stored = fopen(file, "w");
    if (!stored || fputs(config_text, stored) < 0 || fclose(stored))
        refused(file);
}

static void set_target(void)
{
    static int n;

    check(libxl_set_memory_target(ctx(), domid, TARGET + (n++ & 15) * 1024, 0, 1), "libxl_set_memory_target");
}

static void change_target(void)
{
    static int n;

    check(libxl_set_memory_target(ctx(), domid, n++ & 1 ? -1024 : 1024, 1, 0), "libxl_set_memory_target");
}

static void set_limit(void)
{
    static int n;

    check(libxl_domain_setmaxmem(ctx(), domid, MOST + (n++ & 15) * 1024), "libxl_domain_setmaxmem");
}

static void get_target(void)
{
    uint64_t kb = 0;

    check(libxl_get_memory_target(ctx(), domid, &kb), "libxl_get_memory_target");
    if (kb < TARGET)
        refused("the target that was set");
}

const struct row memory_rows[] = {
    { .name = "memory-set", .title = "memory target and limit", .aim = 1, .scenes = ALONE, .prepare = make_guest, .run = set_target },
    { .name = "memory-by", .title = "memory target, relative", .aim = 1, .scenes = ALONE, .prepare = make_guest, .run = change_target },
    { .name = "memory-max", .title = "memory limit", .aim = 1, .scenes = ALONE, .prepare = make_guest, .run = set_limit },
    { .name = "memory-get", .title = "memory target asked for", .aim = 1, .scenes = ALONE, .prepare = make_guest, .run = get_target },
    { NULL }
};
