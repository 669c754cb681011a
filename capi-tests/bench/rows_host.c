/* The host. */
#include "bench.h"

static void physinfo(void)
{
    libxl_physinfo info;

    libxl_physinfo_init(&info);
    check(libxl_get_physinfo(ctx(), &info), "libxl_get_physinfo");
    libxl_physinfo_dispose(&info);
}

static void cpu_topology(void)
{
    int count;
    libxl_cputopology *cpus = libxl_get_cpu_topology(ctx(), &count);

    if (!cpus)
        refused("libxl_get_cpu_topology");
    libxl_cputopology_list_free(cpus, count);
}

static void version_info(void)
{
    if (!libxl_get_version_info(ctx()))
        refused("libxl_get_version_info");
}

const struct row host_rows[] = {
    { .name = "physinfo", .title = "physinfo", .aim = 1, .scenes = ALONE, .run = physinfo },
    { .name = "topology", .title = "cpu topology", .aim = 1, .scenes = ALONE, .run = cpu_topology },
    { .name = "version", .title = "version info, asked again", .aim = 1, .scenes = ALONE, .run = version_info },
    { NULL }
};
