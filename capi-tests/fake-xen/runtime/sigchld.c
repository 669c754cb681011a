/* The four arrangements about SIGCHLD, with an operation that starts children: destroying a domain whose back end has a script. */
#include "harness.h"

static char *script;
static char ran_path[64];

/* A script that leaves a line with its pid for each time it runs. */
static void prepare(void)
{
    char *text;

    snprintf(ran_path, sizeof(ran_path), "/tmp/harness-ran-%d", getpid());
    if (asprintf(&text, "echo $$ >> %s", ran_path) < 0)
        fail("memory");
    script = new_script(text);
    free(text);
}

static int runs(void)
{
    FILE *file = fopen(ran_path, "r");
    int n = 0, c;

    if (!file)
        return 0;
    while ((c = getc(file)) != EOF)
        n += c == '\n';
    fclose(file);
    return n;
}

/* A domain with a disk, destroyed: that the domain is gone and the script has run is the proof. */
static void destroy(libxl_ctx *ctx)
{
    uint32_t domid = new_domain(NO_ACK);
    int rc;

    add_disk(domid, 51712, script);
    rc = libxl_domain_destroy(ctx, domid, NULL);
    check(!rc, "libxl_domain_destroy: %d", rc);
    check(!domain_exists(domid), "domain %u is still there", domid);
}

static struct sigaction disposition(void)
{
    struct sigaction sa;

    memset(&sa, 0, sizeof(sa));
    sigaction(SIGCHLD, NULL, &sa);
    return sa;
}

static void same(struct sigaction was, struct sigaction is, const char *when)
{
    const int restorer = 0x04000000; /* the C library's own */

    check(was.sa_handler == is.sa_handler, "%s: SIGCHLD's handler was %p, is %p", when, (void *)was.sa_handler,
          (void *)is.sa_handler);
    check((was.sa_flags & ~restorer) == (is.sa_flags & ~restorer), "%s: SIGCHLD's flags were %x, are %x", when,
          was.sa_flags, is.sa_flags);
    for (int s = 1; s < 32; s++)
        check(sigismember(&was.sa_mask, s) == sigismember(&is.sa_mask, s), "%s: signal %d in SIGCHLD's mask", when, s);
}

static void set(void (*handler)(int), int flags, int masked)
{
    struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

    if (masked)
        sigaddset(&sa.sa_mask, masked);
    sigaction(SIGCHLD, &sa, NULL);
}

static pid_t own_child(int status, unsigned delay)
{
    pid_t pid = fork();

    if (!pid) {
        nap(delay);
        end_child(status);
    }
    check(pid > 0, "fork: %s", strerror(errno));
    return pid;
}

/* ---- libxl_sigchld_owner_libxl, the default ---- */

static void by_default_with(void (*handler)(int), int flags, int masked)
{
    libxl_ctx *ctx;
    struct sigaction was;

    prepare();
    set(handler, flags, masked);
    was = disposition();
    ctx = new_ctx();
    same(was, disposition(), "after ctx_alloc");
    for (struct rounds r = rounds(2, 5); another(&r);) {
        destroy(ctx);
        check(runs() == r.done, "the script ran %d times of %d", runs(), r.done);
        check(!children(), "%u children after a destroy", children());
        same(was, disposition(), "while idle");
    }
    libxl_ctx_free(ctx);
    same(was, disposition(), "after ctx_free");
}

static void by_default(void) { by_default_with(SIG_DFL, 0, 0); }
static void by_default_flags(void) { by_default_with(SIG_DFL, SA_NOCLDSTOP | SA_NODEFER, SIGUSR1); }
static void ignored(void) { by_default_with(SIG_IGN, SA_RESTART, 0); }

struct job { libxl_ctx *ctx; int times; };

static void *destroy_blocked(void *argument)
{
    struct job *job = argument;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < job->times; i++)
        destroy(job->ctx);
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    check(sigismember(&set, SIGCHLD), "SIGCHLD is no longer blocked");
    return NULL;
}

static void *destroy_some(void *argument)
{
    struct job *job = argument;

    for (int i = 0; i < job->times; i++)
        destroy(job->ctx);
    return NULL;
}

/* Every thread that calls the library has it blocked; one that does not call has not. */
static void blocked(void)
{
    struct job job = { new_ctx(), 3 };
    pthread_t threads[3];

    prepare();
    for (int i = 0; i < 3; i++)
        threads[i] = start(destroy_blocked, &job);
    for (int i = 0; i < 3; i++)
        finish(threads[i]);
    check(runs() == 9 && !children(), "%d runs of 9, %u children", runs(), children());
    libxl_ctx_free(job.ctx);
}

/* ---- libxl_sigchld_owner_mainloop ---- */

static int self_pipe[2];

static void caught(int signal)
{
    int saved = errno;

    (void)signal;
    if (write(self_pipe[1], "", 1) < 0)
        errno = 0;
    errno = saved;
}

struct mainloop {
    libxl_ctx *ctx[2];
    bool reap;
    atomic_bool stop;
    atomic_int known, unknown;
    struct sigaction was;
};

static void *own_loop(void *argument)
{
    struct mainloop *m = argument;
    struct pollfd fd = { self_pipe[0], POLLIN, 0 };
    char drain[64];

    while (!m->stop) {
        pid_t pid;
        int status;

        poll(&fd, 1, 1000);
        while (read(self_pipe[0], drain, sizeof(drain)) > 0)
            ;
        same(m->was, disposition(), "in the main loop");
        if (!m->reap) {
            libxl_childproc_sigchld_occurred(m->ctx[0]);
            libxl_childproc_sigchld_occurred(m->ctx[1]);
            continue;
        }
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            int first = libxl_childproc_reaped(m->ctx[0], pid, status),
                second = libxl_childproc_reaped(m->ctx[1], pid, status);

            check((!first || first == ERROR_UNKNOWN_CHILD) && (!second || second == ERROR_UNKNOWN_CHILD),
                  "libxl_childproc_reaped: %d, %d", first, second);
            check(first || second, "both ctxs know one child");
            m->known += !first || !second;
            m->unknown += first && second;
        }
    }
    return NULL;
}

static void mainloop(bool reap)
{
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_mainloop };
    struct mainloop m = { .reap = reap };
    struct job jobs[4];
    pthread_t loop, threads[4];
    int status, own = 0;

    prepare();
    check(!pipe2(self_pipe, O_CLOEXEC | O_NONBLOCK), "pipe: %s", strerror(errno));
    set(caught, 0, SIGUSR2);
    m.was = disposition();
    for (int i = 0; i < 2; i++) {
        m.ctx[i] = new_ctx();
        libxl_childproc_setmode(m.ctx[i], &hooks, NULL);
    }
    loop = start(own_loop, &m);
    for (int i = 0; i < 4; i++) {
        jobs[i] = (struct job){ m.ctx[i % 2], 3 };
        threads[i] = start(destroy_some, &jobs[i]);
    }
    for (int i = 0; i < 10; i++) {
        pid_t pid = own_child(i, 10000);

        if (reap)
            nap(30000);
        else {
            status = status_of(pid);
            check(WIFEXITED(status) && WEXITSTATUS(status) == i, "our own child's status: %x", status);
        }
    }
    for (int i = 0; i < 4; i++)
        finish(threads[i]);
    for (double until = now() + 5; children() && now() < until;)
        nap(10000);
    own = children();
    m.stop = true;
    caught(0);
    finish(loop);
    check(!own, "%d children left", own);
    check(runs() == 12, "the script ran %d times of 12", runs());
    if (reap)
        check(m.unknown == 10 && m.known >= 12, "%d children known, %d not", m.known, m.unknown);
    libxl_ctx_free(m.ctx[0]);
    libxl_ctx_free(m.ctx[1]);
    same(m.was, disposition(), "after ctx_free");
}

static void mainloop_reaped(void) { mainloop(true); }
static void mainloop_occurred(void) { mainloop(false); }

/* ---- the library reaps all children ---- */

static struct { pid_t pid; int status, answer; struct tally tally; } reaped = { .tally = TALLY };
static struct tally disasters = TALLY;

static int reaped_callback(pid_t pid, int status, void *user)
{
    check(user == &reaped, "another user pointer");
    reaped.pid = pid;
    reaped.status = status;
    hit(&reaped.tally, 0);
    return reaped.answer;
}

static void disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
    (void)user, (void)type, (void)errnoval;
    check(msg, "a disaster without words");
    hit(&disasters, 0);
}

static void always(libxl_sigchld_owner owner, int answer, enum style style)
{
    libxl_childproc_hooks hooks = { .chldowner = owner, .reaped_callback = reaped_callback };
    const libxl_event_hooks event_hooks = { 0, NULL, disaster };
    struct sigaction was;
    libxl_ctx *ctx;
    struct driver *driver;
    struct job job;
    pthread_t thread;

    prepare();
    set(SIG_DFL, SA_NOCLDSTOP, SIGUSR1);
    was = disposition();
    reaped.answer = answer;
    ctx = new_ctx();
    libxl_event_register_callbacks(ctx, &event_hooks, NULL);
    driver = style == BY_POLL ? NULL : drive(ctx, style);
    libxl_childproc_setmode(ctx, &hooks, &reaped);
    if (!driver)
        driver = drive(ctx, style);
    job = (struct job){ ctx, 4 };
    thread = start(destroy_some, &job);
    for (int i = 1; i <= 10; i++) {
        pid_t pid = own_child(i, i % 3 ? 0 : 20000);

        check(reached(&reaped.tally, i, 10), "child %d is not reported", i);
        check(reaped.pid == pid, "child %d instead of %d", reaped.pid, pid);
        check(WIFEXITED(reaped.status) && WEXITSTATUS(reaped.status) == i, "status %x", reaped.status);
        check(waitpid(pid, NULL, WNOHANG) == -1 && errno == ECHILD, "child %d has not been reaped", pid);
    }
    finish(thread);
    check(runs() == 4 && !children(), "%d runs of 4, %u children", runs(), children());
    check(hits(&reaped.tally) == 10, "%d children reported, not 10: the library's own too?", hits(&reaped.tally));
    if (answer == 0 || answer == ERROR_UNKNOWN_CHILD)
        check(!hits(&disasters), "%d disasters", hits(&disasters));
    else
        check(reached(&disasters, 10, 5), "%d disasters for ten answers of %d", hits(&disasters), answer);
    if (answer == ERROR_UNKNOWN_CHILD)
        check(log_lines() > 0, "children that nobody knows are not logged");
    stop_driving(driver);
    libxl_ctx_free(ctx);
    check(!registered(driver), "%d registrations after ctx_free", registered(driver));
    forget_driver(driver);
    same(was, disposition(), "after ctx_free");
}

static void always_known(void) { always(libxl_sigchld_owner_libxl_always, 0, BY_POLL); }
static void always_hooks(void) { always(libxl_sigchld_owner_libxl_always, 0, BY_HOOKS); }
static void always_unknown(void) { always(libxl_sigchld_owner_libxl_always, ERROR_UNKNOWN_CHILD, BY_POLL); }
static void always_disaster(void) { always(libxl_sigchld_owner_libxl_always, ERROR_FAIL, BY_POLL); }

/* In the default mode, while an operation runs, strangers are reaped too: those that end meanwhile, and those that
 * had ended before. */
static void default_strangers(bool before)
{
    siginfo_t info;
    libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl, .reaped_callback = reaped_callback };
    libxl_ctx *ctx = new_ctx();
    char *slow = new_script("sleep 2");
    uint32_t domid = new_domain(NO_ACK);
    pid_t pid;
    int rc;

    libxl_childproc_setmode(ctx, &hooks, &reaped);
    add_disk(domid, 51712, slow);
    pid = own_child(6, before ? 0 : 500000); /* otherwise it ends while the script runs */
    if (before)
        check(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT), "waitid: %m");
    rc = libxl_domain_destroy(ctx, domid, NULL);
    check(!rc, "libxl_domain_destroy: %d", rc);
    check(hits(&reaped.tally) == 1 && reaped.pid == pid, "%d strangers reported", hits(&reaped.tally));
    check(WIFEXITED(reaped.status) && WEXITSTATUS(reaped.status) == 6, "status %x", reaped.status);
    check(!children(), "%u children left", children());
    libxl_ctx_free(ctx);
}

static void default_stranger(void) { default_strangers(false); }
static void default_stranger_before(void) { default_strangers(true); }

/* ---- the library reaps its own only ---- */

static void selective(void)
{
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    struct sigaction was;
    libxl_ctx *ctx[3];
    struct driver *driver[3];
    struct job jobs[3];
    pthread_t threads[3];
    pid_t early;
    int status;

    prepare();
    set(SIG_DFL, SA_NOCLDSTOP, SIGUSR1);
    was = disposition();
    for (int i = 0; i < 3; i++) {
        ctx[i] = new_ctx();
        driver[i] = drive(ctx[i], i == 1 ? BY_POLL : BY_HOOKS);
        libxl_childproc_setmode(ctx[i], &hooks, NULL);
    }
    early = own_child(77, 0); /* dead through all that follows */
    for (int i = 0; i < 3; i++) {
        jobs[i] = (struct job){ ctx[i], 4 };
        threads[i] = start(destroy_some, &jobs[i]);
    }
    for (int i = 0; i < 20; i++) {
        pid_t pid = own_child(i, i % 2 ? 0 : 5000);

        nap(i % 3 * 20000);
        status = status_of(pid);
        check(WIFEXITED(status) && WEXITSTATUS(status) == i, "our own child's status: %x", status);
    }
    for (int i = 0; i < 3; i++)
        finish(threads[i]);
    check(waitpid(early, &status, 0) == early, "our own child was stolen: %s", strerror(errno));
    check(WIFEXITED(status) && WEXITSTATUS(status) == 77, "our own child's status: %x", status);
    check(runs() == 12 && !children(), "%d runs of 12, %u children", runs(), children());
    for (int i = 0; i < 3; i++) {
        stop_driving(driver[i]);
        libxl_ctx_free(ctx[i]);
        check(!registered(driver[i]), "%d registrations after ctx_free", registered(driver[i]));
        forget_driver(driver[i]);
    }
    same(was, disposition(), "after ctx_free");
}

/* ---- fork_replacement ---- */

static atomic_int forks, refuse_forks;
static pid_t pids[512];

static pid_t own_fork(void *user)
{
    pid_t pid;

    check(user == &reaped, "another user pointer");
    if (refuse_forks) {
        errno = EAGAIN;
        return -1;
    }
    pid = fork();
    if (pid > 0 && forks < 512)
        pids[forks++] = pid;
    return pid;
}

static void replacement(libxl_sigchld_owner owner)
{
    libxl_childproc_hooks hooks = { .chldowner = owner, .fork_replacement = own_fork };
    libxl_ctx *ctx = new_ctx();
    FILE *file;
    int pid;

    prepare();
    libxl_childproc_setmode(ctx, &hooks, &reaped);
    for (int i = 0; i < 4; i++)
        destroy(ctx);
    check(runs() == 4 && !children(), "%d runs of 4, %u children", runs(), children());
    file = fopen(ran_path, "r");
    while (fscanf(file, "%d", &pid) == 1) {
        int i;

        for (i = 0; i < forks && pids[i] != pid; i++)
            ;
        check(i < forks, "the script's process %d did not come from fork_replacement", pid);
    }
    fclose(file);
    libxl_ctx_free(ctx);
}

static void replacement_default(void) { replacement(libxl_sigchld_owner_libxl); }
static void replacement_selective(void) { replacement(libxl_sigchld_owner_libxl_always_selective_reap); }

/* No process to be had: an error or a way without, but no hang, and all is well afterwards. */
static void replacement_refuses(void)
{
    libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap,
                                    .fork_replacement = own_fork };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    int rc, before;

    prepare();
    libxl_childproc_setmode(ctx, &hooks, &reaped);
    refuse_forks = 1;
    add_disk(domid, 51712, script);
    before = log_lines();
    rc = libxl_domain_destroy(ctx, domid, NULL);
    check(rc <= 0, "libxl_domain_destroy: %d", rc);
    check(log_lines() > before, "a refused fork is not logged");
    check(!runs() && !children(), "%d runs, %u children", runs(), children());
    refuse_forks = 0;
    destroy(ctx);
    check(runs() == 1 && !children(), "%d runs of 1, %u children", runs(), children());
    libxl_ctx_free(ctx);
}

/* Signals of every kind while children start and end: none is lost. */
static void busy_handler(int signal) { (void)signal; }

static void interrupted(void)
{
    struct sigaction sa = { .sa_handler = busy_handler };
    struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };
    libxl_ctx *ctx = new_ctx();
    double began;

    prepare();
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    began = now();
    for (int i = 0; i < 3; i++)
        destroy(ctx);
    setitimer(ITIMER_REAL, &never, NULL);
    check(runs() == 3 && !children(), "%d runs of 3, %u children", runs(), children());
    note("three destroys in a storm of signals: %.1f s", now() - began);
    libxl_ctx_free(ctx);
}

const struct testcase sigchld_cases[] = {
    { "sigchld-default", by_default, 0, "children of a destroy are reaped, SIGCHLD is as it was" },
    { "sigchld-default-flags", by_default_flags, 0, "with flags and mask, exactly" },
    { "sigchld-ignored", ignored, 0, "also where the application ignores it" },
    { "sigchld-blocked", blocked, 0, "also if all threads in the library block it" },
    { "sigchld-stranger", default_stranger, 0, "strangers that end meanwhile go to reaped_callback" },
    { "sigchld-stranger-before", default_stranger_before, 0, "and so do those that had ended before" },
    { "sigchld-mainloop-reaped", mainloop_reaped, 0, "childproc_reaped knows the library's children and no others" },
    { "sigchld-mainloop-occurred", mainloop_occurred, 0, "sigchld_occurred reaps the library's children and no others" },
    { "sigchld-always", always_known, 0, "the application's children are reaped and reported" },
    { "sigchld-always-hooks", always_hooks, 0, "the same with hooks driving" },
    { "sigchld-always-unknown", always_unknown, 0, "ERROR_UNKNOWN_CHILD from reaped_callback is logged" },
    { "sigchld-always-disaster", always_disaster, 0, "another answer is a disaster" },
    { "sigchld-selective", selective, 0, "with three ctxs, the application's own children are never touched" },
    { "sigchld-fork", replacement_default, 0, "children come from fork_replacement" },
    { "sigchld-fork-selective", replacement_selective, 0, "children come from fork_replacement, selectively reaped" },
    { "sigchld-fork-refused", replacement_refuses, 0, "fork_replacement that fails" },
    { "sigchld-interrupted", interrupted, 0, "other signals do no harm" },
    { 0 }
};
