/*
 * Saving and restoring with a helper that may do anything (helper.c), on a host whose hypervisor is fake: what the
 * operation gives, and that the guest runs, or is gone, as it must.
 *
 *   migrate save|restore|reset    every case; one line each; status 1 if any has failed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <xentoollog.h>

enum { IMAGE = 64 };
static libxl_ctx *ctx;
static struct xs_handle *xs;
static xc_interface *xch;
static int failed, cases;
static char why[400];
static atomic_int errors;

static void logged(xentoollog_logger *self, xentoollog_level level, int errnoval, const char *context,
                   const char *format, va_list al)
{
    (void)self, (void)context, (void)errnoval;
    if (level >= XTL_ERROR)
        errors++;
    if (level < XTL_WARN && !getenv("MIGRATE_DEBUG"))
        return;
    if (!getenv("MIGRATE_LOG"))
        return;
    vfprintf(stderr, format, al);
    fputc('\n', stderr);
}
static void not_destroyed(xentoollog_logger *self) { (void)self; }
static xentoollog_logger logger = { logged, NULL, not_destroyed };

static void expect(bool is_so, const char *format, ...)
{
    va_list al;

    if (is_so || *why)
        return;
    va_start(al, format);
    vsnprintf(why, sizeof(why), format, al);
    va_end(al);
}

static void done(const char *format, ...)
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

static void nap(int ms) { poll(NULL, 0, ms); }

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

/* ---- domains ---- */

static uint32_t made_with(uint32_t flags)
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
    /* So that xenstored tells of its end. */
    if (!xs_introduce_domain(xs, domid, 1, 1))
        exit(2);
    return domid;
}

static uint32_t made(void) { return made_with(0); }

/* -1: no such domain; else whether it has shut down. */
static int state(uint32_t domid)
{
    xc_domaininfo_t info;

    if (xc_domain_getinfolist(xch, domid, 1, &info) != 1 || info.domain != domid)
        return -1;
    return !!(info.flags & XEN_DOMINF_shutdown);
}

static unsigned count(void)
{
    static xc_domaininfo_t info[1000];
    int n = xc_domain_getinfolist(xch, 0, 1000, info);

    return n < 0 ? 0 : n;
}

/* A guest's kernel: answers a request to suspend after so many milliseconds, and then shuts down. */
static struct guest {
    uint32_t domid;
    int answers_after, suspends_after;
    atomic_bool stop;
    pthread_t thread;
} guest;

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
                xc_domain_shutdown(xen, guest.domid, 2);
            }
        }
        nap(5);
    }
    xc_interface_close(xen);
    xs_close(own);
    return NULL;
}

static void begin_guest(uint32_t domid, int answers_after, int suspends_after)
{
    guest.domid = domid;
    guest.answers_after = answers_after;
    guest.suspends_after = suspends_after;
    guest.stop = false;
    pthread_create(&guest.thread, NULL, live, NULL);
}

static void end_guest(void)
{
    guest.stop = true;
    pthread_join(guest.thread, NULL);
    xc_domain_destroy(xch, guest.domid);
}

/* ---- operations ---- */

/* Waits for the operation that was begun with `how`; aborts it after `abort_after` ms, if that is not negative. */
static int finished(int rc, libxl_asyncop_how *how, int abort_after)
{
    libxl_event *event;
    double began = now();
    bool aborted = false;

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
static size_t taken(int fd, unsigned char *buffer, size_t size)
{
    size_t total = 0;
    ssize_t n;

    while ((n = recv(fd, buffer + total, size - total, MSG_DONTWAIT)) > 0)
        total += n;
    return total;
}

static const unsigned char begins[24] = "LibxlFmt\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0";

static bool is_whole(const unsigned char *bytes, size_t length)
{
    static const unsigned char end[8];

    return length == sizeof(begins) + IMAGE + 8 && !memcmp(bytes, begins, sizeof(begins)) &&
           !memcmp(bytes + length - 8, end, 8);
}

static int save(const char *helper, int answers_after, int suspends_after, int abort_after, bool *whole)
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

static const char *const ways[] = { "kill", "exit", "noise", "half", "wrong", "hang" };

static void saves(void)
{
    char helper[40];
    bool whole;
    int rc;

    rc = save("fine", 0, 0, -1, &whole);
    expect(!rc && whole && state(guest.domid) == 1, "rc %d, whole %d, state %d", rc, whole, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 1, NULL);
    expect(!rc && !state(guest.domid), "resumed: rc %d, state %d", rc, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 1, NULL);
    expect(!rc && !state(guest.domid), "resumed again: rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: all goes well");

    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        bool hangs = !strcmp(ways[way], "hang");
        for (int step = 0; step <= 6; step++) {
            snprintf(helper, sizeof(helper), "%s %d", ways[way], step);
            /* After its last word only how it ends counts. */
            bool may = step >= 5 && strcmp(ways[way], "kill") && strcmp(ways[way], "hang");
            rc = save(helper, 0, 0, hangs ? 300 : -1, &whole);
            expect(rc || may, "it has succeeded");
            expect(!!rc == !whole, "rc %d, and the stream is%s whole", rc, whole ? "" : " not");
            expect(state(guest.domid) == (rc ? 0 : 1), "rc %d, and the guest has%s suspended", rc,
                   state(guest.domid) ? "" : " not");
            expect(!hangs || rc == ERROR_ABORTED, "aborted, and rc %d", rc);
            end_guest();
            done("save: helper: %s", helper);
        }
    }
    rc = save("refuse 9", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: libxc has failed");
    rc = save("status 9", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: the helper's status is no success");
    rc = save("deaf 1", 0, 0, 100, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: aborted, and the helper is deaf");

    rc = save("fine", 400, 0, 150, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    nap(500);
    expect(!state(guest.domid), "it suspends later");
    end_guest();
    done("save: aborted before the guest answers");
    rc = save("fine", 0, 600, 200, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    nap(600);
    expect(!state(guest.domid), "it suspends later");
    end_guest();
    done("save: aborted before the guest suspends");

    setenv("LIBXL_SAVE_HELPER", "/no/such/program", 1);
    rc = save("fine", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: no helper");
    setenv("LIBXL_SAVE_HELPER", "/tmp/helper", 1);

    uint32_t domid = made();
    rc = libxl_domain_suspend(ctx, domid, -1, 0, NULL);
    expect(rc == ERROR_FAIL && !state(domid), "rc %d", rc);
    rc = libxl_domain_suspend(ctx, 31000, 1, 0, NULL);
    expect(rc == ERROR_FAIL, "no domain: rc %d", rc);
    xc_domain_shutdown(xch, domid, 3);
    int null = open("/dev/null", O_WRONLY);
    rc = libxl_domain_suspend(ctx, domid, null, 0, NULL);
    expect(rc == ERROR_FAIL && state(domid) == 1, "crashed: rc %d", rc);
    xc_domain_destroy(xch, domid);
    done("save: no descriptor, no domain, a crashed one");

    begin_guest(made(), 0, 50);
    rc = libxl_domain_suspend_only(ctx, guest.domid, NULL);
    expect(!rc && state(guest.domid) == 1, "rc %d, state %d", rc, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 0, NULL);
    expect(!rc && !state(guest.domid), "resumed: rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("suspend only, and resume");

    /* Nobody reads: the operation waits, and nothing else does. */
    int pipes[2];
    libxl_asyncop_how how = { .callback = NULL };
    if (pipe(pipes))
        exit(2);
    fcntl(pipes[1], F_SETFL, O_NONBLOCK);
    static char much[1 << 17];
    while (write(pipes[1], much, sizeof(much)) > 0)
        ;
    fcntl(pipes[1], F_SETFL, 0);
    begin_guest(made(), 0, 0);
    double began = now();
    rc = libxl_domain_suspend(ctx, guest.domid, pipes[1], 0, &how);
    libxl_dominfo info;
    libxl_dominfo_init(&info);
    expect(!rc && !libxl_domain_info(ctx, &info, guest.domid), "rc %d", rc);
    libxl_dominfo_dispose(&info);
    expect(now() - began < 2, "others wait %f s", now() - began);
    rc = finished(rc, &how, 100);
    expect(rc == ERROR_ABORTED && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: nobody reads the stream");
    close(pipes[0]);
    begin_guest(made(), 0, 0);
    rc = libxl_domain_suspend(ctx, guest.domid, pipes[1], 0, NULL);
    expect(rc == ERROR_FAIL && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    close(pipes[1]);
    done("save: the reader has gone");
}

/* ---- restoring ---- */

static const char json[] =
    "{\"c_info\":{\"type\":\"pv\",\"name\":\"restored\",\"uuid\":\"01112131-4151-6171-8191-a1b1c1d1e1f1\"},"
    "\"b_info\":{\"max_vcpus\":1,\"avail_vcpus\":[0],\"numa_placement\":\"False\",\"max_memkb\":4096,"
    "\"target_memkb\":4096,\"kernel\":\"/no\",\"type.pv\":{}}}";

/* xenconsoled. */
static atomic_bool console_stops;
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

static int restore(const char *helper, const void *bytes, size_t length, bool closes, int abort_after, uint32_t *domid)
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
    params.stream_version = 2;
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

static void restores(void)
{
    unsigned char whole[sizeof(begins) + IMAGE + 8] = { 0 }, changed[sizeof(whole) + 200];
    unsigned there = count();
    char helper[40];
    uint32_t domid;
    pthread_t console;
    int rc;

    memcpy(whole, begins, sizeof(begins));
    memset(whole + sizeof(begins), 'i', IMAGE);
    pthread_create(&console, NULL, serve_consoles, NULL);

    rc = restore("fine", whole, sizeof(whole), true, -1, &domid);
    expect(!rc && state(domid) == 0, "rc %d, state %d", rc, state(domid));
    if (!rc) {
        char path[100], *value;
        unsigned n;
        snprintf(path, sizeof(path), "/local/domain/%u/store/ring-ref", domid);
        value = xs_read(xs, XBT_NULL, path, &n);
        expect(value && !strcmp(value, "5"), "store's frame %s", value ?: "none");
        free(value);
        snprintf(path, sizeof(path), "/local/domain/%u/console/ring-ref", domid);
        value = xs_read(xs, XBT_NULL, path, &n);
        expect(value && !strcmp(value, "6"), "console's frame %s", value ?: "none");
        free(value);
        rc = libxl_domain_destroy(ctx, domid, NULL);
        expect(!rc, "destroyed: %d", rc);
    }
    done("restore: all goes well");

    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        bool hangs = !strcmp(ways[way], "hang");
        for (int step = 0; step <= 6; step++) {
            snprintf(helper, sizeof(helper), "%s %d", ways[way], step);
            rc = restore(helper, whole, sizeof(whole), true, hangs ? 300 : -1, &domid);
            expect(rc || (step >= 5 && strcmp(ways[way], "kill") && !hangs), "it has succeeded");
            if (!rc)
                libxl_domain_destroy(ctx, domid, NULL);
            expect(count() == there, "%u domains are there, not %u", count(), there);
            done("restore: helper: %s", helper);
        }
    }
    static const char *const liars[] = { "refuse 9", "status 9", "silent 9" };
    for (int i = 0; i < 3; i++) {
        rc = restore(liars[i], whole, sizeof(whole), true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "rc %d", rc);
        done("restore: helper: %s", liars[i]);
    }
    /* A sender that stands still, everywhere; and one that has gone. */
    for (size_t length = 0; length < sizeof(whole); length += length < 32 ? 4 : 12) {
        rc = restore("fine", whole, length, true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "gone: rc %d", rc);
        rc = restore("fine", whole, length, false, 50, &domid);
        expect(rc == ERROR_ABORTED && count() == there, "still: rc %d", rc);
        done("restore: only %zu bytes come", length);
    }
    /* Each bit of what is libxl's. */
    for (size_t bit = 0; bit < 8 * sizeof(whole); bit++) {
        bool may = bit / 8 >= 12 && bit / 8 < 16 && bit != 15 * 8; /* options that mean nothing */
        if (bit / 8 > sizeof(begins) && bit / 8 < sizeof(begins) + IMAGE)
            continue;
        memcpy(changed, whole, sizeof(whole));
        changed[bit / 8] ^= 1 << bit % 8;
        rc = restore("fine", changed, sizeof(whole), true, -1, &domid);
        if (!rc)
            libxl_domain_destroy(ctx, domid, NULL);
        expect(rc == ERROR_FAIL || (may && !rc), "bit %zu: rc %d", bit, rc);
        expect(count() == there, "bit %zu: a domain is left", bit);
    }
    done("restore: a bit is wrong");
    static const struct { const char *name; unsigned char record[24]; } mixes[] = {
        { "a checkpoint's end", { 4 } },
        { "a second image", { 1 } },
        { "an emulator's state", { 3, 0, 0, 0, 16, 0, 0, 0, 2 } },
        { "an emulator's nodes", { 2, 0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 'a', 0, 'b', 0 } },
        { "a record that is unknown", { 6 } },
        { "a record that is unknown and optional", { 1, 0, 0, 128 } },
        { "a body without end", { 3, 0, 0, 0, 255, 255, 255, 255 } },
    };
    for (size_t i = 0; i < sizeof(mixes) / sizeof(*mixes); i++) {
        memset(changed, 0, sizeof(changed));
        memcpy(changed, whole, sizeof(whole) - 8);
        memcpy(changed + sizeof(whole) - 8, mixes[i].record, 24);
        rc = restore("fine", changed, sizeof(whole) + 24, true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "rc %d", rc);
        done("restore: %s", mixes[i].name);
    }
    console_stops = true;
    pthread_join(console, NULL);
}

/* ---- soft resets ---- */

/* What is refused takes nothing from the domain. */
static void refused(const char *what, uint32_t flags, int reason, libxl_domain_type type)
{
    libxl_domain_config config;
    char path[100];
    unsigned length;
    int rc, was;

    begin_guest(made_with(flags), 0, 0);
    if (reason >= 0)
        xc_domain_shutdown(xch, guest.domid, reason);
    was = state(guest.domid);
    libxl_domain_config_init(&config);
    libxl_domain_config_from_json(ctx, &config, json);
    config.c_info.type = type;
    libxl_domain_build_info_init_type(&config.b_info, type);
    rc = libxl_domain_soft_reset(ctx, &config, guest.domid, NULL, NULL);
    expect(rc == ERROR_INVAL && state(guest.domid) == was, "rc %d, state %d, was %d", rc, state(guest.domid), was);
    snprintf(path, sizeof(path), "/local/domain/%u/name", guest.domid);
    void *name = xs_read(xs, XBT_NULL, path, &length);
    expect(name != NULL, "it has no name any more");
    free(name);
    libxl_domain_config_dispose(&config);
    end_guest();
    done("soft reset: %s", what);
}

static void resets(void)
{
    enum { SOFT_RESET = 5 };

    refused("a PV guest", 0, SOFT_RESET, LIBXL_DOMAIN_TYPE_PV);
    refused("a guest that runs", XEN_DOMCTL_CDF_hvm, -1, LIBXL_DOMAIN_TYPE_PVH);
    refused("a guest that is off", XEN_DOMCTL_CDF_hvm, 0, LIBXL_DOMAIN_TYPE_PVH);
    refused("a configuration of another type", XEN_DOMCTL_CDF_hvm, SOFT_RESET, LIBXL_DOMAIN_TYPE_PV);
}

int main(int argc, char **argv)
{
    xs = xs_open(0);
    xch = xc_interface_open(NULL, NULL, 0);
    setenv("LIBXL_SAVE_HELPER", "/tmp/helper", 1);
    if (!xs || !xch || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger))
        return 2;
    if (argc > 1 && !strcmp(argv[1], "restore"))
        restores();
    else if (argc > 1 && !strcmp(argv[1], "reset"))
        resets();
    else
        saves();
    libxl_ctx_free(ctx);
    return failed || !cases;
}
