/*
 * skip-domids FIRST: uses up domain ids until Xen would hand out FIRST next.
 * With ids of one length, in a range that no other number has, two runs can be
 * compared although their guests' ids differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

int main(int argc, char **argv)
{
    uint32_t first = argc > 1 ? strtoul(argv[1], NULL, 10) : 1200;
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    if (!xch)
        return 1;
    for (;;) {
        uint32_t domid = 0;
        struct xen_domctl_createdomain config = {
            .max_vcpus = 1,
            .max_evtchn_port = -1,
            .max_grant_frames = 4,
            .max_maptrack_frames = 4,
            .grant_opts = XEN_DOMCTL_GRANT_version(1),
        };
        if (xc_domain_create(xch, &domid, &config)) {
            perror("xc_domain_create");
            return 1;
        }
        if (xc_domain_destroy(xch, domid)) {
            perror("xc_domain_destroy");
            return 1;
        }
        if (domid + 1 >= first)
            return 0;
    }
}
