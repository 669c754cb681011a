/* Operations that wait for a guest: how many at once, how soon a thread goes on, and what it costs the application. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <libxl_event.h>
#include "bench.h"

static int done;
static __thread int in_loop; /* this thread turns the loop */

/* May be called in a thread that waits in the library for something else. */
static void complete(libxl_ctx *ctx, int rc, void *user)
{
    check(rc, "libxl_domain_shutdown");
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
    if (!in_loop)
        wake_poll();
}

static const libxl_asyncop_how callback = { .callback = complete };

/* ---- many at once, through hooks ---- */

/* Until all have ended, and what is registered has been given back. */
static void parallel(int n)
{
    int i;

    done = 0;
    for (i = 0; i < n; i++)
        check(libxl_domain_shutdown(ctx(), guest(i), &callback), "libxl_domain_shutdown");
    while (done < n || hooks.timeouts)
        turn_of_hooks(ctx());
}

/* What is opened and registered once is there afterwards. */
static void with_hooks(void)
{
    int i;

    for (i = 0; i < ANSWERING; i++)
        guest(i);
    use_hooks(ctx());
    in_loop = 1;
    parallel(1);
}

static void parallel_1(void) { parallel(1); }
static void parallel_10(void) { parallel(10); }
static void parallel_100(void) { parallel(100); }

static int calls_at_once, occurred_at_once;

static double time_of(int n, int rounds)
{
    double took[9];
    int i;

    for (i = 0; i < rounds; i++) {
        double start = now();

        calls_at_once = hooks.calls;
        occurred_at_once = hooks.occurred;
        parallel(n);
        calls_at_once = hooks.calls - calls_at_once;
        occurred_at_once = hooks.occurred - occurred_at_once;
        took[i] = now() - start;
    }
    return median(took, rounds);
}

static double time_1(void) { return time_of(1, 9); }
static double time_10(void) { return time_of(10, 3); }
static double time_100(void) { return time_of(100, 1); }
static double calls_of_hooks(void) { return calls_at_once; }
static double calls_of_occurred(void) { return occurred_at_once; }

/* ---- the thread that waits ---- */

static struct waiter {
    pthread_t thread;
    sem_t begin, ended;
    double returned;
    int rc, stop;
} waiter;

static void *wait_in_the_library(void *unused)
{
    while (!sem_wait(&waiter.begin) && !waiter.stop) {
        waiter.rc = libxl_domain_shutdown(ctx(), guest(SILENT), NULL);
        waiter.returned = now();
        sem_post(&waiter.ended);
    }
    return NULL;
}

static void start_waiter(void)
{
    ctx();
    guest(SILENT);
    waiter.stop = 0;
    sem_init(&waiter.begin, 0, 0);
    sem_init(&waiter.ended, 0, 0);
    if (pthread_create(&waiter.thread, NULL, wait_in_the_library, NULL))
        refused("pthread_create");
}

static void stop_waiter(void)
{
    waiter.stop = 1;
    sem_post(&waiter.begin);
    pthread_join(waiter.thread, NULL);
}

static void begin_waiting(void)
{
    answer(guest(SILENT));
    sem_post(&waiter.begin);
    await_request(guest(SILENT));
}

enum { ROUNDS = 15 };

static double wake_up(void)
{
    double took[ROUNDS];
    int i;

    start_waiter();
    for (i = 0; i < ROUNDS; i++) {
        double start;

        begin_waiting();
        start = now();
        answer(guest(SILENT));
        sem_wait(&waiter.ended);
        check(waiter.rc, "libxl_domain_shutdown");
        took[i] = waiter.returned - start;
    }
    stop_waiter();
    return median(took, ROUNDS);
}

static double wake_up_by_abort(void)
{
    double took[ROUNDS];
    int i;

    start_waiter();
    for (i = 0; i < ROUNDS; i++) {
        double start;

        begin_waiting();
        start = now();
        check(libxl_ao_abort(ctx(), NULL), "libxl_ao_abort");
        sem_wait(&waiter.ended);
        if (waiter.rc != ERROR_ABORTED)
            refused("the abort");
        took[i] = waiter.returned - start;
    }
    answer(guest(SILENT));
    stop_waiter();
    return median(took, ROUNDS);
}

/* ---- an application's loop on the same ctx ---- */

static int stop_loop;

static void *loop(void *unused)
{
    while (!__atomic_load_n(&stop_loop, __ATOMIC_SEQ_CST))
        turn_of_poll(ctx());
    return NULL;
}

static double wake_up_beside_a_loop(void)
{
    pthread_t thread;
    double took;

    ctx();
    if (pthread_create(&thread, NULL, loop, NULL))
        refused("pthread_create");
    took = wake_up();
    stop_loop = 1;
    wake_poll();
    pthread_join(thread, NULL);
    return took;
}

static double loop_time, loop_turns;

static double loop_cpu(void)
{
    enum { OPERATIONS = 50 };
    double cpu = 0;
    int i, turns = 0;

    in_loop = 1;
    start_waiter();
    begin_waiting();
    for (i = -5; i < OPERATIONS; i++) {
        if (!i) {
            loop_time = now();
            cpu = process_cpu();
            turns = 0;
        }
        done = 0;
        check(libxl_domain_shutdown(ctx(), guest(0), &callback), "libxl_domain_shutdown");
        for (; !done; turns++)
            turn_of_poll(ctx());
    }
    cpu = (process_cpu() - cpu) / OPERATIONS;
    loop_time = (now() - loop_time) / OPERATIONS;
    loop_turns = (double)turns / OPERATIONS;
    answer(guest(SILENT));
    sem_wait(&waiter.ended);
    stop_waiter();
    return cpu;
}

static double loop_time_of_it(void) { return loop_time; }
static double loop_turns_of_it(void) { return loop_turns; }

const struct row operation_rows[] = {
    { .name = "ao-1", .title = "an operation through hooks", .aim = 1, .scenes = GUESTS, .prepare = with_hooks,
      .run = parallel_1, .fresh = 1, .figure = time_1, .unit = "ns", .processes = 3 },
    { .name = "ao-1-hooks", .title = "its calls of hooks", .aim = 1, .scenes = GUESTS, .figure = calls_of_hooks,
      .unit = "calls", .with_last = 1 },
    { .name = "ao-1-occurred", .title = "its calls of libxl_osevent_occurred_*", .aim = 1, .scenes = GUESTS,
      .figure = calls_of_occurred, .unit = "calls", .with_last = 1 },
    { .name = "ao-10", .title = "10 at once", .aim = 1, .scenes = GUESTS, .prepare = with_hooks, .run = parallel_10, .fresh = 1,
      .figure = time_10, .unit = "ns", .with_last = 1 },
    { .name = "ao-10-hooks", .title = "their calls of hooks (aim: as many as for one)", .aim = 0.1, .scenes = GUESTS,
      .figure = calls_of_hooks, .unit = "calls", .with_last = 1 },
    { .name = "ao-10-occurred", .title = "their calls of libxl_osevent_occurred_*", .aim = 1, .scenes = GUESTS,
      .figure = calls_of_occurred, .unit = "calls", .with_last = 1 },
    { .name = "ao-100", .title = "100 at once", .aim = 1, .scenes = GUESTS, .prepare = with_hooks,
      .run = parallel_100, .fresh = 1, .figure = time_100, .unit = "ns", .with_last = 1 },
    { .name = "ao-100-hooks", .title = "their calls of hooks (aim: as many as for one)", .aim = 0.01,
      .scenes = GUESTS, .figure = calls_of_hooks, .unit = "calls", .with_last = 1 },
    { .name = "ao-100-occurred", .title = "their calls of libxl_osevent_occurred_*", .aim = 1, .scenes = GUESTS,
      .figure = calls_of_occurred, .unit = "calls", .with_last = 1 },
    { .name = "wake", .title = "a thread blocked in an operation, from the guest's answer to its return", .aim = 1,
      .scenes = GUESTS, .figure = wake_up, .unit = "ns", .processes = 3 },
    { .name = "wake-loop", .title = "the same beside an application's loop", .aim = 1, .scenes = GUESTS,
      .figure = wake_up_beside_a_loop, .unit = "ns", .processes = 3 },
    { .name = "wake-abort", .title = "a thread blocked in an operation, from another's abort to its return", .aim = 1,
      .scenes = GUESTS, .figure = wake_up_by_abort, .unit = "ns", .processes = 3 },
    { .name = "loop-cpu", .title = "an operation in an application's loop beside a blocked thread: processor time",
      .aim = 1, .scenes = GUESTS, .figure = loop_cpu, .unit = "ns", .processes = 3 },
    { .name = "loop-time", .title = "its time", .aim = 1, .scenes = GUESTS, .figure = loop_time_of_it, .unit = "ns",
      .with_last = 1 },
    { .name = "loop-turns", .title = "its turns of the loop", .scenes = GUESTS, .figure = loop_turns_of_it,
      .unit = "turns", .with_last = 1 },
    { NULL }
};
