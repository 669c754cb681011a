/*
 * Times one operation of whichever libxenlight the dynamic linker finds.
 *
 *   bench ROW N        run it N times; prints the median in nanoseconds
 *   bench quiet ROW N  the same, printing nothing: for strace
 *   bench exec N CMD…  the median of starting CMD and waiting for its end
 *   bench create N     N tiny paused PV domains, named bench-0 …
 *
 * Exit status 3: the library has no such function yet (ERROR_NI).
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xentoollog.h>

static libxl_ctx *ctx;
static xentoollog_logger *logger;
static char *json;
static libxl_domain_config rich;

static void check(int rc, const char *what)
{
    if (rc == ERROR_NI)
        exit(3);
    if (rc) {
        fprintf(stderr, "bench: %s: %d\n", what, rc);
        exit(1);
    }
}

static void ctx_alloc(void)
{
    check(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger), "libxl_ctx_alloc");
}

static void row_ctx(void)
{
    ctx_alloc();
    libxl_ctx_free(ctx);
}

/* What a management tool shows of all domains. */
static void row_list(void)
{
    int count, i;
    libxl_dominfo *list = libxl_list_domain(ctx, &count);

    if (!list)
        check(ERROR_FAIL, "libxl_list_domain");
    for (i = 0; i < count; i++) {
        libxl_dominfo info;
        uint32_t domid;
        char *name = libxl_domid_to_name(ctx, list[i].domid);

        if (!name)
            check(ERROR_FAIL, "libxl_domid_to_name");
        libxl_dominfo_init(&info);
        check(libxl_domain_info(ctx, &info, list[i].domid), "libxl_domain_info");
        libxl_dominfo_dispose(&info);
        /* The last of them alone: the C library reads names one by one until it fits. */
        if (i == count - 1)
            check(libxl_name_to_domid(ctx, name, &domid), "libxl_name_to_domid");
        free(name);
    }
    libxl_dominfo_list_free(list, count);
}

/* The same with every name looked up, as `xl COMMAND NAME` does for its one. */
static void row_names(void)
{
    int count, i;
    libxl_dominfo *list = libxl_list_domain(ctx, &count);

    if (!list)
        check(ERROR_FAIL, "libxl_list_domain");
    for (i = 0; i < count; i++) {
        uint32_t domid = 0;
        char *name = libxl_domid_to_name(ctx, list[i].domid);

        if (!name)
            check(ERROR_FAIL, "libxl_domid_to_name");
        check(libxl_name_to_domid(ctx, name, &domid), "libxl_name_to_domid");
        if (domid != list[i].domid)
            check(ERROR_FAIL, "the id of the name");
        free(name);
    }
    libxl_dominfo_list_free(list, count);
}

static void row_physinfo(void)
{
    libxl_physinfo info;

    libxl_physinfo_init(&info);
    check(libxl_get_physinfo(ctx, &info), "libxl_get_physinfo");
    libxl_physinfo_dispose(&info);
}

static void row_userdata(void)
{
    static uint8_t data[4096];
    uint8_t *back;
    int len;

    check(libxl_userdata_store(ctx, 0, "bench", data, sizeof(data)), "libxl_userdata_store");
    check(libxl_userdata_retrieve(ctx, 0, "bench", &back, &len), "libxl_userdata_retrieve");
    free(back);
}

static void make_rich(void)
{
    int i;
    char text[64];

    libxl_domain_config_init(&rich);
    rich.c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    rich.c_info.name = strdup("a-rich-domain");
    libxl_uuid_generate(&rich.c_info.uuid);
    libxl_domain_build_info_init_type(&rich.b_info, LIBXL_DOMAIN_TYPE_HVM);
    rich.b_info.max_vcpus = 8;
    rich.b_info.max_memkb = rich.b_info.target_memkb = 4 << 20;
    rich.b_info.video_memkb = 16 << 10;
    libxl_defbool_set(&rich.b_info.u.hvm.vnc.enable, 1);
    rich.b_info.u.hvm.vnc.listen = strdup("127.0.0.1");
    rich.b_info.u.hvm.serial = strdup("pty");
    libxl_cpu_bitmap_alloc(ctx, &rich.b_info.avail_vcpus, 64);
    libxl_bitmap_set_any(&rich.b_info.avail_vcpus);
    rich.num_disks = 8;
    rich.disks = calloc(8, sizeof(*rich.disks));
    rich.num_nics = 4;
    rich.nics = calloc(4, sizeof(*rich.nics));
    for (i = 0; i < 8; i++) {
        libxl_device_disk_init(&rich.disks[i]);
        snprintf(text, sizeof(text), "/srv/images/disk \"%d\" of the domain.img", i);
        rich.disks[i].pdev_path = strdup(text);
        snprintf(text, sizeof(text), "xvd%c", 'a' + i);
        rich.disks[i].vdev = strdup(text);
        rich.disks[i].format = LIBXL_DISK_FORMAT_RAW;
        rich.disks[i].readwrite = 1;
    }
    for (i = 0; i < 4; i++) {
        libxl_device_nic_init(&rich.nics[i]);
        rich.nics[i].devid = i;
        rich.nics[i].bridge = strdup("xenbr0");
        rich.nics[i].mac[5] = i;
        rich.nics[i].script = strdup("vif-bridge");
    }
}

static void row_to_json(void)
{
    char *text = libxl_domain_config_to_json(ctx, &rich);

    if (!text)
        check(ERROR_NI, "libxl_domain_config_to_json");
    free(text);
}

static void row_from_json(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    check(libxl_domain_config_from_json(ctx, &config, json), "libxl_domain_config_from_json");
    libxl_domain_config_dispose(&config);
}

static void prepare_from_json(void)
{
    FILE *file = fopen("/share/rich.json", "r");
    size_t size = 0;

    if (!file || getdelim(&json, &size, 0, file) < 0)
        check(ERROR_FAIL, "/share/rich.json");
    fclose(file);
}

static const struct row {
    const char *name;
    void (*prepare)(void);
    void (*run)(void);
    int needs_ctx;
} rows[] = {
    { "ctx", NULL, row_ctx, 0 },
    { "list", NULL, row_list, 1 },
    { "names", NULL, row_names, 1 },
    { "physinfo", NULL, row_physinfo, 1 },
    { "userdata", NULL, row_userdata, 1 },
    { "to-json", make_rich, row_to_json, 1 },
    { "from-json", prepare_from_json, row_from_json, 1 },
    { NULL, NULL, NULL, 0 }
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
    qsort(v, n, sizeof(*v), by_size);
    return v[n / 2];
}

extern char **environ;

static int time_exec(int n, char **argv)
{
    double *times = calloc(n, sizeof(*times));
    posix_spawn_file_actions_t files;
    int i, status;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    for (i = 0; i < n; i++) {
        double start = now();
        pid_t pid;

        if (posix_spawn(&pid, argv[0], &files, NULL, argv, environ) || waitpid(pid, &status, 0) != pid)
            return 1;
        if (!WIFEXITED(status) || WEXITSTATUS(status))
            return 3;
        times[i] = now() - start;
    }
    printf("%.0f\n", median(times, n));
    return 0;
}

static int create(int n)
{
    int i;

    ctx_alloc();
    for (i = 0; i < n; i++) {
        libxl_domain_config config;
        uint32_t domid;
        char name[32];

        snprintf(name, sizeof(name), "bench-%d", i);
        libxl_domain_config_init(&config);
        config.c_info.type = LIBXL_DOMAIN_TYPE_PV;
        config.c_info.name = strdup(name);
        libxl_uuid_generate(&config.c_info.uuid);
        libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PV);
        config.b_info.max_memkb = config.b_info.target_memkb = 4096;
        config.b_info.kernel = strdup("/guest/tiny");
        check(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), "libxl_domain_create_new");
        libxl_domain_config_dispose(&config);
    }
    libxl_ctx_free(ctx);
    return 0;
}

/* The process's resident memory with one ctx, in kB. */
static int rss(void)
{
    char line[256];
    FILE *file;

    ctx_alloc();
    file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, "VmRSS:", 6))
            printf("%ld\n", strtol(line + 6, NULL, 10));
    return 0;
}

int main(int argc, char **argv)
{
    int quiet = argc > 1 && !strcmp(argv[1], "quiet");
    const struct row *row;
    double *times;
    int n, i;

    argv += quiet;
    argc -= quiet;
    if (argc < 2)
        return 2;
    logger = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
    if (!strcmp(argv[1], "exec"))
        return time_exec(atoi(argv[2]), argv + 3);
    if (!strcmp(argv[1], "create"))
        return create(atoi(argv[2]));
    if (!strcmp(argv[1], "rss"))
        return rss();
    if (!strcmp(argv[1], "rich")) {
        ctx_alloc();
        make_rich();
        json = libxl_domain_config_to_json(ctx, &rich);
        return !json || puts(json) < 0;
    }
    for (row = rows; row->name && strcmp(row->name, argv[1]); row++)
        ;
    if (!row->name || argc < 3)
        return 2;
    n = atoi(argv[2]);
    times = calloc(n, sizeof(*times));
    if (row->needs_ctx)
        ctx_alloc();
    if (row->prepare)
        row->prepare();
    for (i = 0; i < n; i++) {
        double start = now();
        row->run();
        times[i] = now() - start;
    }
    if (!quiet)
        printf("%.0f\n", median(times, n));
    return 0;
}
