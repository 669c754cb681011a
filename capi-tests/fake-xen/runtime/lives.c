/* Many lives of ctxs: nothing is left of them. */
#include "harness.h"
#include <sys/epoll.h>
#include <sys/resource.h>

static void one_life(int kind, uint32_t domid, const char *script)
{
    struct tally tally = TALLY;
    libxl_evgen_domain_death *evgen = NULL;
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = NULL;
    libxl_event *event;
    uint32_t victim;
    int rc = 0;

    switch (kind % 6) {
    case 0:
        break;
    case 1:
        rc = libxl_domain_shutdown(ctx, domid, NULL);
        break;
    case 2:
        driver = drive(ctx, BY_HOOKS);
        rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
        check(reached(&tally, 1, 10), "no end");
        break;
    case 3: /* left enabled: ctx_free ends it */
        driver = drive(ctx, BY_HOOKS);
        rc = libxl_evenable_domain_death(ctx, domid, 1, &evgen);
        break;
    case 4: /* an event that is not collected */
        rc = libxl_domain_pause(ctx, domid, AS_EVENT(1));
        break;
    case 5:
        if (kind % 12 == 5) {
            rc = libxl_domain_shutdown(ctx, domid, AS_EVENT(1));
            check(!rc, "shutdown: %d", rc);
            rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
            libxl_event_free(ctx, event);
        } else {
            victim = new_domain(NO_ACK);
            add_disk(victim, 51712, script);
            rc = libxl_domain_destroy(ctx, victim, NULL);
        }
        break;
    }
    check(!rc, "kind %d: %d", kind % 6, rc);
    if (driver)
        stop_driving(driver);
    libxl_ctx_free(ctx);
    if (driver) {
        check(!registered(driver), "kind %d: %d registrations after ctx_free", kind % 6, registered(driver));
        forget_driver(driver);
    }
}

static void lives(void)
{
    uint32_t domid = new_domain(0);
    char *script = new_script("exit 0");
    unsigned fds, tasks;
    int n = 0;

    for (int i = 0; i < 12; i++)
        one_life(i, domid, script);
    fds = open_fds();
    tasks = threads();
    check(!children(), "%u children", children());
    for (struct rounds r = rounds(60, 300); another(&r); n++)
        one_life(n, domid, script);
    check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    check(threads_are(tasks), "%u threads, then %u", tasks, threads());
    check(!children(), "%u children, %u of them zombies", children(), zombies());
    note("%d lives; %u fds, %u threads before and after", n, fds, tasks);
}

static void *some_lives(void *argument)
{
    uint32_t domid = new_domain(0);

    (void)argument;
    for (struct rounds r = rounds(10, 100); another(&r);)
        one_life(r.done % 5, domid, NULL);
    return NULL;
}

static void several(void)
{
    libxl_ctx *ctx = new_ctx();
    pthread_t thread[3];
    unsigned fds, before;

    new_domain(NO_ACK);
    fds = open_fds();
    before = threads();
    for (int i = 0; i < 3; i++)
        thread[i] = start(some_lives, NULL);
    for (int i = 0; i < 3; i++)
        finish(thread[i]);
    check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    check(threads_are(before), "%u threads, then %u", before, threads());
    libxl_ctx_free(ctx);
}

/* ctx_free with operations under way: they are given up; no callback comes afterwards, nothing stays. */
static void outstanding(void)
{
    uint32_t domid = new_domain(NO_ACK), victim;
    char *script = new_script("sleep 0.3");
    unsigned fds = 0;
    int after;

    for (int i = 0; i < 12; i++) {
        static struct tally tallies[12];
        struct tally *tally = &tallies[i];
        libxl_ctx *ctx = new_ctx();
        struct driver *driver = drive(ctx, i % 2 ? BY_HOOKS : BY_POLL);
        int rc;

        *tally = (struct tally)TALLY;
        for (int k = 0; k < 5; k++) {
            rc = libxl_domain_shutdown(ctx, domid, k % 2 ? INTO(tally) : AS_EVENT(k));
            check(!rc, "libxl_domain_shutdown: %d", rc);
        }
        enable(ctx, domid, 1);
        if (i % 3 == 0) {
            victim = new_domain(NO_ACK);
            add_disk(victim, 51712, script);
            rc = libxl_domain_destroy(ctx, victim, INTO(tally));
            check(!rc, "libxl_domain_destroy: %d", rc);
            nap(rand() % 100000);
        }
        stop_driving(driver);
        libxl_ctx_free(ctx);
        after = hits(tally);
        check(!registered(driver), "%d registrations after ctx_free", registered(driver));
        forget_driver(driver);
        nap(20000);
        check(hits(tally) == after, "a callback after ctx_free");
        if (i == 0)
            fds = open_fds();
        check(open_fds() == fds, "%u fds, then %u", fds, open_fds());
    }
    for (double until = now() + 5; children() && now() < until;)
        nap(10000);
    check(!children(), "%u children, %u of them zombies", children(), zombies());
}

/* ---- many at once ---- */

struct member { int set, fd; void *for_libxl; };

static int into_epoll(void *user, int fd, void **out, short events, void *for_libxl)
{
    struct member *member = user;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = member };

    (void)events;
    *out = NULL;
    member->fd = fd;
    member->for_libxl = for_libxl;
    return epoll_ctl(member->set, EPOLL_CTL_ADD, fd, &event) ? ERROR_FAIL : 0;
}

static int keep_events(void *user, int fd, void **out, short events)
{
    (void)user, (void)fd, (void)out, (void)events;
    return 0;
}

static void out_of_epoll(void *user, int fd, void *registration)
{
    (void)registration;
    epoll_ctl(((struct member *)user)->set, EPOLL_CTL_DEL, fd, NULL);
}

static int no_timeout(void *user, void **out, struct timeval when, void *for_libxl)
{
    (void)user, (void)out, (void)when, (void)for_libxl;
    return 0;
}

static int no_timeout_again(void *user, void **out, struct timeval when)
{
    (void)user, (void)out, (void)when;
    return 0;
}

static void timeout_gone(void *user, void *registration) { (void)user, (void)registration; }

static struct tally strangers = TALLY;

static int told_of_stranger(pid_t pid, int status, void *user)
{
    (void)pid, (void)status, (void)user;
    hit(&strangers, 0);
    return 0;
}

/* 150 ctxs that reap every child, in one epoll set of the application's, which is in another. */
static void crowd(void)
{
    enum { NUMBER = 150 };
    static const libxl_osevent_hooks hooks = { into_epoll, keep_events, out_of_epoll, no_timeout, no_timeout_again, timeout_gone };
    static const libxl_childproc_hooks reaping = { .chldowner = libxl_sigchld_owner_libxl_always, .reaped_callback = told_of_stranger };
    int set = epoll_create1(EPOLL_CLOEXEC), outer = epoll_create1(EPOLL_CLOEXEC), before;
    struct epoll_event event = { .events = EPOLLIN };
    struct member members[NUMBER], *last = &members[NUMBER - 1];
    libxl_ctx *ctx[NUMBER];
    char *script = new_script("exit 0");
    struct rlimit files;
    uint32_t domid;
    int rc;

    /* On real Xen a ctx has more of them open: all together, more than 1024. */
    check(!getrlimit(RLIMIT_NOFILE, &files), "getrlimit: %s", strerror(errno));
    files.rlim_cur = files.rlim_max;
    check(!setrlimit(RLIMIT_NOFILE, &files), "setrlimit: %s", strerror(errno));
    check(!epoll_ctl(outer, EPOLL_CTL_ADD, set, &event), "epoll_ctl: %s", strerror(errno));
    before = log_lines();
    for (int i = 0; i < NUMBER; i++) {
        ctx[i] = new_ctx();
        members[i] = (struct member){ .set = set };
        libxl_osevent_register_hooks(ctx[i], &hooks, &members[i]);
        libxl_childproc_setmode(ctx[i], &reaping, NULL);
        check(log_lines() == before, "ctx %d cannot be driven", i);
    }
    /* The last ctx reaps an unknown child that ends; the others' threads are busy. */
    check(fork() || (_exit(0), false), "fork: %s", strerror(errno));
    for (double until = now() + 10; !hits(&strangers) && now() < until;)
        if (poll(&(struct pollfd){ last->fd, POLLIN, 0 }, 1, 100) > 0)
            libxl_osevent_occurred_fd(ctx[NUMBER - 1], last->for_libxl, last->fd, POLLIN, POLLIN);
    check(hits(&strangers) == 1, "%d of one stranger told of", hits(&strangers));
    for (int i = 0; i < NUMBER; i += NUMBER - 1) {
        domid = new_domain(NO_ACK);
        add_disk(domid, 51712, script);
        rc = libxl_domain_destroy(ctx[i], domid, NULL);
        check(!rc && !domain_exists(domid), "destroy with ctx %d: %d", i, rc);
    }
    for (int i = 0; i < NUMBER; i++)
        libxl_ctx_free(ctx[i]);
    check(!children(), "%u children left", children());
}

/* ---- without standard descriptors ---- */

static void close_standard(void)
{
    for (int fd = 0; fd < 3; fd++)
        close(fd);
}

/* After a call: what has the numbers of the standard descriptors is /dev/null, if anything, and takes what is printed. */
static void standard(const char *call)
{
    for (int fd = 0; fd < 3; fd++) {
        char path[40], target[300];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        n = readlink(path, target, sizeof(target) - 1);
        if (n >= 0) {
            target[n] = 0;
            check(!strcmp(target, "/dev/null"), "after %s descriptor %d is %s", call, fd, target);
        }
        if (write(fd, "printed by the application\n", 27) < 0)
            errno = 0;
    }
}

#define CALL(call) do { if (each) close_standard(); call; standard(#call); } while (0)

/* Started without them (2>&- in a shell); or they are closed before each call. */
static void without_standard(bool each, enum style style)
{
    libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    struct tally tally = TALLY;
    uint32_t domid = new_domain(0), victim = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;
    struct driver *driver = NULL;
    char *script, *text, said[64], line[300];
    int rc, n, lines = 0;
    libxl_dominfo info, *list;
    libxl_event *event;
    libxl_ctx *ctx;
    uint8_t *data;
    FILE *file;

    answers_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 200);
    snprintf(said, sizeof(said), "/tmp/harness-said-%d", getpid());
    if (asprintf(&text, "for n in 0 1 2; do readlink /proc/$$/fd/$n; done >> %s", said) < 0)
        fail("memory");
    script = new_script(text);
    free(text);
    add_disk(victim, 51712, script);
    close_standard();
    CALL(ctx = new_ctx());
    if (style != BY_POLL)
        driver = drive(ctx, style);
    CALL(libxl_childproc_setmode(ctx, &hooks, NULL));
    CALL(list = libxl_list_domain(ctx, &n));
    check(list && n > 1, "%d domains", n);
    libxl_dominfo_list_free(list, n);
    libxl_dominfo_init(&info);
    CALL(rc = libxl_domain_info(ctx, &info, domid));
    check(!rc, "libxl_domain_info: %d", rc);
    libxl_dominfo_dispose(&info);
    CALL(rc = libxl_userdata_store(ctx, domid, "harness", (const uint8_t *)"data", 4));
    check(!rc, "libxl_userdata_store: %d", rc);
    CALL(rc = libxl_userdata_retrieve(ctx, domid, "harness", &data, &n));
    check(!rc && n == 4 && !memcmp(data, "data", 4), "libxl_userdata_retrieve: %d", rc);
    free(data);
    CALL(libxl_domid_to_name(ctx, domid));
    CALL(evgen = enable(ctx, domid, 1));
    if (!driver)
        CALL(turn(ctx, 0));
    CALL(rc = libxl_domain_shutdown(ctx, domid, driver ? INTO(&tally) : AS_EVENT(7)));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    if (driver)
        check(reached(&tally, 1, 10) && !tally.last, "the shutdown: %d ends, rc %d", hits(&tally), tally.last);
    else {
        CALL(rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL));
        check(!rc && event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE && !event->u.operation_complete.rc,
              "libxl_event_wait: %d", rc);
        libxl_event_free(ctx, event);
    }
    CALL(rc = libxl_domain_destroy(ctx, victim, NULL));
    check(!rc && !domain_exists(victim), "libxl_domain_destroy: %d", rc);
    file = fopen(said, "r");
    while (file && fgets(line, sizeof(line), file)) {
        check(!strcmp(line, lines == 1 ? line : "/dev/null\n"), "descriptor %d of the script is %s", lines % 3, line);
        lines++;
    }
    check(lines == 3, "the script has %d standard descriptors", lines);
    fclose(file);
    CALL(libxl_evdisable_domain_death(ctx, evgen));
    if (driver)
        stop_driving(driver);
    CALL(libxl_ctx_free(ctx));
    if (driver)
        forget_driver(driver);
}
static void started_without(void) { without_standard(false, BY_POLL); }
static void started_without_hooks(void) { without_standard(false, BY_HOOKS); }
static void closed_later(void) { without_standard(true, BY_POLL); }

const struct testcase life_cases[] = {
    { "lives-300", lives, 0, "300 ctxs: not one fd, thread or zombie more" },
    { "lives-threads", several, 0, "the same from three threads at once" },
    { "lives-outstanding", outstanding, OURS_ONLY, "ctx_free with operations under way" },
    { "lives-crowd", crowd, OURS_ONLY, "150 ctxs that reap every child, in one epoll set" },
    { "lives-closed-fds", started_without, 0, "started without descriptors 0 to 2: none of the library's has such a number" },
    { "lives-closed-fds-hooks", started_without_hooks, 0, "the same through hooks" },
    { "lives-closed-fds-later", closed_later, 0, "the same if they are closed before each call" },
    { 0 }
};
