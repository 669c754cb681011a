/*
 * What Debian's library makes of devices: reads cases ("kind of guest TAB hotplug TAB type of device TAB json") and
 * prints each with its answer and the device afterwards, on one line. The rules have no public entry, but the library
 * exports its tables of devices. The library under test is held against the output by its own tests.
 */
#define _GNU_SOURCE
#include <libxl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

/* As in libxl_internal.h, up to what is used. */
struct gc { int max; void **pointers; libxl_ctx *owner; };
struct type {
    int kind, skip_attach, ptr_offset, num_offset, elem_size;
    void *add;
    int (*set_default)(struct gc *, uint32_t domid, void *device, bool hotplug);
};

#define EACH(of) of(disk) of(nic) of(vfb) of(vkb) of(usbctrl) of(pci) of(vtpm) of(p9) of(pvcallsif) of(vdispl) of(vsnd)
#define DECLARE(name) extern const struct type libxl__##name##_devtype;
EACH(DECLARE)

static struct {
    const char *name;
    const struct type *type;
    void (*init)(void *);
    int (*read)(libxl_ctx *, void *, const char *);
    char *(*write)(libxl_ctx *, void *);
} types[] = {
#define ROW(name) \
    {#name, &libxl__##name##_devtype, (void *)libxl_device_##name##_init, (void *)libxl_device_##name##_from_json, \
     (void *)libxl_device_##name##_to_json},
    EACH(ROW)
};

/* The text in one line. */
static void print(const char *json)
{
    for (; *json; json++)
        if (*json != '\n')
            putchar(*json);
        else
            json += strspn(json + 1, " ");
}

int main(void)
{
    xentoollog_logger *logger = (void *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
    struct xs_handle *store = xs_open(0);
    char *line = NULL;
    size_t room = 0;
    libxl_ctx *ctx;

    if (!store || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger))
        return 2;
    setenv("HOST_CAPS", "0", 1);
    while (getline(&line, &room, stdin) > 0) {
        char *rest = line, *kind = strsep(&rest, "\t"), *hotplug = strsep(&rest, "\t"), *name = strsep(&rest, "\t");
        struct gc gc = {0, NULL, ctx};
        size_t i;
        int rc;

        rest[strcspn(rest, "\n")] = 0;
        setenv("HOST_HVM", strcmp(kind, "pv") ? "1" : "", 1);
        xs_write(store, XBT_NULL, "/libxl/0/type", kind, strlen(kind));
        for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
            /* Larger than any of them, and never freed: the rules may have swapped its strings. */
            void *device = calloc(1, 4096);

            if (strcmp(types[i].name, name))
                continue;
            types[i].init(device);
            if (types[i].read(ctx, device, rest))
                return 3;
            rc = types[i].type->set_default(&gc, strcmp(kind, "none") ? 0 : 77, device, *hotplug == '1');
            printf("%s\t%s\t%s\t%s\t%d\t", kind, hotplug, name, rest, rc);
            if (!rc)
                print(types[i].write(ctx, device));
            putchar('\n');
        }
    }
    return 0;
}
