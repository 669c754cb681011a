/* The host around the library: domains that only exist, a guest's answers, scripts, and what a process has. */
#include "harness.h"
#include <dlfcn.h>

double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

void nap(unsigned microseconds)
{
    struct timespec t = { microseconds / 1000000, microseconds % 1000000 * 1000 };

    while (nanosleep(&t, &t) && errno == EINTR)
        ;
}

/* The C library exports its insides too. */
bool is_ours(void)
{
    return !dlsym(RTLD_DEFAULT, "libxl__ao_aborting");
}

/* ---- log ---- */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int lines;

static void logged(xentoollog_logger *self, xentoollog_level level, int errnoval, const char *context,
                   const char *format, va_list al)
{
    char text[2000];

    (void)self, (void)context;
    if (level < XTL_WARN && !getenv("HARNESS_DEBUG"))
        return;
    if (level >= XTL_WARN)
        lines++;
    vsnprintf(text, sizeof(text), format, al);
    /* Ours: an operation's last line, when no earlier one told why it has failed. */
    check(!strstr(text, "the cause is not known"), "no reason is logged: %s", text);
    pthread_mutex_lock(&log_lock);
    fprintf(stderr, "%.3f %s: %s", now(), xtl_level_to_string(level), text);
    if (errnoval >= 0)
        fprintf(stderr, ": %s", strerror(errnoval));
    fputc('\n', stderr);
    pthread_mutex_unlock(&log_lock);
}
static void not_destroyed(xentoollog_logger *self) { (void)self; }
xentoollog_logger logger = { logged, NULL, not_destroyed };

int log_lines(void)
{
    return lines;
}

libxl_ctx *new_ctx(void)
{
    libxl_ctx *ctx = NULL;
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);

    check(!rc && ctx, "libxl_ctx_alloc: %d", rc);
    return ctx;
}

/* ---- xenstore and domains; connections of our own, apart from the library's ---- */

static pthread_mutex_t world_lock = PTHREAD_MUTEX_INITIALIZER;
static struct xs_handle *xs;
static xc_interface *xch;

static void with_world(void)
{
    pthread_mutex_lock(&world_lock);
    if (!xs)
        xs = xs_open(0);
    if (!xch)
        xch = xc_interface_open(NULL, NULL, 0);
    if (!xs || !xch)
        fail("no xenstore or no Xen: %s", strerror(errno));
}

static void done_with_world(void)
{
    pthread_mutex_unlock(&world_lock);
}

static void put(const char *value, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(const char *value, const char *format, ...)
{
    char path[512];
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    if (!xs_write(xs, XBT_NULL, path, value, strlen(value)))
        fail("writing %s: %s", path, strerror(errno));
}

void store(const char *value, const char *format, ...)
{
    char path[512];
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    with_world();
    put(value, "%s", path);
    done_with_world();
}

char *stored(const char *format, ...)
{
    char path[512], *value;
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    with_world();
    value = xs_read(xs, XBT_NULL, path, NULL);
    done_with_world();
    keep(value);
    return value;
}

void give_memory(uint32_t domid, unsigned mib)
{
    xen_pfn_t frames[256];
    int r;

    with_world();
    r = xc_domain_setmaxmem(xch, domid, (mib + 4) * 1024);
    for (unsigned i = 0; !r && i < mib; i++) {
        for (int k = 0; k < 256; k++)
            frames[k] = i * 256 + k + 16;
        r = xc_domain_populate_physmap_exact(xch, domid, 256, 0, 0, frames);
    }
    if (r)
        fail("%u MiB for domain %u: %s", mib, domid, strerror(errno));
    done_with_world();
}

void set_ack(uint32_t domid, int ack_ms)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", ack_ms);
    store(text, "/local/domain/%u/harness-ack", domid);
}

pid_t model_of(uint32_t domid, bool deaf)
{
    char number[16], text[16], be[100];
    int ready[2];
    pid_t pid;

    check(!pipe2(ready, O_CLOEXEC), "pipe: %s", strerror(errno));
    snprintf(number, sizeof(number), "%u", domid);
    pid = fork();
    if (!pid) {
        int never[2];

        signal(SIGHUP, deaf ? SIG_IGN : SIG_DFL);
        if (deaf)
            signal(SIGTERM, SIG_IGN);
        alarm(60);
        /* It waits for what only it could write. */
        if (!pipe(never) && dup2(never[0], 0) == 0)
            execlp("sh", "sh", "-c", "read x", "qemu", "-xen-domid", number, (char *)NULL);
        _exit(1);
    }
    /* By its command line the library knows it, which it has when the pipe is closed. */
    close(ready[1]);
    check(!read(ready[0], text, 1), "read: %s", strerror(errno));
    close(ready[0]);
    snprintf(text, sizeof(text), "%d", pid);
    store(text, "/local/domain/%u/image/device-model-pid", domid);
    snprintf(be, sizeof(be), "/local/domain/0/backend/qdisk/%u/51712", domid);
    store(be, "/libxl/%u/device/vbd/51712/backend", domid);
    store("4", "%s/state", be);
    return pid;
}

uint32_t new_domain(int ack_ms)
{
    return new_domain_at(0, ack_ms);
}

uint32_t new_domain_at(uint32_t domid, int ack_ms)
{
    struct xen_domctl_createdomain config = {
        .max_vcpus = 1, .max_evtchn_port = 1023, .max_grant_frames = 4, .max_maptrack_frames = 4,
        .grant_opts = XEN_DOMCTL_GRANT_version(1),
    };
    xen_pfn_t frame = 0;
    char uuid[40], text[64];
    int port, i, used = 0;

    with_world();
    for (i = 0; i < 16; i++) {
        config.handle[i] = rand();
        used += sprintf(uuid + used, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                        config.handle[i]);
    }
    /* The last of that number may be on its way out still. */
    for (i = 0; xc_domain_create(xch, &domid, &config); i++, nap(10000))
        if (errno != EEXIST || i == 200)
            fail("xc_domain_create: %s", strerror(errno));
    if (xc_domain_setmaxmem(xch, domid, 4096))
        fail("xc_domain_setmaxmem: %s", strerror(errno));
    if (xc_domain_populate_physmap_exact(xch, domid, 1, 0, 0, &frame))
        fail("a page for domain %u: %s", domid, strerror(errno));
    if (xc_dom_gnttab_seed(xch, domid, false, frame, frame, 0, 0))
        fail("grants of domain %u: %s", domid, strerror(errno));
    port = xc_evtchn_alloc_unbound(xch, domid, 0);
    if (port < 0)
        fail("xenstore's event channel in domain %u: %s", domid, strerror(errno));
    snprintf(text, sizeof(text), "/vm/%s", uuid);
    put(text, "/local/domain/%u/vm", domid);
    put(uuid, "/vm/%s/uuid", uuid);
    snprintf(text, sizeof(text), "harness-%u", domid);
    put(text, "/local/domain/%u/name", domid);
    put(text, "/vm/%s/name", uuid);
    put("", "/local/domain/%u/control/shutdown", domid);
    put("pv", "/libxl/%u/type", domid);
    snprintf(text, sizeof(text), "%d", ack_ms);
    put(text, "/local/domain/%u/harness-ack", domid);
    if (!xs_introduce_domain(xs, domid, frame, port))
        fail("introducing domain %u: %s", domid, strerror(errno));
    done_with_world();
    return domid;
}

void end_domain(uint32_t domid)
{
    with_world();
    if (xc_domain_destroy(xch, domid))
        fail("xc_domain_destroy(%u): %s", domid, strerror(errno));
    done_with_world();
}

void stop_domain(uint32_t domid, int reason)
{
    with_world();
    if (xc_domain_shutdown(xch, domid, reason))
        fail("xc_domain_shutdown(%u): %s", domid, strerror(errno));
    done_with_world();
}

static bool domain_info(uint32_t domid, xc_domaininfo_t *info)
{
    bool known;

    with_world();
    known = xc_domain_getinfolist(xch, domid, 1, info) == 1 && info->domain == domid;
    done_with_world();
    return known;
}

bool domain_is_known(uint32_t domid)
{
    xc_domaininfo_t info;

    return domain_info(domid, &info);
}

bool domain_exists(uint32_t domid)
{
    xc_domaininfo_t info;

    return domain_info(domid, &info) && !(info.flags & XEN_DOMINF_dying);
}

void add_disk(uint32_t domid, int devid, const char *script)
{
    char be[128], fe[128];

    snprintf(be, sizeof(be), "/local/domain/0/backend/vbd/%u/%d", domid, devid);
    snprintf(fe, sizeof(fe), "/local/domain/%u/device/vbd/%d", domid, devid);
    store(be, "/libxl/%u/device/vbd/%d/backend", domid, devid);
    store(fe, "/libxl/%u/device/vbd/%d/frontend", domid, devid);
    store("xvda", "/libxl/%u/device/vbd/%d/dev", domid, devid);
    store(be, "%s/backend", fe);
    store("0", "%s/backend-id", fe);
    store("1", "%s/state", fe);
    store(fe, "%s/frontend", be);
    store("1", "%s/online", be);
    store("6", "%s/state", be);
    store(script, "%s/script", be);
}

char *new_script(const char *text)
{
    static atomic_int number;
    char *path = NULL;
    FILE *file;

    if (asprintf(&path, "/tmp/harness-%d-%d", getpid(), number++) < 0)
        fail("memory");
    file = fopen(path, "wx");
    if (!file || fprintf(file, "#!/bin/sh\n%s\n", text) < 0 || fclose(file) || chmod(path, 0755))
        fail("script %s: %s", path, strerror(errno));
    keep(path);
    return path;
}

/* Answers shutdown requests of every domain that has the node harness-ack: its own process, for the whole run. */
int acknowledger(void)
{
    struct xs_handle *h = xs_open(0);

    if (!h || !xs_watch(h, "/local/domain", "t"))
        return 1;
    printf("watching\n");
    fflush(stdout);
    for (;;) {
        unsigned n, domid;
        int end = 0;
        char path[128], **event = xs_read_watch(h, &n), *value, *delay;

        if (!event)
            return 1;
        if (sscanf(event[XS_WATCH_PATH], "/local/domain/%u/%n", &domid, &end) == 1 && end
            && (!strcmp(event[XS_WATCH_PATH] + end, "control/shutdown")
                || !strcmp(event[XS_WATCH_PATH] + end, "harness-ack"))) {
            snprintf(path, sizeof(path), "/local/domain/%u/harness-ack", domid);
            delay = xs_read(h, XBT_NULL, path, NULL);
            snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
            if (delay && atoi(delay) >= 0) {
                value = xs_read(h, XBT_NULL, path, NULL);
                if (value && *value) {
                    nap(atoi(delay) * 1000);
                    xs_write(h, XBT_NULL, path, "", 0);
                }
                free(value);
            }
            free(delay);
        }
        free(event);
    }
}

/* ---- what this process has ---- */

static unsigned entries(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    unsigned n = 0;

    check(dir, "%s: %s", path, strerror(errno));
    while ((entry = readdir(dir)))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

unsigned open_fds(void)
{
    return entries("/proc/self/fd") - 1;
}

unsigned threads(void)
{
    return entries("/proc/self/task");
}

/* The kernel lists a thread for a moment after it has been joined. */
bool threads_are(unsigned number)
{
    for (double until = now() + 3; threads() != number && now() < until;)
        nap(10000);
    return threads() == number;
}

static unsigned offspring(bool dead_only)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    unsigned n = 0;

    check(dir, "/proc: %s", strerror(errno));
    while ((entry = readdir(dir))) {
        char path[300], line[512] = "", *end, state;
        int parent;
        FILE *file;

        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        file = fopen(path, "r");
        if (!file)
            continue;
        if (fgets(line, sizeof(line), file) && (end = strrchr(line, ')'))
            && sscanf(end + 1, " %c %d", &state, &parent) == 2 && parent == getpid())
            n += !dead_only || state == 'Z';
        fclose(file);
    }
    closedir(dir);
    return n;
}

int status_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        check(errno == EINTR, "our own child was stolen: %s", strerror(errno));
    return status;
}

unsigned children(void) { return offspring(false); }
unsigned zombies(void) { return offspring(true); }

/* ---- threads and counting ---- */

struct rounds rounds(int least, int most)
{
    const char *share = getenv("HARNESS_SHARE");

    return (struct rounds){ 0, least, most, now() + (share ? atof(share) : 5) };
}

bool another(struct rounds *r)
{
    if (r->done >= r->most || (r->done >= r->least && now() > r->until))
        return false;
    r->done++;
    return true;
}

void end_child(int status)
{
    char text[32];

    snprintf(text, sizeof(text), "exit %d", status);
    if (getenv("HARNESS_VALGRIND"))
        execl("/bin/sh", "sh", "-c", text, NULL);
    _exit(status);
}

void keep(void *memory)
{
    static struct kept { struct kept *next; void *memory; } *_Atomic all;
    struct kept *k = malloc(sizeof(*k));

    check(k, "memory");
    k->memory = memory;
    for (k->next = all; !atomic_compare_exchange_weak(&all, &k->next, k);)
        ;
}

pthread_t start(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    int r = pthread_create(&thread, NULL, body, argument);

    check(!r, "pthread_create: %s", strerror(r));
    return thread;
}

void finish(pthread_t thread)
{
    int r = pthread_join(thread, NULL);

    check(!r, "pthread_join: %s", strerror(r));
}

void hit(struct tally *tally, int rc)
{
    pthread_mutex_lock(&tally->lock);
    tally->count++;
    tally->failures += rc != 0;
    tally->last = rc;
    pthread_cond_broadcast(&tally->more);
    pthread_mutex_unlock(&tally->lock);
}

bool reached(struct tally *tally, int count, double seconds)
{
    double until = now() + seconds, left;
    bool enough;

    pthread_mutex_lock(&tally->lock);
    while (!(enough = tally->count >= count) && (left = until - now()) > 0) {
        struct timespec when;

        clock_gettime(CLOCK_REALTIME, &when);
        left = left > 0.5 ? 0.5 : left;
        when.tv_nsec += left * 1e9;
        when.tv_sec += when.tv_nsec / 1000000000;
        when.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&tally->more, &tally->lock, &when);
    }
    pthread_mutex_unlock(&tally->lock);
    return enough;
}

int hits(struct tally *tally)
{
    int count;

    pthread_mutex_lock(&tally->lock);
    count = tally->count;
    pthread_mutex_unlock(&tally->lock);
    return count;
}

void tally_rc(libxl_ctx *ctx, int rc, void *tally)
{
    (void)ctx;
    hit(tally, rc);
}
