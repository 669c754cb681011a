/* Whole xl commands, from the start of the process to its end. */
#include "bench.h"

#define ROW(function, ...) \
    static void function(void) \
    { \
        static const char *const argv[] = { XL, __VA_ARGS__, NULL }; \
        command(argv); \
    }

ROW(xl_list, "list")
ROW(xl_info, "info")
ROW(xl_domid, "domid", "Domain-0")
ROW(xl_domid_last, "domid", "bench-39")
ROW(xl_vcpu_list, "vcpu-list")

const struct row xl_rows[] = {
    { .name = "xl-list", .title = "`xl list`", .aim = 1, .scenes = ALONE | CROWD, .run = xl_list,
      .fresh = 1 },
    { .name = "xl-info", .title = "`xl info`", .aim = 1, .scenes = ALONE, .run = xl_info,
      .fresh = 1 },
    { .name = "xl-domid", .title = "`xl domid Domain-0`", .aim = 1, .scenes = ALONE, .run = xl_domid,
      .fresh = 1 },
    { .name = "xl-domid-last", .title = "`xl domid bench-39`", .aim = 1, .scenes = CROWD, .run = xl_domid_last,
      .fresh = 1 },
    { .name = "xl-vcpu-list", .title = "`xl vcpu-list`", .aim = 1, .scenes = ALONE | CROWD, .run = xl_vcpu_list,
      .fresh = 1 },
    { NULL }
};
