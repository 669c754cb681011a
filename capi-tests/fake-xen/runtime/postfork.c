/* libxl_postfork_child_noexec from a process with threads inside the library. */
#include "harness.h"

struct inside { libxl_ctx *ctx; atomic_bool stop; atomic_int done; };

static void *operations(void *argument)
{
    struct inside *in = argument;
    uint32_t domid = new_domain(0);

    while (!in->stop) {
        int rc = libxl_domain_shutdown(in->ctx, domid, NULL);

        check(!rc, "a parent's operation: %d", rc);
        in->done++;
    }
    return NULL;
}

static void *small_calls(void *argument)
{
    struct inside *in = argument;

    while (!in->stop) {
        char *name = libxl_domid_to_name(in->ctx, 0);

        check(name, "a parent's libxl_domid_to_name");
        free(name);
        in->done++;
    }
    return NULL;
}

static void sees_the_end(int signal)
{
    (void)signal;
    _exit(99);
}

/* In the child. `use`: whether it goes on to use a ctx of its own. */
static _Noreturn void child(libxl_ctx *ctx, bool use)
{
    struct sigaction sa;
    libxl_ctx *own = NULL;
    char *name;
    double began = now();

    signal(SIGALRM, sees_the_end);
    alarm(15);
    libxl_postfork_child_noexec(ctx);
    if (now() - began > 10)
        end_child(21);
    sigaction(SIGCHLD, NULL, &sa);
    if (sa.sa_handler != SIG_DFL)
        end_child(22);
    if (!use)
        end_child(0);
    if (libxl_ctx_alloc(&own, LIBXL_VERSION, 0, &logger))
        end_child(23);
    name = libxl_domid_to_name(own, 0);
    if (!name)
        end_child(24);
    free(name);
    libxl_ctx_free(own);
    end_child(0);
}

static void from_threads(bool use)
{
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    struct inside in[3] = { { .ctx = new_ctx() }, { .ctx = new_ctx() }, { .ctx = new_ctx() } };
    struct driver *driver;
    libxl_evgen_domain_death *evgen;
    pthread_t threads[4];
    uint32_t domid = new_domain(NO_ACK);
    int n = 0, forks = 0, idle;

    driver = drive(in[1].ctx, BY_HOOKS);
    for (int i = 0; i < 3; i++)
        libxl_childproc_setmode(in[i].ctx, &hooks, NULL);
    idle = registered(driver); /* the library may keep an eye on children all the time */
    evgen = enable(in[1].ctx, domid, 1);
    threads[n++] = start(operations, &in[0]);
    threads[n++] = start(operations, &in[1]);
    threads[n++] = start(small_calls, &in[1]);
    threads[n++] = start(small_calls, &in[2]);
    for (struct rounds r = rounds(10, 200); another(&r); forks++) {
        pid_t pid = fork();
        int status = 0;

        if (!pid)
            child(in[r.done % 3].ctx, use);
        check(pid > 0, "fork: %s", strerror(errno));
        status = status_of(pid);
        check(WIFEXITED(status) && !WEXITSTATUS(status), "child %d: status %x", r.done, status);
    }
    for (int i = 0; i < 3; i++) {
        int before = in[i].done;

        for (double until = now() + 10; in[i].done == before; nap(1000))
            check(now() < until, "the parent's threads no longer get on");
    }
    for (int i = 0; i < 3; i++)
        in[i].stop = true;
    for (int i = 0; i < n; i++)
        finish(threads[i]);
    note("%d forks", forks);
    libxl_evdisable_domain_death(in[1].ctx, evgen);
    for (double until = now() + 5; registered(driver) > idle && now() < until;)
        nap(1000);
    check(registered(driver) <= idle, "%d registrations of an idle ctx, not %d", registered(driver), idle);
    stop_driving(driver);
    for (int i = 0; i < 3; i++)
        libxl_ctx_free(in[i].ctx);
    forget_driver(driver);
}

/* While the library's own children start and end on another thread: they stay the parent's. */
static char *script;

static void *destroys(void *argument)
{
    struct inside *in = argument;

    while (!in->stop) {
        uint32_t domid = new_domain(NO_ACK);
        int rc;

        add_disk(domid, 51712, script);
        rc = libxl_domain_destroy(in->ctx, domid, NULL);
        check(!rc, "a parent's destroy: %d", rc);
        in->done++;
    }
    return NULL;
}

static void beside_children(void)
{
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    struct inside in = { .ctx = new_ctx() };
    pthread_t thread;
    int forks = 0, before;

    script = new_script("sleep 0.01");
    libxl_childproc_setmode(in.ctx, &hooks, NULL);
    thread = start(destroys, &in);
    for (struct rounds r = rounds(10, 200); another(&r); forks++) {
        pid_t pid = fork();
        int status;

        if (!pid)
            child(in.ctx, r.done % 2);
        status = status_of(pid);
        check(WIFEXITED(status) && !WEXITSTATUS(status), "child %d: status %x", r.done, status);
    }
    before = in.done;
    for (double until = now() + 20; in.done == before; nap(1000))
        check(now() < until, "the parent's thread no longer gets on");
    in.stop = true;
    finish(thread);
    check(!children(), "%u children left", children());
    note("%d forks, %d destroys", forks, in.done);
    libxl_ctx_free(in.ctx);
}

static int always_reaped(pid_t pid, int status, void *user)
{
    (void)pid, (void)user;
    check(WIFEXITED(status) && !WEXITSTATUS(status), "a child's status: %x", status);
    return 0;
}

static void by_default(void)
{
    /* In this mode the application may have no children while an operation runs: a thread only asks. */
    struct inside in = { .ctx = new_ctx() };
    pthread_t thread = start(small_calls, &in);
    int forks = 0;

    for (struct rounds r = rounds(10, 200); another(&r); forks++) {
        pid_t pid = fork();
        int status;

        if (!pid)
            child(in.ctx, r.done % 2);
        check(waitpid(pid, &status, 0) == pid, "waitpid: %s", strerror(errno));
        check(WIFEXITED(status) && !WEXITSTATUS(status), "child %d: status %x", r.done, status);
    }
    in.stop = true;
    finish(thread);
    note("%d forks", forks);
    libxl_ctx_free(in.ctx);
}

static void selective(void) { from_threads(false); }
static void selective_use(void) { from_threads(true); }

/* One ctx that reaps everything, strangers among them, driven by its own waiting threads. */
static void always(void)
{
    static libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always,
                                           .reaped_callback = always_reaped };
    struct inside in = { .ctx = new_ctx() };
    pthread_t thread;
    int forks = 0;

    libxl_childproc_setmode(in.ctx, &hooks, NULL);
    thread = start(operations, &in);
    for (struct rounds r = rounds(10, 100); another(&r); forks++) {
        pid_t pid = fork();

        if (!pid)
            child(in.ctx, r.done % 2);
        for (double until = now() + 20; !kill(pid, 0); nap(5000))
            check(now() < until, "child %d does not end, or is not reaped", r.done);
    }
    in.stop = true;
    finish(thread);
    note("%d forks", forks);
    libxl_ctx_free(in.ctx);
}

/* While children of the library run, and from a thread inside a callback. */
static atomic_int forked_in_callback;

static void fork_in_callback(libxl_ctx *ctx, int rc, void *user)
{
    pid_t pid;
    int status;

    check(!rc, "ended with %d", rc);
    pid = fork();
    if (!pid)
        child(ctx, true);
    status = status_of(pid);
    check(WIFEXITED(status) && !WEXITSTATUS(status), "a child's status: %x", status);
    forked_in_callback++;
    hit(user, 0);
}

static void in_callback(void)
{
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    uint32_t domid = new_domain(0);
    libxl_asyncop_how how = { .callback = fork_in_callback, .u.for_callback = &tally };

    libxl_childproc_setmode(ctx, &hooks, NULL);
    for (int i = 1; i <= 20; i++) {
        int rc = i % 2 ? libxl_domain_shutdown(ctx, domid, &how) : libxl_domain_pause(ctx, domid, &how);

        check(!rc, "operation %d: %d", i, rc);
        check(reached(&tally, i, 15), "operation %d does not end", i);
    }
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

const struct testcase postfork_cases[] = {
    { "postfork-default", by_default, 0, "returns at once; the child may use a ctx of its own" },
    { "postfork-selective", selective, 0, "with three ctxs and threads inside each: returns at once, SIGCHLD is as it was" },
    { "postfork-use", selective_use, 0, "and the child may use a ctx of its own" },
    { "postfork-always", always, 0, "the same with a ctx that reaps all children" },
    { "postfork-children", beside_children, 0, "while the library has children, which stay the parent's" },
    { "postfork-callback", in_callback, 0, "from within a completion callback" },
    { 0 }
};
