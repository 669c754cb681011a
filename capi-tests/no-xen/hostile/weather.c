/* Circumstances: signals at every moment, no descriptor left; and that nothing is lost on the way. */
#include "common.h"
#include <sys/stat.h>

/* One round of what a toolstack asks for most, answers compared with those of quiet times. */
static int round_of_calls(libxl_ctx *ctx, bool print)
{
    int n = 0, bad = 0;
    uint32_t id = 77;
    uint8_t *data = NULL;

#define SAY(...) (print ? (void)printf(__VA_ARGS__) : (void)0)
    libxl_dominfo *domains = libxl_list_domain(ctx, &n);
    SAY("list_domain %s\n", domains ? "some" : "NULL");
    if (!domains) bad++;
    else libxl_dominfo_list_free(domains, n);

    char *name = libxl_domid_to_name(ctx, 0);
    SAY("name of 0 %s\n", name ? name : "NULL");
    if (!name || strcmp(name, "Domain-0")) bad++;
    free(name);

    int rc = libxl_name_to_domid(ctx, "Domain-0", &id);
    SAY("id of Domain-0 %d %u\n", rc, id);
    if (rc || id) bad++;

    libxl_dominfo info;
    libxl_dominfo_init(&info);
    rc = libxl_domain_info(ctx, &info, 0);
    SAY("info of 0 %d\n", rc);
    if (rc) bad++;
    libxl_dominfo_dispose(&info);

    libxl_physinfo phys;
    libxl_physinfo_init(&phys);
    rc = libxl_get_physinfo(ctx, &phys);
    SAY("physinfo %d\n", rc);
    if (rc) bad++;
    libxl_physinfo_dispose(&phys);

    const libxl_version_info *version = libxl_get_version_info(ctx);
    SAY("version %s\n", version ? "some" : "NULL");
    if (!version) bad++;

    libxl_cpupoolinfo *pools = libxl_list_cpupool(ctx, &n);
    SAY("pools %s\n", pools ? "some" : "NULL");
    if (!pools) bad++;
    else libxl_cpupoolinfo_list_free(pools, n);

    int cpus = 0;
    libxl_vcpuinfo *vcpus = libxl_list_vcpu(ctx, 0, &n, &cpus);
    SAY("vcpus %s\n", vcpus ? "some" : "NULL");
    if (!vcpus) bad++;
    else libxl_vcpuinfo_list_free(vcpus, n);

    rc = libxl_userdata_store(ctx, 0, "hostile", (const uint8_t *)"some data", 9);
    SAY("store %d\n", rc);
    if (rc) bad++;
    rc = libxl_userdata_retrieve(ctx, 0, "hostile", &data, &n);
    SAY("retrieve %d %d\n", rc, rc ? 0 : n);
    if (rc || n != 9 || !data || memcmp(data, "some data", 9)) bad++;
    free(data);
    rc = libxl_userdata_unlink(ctx, 0, "hostile");
    SAY("unlink %d\n", rc);
    if (rc) bad++;

    void *contents = NULL;
    rc = libxl_read_file_contents(ctx, "/etc/passwd", &contents, &n);
    SAY("read_file_contents %d\n", rc);
    if (rc) bad++;
    free(contents);
    return bad;
}

static volatile sig_atomic_t ticks;
static void tick(int signal) { (void)signal; ticks++; }

static void storm(bool on)
{
    /* Without SA_RESTART: every system call that waits ends with EINTR. */
    struct sigaction sa = { .sa_handler = tick };
    struct itimerval every = { { 0, on ? 300 : 0 }, { 0, on ? 300 : 0 } };
    if (on) sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

void storms(void)
{
    unsigned fds = open_fds();
    libxl_ctx *ctx = new_ctx();
    puts("quiet");
    /* A function that is not implemented fails in every condition: that is printed once, then only differences count. */
    int quiet = round_of_calls(ctx, true), bad = 0;
    if (quiet) wrong("%d calls fail in quiet times", quiet);
    storm(true);
    for (int i = 0; i < 60; i++) bad += round_of_calls(ctx, false) != quiet;
    storm(false);
    printf("storm: %d rounds differ\n", bad);
    if (bad) wrong("signals change answers");
    if (ticks < 50) wrong("only %d signals", (int)ticks);

    storm(true);
    for (int i = 0; i < 20; i++) {
        libxl_ctx *another = NULL;
        if (libxl_ctx_alloc(&another, LIBXL_VERSION, 0, &logger)) wrong("ctx_alloc in a storm");
        else if (round_of_calls(another, false) != quiet) wrong("a ctx made in a storm");
        if (another) libxl_ctx_free(another);
    }
    storm(false);

    /* What is in use after many rounds is what was after one. */
    unsigned open_before = open_fds();
    malloc_trim(0);
    size_t used_before = mallinfo2().uordblks;
    for (int i = 0; i < 200; i++) round_of_calls(ctx, false);
    size_t used = mallinfo2().uordblks;
    if (open_fds() != open_before) wrong("%u descriptors, then %u", open_before, open_fds());
    if (used > used_before + 4096) wrong("%zu bytes lost in 200 rounds", used - used_before);
    libxl_ctx_free(ctx);
    if (open_fds() != fds) wrong("%u descriptors left after ctx_free", open_fds() - fds);
}

void no_descriptors(void)
{
    struct rlimit old, none;
    unsigned fds = open_fds();
    libxl_ctx *first = new_ctx();
    int quiet = round_of_calls(first, false);
    libxl_ctx_free(first);
    if (quiet) wrong("%d calls fail with descriptors enough", quiet);
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;

    /* Up to `room` descriptors more than those in use. */
    for (rlim_t room = 0; room < 12; room++) {
        libxl_ctx *ctx = new_ctx();
        int top = open("/dev/null", O_RDONLY);
        close(top);
        none.rlim_cur = (rlim_t)top + room;
        setrlimit(RLIMIT_NOFILE, &none);
        int bad = round_of_calls(ctx, false);
        libxl_ctx *another = NULL;
        int rc = libxl_ctx_alloc(&another, LIBXL_VERSION, 0, &logger);
        setrlimit(RLIMIT_NOFILE, &old);
        if ((bad != quiet || rc) && !error_lines) wrong("room %d: no log line", (int)room);
        forget_lines();
        if (room == 0 && !rc) wrong("a ctx without descriptors");
        if (another) libxl_ctx_free(another);
        /* And the ctx is none the worse for it. */
        if (round_of_calls(ctx, false) != quiet) wrong("room %d: broken afterwards", (int)room);
        forget_lines();
        libxl_ctx_free(ctx);
        if (open_fds() != fds) wrong("room %d: %u descriptors lost", (int)room, open_fds() - fds);
    }
}
