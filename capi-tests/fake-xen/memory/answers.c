/*
 * What the memory calls answer, and what is then in xenstore and in Xen: one step after the other on a domain of a
 * side's own, a line for each. main.c holds the lines of the two libraries against each other.
 */
#include "memory.h"

#define NONE ((const char *)1)
#define PV "{\"c_info\": {\"type\": \"pv\"}, \"b_info\": {\"type\": \"pv\"}}"
#define PVH "{\"c_info\": {\"type\": \"pvh\"}, \"b_info\": {\"type\": \"pvh\"}}"

enum call { SET, CHANGE, MAX, GET, GET32 };
static const struct step {
    enum call call;
    long long kb;
    bool no_enforce;
    bool known;         /* to differ; docs/behaviour/memory.md says why */
    const char *target, *most, *video, *config; /* made so before; NONE: removed */
    bool no_such_domain;
} steps[] = {
    { GET }, { GET32 },
    { SET, 8192 }, { SET, 8193 }, { SET, 0 }, { SET, 65536 }, { SET, 65537 }, { SET, -1 }, { SET, INT64_MIN }, { SET, INT64_MAX },
    { SET, 8192, .no_enforce = true }, { SET, 12288, .no_enforce = true },
    { CHANGE, 1024 }, { CHANGE, -1024 }, { CHANGE, 0 }, { CHANGE, 65536 }, { CHANGE, -65536 }, { CHANGE, 4096 }, { CHANGE, -4096 },
    { CHANGE, INT64_MAX }, { CHANGE, 100, .no_enforce = true },
    { GET }, { GET32 },
    { SET, 16384, .video = "4096" }, { CHANGE, 1000 }, { SET, 4096 }, { SET, 4095 }, { SET, 65536 + 4096 }, { SET, 65537 + 4096 },
    { SET, 8192, .video = "-8" }, { SET, 8192, .video = " 16x" }, { SET, 8192, .video = "x" }, { SET, 8192, .video = NONE },
    { MAX, 131072 }, { MAX, 8192 }, { MAX, 8191 }, { MAX, 0 }, { SET, 8193 }, { MAX, 1ll << 40 }, { MAX, INT64_MAX },
    { MAX, -1, .known = true }, { MAX, 65536 }, { GET },
    { GET, .target = NONE }, { GET32 }, { SET, 8192 }, { CHANGE, 1 }, { MAX, 65536 },
    { GET, .target = "12k" }, { SET, 8192 }, { CHANGE, 1 }, { MAX, 65536 },
    { GET, .target = "-4", .known = true }, { GET, .target = "", .known = true },
    { GET32, .target = "4294967295" }, { GET32, .target = "4294967296" }, { GET },
    { SET, 8192 },
    { GET, .most = NONE }, { SET, 8192 }, { CHANGE, 1 }, { GET, .most = "x" }, { SET, 8192 }, { MAX, 65536 }, { GET },
    { SET, 9000, .config = NONE }, { CHANGE, 1 }, { MAX, 65536 }, { GET },
    { SET, 9000, .config = "x" }, { MAX, 65536 }, { SET, 9000, .config = "[]", .known = true }, { MAX, 65536 },
    { SET, 9000, .config = "null", .known = true }, { SET, 9000, .config = "{\"c_info\": 1}", .known = true }, { SET, 9000, .config = "{\"c_info\": {\"type\": \"x\"}}", .known = true },
    { SET, 9000, .config = "{\"nosuch\": 1}", .known = true }, { MAX, 65536 },
    { SET, 9000, .config = PV }, { MAX, 65537 },
    { SET, 9000, .config = PVH, .known = true }, { SET, 10000, .known = true }, { CHANGE, 8, .no_enforce = true, .known = true }, { MAX, 65536 },
    { SET, 9000, .config = "{}", .known = true }, { SET, 9000, .config = PV },
    { SET, 8192, .no_such_domain = true }, { CHANGE, 8192, .no_such_domain = true }, { MAX, 8192, .no_such_domain = true },
    { GET, .no_such_domain = true }, { GET32, .no_such_domain = true },
};

static void make(uint32_t domid, const char *name, const char *value)
{
    char path[80];

    if (!value)
        return;
    snprintf(path, sizeof(path), "/local/domain/%u/memory/%s", domid, name);
    if (value == NONE)
        xs_rm(store_handle, XBT_NULL, path);
    else
        xs_write(store_handle, XBT_NULL, path, value, strlen(value));
}

static void show(FILE *out, const char *name, const char *path)
{
    char *value = xs_read(store_handle, XBT_NULL, path, NULL);

    fprintf(out, " %s=%s", name, value ?: "(none)");
    free(value);
}

static void take_step(libxl_ctx *ctx, const struct step *step, uint32_t domid, const char *config_path, FILE *out)
{
    static const char *const calls[] = { "set", "change", "max", "get", "get32" }, *const nodes[] = { "target", "static-max", "videoram" };
    uint32_t asked = step->no_such_domain ? 30000 : domid, kb32 = 7;
    uint64_t kb = 7;
    char path[120], *vm;
    int rc = 0;

    make(domid, "target", step->target);
    make(domid, "static-max", step->most);
    make(domid, "videoram", step->video);
    if (step->config == NONE)
        unlink(config_path);
    else if (step->config) {
        FILE *file = fopen(config_path, "w");

        if (!file || fputs(step->config, file) < 0 || fclose(file))
            fail("%s: %s", config_path, strerror(errno));
    }
    switch (step->call) {
    case SET: rc = libxl_set_memory_target(ctx, asked, step->kb, 0, !step->no_enforce); break;
    case CHANGE: rc = libxl_set_memory_target(ctx, asked, step->kb, 1, !step->no_enforce); break;
    case MAX: rc = libxl_domain_setmaxmem(ctx, asked, step->kb); break;
    case GET: rc = libxl_get_memory_target(ctx, asked, &kb); break;
    case GET32: rc = libxl_get_memory_target_0x040700(ctx, asked, &kb32); break;
    }
    /* The output of a call that fails is not specified. */
    fprintf(out, "%c %s %lld%s%s -> %d", step->known ? '~' : ' ', calls[step->call], step->kb,
            step->no_enforce ? " not enforced" : "", step->no_such_domain ? " of no domain" : "", rc);
    if (!rc && (step->call == GET || step->call == GET32))
        fprintf(out, " (%llu)", step->call == GET ? (unsigned long long)kb : kb32);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "/local/domain/%u/memory/%s", domid, nodes[i]);
        show(out, nodes[i], path);
    }
    vm = stored("/local/domain/%u/vm", domid);
    snprintf(path, sizeof(path), "%s/memory", vm);
    show(out, "vm", path);
    fprintf(out, " limit=%lld\n", limit(domid));
}

int answers(uint32_t domid, const char *config_path, const char *out_path)
{
    libxl_ctx *ctx = new_ctx();
    FILE *out = fopen(out_path, "w");

    if (!out)
        fail("%s: %s", out_path, strerror(errno));
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
        take_step(ctx, &steps[i], domid, config_path, out);
    for (unsigned long mib = 0; mib < 5000; mib += 999)
        fprintf(out, "  shadow %lu\n", libxl_get_required_shadow_memory(mib * 1023, mib % 7));
    libxl_ctx_free(ctx);
    return fclose(out) ? 1 : 0;
}
