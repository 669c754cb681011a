/* The ctx: making it, and what it costs to have. */
#include "bench.h"

static void alloc_free(void)
{
    libxl_ctx *one;

    check(libxl_ctx_alloc(&one, LIBXL_VERSION, 0, logger), "libxl_ctx_alloc");
    libxl_ctx_free(one);
}

/* A line of /proc/self/status, in kB. */
static double status_line(const char *name)
{
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");

    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, name, strlen(name)))
            return strtol(line + strlen(name), NULL, 10);
    refused(name);
    return 0;
}

static double resident(void)
{
    ctx();
    return status_line("VmRSS:");
}

static double private_memory(void)
{
    ctx();
    return status_line("RssAnon:");
}

static double file_size(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r"), *file;

    while (maps && fgets(line, sizeof(line), maps)) {
        char *path = strchr(line, '/');

        if (!path || !strstr(path, "/libxenlight.so"))
            continue;
        path[strcspn(path, "\n")] = 0;
        file = fopen(path, "r");
        if (!file || fseek(file, 0, SEEK_END))
            break;
        return ftell(file);
    }
    refused("the size of libxenlight");
    return 0;
}

const struct row ctx_rows[] = {
    { .name = "ctx", .title = "ctx alloc + free", .aim = 0.5, .scenes = ALONE, .run = alloc_free },
    { .name = "rss", .title = "resident memory after ctx alloc", .aim = 1, .scenes = ALONE, .figure = resident,
      .unit = "kB" },
    { .name = "anon", .title = "of that, not shared with other processes", .scenes = ALONE,
      .figure = private_memory, .unit = "kB" },
    { .name = "size", .title = "stripped file (aim: 3 MB)", .aim = 3e6 / 942608, .scenes = ALONE,
      .figure = file_size, .unit = "B", .processes = 1 },
    { NULL }
};
