/* Files that a toolstack keeps with a domain. */
#include "bench.h"

static uint8_t data[4096];

static void store(void)
{
    check(libxl_userdata_store(ctx(), 0, "bench", data, sizeof(data)), "libxl_userdata_store");
}

static void retrieve(void)
{
    uint8_t *back;
    int len;

    check(libxl_userdata_retrieve(ctx(), 0, "bench", &back, &len), "libxl_userdata_retrieve");
    if (len != sizeof(data))
        refused("as much data back as stored");
    free(back);
}

static void store_unlink(void)
{
    store();
    check(libxl_userdata_unlink(ctx(), 0, "bench"), "libxl_userdata_unlink");
}

static double store_by_four(void) { return together(4, 50, store); }

const struct row userdata_rows[] = {
    { .name = "store", .title = "userdata store, 4 kB", .aim = 1, .scenes = ALONE, .run = store },
    { .name = "retrieve", .title = "userdata retrieve", .aim = 1, .scenes = ALONE, .prepare = store, .run = retrieve },
    { .name = "unlink", .title = "userdata store + unlink", .aim = 1, .scenes = ALONE, .run = store_unlink },
    { .name = "store-4", .title = "userdata store by four processes at once (the fast lock)", .aim = 1, .scenes = ALONE,
      .figure = store_by_four, .unit = "ns", .processes = 3 },
    { NULL }
};
