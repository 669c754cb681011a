/* The end of a domain, while other threads or processes act on it, too. */
#include "harness.h"
#include <dlfcn.h>
#include <sys/file.h>

static bool is_there(char *value)
{
    free(value);
    return value;
}

/* What is left of a domain in xenstore, if anything. */
static const char *left_of(uint32_t domid)
{
    static const char *const places[] = {
        "/local/domain/%u", "/libxl/%u", "/local/domain/0/backend/vbd/%u", "/local/domain/%u/vm",
    };
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (is_there(stored(places[i], domid)))
            return places[i];
    return NULL;
}

static uint32_t victim(const char *script)
{
    uint32_t domid = new_domain(NO_ACK);

    add_disk(domid, 51712, script);
    return domid;
}

struct job { libxl_ctx *ctx; uint32_t domid; struct tally ends; };

static void *destroy(void *argument)
{
    struct job *job = argument;

    hit(&job->ends, libxl_domain_destroy(job->ctx, job->domid, NULL));
    return NULL;
}

static bool gone_or_done(int rc)
{
    return rc == 0 || rc == ERROR_DOMAIN_NOTFOUND;
}

/* Two threads; one ctx or two. */
static void twice(bool one_ctx)
{
    libxl_ctx *a = new_ctx(), *b = one_ctx ? a : new_ctx();
    char *script = new_script("sleep 0.02");

    for (struct rounds r = rounds(10, 200); another(&r);) {
        uint32_t domid = victim(script);
        struct job first = { a, domid, TALLY }, second = { b, domid, TALLY };
        pthread_t threads[] = { start(destroy, &first), (nap(rand() % 40000), start(destroy, &second)) };

        finish(threads[0]);
        finish(threads[1]);
        check(gone_or_done(first.ends.last) && gone_or_done(second.ends.last), "round %d: %d and %d", r.done,
              first.ends.last, second.ends.last);
        check(first.ends.last == 0 || second.ends.last == 0, "round %d: neither has done it", r.done);
        check(!domain_exists(domid), "round %d: domain %u is still there", r.done, domid);
        check(!left_of(domid), "round %d: %s is left", r.done, left_of(domid));
    }
    check(!children(), "%u children", children());
    free(script);
    if (b != a)
        libxl_ctx_free(b);
    libxl_ctx_free(a);
}
static void twice_one_ctx(void) { twice(true); }
static void twice_two_ctxs(void) { twice(false); }

static void two_processes(void)
{
    char *script = new_script("sleep 0.02");

    for (struct rounds r = rounds(5, 100); another(&r);) {
        uint32_t domid = victim(script);
        int status[2], good = 0;
        pid_t pids[2];

        for (int i = 0; i < 2; i++) {
            pids[i] = fork();
            if (!pids[i]) {
                libxl_ctx *ctx = new_ctx();
                int rc;

                nap(rand() % (1 + i * 30000));
                rc = libxl_domain_destroy(ctx, domid, NULL);
                libxl_ctx_free(ctx);
                _exit(rc == 0 ? 0 : gone_or_done(rc) ? 1 : 2);
            }
        }
        for (int i = 0; i < 2; i++) {
            check(waitpid(pids[i], &status[i], 0) == pids[i], "waitpid: %s", strerror(errno));
            check(WIFEXITED(status[i]) && WEXITSTATUS(status[i]) < 2, "round %d: status %#x", r.done, status[i]);
            good += !status[i];
        }
        check(good, "round %d: neither has done it", r.done);
        check(!domain_exists(domid), "round %d: domain %u is still there", r.done, domid);
        check(!left_of(domid), "round %d: %s is left", r.done, left_of(domid));
    }
    free(script);
}

/*
 * While a destroy waits for a script, another process destroys the domain and its number becomes another domain's.
 * Nothing of that one is removed.
 */
static void reborn(void)
{
    libxl_ctx *ctx = new_ctx();
    char *slow = new_script("sleep 0.5"), *trace, *script, *traced;

    if (asprintf(&trace, "/tmp/harness-trace-%d", getpid()) < 0 || asprintf(&script, "echo $XENBUS_PATH >> %s", trace) < 0)
        fail("memory");
    traced = new_script(script);
    keep(trace);
    keep(script);
    for (struct rounds r = rounds(2, 5); another(&r);) {
        uint32_t domid = victim(slow);
        struct job job = { ctx, domid, TALLY };
        pthread_t thread = start(destroy, &job);
        char *value;

        nap(200000);
        end_domain(domid);
        nap(100000); /* xenstored unmaps its ring */
        check(new_domain_at(domid, NO_ACK) == domid, "the number is not given out again");
        add_disk(domid, 51712, traced);
        add_disk(domid, 51728, traced);
        finish(thread);
        check(gone_or_done(job.ends.last), "the first one's end: %d", job.ends.last);
        check(domain_exists(domid), "round %d: the new domain was destroyed", r.done);
        for (int devid = 51712; devid <= 51728; devid += 16) {
            value = stored("/local/domain/0/backend/vbd/%u/%d/state", domid, devid);
            check(value && !strcmp(value, "6"), "round %d: the new domain's back end %d has state %s", r.done, devid,
                  value ?: "none");
            free(value);
            check(is_there(stored("/libxl/%u/device/vbd/%d/backend", domid, devid)), "round %d: device %d is forgotten", r.done,
                  devid);
        }
        check(is_there(stored("/local/domain/%u/name", domid)), "round %d: the new domain has no name", r.done);
        check(access(trace, F_OK), "round %d: the new domain's script has run", r.done);
        check(libxl_domain_destroy(ctx, domid, NULL) == 0, "the new domain's end");
        check(!access(trace, F_OK) && !left_of(domid), "the new domain is left");
        unlink(trace);
    }
    free(slow);
    free(trace);
    free(script);
    free(traced);
    libxl_ctx_free(ctx);
}

/* A guest that ends without having acknowledged will not any more. */
static void shutdown_ends(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY, waiting = TALLY;
    uint32_t other = new_domain(NO_ACK);
    int rc = libxl_domain_shutdown(ctx, other, INTO(&waiting));

    check(!rc, "libxl_domain_shutdown: %d", rc);
    for (int i = 0; i < 4; i++) {
        uint32_t domid = new_domain(NO_ACK);

        rc = i % 2 ? libxl_domain_reboot(ctx, domid, INTO(&tally)) : libxl_domain_shutdown(ctx, domid, INTO(&tally));
        check(!rc, "request %d: %d", i, rc);
        nap(20000);
        check(hits(&tally) == i, "%d ends", hits(&tally));
        if (i == 0)
            stop_domain(domid, SHUTDOWN_poweroff);
        else if (i == 1)
            end_domain(domid);
        else if (i == 2)
            check(!libxl_domain_destroy(ctx, domid, NULL), "libxl_domain_destroy");
        else
            stop_domain(domid, SHUTDOWN_crash);
        check(reached(&tally, i + 1, 10), "end %d is not seen", i);
        check(tally.last == 0, "end %d: %d", i, tally.last);
    }
    /* One that has suspended may run on and acknowledge. */
    stop_domain(other, SHUTDOWN_suspend);
    nap(100000);
    check(!hits(&waiting), "ended with %d", waiting.last);
    store("", "/local/domain/%u/control/shutdown", other);
    check(reached(&waiting, 1, 10) && waiting.last == 0, "%d ends, %d", hits(&waiting), waiting.last);
    end_driven(ctx, driver);
}

/* Which errors the call itself returns, the callback then being left alone. */
static void refused(void)
{
    libxl_ctx *ctx = new_ctx();
    struct tally tally = TALLY;
    uint32_t nobody = new_domain(NO_ACK);
    int rc;

    end_domain(nobody);
    /* One that is dying still takes a request. */
    while (domain_is_known(nobody))
        nap(10000);
    rc = libxl_domain_shutdown(ctx, nobody, INTO(&tally));
    check(rc == ERROR_FAIL && !hits(&tally), "shutdown: %d, %d ends", rc, hits(&tally));
    rc = libxl_domain_reboot(ctx, nobody, INTO(&tally));
    check(rc == ERROR_FAIL && !hits(&tally), "reboot: %d, %d ends", rc, hits(&tally));
    rc = libxl_domain_pause(ctx, nobody, INTO(&tally));
    check(rc == ERROR_FAIL && !hits(&tally), "pause: %d, %d ends", rc, hits(&tally));
    rc = libxl_domain_unpause(ctx, nobody, INTO(&tally));
    check(rc == 0 && reached(&tally, 1, 5) && tally.last == ERROR_FAIL, "unpause: %d, then %d", rc, tally.last);
    rc = libxl_domain_destroy(ctx, nobody, INTO(&tally));
    check(rc == 0 && reached(&tally, 2, 5) && tally.last == ERROR_DOMAIN_NOTFOUND, "destroy: %d, then %d", rc, tally.last);
    libxl_ctx_free(ctx);
}

/* The hypervisor takes its time to take memory back; the threads of the application go on. */
static void big(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    double began, slowest = 0, call;
    uint32_t domid = new_domain(NO_ACK), small = new_domain(NO_ACK);
    int rc;

    give_memory(domid, 256);
    began = now();
    rc = libxl_domain_destroy(ctx, domid, INTO(&tally));
    call = now() - began;
    check(!rc, "libxl_domain_destroy: %d", rc);
    while (!hits(&tally) && now() < began + 30) {
        struct tally pause = TALLY;
        double then = now();

        rc = libxl_domain_pause(ctx, small, INTO(&pause));
        check(!rc && reached(&pause, 1, 10), "libxl_domain_pause: %d", rc);
        if (now() - then > slowest)
            slowest = now() - then;
        nap(1000);
    }
    check(reached(&tally, 1, 30) && !tally.last, "%d ends, %d", hits(&tally), tally.last);
    note("256 MiB: %.0f ms, of them %.0f in the call; meanwhile the slowest small operation: %.1f ms",
         (now() - began) * 1000, call * 1000, slowest * 1000);
    check(!domain_exists(domid) && !left_of(domid), "the domain is left");
    check(!children(), "%u children", children());
    end_driven(ctx, driver);
}

/* As libxentoolcore's list of handles, which every opening locks. */
static pthread_mutex_t handles = PTHREAD_MUTEX_INITIALIZER;

xc_interface *xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dombuild, unsigned flags)
{
    static xc_interface *(*_Atomic real)(xentoollog_logger *, xentoollog_logger *, unsigned);
    xc_interface *xch;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "xc_interface_open");
    pthread_mutex_lock(&handles);
    xch = real(logger, dombuild, flags);
    pthread_mutex_unlock(&handles);
    return xch;
}

/* In the child that makes the hypercall the lock stays as it was at the fork. */
static void handles_locked(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    uint32_t domid = new_domain(NO_ACK);
    double until = now() + 10;
    int rc;

    give_memory(domid, 256);
    /* The ctx has its handle. */
    check(!libxl_domain_pause(ctx, domid, NULL), "libxl_domain_pause");
    pthread_mutex_lock(&handles);
    rc = libxl_domain_destroy(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_destroy: %d", rc);
    while (!children() && now() < until)
        nap(1000);
    check(children() == 1, "%u children", children());
    pthread_mutex_unlock(&handles);
    check(reached(&tally, 1, 20) && !tally.last, "%d ends, %d", hits(&tally), tally.last);
    check(!domain_exists(domid) && !left_of(domid), "the domain is left");
    check(!children(), "%u children", children());
    end_driven(ctx, driver);
}

/* The time that a destroy takes of a domain with a device that QEMU serves, and a QEMU that ends when it is told to. */
static double without_waiting(void)
{
    /* QEMU is a child of the test here, which the library must not reap. */
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    double began, took;
    pid_t pid = model_of(domid, false);
    int rc;

    libxl_childproc_setmode(ctx, &hooks, NULL);
    began = now();
    rc = libxl_domain_destroy(ctx, domid, NULL);
    took = now() - began;
    check(!rc, "libxl_domain_destroy: %d", rc);
    check(!is_there(stored("/local/domain/0/backend/qdisk/%u/51712", domid)) && !left_of(domid), "the device is left");
    check(waitpid(pid, &rc, 0) == pid && WIFSIGNALED(rc) && WTERMSIG(rc) == SIGHUP, "QEMU was not told to end: %#x", rc);
    libxl_ctx_free(ctx);
    return took;
}

/* Two seconds are what QEMU is given; on a busy host a destroy may take that long by itself, but not each time. */
static void with_qemu(void)
{
    double quickest = without_waiting();

    for (int i = 1; i < 4 && quickest >= 1.5; i++) {
        double took = without_waiting();

        if (took < quickest)
            quickest = took;
    }
    note("a disk that QEMU serves: %.2f s", quickest);
    check(!is_ours() || quickest < 1.5, "QEMU's end was not seen");
}

/* ---- a device model with a user of its own ---- */

enum { MODEL_USER = 54321 };
#define REAPER_LOCK "/var/run/xen/dm-reaper-lock"

/* A domain with a process in the part of its device model. */
static uint32_t with_model(pid_t *model)
{
    uint32_t domid = new_domain(NO_ACK);
    int ready[2];
    char byte;

    check(!pipe2(ready, O_CLOEXEC), "pipe: %s", strerror(errno));
    *model = fork();
    if (!*model) {
        if (setgid(MODEL_USER) || setuid(MODEL_USER) || write(ready[1], "", 1) != 1)
            _exit(1);
        alarm(120);
        for (;;)
            pause();
    }
    check(read(ready[0], &byte, 1) == 1, "no process of another user is to be had");
    close(ready[0]);
    close(ready[1]);
    store("54321", "/local/domain/%u/image/device-model-kill-uid", domid);
    {
        char pid[20];

        snprintf(pid, sizeof(pid), "%d", *model);
        store(pid, "/local/domain/%u/image/device-model-pid", domid);
    }
    return domid;
}

static bool lives(pid_t pid)
{
    siginfo_t info = { .si_pid = 0 };

    check(!waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT), "waitid: %s", strerror(errno));
    return !info.si_pid;
}

static int reaper_lock(void)
{
    int fd = open(REAPER_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    check(fd >= 0 && !flock(fd, LOCK_EX), "the reapers' lock: %s", strerror(errno));
    return fd;
}

/* The killer of the device model: the child that is not `model`; 0: none. */
static pid_t killer(pid_t model)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while ((entry = readdir(proc)) && !found) {
        char path[300], state;
        int pid, parent;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        file = fopen(path, "r");
        if (file && fscanf(file, "%d (%*[^)]) %c %d", &pid, &state, &parent) == 3 && parent == getpid() && pid != model && state != 'Z')
            found = pid;
        if (file)
            fclose(file);
    }
    closedir(proc);
    return found;
}

static libxl_childproc_hooks selective = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };

/* The kill takes long, and the operation is aborted: the number is not free before the device model is dead. */
static void reaper_aborted(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally ends = TALLY;
    libxl_asyncop_how *how = INTO(&ends);
    int lock = reaper_lock(), rc;
    uint32_t domid;
    pid_t model;

    libxl_childproc_setmode(ctx, &selective, NULL);
    domid = with_model(&model);
    rc = libxl_domain_destroy(ctx, domid, how);
    check(!rc, "libxl_domain_destroy: %d", rc);
    for (double until = now() + 10; !killer(model) && now() < until;)
        nap(10000);
    check(killer(model), "nobody is to kill the device model");
    rc = libxl_ao_abort(ctx, how);
    check(!rc, "libxl_ao_abort: %d", rc);
    nap(300000);
    check(domain_exists(domid) || !lives(model), "the domain is gone, and its device model lives");
    check(!flock(lock, LOCK_UN), "flock: %s", strerror(errno));
    check(reached(&ends, 1, 20), "the destroy does not end");
    check(!domain_exists(domid), "domain %u is still there after %d", domid, ends.last);
    check(WIFSIGNALED(status_of(model)), "the device model was not killed");
    close(lock);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* Each process that should kill the device model is killed itself. */
static void reaper_killed(void)
{
    libxl_ctx *ctx = new_ctx();
    struct job job = { ctx, 0, TALLY };
    int lock = reaper_lock(), before = log_lines();
    pthread_t thread;
    pid_t model, pid;

    libxl_childproc_setmode(ctx, &selective, NULL);
    job.domid = with_model(&model);
    thread = start(destroy, &job);
    while (!hits(&job.ends)) {
        pid = killer(model);
        if (pid)
            kill(pid, SIGKILL);
        nap(5000);
    }
    finish(thread);
    check(domain_exists(job.domid), "the domain is gone (%d), and its device model lives", job.ends.last);
    check(job.ends.last == ERROR_FAIL && log_lines() > before, "libxl_domain_destroy: %d", job.ends.last);
    check(!flock(lock, LOCK_UN), "flock: %s", strerror(errno));
    close(lock);
    check(!libxl_domain_destroy(ctx, job.domid, NULL), "the next destroy");
    check(!domain_exists(job.domid), "domain %u is still there", job.domid);
    check(WIFSIGNALED(status_of(model)), "the device model was not killed");
    check(!left_of(job.domid), "%s is left", left_of(job.domid));
    libxl_ctx_free(ctx);
}

const struct testcase ending_cases[] = {
    { "ending-big", big, 0, "a domain with much memory holds up no thread of the application's" },
    { "ending-locked", handles_locked, 0, "a handle that another thread opens at the wrong moment holds up no destroy" },
    { "ending-qemu", with_qemu, 0, "QEMU is told to end; its devices go when it has" },
    { "ending-killer-aborted", reaper_aborted, 0, "an abort does not leave a deprivileged device model to a free number" },
    { "ending-killer-killed", reaper_killed, 0, "a domain whose deprivileged device model may live is not ended" },
    { "ending-refused", refused, 0, "what the call returns, and what the callback is told" },
    { "ending-shutdown", shutdown_ends, OURS_ONLY, "a shutdown request ends with its guest" },
    { "ending-twice", twice_one_ctx, 0, "one domain destroyed by two threads: both are content" },
    { "ending-twice-ctxs", twice_two_ctxs, 0, "likewise with a ctx each" },
    { "ending-processes", two_processes, 0, "likewise from two processes" },
    { "ending-reborn", reborn, 0, "a slow destroy takes nothing from a later domain of that number" },
    { 0 }
};
