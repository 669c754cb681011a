/* Soft resets that are refused. */
#define _GNU_SOURCE
#include "fixtures.h"

/* What is refused takes nothing from the domain. */
static void refused(const char *what, uint32_t flags, int reason, libxl_domain_type type)
{
    libxl_domain_config config;
    char path[100];
    unsigned length;
    int rc, was;

    begin_guest(made_with(flags), 0, 0);
    if (reason >= 0)
        xc_domain_shutdown(xch, guest.domid, reason);
    was = state(guest.domid);
    libxl_domain_config_init(&config);
    libxl_domain_config_from_json(ctx, &config, json);
    config.c_info.type = type;
    libxl_domain_build_info_init_type(&config.b_info, type);
    rc = libxl_domain_soft_reset(ctx, &config, guest.domid, NULL, NULL);
    expect(rc == ERROR_INVAL && state(guest.domid) == was, "rc %d, state %d, was %d", rc, state(guest.domid), was);
    snprintf(path, sizeof(path), "/local/domain/%u/name", guest.domid);
    void *name = xs_read(xs, XBT_NULL, path, &length);
    expect(name != NULL, "it has no name any more");
    free(name);
    libxl_domain_config_dispose(&config);
    end_guest();
    done("soft reset: %s", what);
}

void resets(void)
{
    enum { SOFT_RESET = 5 };

    refused("a PV guest", 0, SOFT_RESET, LIBXL_DOMAIN_TYPE_PV);
    refused("a guest that runs", XEN_DOMCTL_CDF_hvm, -1, LIBXL_DOMAIN_TYPE_PVH);
    refused("a guest that is off", XEN_DOMCTL_CDF_hvm, 0, LIBXL_DOMAIN_TYPE_PVH);
    refused("a configuration of another type", XEN_DOMCTL_CDF_hvm, SOFT_RESET, LIBXL_DOMAIN_TYPE_PV);
}
