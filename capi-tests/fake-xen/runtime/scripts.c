/* What becomes of children: killed, stopped, missing; what they inherit. */
#include "harness.h"

static int destroy(libxl_ctx *ctx, const char *script)
{
    uint32_t domid = new_domain(NO_ACK);
    int rc;

    add_disk(domid, 51712, script);
    rc = libxl_domain_destroy(ctx, domid, NULL);
    check(!domain_exists(domid), "domain %u is still there", domid);
    check(!children(), "%u children after a destroy", children());
    return rc;
}

/* The domain is destroyed in any case; that its script failed is logged. */
static void failing(const char *text)
{
    libxl_ctx *ctx = new_ctx();
    char *script = text ? new_script(text) : (char *)"/tmp/harness-there-is-no-such-script";
    int before = log_lines(), rc = destroy(ctx, script);

    check(rc <= 0, "libxl_domain_destroy: %d", rc);
    check(log_lines() > before, "not a word in the log");
    rc = destroy(ctx, new_script("exit 0"));
    check(!rc, "the next destroy: %d", rc);
    libxl_ctx_free(ctx);
}

static void fails(void) { failing("exit 3"); }
static void killed(void) { failing("kill -9 $$"); }
static void missing(void) { failing(NULL); }

struct job { libxl_ctx *ctx; char *script; struct tally ends; };

static void *destroyer(void *argument)
{
    struct job *job = argument;

    hit(&job->ends, destroy(job->ctx, job->script));
    return NULL;
}

static void stopped(void)
{
    struct job job = { new_ctx(), NULL, TALLY };
    char path[64], *text;
    pthread_t thread;
    FILE *file;
    int pid = 0;

    snprintf(path, sizeof(path), "/tmp/harness-pid-%d", getpid());
    if (asprintf(&text, "echo $$ > %s; kill -STOP $$; exit 0", path) < 0)
        fail("memory");
    job.script = new_script(text);
    free(text);
    thread = start(destroyer, &job);
    for (double until = now() + 10; now() < until && !pid; nap(20000)) {
        file = fopen(path, "r");
        if (file && fscanf(file, "%d", &pid) != 1)
            pid = 0;
        if (file)
            fclose(file);
    }
    check(pid > 0, "the script did not start");
    nap(700000);
    check(!hits(&job.ends), "ended while its script is stopped: %d", job.ends.last);
    check(!kill(pid, SIGCONT), "kill: %s", strerror(errno));
    check(reached(&job.ends, 1, 10) && !job.ends.last, "%d ends, rc %d", hits(&job.ends), job.ends.last);
    finish(thread);
    libxl_ctx_free(job.ctx);
}

/* Nothing of the library's, nor of another ctx's, is open in a child. */
static void inheritance(void)
{
    libxl_ctx *ctx = new_ctx(), *other = new_ctx();
    struct driver *driver = drive(other, BY_HOOKS);
    libxl_evgen_domain_death *evgen;
    char path[64], line[300], *text;
    unsigned lines = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/tmp/harness-fds-%d", getpid());
    /* A shell that redirects one command keeps the old output open meanwhile. */
    if (asprintf(&text, "exec >> %s\nfind /proc/$$/fd -type l -printf '%%f %%l\\n'", path) < 0)
        fail("memory");
    evgen = enable(other, new_domain(NO_ACK), 1);
    for (int i = 0; i < 3; i++)
        check(!destroy(ctx, new_script(text)), "libxl_domain_destroy");
    free(text);
    file = fopen(path, "r");
    check(file, "the script did not run");
    while (fgets(line, sizeof(line), file)) {
        char target[256];
        int fd;

        if (sscanf(line, "%d %255s", &fd, target) != 2)
            continue;
        lines++;
        /* The shell's own: the script itself, and a copy of its output. */
        if (fd > 2 && strncmp(target, "/tmp/harness-", 13) && strncmp(target, "/tmp/case.", 10))
            fail("fd %d in a script: %s", fd, target);
    }
    check(lines > 3, "%u fds seen", lines);
    fclose(file);
    libxl_evdisable_domain_death(other, evgen);
    stop_driving(driver);
    libxl_ctx_free(other);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* Many domains at once, each with its script. */
static void many(void)
{
    enum { NUMBER = 8 };
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    char *script = new_script("exit 0");
    uint32_t domids[NUMBER];
    double began;
    int rc;

    for (int i = 0; i < NUMBER; i++) {
        domids[i] = new_domain(NO_ACK);
        add_disk(domids[i], 51712, script);
        add_disk(domids[i], 51728, script);
    }
    began = now();
    for (int i = 0; i < NUMBER; i++) {
        rc = libxl_domain_destroy(ctx, domids[i], INTO(&tally));
        check(!rc, "libxl_domain_destroy: %d", rc);
    }
    check(reached(&tally, NUMBER, 45), "%d of %d destroyed", hits(&tally), NUMBER);
    check(hits(&tally) == NUMBER && !tally.failures, "%d ends, %d failed, last %d", hits(&tally), tally.failures, tally.last);
    note("%d domains with two scripts each: %.1f s", NUMBER, now() - began);
    for (int i = 0; i < NUMBER; i++)
        check(!domain_exists(domids[i]), "domain %u is still there", domids[i]);
    check(!children(), "%u children left", children());
    end_driven(ctx, driver);
}

/*
 * A script on a disk that does not answer: whoever opens a file with a lease waits until its holder, who is told by SIGIO,
 * gives it up. The application's loop goes on meanwhile.
 */
static void dead_disk(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally slow = TALLY, other = TALLY;
    uint32_t domids[2] = { new_domain(NO_ACK), new_domain(NO_ACK) };
    char *script = new_script("exit 0");
    int fd = open(script, O_RDONLY | O_CLOEXEC), rc;
    double began = now();

    signal(SIGIO, SIG_IGN);
    check(!fcntl(fd, F_SETLEASE, F_WRLCK), "no lease: %s", strerror(errno));
    add_disk(domids[0], 51712, script);
    add_disk(domids[1], 51712, new_script("exit 0"));
    rc = libxl_domain_destroy(ctx, domids[0], INTO(&slow));
    check(!rc, "libxl_domain_destroy: %d", rc);
    rc = libxl_domain_destroy(ctx, domids[1], INTO(&other));
    check(!rc, "libxl_domain_destroy: %d", rc);
    check(reached(&other, 1, 15) && !other.last, "the other domain's destroy: %d ends, rc %d", hits(&other), other.last);
    check(!hits(&slow), "the destroy has not waited for its script");
    /* By itself the disk would answer after 45 s. */
    check(now() - began < 30, "the loop stood still for %.0f s", now() - began);
    check(!fcntl(fd, F_SETLEASE, F_UNLCK), "fcntl: %s", strerror(errno));
    check(reached(&slow, 1, 20) && !slow.last, "the destroy: %d ends, rc %d", hits(&slow), slow.last);
    close(fd);
    for (int i = 0; i < 2; i++)
        check(!domain_exists(domids[i]), "domain %u is still there", domids[i]);
    check(!children(), "%u children left", children());
    end_driven(ctx, driver);
}

const struct testcase scripts_cases[] = {
    { "scripts-fail", fails, 0, "a script that fails is logged; the domain goes" },
    { "scripts-killed", killed, 0, "a script that is killed" },
    { "scripts-missing", missing, 0, "a script that is not there" },
    { "scripts-stopped", stopped, 0, "a script that is stopped is waited for" },
    { "scripts-inherit", inheritance, 0, "no fd of the library is open in a script" },
    { "scripts-dead-disk", dead_disk, 0, "a script on a disk that does not answer holds up its own operation only" },
    { "scripts-many", many, 0, "sixteen scripts at once; each domain gone, each child reaped" },
    { 0 }
};
