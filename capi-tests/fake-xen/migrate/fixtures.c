/* See fixtures.h. */
#define _GNU_SOURCE
#include "fixtures.h"

libxl_ctx *ctx;
struct xs_handle *xs;
xc_interface *xch;
int failed, cases;
atomic_int errors;
static char why[400];
int last_errno = -1;

static void logged(xentoollog_logger *self, xentoollog_level level, int errnoval, const char *context,
                   const char *format, va_list al)
{
    (void)self, (void)context;
    if (level >= XTL_ERROR)
        errors++, last_errno = errnoval;
    if (level < XTL_WARN && !getenv("MIGRATE_DEBUG"))
        return;
    if (!getenv("MIGRATE_LOG"))
        return;
    vfprintf(stderr, format, al);
    fputc('\n', stderr);
}
static void not_destroyed(xentoollog_logger *self) { (void)self; }
static xentoollog_logger logger = { logged, NULL, not_destroyed };

void expect(bool is_so, const char *format, ...)
{
    va_list al;

    if (is_so || *why)
        return;
    va_start(al, format);
    vsnprintf(why, sizeof(why), format, al);
    va_end(al);
}

void done(const char *format, ...)
{
    va_list al;

    va_start(al, format);
    printf(*why ? "FAIL " : "ok ");
    vprintf(format, al);
    va_end(al);
    if (*why)
        printf(": %s", why), failed = 1;
    putchar('\n');
    fflush(stdout);
    *why = 0;
    cases++;
}

void nap(int ms) { poll(NULL, 0, ms); }

double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- domains ---- */

uint32_t made_with(uint32_t flags)
{
    static unsigned char last;
    struct xen_domctl_createdomain config = { .ssidref = 1, .flags = flags };
    char path[100];
    uint32_t domid = 0;

    config.handle[0] = 7;
    config.handle[15] = ++last;
    if (xc_domain_create(xch, &domid, &config) || xc_domain_unpause(xch, domid))
        exit(2);
    snprintf(path, sizeof(path), "/local/domain/%u/name", domid);
    xs_write(xs, XBT_NULL, path, "guest", 5);
    snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
    xs_write(xs, XBT_NULL, path, "", 0);
    /* So that xenstored fires @releaseDomain when it ends. */
    if (!xs_introduce_domain(xs, domid, 1, 1))
        exit(2);
    return domid;
}

uint32_t made(void) { return made_with(0); }

/* -1: no such domain; else whether it has shut down. */
int state(uint32_t domid)
{
    xc_domaininfo_t info;

    if (xc_domain_getinfolist(xch, domid, 1, &info) != 1 || info.domain != domid)
        return -1;
    return !!(info.flags & XEN_DOMINF_shutdown);
}

unsigned count(void)
{
    static xc_domaininfo_t info[1000];
    int n = xc_domain_getinfolist(xch, 0, 1000, info);

    return n < 0 ? 0 : n;
}

/* A guest's kernel: see the header. */
struct guest guest;

static void *live(void *unused)
{
    struct xs_handle *own = xs_open(0);
    xc_interface *xen = xc_interface_open(NULL, NULL, 0);
    char path[100];

    (void)unused;
    snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", guest.domid);
    while (!guest.stop) {
        unsigned length;
        char *value = xs_read(own, XBT_NULL, path, &length);
        bool asked = value && !strcmp(value, "suspend");

        free(value);
        if (asked && guest.answers_after >= 0) {
            nap(guest.answers_after);
            /* In a transaction, as kernels do: a request that was withdrawn meanwhile is none. */
            xs_transaction_t t = xs_transaction_start(own);
            value = xs_read(own, t, path, &length);
            asked = value && !strcmp(value, "suspend");
            free(value);
            if (asked)
                xs_write(own, t, path, "", 0);
            if (!xs_transaction_end(own, t, !asked) || !asked)
                continue;
            if (guest.suspends_after >= 0) {
                nap(guest.suspends_after);
                guest.times++;
                xc_domain_shutdown(xen, guest.domid, 2);
            }
        }
        nap(5);
    }
    xc_interface_close(xen);
    xs_close(own);
    return NULL;
}

void begin_guest(uint32_t domid, int answers_after, int suspends_after)
{
    guest.domid = domid;
    guest.answers_after = answers_after;
    guest.suspends_after = suspends_after;
    guest.stop = false;
    guest.times = 0;
    pthread_create(&guest.thread, NULL, live, NULL);
}

void end_guest(void)
{
    guest.stop = true;
    pthread_join(guest.thread, NULL);
    xc_domain_destroy(xch, guest.domid);
}

/* ---- operations ---- */

/* The operation is aborted when it has waited so often, if that is not negative. */
int abort_turn = -1;

/* Waits for the operation that was begun with `how`; aborts it after `abort_after` ms, if that is not negative. */
int finished(int rc, libxl_asyncop_how *how, int abort_after)
{
    libxl_event *event;
    double began = now();
    bool aborted = false;
    int turn = 0;

    if (rc)
        return rc;
    for (;;) {
        if (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            rc = event->u.operation_complete.rc;
            libxl_event_free(ctx, event);
            return rc;
        }
        struct pollfd fds[20];
        int n = 20, timeout = 20;
        struct timeval t;
        gettimeofday(&t, NULL);
        if (libxl_osevent_beforepoll(ctx, &n, fds, &timeout, t))
            exit(2);
        if (turn++ == abort_turn) {
            aborted = true;
            libxl_ao_abort(ctx, how);
            timeout = 0;
        }
        if (timeout < 0 || timeout > 20)
            timeout = 20;
        poll(fds, n, timeout);
        gettimeofday(&t, NULL);
        libxl_osevent_afterpoll(ctx, n, fds, t);
        if (abort_after >= 0 && !aborted && (now() - began) * 1000 >= abort_after) {
            aborted = true;
            libxl_ao_abort(ctx, how);
        }
    }
}

/* All that has been written into a socket. */
size_t taken(int fd, unsigned char *buffer, size_t size)
{
    size_t total = 0;
    ssize_t n;

    while ((n = recv(fd, buffer + total, size - total, MSG_DONTWAIT)) > 0)
        total += n;
    return total;
}

const unsigned char begins[BEGINS] = "LibxlFmt\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0";

bool is_whole(const unsigned char *bytes, size_t length)
{
    static const unsigned char end[8];

    return length == BEGINS + IMAGE + 8 && !memcmp(bytes, begins, BEGINS) &&
           !memcmp(bytes + length - 8, end, 8);
}

const char *const ways[WAYS] = { "kill", "exit", "noise", "half", "wrong", "hang" };

int save(const char *helper, int answers_after, int suspends_after, int abort_after, bool *whole)
{
    libxl_asyncop_how how = { .callback = NULL };
    unsigned char bytes[4096];
    int pair[2], rc, flags, error_lines = errors;

    setenv("HELPER", helper, 1);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        exit(2);
    fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
    flags = fcntl(pair[0], F_GETFL);
    begin_guest(made(), answers_after, suspends_after);
    rc = finished(libxl_domain_suspend(ctx, guest.domid, pair[0], LIBXL_SUSPEND_LIVE, &how), &how, abort_after);
    *whole = is_whole(bytes, taken(pair[1], bytes, sizeof(bytes)));
    expect(fcntl(pair[0], F_GETFL) == flags, "the descriptor's mode is not what it was");
    expect(!rc || rc == ERROR_ABORTED || errors > error_lines, "no error is told");
    close(pair[0]);
    close(pair[1]);
    return rc;
}

/* ---- restoring ---- */

const char json[] =
    "{\"c_info\":{\"type\":\"pv\",\"name\":\"restored\",\"uuid\":\"01112131-4151-6171-8191-a1b1c1d1e1f1\"},"
    "\"b_info\":{\"max_vcpus\":1,\"avail_vcpus\":[0],\"numa_placement\":\"False\",\"max_memkb\":4096,"
    "\"target_memkb\":4096,\"kernel\":\"/no\",\"type.pv\":{}}}";

/* xenconsoled. */
static atomic_bool console_stops;
static pthread_t console;
static void *serve_consoles(void *unused)
{
    struct xs_handle *own = xs_open(0);

    (void)unused;
    while (!console_stops) {
        unsigned n = 0;
        char **all = xs_directory(own, XBT_NULL, "/local/domain", &n), path[100];
        for (unsigned i = 0; i < n; i++) {
            unsigned length;
            void *port;
            snprintf(path, sizeof(path), "/local/domain/%s/console/port", all[i]);
            if ((port = xs_read(own, XBT_NULL, path, &length))) {
                snprintf(path, sizeof(path), "/local/domain/%s/console/tty", all[i]);
                xs_write(own, XBT_NULL, path, "/dev/pts/0", 10);
                free(port);
            }
        }
        free(all);
        nap(10);
    }
    xs_close(own);
    return NULL;
}

/* Of the stream that is restored from. */
libxl_checkpointed_stream checkpointed = LIBXL_CHECKPOINTED_STREAM_NONE;
int stream_version = 2;

int restore(const char *helper, const void *bytes, size_t length, bool closes, int abort_after, uint32_t *domid)
{
    libxl_asyncop_how how = { .callback = NULL };
    libxl_domain_restore_params params;
    libxl_domain_config config;
    int pair[2], rc, flags, error_lines = errors;

    setenv("HELPER", helper, 1);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[1], bytes, length) != (ssize_t)length)
        exit(2);
    if (closes)
        shutdown(pair[1], SHUT_WR);
    fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
    flags = fcntl(pair[0], F_GETFL);
    libxl_domain_config_init(&config);
    libxl_domain_restore_params_init(&params);
    params.stream_version = stream_version;
    params.checkpointed_stream = checkpointed;
    if (libxl_domain_config_from_json(ctx, &config, json))
        exit(2);
    *domid = 1234567;
    rc = finished(libxl_domain_create_restore(ctx, &config, domid, pair[0], -1, &params, &how, NULL), &how, abort_after);
    libxl_domain_config_dispose(&config);
    libxl_domain_restore_params_dispose(&params);
    expect(fcntl(pair[0], F_GETFL) == flags, "the descriptor's mode is not what it was");
    expect(!rc || rc == ERROR_ABORTED || errors > error_lines, "no error is told");
    expect(!rc || state(*domid) == -1, "rc %d, and domain %u is there", rc, *domid);
    close(pair[0]);
    close(pair[1]);
    return rc;
}

unsigned char whole[WHOLE];

void begin_restores(void)
{
    memcpy(whole, begins, BEGINS);
    memset(whole + BEGINS, 'i', IMAGE);
    pthread_create(&console, NULL, serve_consoles, NULL);
}

void end_restores(void)
{
    console_stops = true;
    pthread_join(console, NULL);
    console_stops = false;
}

int open_all(void)
{
    xs = xs_open(0);
    xch = xc_interface_open(NULL, NULL, 0);
    return !xs || !xch || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);
}
