/*
 * skip-domids FIRST: uses up domain ids until Xen would hand out FIRST next.
 * With ids of one length, in a range that no other number has, two runs can be
 * compared although their guests' ids differ.
 *
 * Xen counts an id as handed out before it looks at what the domain is to be, so
 * that domains which it refuses serve as well as those that it makes, and are cheap.
 */
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

static int create(xc_interface *xch, unsigned vcpus, uint32_t *domid)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = vcpus,
        .max_evtchn_port = -1,
        .max_grant_frames = 4,
        .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    *domid = 0;
    return xc_domain_create(xch, domid, &config);
}

int main(int argc, char **argv)
{
    uint32_t first = argc > 1 ? strtoul(argv[1], NULL, 10) : 1200;
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    if (!xch)
        return 1;
    uint32_t last = 0;
    for (;;) {
        uint32_t domid, refused;
        if (create(xch, 1, &domid)) {
            perror("xc_domain_create");
            return 1;
        }
        if (xc_domain_destroy(xch, domid)) {
            perror("xc_domain_destroy");
            return 1;
        }
        if (domid + 1 >= first)
            return 0;
        /* The first time, and no more should they not have counted. */
        for (uint32_t id = domid + 1; !last && id + 1 < first; id++)
            create(xch, 0, &refused);
        last = domid;
    }
}
