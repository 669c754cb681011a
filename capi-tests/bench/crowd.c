/* Domains that exist and no more: no memory, one vcpu that was never started, paused, with a name in xenstore. Made
 * straight with libxenctrl and libxenstore, since a toolstack takes seconds for each under emulation. */
#include <xenctrl.h>
#include <xenstore.h>
#include "bench.h"

static void note(struct xs_handle *xs, uint32_t domid, const char *node, const char *value)
{
    char path[64];

    snprintf(path, sizeof(path), "/local/domain/%u/%s", domid, node);
    if (!xs_write(xs, XBT_NULL, path, value, strlen(value)))
        refused(path);
}

int crowd(int n)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    int i;

    if (!xch || !xs)
        refused("opening Xen");
    for (i = 0; i < n; i++) {
        struct xen_domctl_createdomain config = {
            .max_vcpus = 1,
            .max_evtchn_port = 1023,
            .max_grant_frames = -1,
            .max_maptrack_frames = -1,
            .grant_opts = XEN_DOMCTL_GRANT_version(1),
        };
        uint32_t domid = 0;
        char name[32], vm[64];
        libxl_uuid uuid;

        libxl_uuid_generate(&uuid);
        memcpy(config.handle, libxl_uuid_bytearray(&uuid), sizeof(config.handle));
        if (xc_domain_create(xch, &domid, &config) || xc_domain_max_vcpus(xch, domid, 1))
            refused("xc_domain_create");
        snprintf(name, sizeof(name), "bench-%d", i);
        snprintf(vm, sizeof(vm), "/vm/" LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
        note(xs, domid, "name", name);
        note(xs, domid, "vm", vm);
    }
    xs_close(xs);
    xc_interface_close(xch);
    return 0;
}
