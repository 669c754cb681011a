/* Lists, names and details of domains. */
#include "bench.h"

/* What a management tool shows of all domains. */
static void show_all(void)
{
    int count, i;
    libxl_dominfo *list = libxl_list_domain(ctx(), &count);

    if (!list)
        refused("libxl_list_domain");
    for (i = 0; i < count; i++) {
        libxl_dominfo info;
        uint32_t domid;
        char *name = libxl_domid_to_name(ctx(), list[i].domid);

        if (!name)
            refused("libxl_domid_to_name");
        libxl_dominfo_init(&info);
        check(libxl_domain_info(ctx(), &info, list[i].domid), "libxl_domain_info");
        libxl_dominfo_dispose(&info);
        /* The last of them alone, as for one command: the C library reads names one by one until it fits. */
        if (i == count - 1)
            check(libxl_name_to_domid(ctx(), name, &domid), "libxl_name_to_domid");
        free(name);
    }
    libxl_dominfo_list_free(list, count);
}

static void list(void)
{
    int count;
    libxl_dominfo *list = libxl_list_domain(ctx(), &count);

    if (!list)
        refused("libxl_list_domain");
    libxl_dominfo_list_free(list, count);
}

/* Every name of the host back to its id, as `xl COMMAND NAME` does for its one. */
static void all_ids(void)
{
    static int count;
    static char **names;
    static uint32_t *ids;
    int i;

    if (!names) {
        libxl_dominfo *list = libxl_list_domain(ctx(), &count);

        if (!list)
            refused("libxl_list_domain");
        names = calloc(count, sizeof(*names));
        ids = calloc(count, sizeof(*ids));
        for (i = 0; i < count; i++) {
            ids[i] = list[i].domid;
            names[i] = libxl_domid_to_name(ctx(), ids[i]);
        }
        libxl_dominfo_list_free(list, count);
    }
    for (i = 0; i < count; i++) {
        uint32_t domid = ~0;

        check(libxl_name_to_domid(ctx(), names[i], &domid), "libxl_name_to_domid");
        if (domid != ids[i])
            refused("the id of the name");
    }
}

static void details(void)
{
    libxl_dominfo info;

    libxl_dominfo_init(&info);
    check(libxl_domain_info(ctx(), &info, 0), "libxl_domain_info");
    libxl_dominfo_dispose(&info);
}

static void name(void)
{
    char *name = libxl_domid_to_name(ctx(), 0);

    if (!name)
        refused("libxl_domid_to_name");
    free(name);
}

static void vcpus(void)
{
    int count, cpus;
    libxl_vcpuinfo *vcpus = libxl_list_vcpu(ctx(), 0, &count, &cpus);

    if (!vcpus)
        refused("libxl_list_vcpu");
    libxl_vcpuinfo_list_free(vcpus, count);
}

const struct row domain_rows[] = {
    { .name = "all", .title = "list, names and details", .aim = 1, .scenes = ALONE, .run = show_all },
    { .name = "all", .title = "list, names and details", .aim = 0.5, .scenes = CROWD, .run = show_all },
    { .name = "ids", .title = "the id of every name", .aim = 0.5, .scenes = CROWD, .run = all_ids },
    { .name = "list", .title = "list alone", .aim = 1, .scenes = CROWD, .run = list },
    { .name = "info", .title = "details of one domain", .aim = 1, .scenes = ALONE, .run = details },
    { .name = "name", .title = "name of one domain", .aim = 1, .scenes = ALONE, .run = name },
    { .name = "vcpus", .title = "vcpus of one domain", .aim = 1, .scenes = ALONE, .run = vcpus },
    { NULL }
};
