/*
 * Creates and destroys domains under pressure, and asks afterwards whether the host is what it was: free memory, nodes
 * of xenstore, files of the toolstack, descriptors and threads of this process.
 *
 *   storm threads N ROUNDS     N threads of one ctx, each creates and destroys a domain so often
 *   storm processes N ROUNDS   the same in N processes
 *   storm same N ROUNDS        N threads create a domain of the same name and destroy whatever has it
 *   storm abort ROUNDS         a creation is aborted after a random time
 *   storm kill ROUNDS          a process is killed at a random point of its creation, then the domain is destroyed
 *   storm abort-devices ROUNDS, storm kill-devices ROUNDS
 *                              the same with a disk, a card and a screen, which need scripts and a QEMU, and at points
 *                              that lie evenly over the creation
 *   storm unpause ROUNDS       how long another thread's unpause takes while a domain is built
 *
 * Status 0 if nothing went wrong. For a host that has nothing else to do: `kill` destroys every domain that it finds.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>

static int failures;

#define FAILED(...) \
    do { \
        fprintf(stderr, "storm: " __VA_ARGS__); \
        fputc('\n', stderr); \
        __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED); \
    } while (0)

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static xentoollog_logger *logger(void)
{
    return (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, getenv("STORM_DEBUG") ? XTL_DEBUG : XTL_CRITICAL, 0);
}

static libxl_ctx *context(void)
{
    libxl_ctx *ctx = NULL;
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, logger())) {
        fprintf(stderr, "storm: no ctx\n");
        exit(2);
    }
    return ctx;
}

/* ---- What the host has ---- */

struct host {
    long long free_kb, nodes, files, fds, threads, domains, loops, interfaces, qemus;
};

static long long entries(const char *path)
{
    DIR *dir = opendir(path);
    long long count = 0;
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

/* How many of path's entries have a file of that name with the word in it ("": with anything in it). */
static long long entries_with(const char *path, const char *file, const char *word)
{
    DIR *dir = opendir(path);
    long long count = 0;
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char name[512], text[256] = "";
        snprintf(name, sizeof(name), "%s/%s/%s", path, entry->d_name, file);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue;
        count += read(fd, text, sizeof(text) - 1) > 0 && strstr(text, word);
        close(fd);
    }
    if (dir)
        closedir(dir);
    return count;
}

/* How many nodes there are at path and below; with show they are told. */
static long long nodes_below(struct xs_handle *xs, const char *path, bool show)
{
    unsigned count = 0;
    char **names = xs_directory(xs, XBT_NULL, path, &count);
    long long all = 1;
    if (show)
        fprintf(stderr, "storm: node %s\n", path);
    for (unsigned i = 0; names && i < count; i++) {
        char below[4096];
        snprintf(below, sizeof(below), "%s/%s", strcmp(path, "/") ? path : "", names[i]);
        all += nodes_below(xs, below, show);
    }
    free(names);
    return all;
}

static struct host look(bool show_nodes)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    xc_physinfo_t info = { 0 };
    xc_domaininfo_t domains[256];
    struct host host;
    if (!xch || !xs || xc_physinfo(xch, &info)) {
        perror("storm: look");
        exit(2);
    }
    host.free_kb = (long long)info.free_pages * 4;
    host.domains = xc_domain_getinfolist(xch, 0, 256, domains);
    host.nodes = nodes_below(xs, "/", show_nodes);
    host.files = entries("/var/lib/xen") + entries("/run/xen");
    xs_close(xs);
    xc_interface_close(xch);
    host.loops = entries_with("/sys/block", "loop/backing_file", "");
    host.interfaces = entries("/sys/class/net");
    host.qemus = entries_with("/proc", "comm", "qemu");
    host.fds = entries("/proc/self/fd");
    host.threads = entries("/proc/self/task");
    return host;
}

/* The host when nothing changes any more: Xen takes domains apart when it has time. */
static struct host look_when_quiet(void)
{
    struct host last = look(false);
    for (int tries = 0; tries < 50; tries++) {
        usleep(300000);
        struct host now = look(false);
        if (!memcmp(&last, &now, sizeof(now)))
            break;
        last = now;
    }
    return last;
}

/* Xen gives memory back when it has time, and so does the kernel with connections. */
static void is_as_before(const struct host *before, const char *what)
{
    struct host now;
    for (int tries = 0; tries < 40; tries++) {
        now = look(false);
        /* Xen keeps a page or two for as many event channels as dom0 once had: less than one for each domain made. */
        long long missing = before->free_kb - now.free_kb;
        struct host same = now;
        same.free_kb = before->free_kb;
        if (missing >= -16 && missing <= 16 && !memcmp(before, &same, sizeof(same)))
            return;
        usleep(200000);
    }
    FAILED("%s: free %lld KB (before %lld), nodes %lld (%lld), files %lld (%lld), fds %lld (%lld), threads %lld (%lld), "
           "domains %lld (%lld), loop devices %lld (%lld), interfaces %lld (%lld), QEMUs %lld (%lld)", what,
           now.free_kb, before->free_kb, now.nodes, before->nodes, now.files, before->files, now.fds, before->fds,
           now.threads, before->threads, now.domains, before->domains, now.loops, before->loops,
           now.interfaces, before->interfaces, now.qemus, before->qemus);
    if (now.nodes != before->nodes)
        look(true);
}

/* ---- One domain ---- */

#define DISK_FILE "/tmp/storm-disk"
#define BRIDGE "storm-br"

/* What needs a script each, a loop device, a bridge and a QEMU. */
static void add_devices(libxl_domain_config *config)
{
    libxl_device_disk *disk = config->disks = calloc(1, sizeof(*disk));
    libxl_device_nic *nic = config->nics = calloc(1, sizeof(*nic));
    libxl_device_vfb *vfb = config->vfbs = calloc(1, sizeof(*vfb));
    libxl_device_vkb *vkb = config->vkbs = calloc(1, sizeof(*vkb));
    config->num_disks = config->num_nics = config->num_vfbs = config->num_vkbs = 1;
    libxl_device_disk_init(disk);
    disk->pdev_path = strdup(DISK_FILE);
    disk->vdev = strdup("xvda");
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->backend = LIBXL_DISK_BACKEND_PHY;
    disk->script = strdup("block");
    disk->readwrite = 1;
    libxl_device_nic_init(nic);
    nic->bridge = strdup(BRIDGE);
    libxl_device_vfb_init(vfb);
    libxl_defbool_set(&vfb->vnc.enable, true);
    libxl_device_vkb_init(vkb);
}

static void need_devices(void)
{
    if (system("head -c 1048576 /dev/zero > " DISK_FILE " && { [ -e /sys/class/net/" BRIDGE " ] || "
               "brctl addbr " BRIDGE "; } && ip link set " BRIDGE " up")) {
        fprintf(stderr, "storm: no disk or bridge for the devices\n");
        exit(2);
    }
}

static bool with_devices;

static void configure(libxl_domain_config *config, const char *name, bool pvh, unsigned memory_mb)
{
    libxl_domain_type type = pvh ? LIBXL_DOMAIN_TYPE_PVH : LIBXL_DOMAIN_TYPE_PV;
    libxl_domain_config_init(config);
    config->c_info.type = type;
    config->c_info.name = strdup(name);
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, type);
    /* Left open, the room for a small PVH guest's page tables is too little, in either library. */
    config->b_info.max_vcpus = 1;
    config->b_info.kernel = strdup("/guest/tiny");
    config->b_info.max_memkb = config->b_info.target_memkb = memory_mb * 1024;
    if (with_devices)
        add_devices(config);
}

static int create(libxl_ctx *ctx, const char *name, bool pvh, uint32_t *domid)
{
    libxl_domain_config config;
    configure(&config, name, pvh, pvh ? 8 : 4);
    int rc = libxl_domain_create_new(ctx, &config, domid, NULL, NULL);
    libxl_domain_config_dispose(&config);
    return rc;
}

struct share {
    libxl_ctx *ctx;
    int number, rounds;
};

static void *creates(void *arg)
{
    struct share *share = arg;
    for (int round = 0; round < share->rounds; round++) {
        uint32_t domid = 0, found = 0;
        char name[40];
        snprintf(name, sizeof(name), "storm-%d-%d", share->number, round);
        int rc = create(share->ctx, name, (share->number + round) % 2, &domid);
        if (rc) {
            FAILED("create of %s: %d", name, rc);
            continue;
        }
        if (libxl_name_to_domid(share->ctx, name, &found) || found != domid)
            FAILED("%s has the number %u, not %u", name, found, domid);
        if ((rc = libxl_domain_destroy(share->ctx, domid, NULL)))
            FAILED("destroy of %s: %d", name, rc);
    }
    return NULL;
}

/* Of a name that all want, one at a time has it; who does not get it destroys the one that has. */
static void *wants_the_same(void *arg)
{
    struct share *share = arg;
    for (int round = 0; round < share->rounds; round++) {
        uint32_t domid = 0;
        int rc = create(share->ctx, "storm-same", false, &domid);
        if (rc && rc != ERROR_INVAL && rc != ERROR_FAIL && rc != ERROR_DOMAIN_NOTFOUND && rc != ERROR_LOCK_FAIL)
            FAILED("create: %d", rc);
        if (rc && libxl_name_to_domid(share->ctx, "storm-same", &domid))
            continue;
        /* Another process may still be building it, or have destroyed it by now. */
        libxl_domain_destroy(share->ctx, domid, NULL);
    }
    return NULL;
}

static void in_threads(libxl_ctx *ctx, int count, int rounds, void *(*what)(void *))
{
    pthread_t threads[count];
    struct share shares[count];
    for (int n = 0; n < count; n++) {
        shares[n] = (struct share){ ctx, n, rounds };
        if (pthread_create(&threads[n], NULL, what, &shares[n]))
            abort();
    }
    for (int n = 0; n < count; n++)
        pthread_join(threads[n], NULL);
}

static void in_processes(int count, int rounds)
{
    for (int n = 0; n < count; n++) {
        pid_t pid = fork();
        if (!pid) {
            struct share share = { context(), n, rounds };
            creates(&share);
            libxl_ctx_free(share.ctx);
            _exit(failures != 0);
        }
    }
    int status;
    while (wait(&status) > 0)
        if (status)
            FAILED("a process ended with status %#x", status);
}

/* ---- Creations that end early ---- */

static long long one_creation(libxl_ctx *ctx)
{
    uint32_t domid = 0;
    long long began = now_us(), took;
    if (create(ctx, "storm-first", false, &domid))
        FAILED("the first creation");
    took = now_us() - began;
    libxl_domain_destroy(ctx, domid, NULL);
    return took;
}

static int outcome(libxl_ctx *ctx)
{
    libxl_event *event;
    int rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
    if (rc) {
        FAILED("event_wait: %d", rc);
        return rc;
    }
    rc = event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE ? event->u.operation_complete.rc : ERROR_BADFAIL;
    libxl_event_free(ctx, event);
    return rc;
}

/* The point of a creation, in us from its beginning, at which it shall end: somewhere; with devices, each part in turn. */
static long long end_at(int round, int rounds, long long usual)
{
    long long all = usual + usual / 8;
    return with_devices ? all * (2 * round + 1) / (2 * rounds) : random() % all;
}

struct later {
    libxl_ctx *ctx;
    libxl_asyncop_how how;
    long long after;
};

static void *aborts(void *arg)
{
    struct later *later = arg;
    usleep(later->after);
    int rc = libxl_ao_abort(later->ctx, &later->how);
    if (rc && rc != ERROR_NOTFOUND && rc != ERROR_ABORTED)
        FAILED("ao_abort: %d", rc);
    return NULL;
}

static void aborted(libxl_ctx *ctx, int rounds, long long usual)
{
    int counts[2] = { 0 };
    for (int round = 0; round < rounds; round++) {
        libxl_domain_config config;
        uint32_t domid = -1;
        pthread_t thread;
        struct host before = look(false);
        struct later later = { ctx, { .u.for_event = round + 1 }, end_at(round, rounds, usual) };
        configure(&config, "storm-abort", round % 2, 8);
        if (pthread_create(&thread, NULL, aborts, &later))
            abort();
        int rc = libxl_domain_create_new(ctx, &config, &domid, &later.how, NULL);
        if (!rc)
            rc = outcome(ctx);
        pthread_join(thread, NULL);
        if (!rc && (rc = libxl_domain_destroy(ctx, domid, NULL)))
            FAILED("destroy: %d", rc);
        else if (rc && rc != ERROR_ABORTED)
            FAILED("a creation aborted after %lld us: %d", later.after, rc);
        counts[rc == ERROR_ABORTED]++;
        libxl_domain_config_dispose(&config);
        before.fds = look(false).fds;
        is_as_before(&before, "after an abort");
    }
    printf("abort: %d creations were aborted, %d came first\n", counts[1], counts[0]);
}

static void killed(libxl_ctx *ctx, int rounds, long long usual)
{
    int left = 0;
    for (int round = 0; round < rounds; round++) {
        struct host before = look(false);
        int ready[2];
        char byte;
        if (pipe(ready))
            abort();
        pid_t pid = fork();
        if (!pid) {
            uint32_t domid;
            libxl_ctx *own = context();
            if (write(ready[1], "", 1) != 1)
                _exit(1);
            create(own, "storm-kill", round % 2, &domid);
            for (;;)
                pause();
        }
        if (read(ready[0], &byte, 1) != 1)
            FAILED("a child did not start");
        close(ready[0]);
        close(ready[1]);
        usleep(end_at(round, rounds, usual));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        /* A script that has been started goes on to its end, as does a QEMU. */
        while (with_devices && (entries_with("/proc", "comm", "block\n") || entries_with("/proc", "comm", "vif-")))
            usleep(50000);

        int count = 0;
        libxl_dominfo *domains = libxl_list_domain(ctx, &count);
        for (int i = 0; i < count; i++) {
            if (domains[i].domid == 0 || count <= before.domains)
                continue;
            left++;
            int rc = libxl_domain_destroy(ctx, domains[i].domid, NULL);
            if (rc)
                FAILED("destroy of what a killed process left: %d", rc);
        }
        libxl_dominfo_list_free(domains, count);
        before.fds = look(false).fds;
        is_as_before(&before, "after a kill");
    }
    printf("kill: of %d killed creations %d had left a domain\n", rounds, left);
}

/* ---- What a build delays ---- */

static volatile bool building;

static void *builds(void *arg)
{
    struct share *share = arg;
    libxl_domain_config config;
    uint32_t domid;
    /* A larger one: its pages are what takes time. */
    configure(&config, "storm-large", false, 512);
    building = true;
    if (libxl_domain_create_new(share->ctx, &config, &domid, NULL, NULL))
        FAILED("create of a large domain");
    building = false;
    libxl_domain_destroy(share->ctx, domid, NULL);
    libxl_domain_config_dispose(&config);
    return NULL;
}

static void unpauses(libxl_ctx *ctx, int rounds)
{
    uint32_t domid;
    long long worst = 0, took, sum = 0, count = 0, longest = 0;
    if (create(ctx, "storm-other", false, &domid))
        FAILED("create");
    for (int round = 0; round < rounds; round++) {
        pthread_t thread;
        struct share share = { ctx, 0, 1 };
        long long began = now_us();
        building = true;
        if (pthread_create(&thread, NULL, builds, &share))
            abort();
        while (building) {
            long long before = now_us();
            if (libxl_domain_unpause(ctx, domid, NULL) || libxl_domain_pause(ctx, domid, NULL))
                FAILED("unpause or pause");
            took = (now_us() - before) / 2;
            worst = took > worst ? took : worst;
            sum += took, count++;
            usleep(5000);
        }
        longest = now_us() - began > longest ? now_us() - began : longest;
        pthread_join(thread, NULL);
    }
    libxl_domain_destroy(ctx, domid, NULL);
    printf("unpause: %lld while a build of %lld us went on: %lld us on average, %lld us at worst\n", count, longest,
           count ? sum / count : 0, worst);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    int number = argc > 2 ? atoi(argv[2]) : 0, rounds = argc > 3 ? atoi(argv[3]) : number;
    long long began;

    setlinebuf(stdout);
    if ((with_devices = strstr(what, "-devices")))
        need_devices();
    srandom(getenv("STORM_SEED") ? atoi(getenv("STORM_SEED")) : getpid());
    /* What is made once, by the first creation on this host and in this process, is not counted. */
    libxl_ctx *ctx = context();
    long long usual = one_creation(ctx);
    /* QEMU and the scripts have to be read from the disk first. */
    if (with_devices)
        usual = one_creation(ctx);
    libxl_ctx_free(ctx);
    struct host before = look_when_quiet();

    ctx = context();
    began = now_us();
    if (!strcmp(what, "threads"))
        in_threads(ctx, number, rounds, creates);
    else if (!strcmp(what, "same"))
        in_threads(ctx, number, rounds, wants_the_same);
    else if (!strcmp(what, "processes"))
        in_processes(number, rounds);
    else if (!strncmp(what, "abort", 5))
        aborted(ctx, rounds, usual);
    else if (!strncmp(what, "kill", 4))
        killed(ctx, rounds, usual);
    else if (!strcmp(what, "unpause"))
        unpauses(ctx, rounds);
    else {
        fprintf(stderr, "storm: threads, processes, same, abort, kill, abort-devices, kill-devices or unpause?\n");
        return 2;
    }
    printf("%s: %lld ms; one creation alone took %lld ms\n", what, (now_us() - began) / 1000, usual / 1000);
    libxl_ctx_free(ctx);
    is_as_before(&before, what);
    return failures != 0;
}
