/* ao_abort: its three results, at any moment, for operations of every kind. */
#include "harness.h"

static void answers(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY, other = TALLY;
    uint32_t domid = new_domain(NO_ACK);
    int rc;

    rc = libxl_ao_abort(ctx, INTO(&tally));
    check(rc == ERROR_NOTFOUND, "abort of nothing: %d", rc);
    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    rc = libxl_ao_abort(ctx, INTO(&other));
    check(rc == ERROR_NOTFOUND, "abort of another: %d", rc);
    rc = libxl_ao_abort(ctx, AS_EVENT((uintptr_t)&tally));
    check(rc == ERROR_NOTFOUND, "abort of an event's: %d", rc);
    rc = libxl_ao_abort(ctx, NULL);
    check(rc == ERROR_NOTFOUND, "abort of a synchronous one: %d", rc);
    nap(50000);
    check(!hits(&tally), "ended without a reason: %d", tally.last);
    rc = libxl_ao_abort(ctx, INTO(&tally));
    check(rc == 0, "abort: %d", rc);
    check(reached(&tally, 1, 10), "no end after abort");
    check(tally.last == ERROR_ABORTED, "ended with %d", tally.last);
    rc = libxl_ao_abort(ctx, INTO(&tally));
    check(rc == ERROR_NOTFOUND, "abort after the end: %d", rc);
    check(hits(&tally) == 1, "%d ends", hits(&tally));
    end_driven(ctx, driver);
}

/* No thread drives the ctx between the two aborts, except the second abort itself. */
static void again(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver;
    struct tally tally = TALLY;
    uint32_t domid = new_domain(NO_ACK);
    int rc, second;

    rc = libxl_domain_shutdown(ctx, domid, INTO(&tally));
    check(!rc, "libxl_domain_shutdown: %d", rc);
    rc = libxl_ao_abort(ctx, INTO(&tally));
    check(rc == 0, "abort: %d", rc);
    second = libxl_ao_abort(ctx, INTO(&tally));
    /* The first call may have brought the end about. */
    check(second == ERROR_ABORTED || (second == ERROR_NOTFOUND && hits(&tally)), "the second abort: %d", second);
    driver = drive(ctx, BY_POLL);
    check(reached(&tally, 1, 10) && tally.last == ERROR_ABORTED, "%d ends, rc %d", hits(&tally), tally.last);
    stop_driving(driver);
    forget_driver(driver);
    libxl_ctx_free(ctx);
}

struct blocked { libxl_ctx *ctx; uint32_t domid; struct tally ends; };

static void *shut_down(void *argument)
{
    struct blocked *b = argument;

    hit(&b->ends, libxl_domain_shutdown(b->ctx, b->domid, NULL));
    return NULL;
}

static void synchronous(void)
{
    struct blocked b = { new_ctx(), new_domain(NO_ACK), TALLY };

    for (struct rounds r = rounds(5, 200); another(&r);) {
        pthread_t thread = start(shut_down, &b);
        double until = now() + 10;
        int rc;

        while ((rc = libxl_ao_abort(b.ctx, NULL)) == ERROR_NOTFOUND && now() < until)
            nap(rand() % 1000);
        check(rc == 0, "abort of a synchronous operation: %d", rc);
        check(reached(&b.ends, r.done, 10), "round %d: it goes on", r.done);
        check(b.ends.last == ERROR_ABORTED, "round %d: ended with %d", r.done, b.ends.last);
        finish(thread);
    }
    libxl_ctx_free(b.ctx);
}

/* One for each operation: none is used again while an abort may still be looking for it. */
static struct tally tallies[2001];

/* With the guest about to answer: the end is one or the other, and comes once. */
static void any_moment(enum style style)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, style);
    uint32_t domid = new_domain(0);
    int aborted = 0, done = 0, late = 0;

    for (struct rounds r = rounds(30, 2000); another(&r);) {
        struct tally *tally = &tallies[r.done];
        int rc;

        *tally = (struct tally)TALLY;
        rc = libxl_domain_shutdown(ctx, domid, INTO(tally));
        check(!rc, "libxl_domain_shutdown: %d", rc);
        if (r.done % 4)
            nap(rand() % (r.done % 3 ? 1000 : 15000));
        rc = libxl_ao_abort(ctx, INTO(tally));
        check(rc == 0 || rc == ERROR_NOTFOUND, "abort: %d", rc);
        check(reached(tally, 1, 10), "round %d: no end", r.done);
        check(tally->last == 0 || (tally->last == ERROR_ABORTED && rc == 0), "ended with %d, abort said %d",
              tally->last, rc);
        check(hits(tally) == 1, "%d ends", hits(tally));
        late += rc == ERROR_NOTFOUND;
        aborted += tally->last == ERROR_ABORTED;
        done += tally->last == 0;
    }
    note("%d aborted, %d done, of those %d before the abort", aborted, done, late);
    end_driven(ctx, driver);
}

static void any_moment_hooks(void) { any_moment(BY_HOOKS); }
static void any_moment_poll(void) { any_moment(BY_POLL); }

/* Destroying, with back ends that need a script: children, watches and time-outs are aborted on the way. */
static void destroying(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    char *script = new_script("sleep 0.05");
    int aborted = 0, done = 0, other = 0;

    for (struct rounds r = rounds(6, 60); another(&r);) {
        struct tally *tally = &tallies[r.done];
        uint32_t domid = new_domain(NO_ACK);
        int rc;

        *tally = (struct tally)TALLY;
        add_disk(domid, 51712, script);
        rc = libxl_domain_destroy(ctx, domid, INTO(tally));
        check(!rc, "libxl_domain_destroy: %d", rc);
        nap(rand() % (r.done % 2 ? 200000 : 20000));
        rc = libxl_ao_abort(ctx, INTO(tally));
        check(rc == 0 || rc == ERROR_NOTFOUND, "abort: %d", rc);
        check(reached(tally, 1, 20), "round %d: no end", r.done);
        check(tally->last <= 0, "ended with %d", tally->last);
        aborted += tally->last == ERROR_ABORTED;
        done += tally->last == 0;
        other += tally->last && tally->last != ERROR_ABORTED;
    }
    check(all_given_back(driver, 5), "%d registrations of an idle ctx", registered(driver));
    check(!children(), "%u children of an idle ctx", children());
    note("%d aborted, %d done, %d failed otherwise", aborted, done, other);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* A script is not killed between two of its steps: what the first has made nobody would remove. */
static void script_ends(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    struct tally tally = TALLY;
    char begun[64], go[64], ended[64], *text;
    uint32_t domid = new_domain(NO_ACK);
    double until;

    snprintf(begun, sizeof(begun), "/tmp/harness-begun-%d", getpid());
    snprintf(ended, sizeof(ended), "/tmp/harness-ended-%d", getpid());
    snprintf(go, sizeof(go), "/tmp/harness-go-%d", getpid());
    if (asprintf(&text, "> %s; while [ ! -e %s ]; do sleep 0.05; done; > %s", begun, go, ended) < 0)
        fail("memory");
    add_disk(domid, 51712, new_script(text));
    free(text);
    check(!libxl_domain_destroy(ctx, domid, INTO(&tally)), "libxl_domain_destroy");
    for (until = now() + 10; now() < until && access(begun, F_OK); nap(20000));
    check(!access(begun, F_OK), "the script has not begun");
    check(!libxl_ao_abort(ctx, INTO(&tally)), "abort");
    nap(200000);
    fclose(fopen(go, "w"));
    check(reached(&tally, 1, 20), "no end");
    check(!access(ended, F_OK), "the script was killed");
    unlink(begun);
    unlink(go);
    unlink(ended);
    end_driven(ctx, driver);
}

/* Threads that abort whatever there is, while others begin. */
struct aborter { libxl_ctx *ctx; struct tally *tallies; int number; atomic_bool stop; };

static void *abort_all(void *argument)
{
    struct aborter *a = argument;

    while (!a->stop)
        for (int i = 0; i < a->number && !a->stop; i++) {
            int rc = libxl_ao_abort(a->ctx, INTO(&a->tallies[i]));

            check(rc == 0 || rc == ERROR_NOTFOUND || rc == ERROR_ABORTED, "abort: %d", rc);
        }
    return NULL;
}

static void many(void)
{
    enum { MOST = 400 };
    struct aborter a = { .ctx = new_ctx(), .tallies = tallies, .number = MOST };
    struct driver *driver = drive(a.ctx, BY_HOOKS);
    uint32_t domids[4];
    pthread_t threads[2];
    int begun = 0, aborted = 0;

    for (int i = 0; i < MOST; i++)
        tallies[i] = (struct tally)TALLY;
    for (int i = 0; i < 4; i++)
        domids[i] = new_domain(i % 2 ? 0 : NO_ACK);
    for (int i = 0; i < 2; i++)
        threads[i] = start(abort_all, &a);
    for (struct rounds r = rounds(40, MOST); another(&r); begun++) {
        int rc = libxl_domain_shutdown(a.ctx, domids[begun % 4], INTO(&tallies[begun]));

        check(rc == 0 || rc == ERROR_ABORTED, "libxl_domain_shutdown: %d", rc);
        if (rc)
            hit(&tallies[begun], rc);
    }
    for (int i = 0; i < begun; i++) {
        check(reached(&tallies[i], 1, 20), "operation %d of %d does not end", i, begun);
        check(tallies[i].last == 0 || tallies[i].last == ERROR_ABORTED, "ended with %d", tallies[i].last);
        aborted += tallies[i].last != 0;
    }
    a.stop = true;
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    for (int i = 0; i < begun; i++)
        check(hits(&tallies[i]) == 1, "operation %d ended %d times", i, hits(&tallies[i]));
    note("%d begun, %d aborted", begun, aborted);
    end_driven(a.ctx, driver);
}

const struct testcase abort_cases[] = {
    { "abort-answers", answers, 0, "0, ERROR_NOTFOUND, and an operation that ends with ERROR_ABORTED" },
    { "abort-again", again, 0, "ERROR_ABORTED for what has been aborted already" },
    { "abort-synchronous", synchronous, 0, "a synchronous operation is aborted from another thread, how NULL" },
    { "abort-any-moment", any_moment_hooks, 0, "at any moment: one end, hooks driving" },
    { "abort-any-moment-poll", any_moment_poll, 0, "at any moment: one end, poll driving" },
    { "abort-destroy", destroying, 0, "a destroy is aborted anywhere; no child, no registration left" },
    { "abort-script", script_ends, 0, "an abort lets a script that runs come to its end" },
    { "abort-many", many, 0, "threads that abort everything there is" },
    { 0 }
};
