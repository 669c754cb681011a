/* Events, and how much one thread's use of a ctx slows down another's. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <libxl_event.h>
#include "bench.h"

static pthread_t thread_of(void *(*body)(void *))
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, body, NULL))
        refused("pthread_create");
    return thread;
}

/* ---- an idle event_check ---- */

static void one_watch(void)
{
    libxl_evgen_domain_death *generator;

    check(libxl_evenable_domain_death(ctx(), guest(SILENT), 0, &generator), "libxl_evenable_domain_death");
}

static void idle_check(void)
{
    libxl_event *event;

    if (libxl_event_check(ctx(), &event, LIBXL_EVENTMASK_ALL, NULL, NULL) != ERROR_NOT_READY)
        refused("libxl_event_check");
}

/* A turn of an application's loop in which poll has found nothing. */
static void idle_turn(void)
{
    struct pollfd fds[16];
    struct timeval time;
    int i, n = 16, timeout = -1;

    gettimeofday(&time, NULL);
    if (libxl_osevent_beforepoll(ctx(), &n, fds, &timeout, time))
        refused("libxl_osevent_beforepoll");
    for (i = 0; i < n; i++)
        fds[i].revents = 0;
    libxl_osevent_afterpoll(ctx(), n, fds, time);
}

/* ---- a death among 200 ---- */

static struct deaths {
    sem_t told;
    double when;
    int asked; /* hypercalls of the thread that waits, so far */
    uint32_t domid;
    double cpu, hypercalls;
} deaths;

_Noreturn static void *take_events(void *unused)
{
    while (1) {
        libxl_event *event;

        check(libxl_event_wait(ctx(), &event, LIBXL_EVENTMASK_ALL, NULL, NULL), "libxl_event_wait");
        deaths.when = now();
        deaths.domid = event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH ? event->domid : 0;
        deaths.asked = hypercalls;
        libxl_event_free(ctx(), event);
        sem_post(&deaths.told);
    }
}

static double thread_cpu(pthread_t thread)
{
    struct timespec t;
    clockid_t clock;

    pthread_getcpuclockid(thread, &clock);
    clock_gettime(clock, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static double death(void)
{
    enum { WATCHED = 200, ROUNDS = 6 };
    double took[ROUNDS], cpu = 0;
    libxl_evgen_domain_death *generator;
    uint32_t domids[WATCHED];
    int i, there = all_domains(domids, WATCHED - 1), asked = 0;
    pthread_t thread;

    for (i = 0; i < WATCHED - 1; i++)
        check(libxl_evenable_domain_death(ctx(), domids[i % there], i, &generator), "libxl_evenable_domain_death");
    sem_init(&deaths.told, 0, 0);
    thread = thread_of(take_events);
    /* The first is not counted. */
    for (i = -1; i < ROUNDS; i++) {
        uint32_t domid = new_guest();
        double start;

        check(libxl_evenable_domain_death(ctx(), domid, i, &generator), "libxl_evenable_domain_death");
        nap(50000);
        if (!i) {
            cpu = thread_cpu(thread);
            asked = deaths.asked;
        }
        start = now();
        end_guest(domid);
        sem_wait(&deaths.told);
        if (deaths.domid != domid)
            refused("the event of the death");
        if (i >= 0)
            took[i] = deaths.when - start;
        nap(50000);
        libxl_evdisable_domain_death(ctx(), generator);
    }
    deaths.cpu = (thread_cpu(thread) - cpu) / ROUNDS;
    deaths.hypercalls = (double)(deaths.asked - asked) / ROUNDS;
    return median(took, ROUNDS);
}

static double death_cpu(void) { return deaths.cpu; }
static double death_hypercalls(void) { return deaths.hypercalls; }

/* ---- one thread beside another ---- */

static int stop;

static int stopped(void)
{
    return __atomic_load_n(&stop, __ATOMIC_SEQ_CST);
}

/* The longest that `call` takes, again and again until stopped. */
static double longest_of(void (*call)(void))
{
    double longest = 0;

    while (!stopped()) {
        double start = now(), took;

        call();
        took = now() - start;
        if (took > longest)
            longest = took;
        nap(200);
    }
    return longest;
}

static double longest;

static void look_for_an_ejection(void)
{
    libxl_event *event;

    if (libxl_event_check(ctx(), &event, 1 << LIBXL_EVENT_TYPE_DISK_EJECT, NULL, NULL) != ERROR_NOT_READY)
        refused("libxl_event_check");
}

static void *check_again_and_again(void *unused)
{
    longest = longest_of(look_for_an_ejection);
    return NULL;
}

/* As long as the lock is held, an event_check waits for it; what else it does takes no time. */
static double longest_lock(void)
{
    static const libxl_asyncop_how as_event;
    enum { AT_ONCE = 40 };
    int i;
    pthread_t thread;

    ctx();
    guest(0);
    thread = thread_of(check_again_and_again);
    for (i = 0; i < AT_ONCE; i++)
        check(libxl_domain_shutdown(ctx(), guest(i), &as_event), "libxl_domain_shutdown");
    for (i = 0; i < AT_ONCE; i++) {
        libxl_event *event;

        check(libxl_event_wait(ctx(), &event, LIBXL_EVENTMASK_ALL, NULL, NULL), "libxl_event_wait");
        check(event->u.operation_complete.rc, "libxl_domain_shutdown");
        libxl_event_free(ctx(), event);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    return longest;
}

static void look_up(void)
{
    libxl_dominfo info;
    char *name = libxl_domid_to_name(ctx(), 0);

    if (!name)
        refused("libxl_domid_to_name");
    free(name);
    libxl_dominfo_init(&info);
    check(libxl_domain_info(ctx(), &info, 0), "libxl_domain_info");
    libxl_dominfo_dispose(&info);
}

static void pause_unpause(void)
{
    check(libxl_domain_pause(ctx(), guest(SILENT + 1), NULL), "libxl_domain_pause");
    check(libxl_domain_unpause(ctx(), guest(SILENT + 1), NULL), "libxl_domain_unpause");
}

static void *shut_down(void *unused)
{
    check(libxl_domain_shutdown(ctx(), guest(SILENT), NULL), "libxl_domain_shutdown");
    return NULL;
}

static double beside_a_shutdown(void)
{
    double worst = 0;
    pthread_t thread;
    int i;

    look_up();
    answer(guest(SILENT));
    thread = thread_of(shut_down);
    await_request(guest(SILENT));
    for (i = 0; i < 100; i++) {
        double start = now();

        look_up();
        if (now() - start > worst)
            worst = now() - start;
    }
    answer(guest(SILENT));
    pthread_join(thread, NULL);
    return worst;
}

static double dump_length;

static void *dump(void *unused)
{
    double start = now();

    check(libxl_domain_core_dump(ctx(), dump_domain(), "/dev/null", NULL), "libxl_domain_core_dump");
    dump_length = now() - start;
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

static double beside_a_dump(void (*call)(void))
{
    pthread_t thread;
    double worst;

    call();
    stop = 0;
    thread = thread_of(dump);
    nap(2000);
    worst = longest_of(call);
    pthread_join(thread, NULL);
    return worst;
}

static double look_up_beside_a_dump(void) { return beside_a_dump(look_up); }
static double pause_beside_a_dump(void) { return beside_a_dump(pause_unpause); }
static double length_of_the_dump(void) { return dump_length; }

const struct row runtime_rows[] = {
    { .name = "check", .title = "idle event_check", .aim = 1, .scenes = GUESTS, .run = idle_check },
    { .name = "check-watch", .title = "the same with a domain watched for its end", .aim = 1, .scenes = GUESTS,
      .prepare = one_watch, .run = idle_check },
    { .name = "turn", .title = "idle beforepoll + afterpoll with a domain watched for its end", .aim = 1, .scenes = GUESTS,
      .prepare = one_watch, .run = idle_turn },
    { .name = "death", .title = "a death among 200 watched domains: until its event", .aim = 1, .scenes = GUESTS,
      .figure = death, .unit = "ns", .processes = 3 },
    { .name = "death-cpu", .title = "processor time of the thread that gets it", .aim = 1, .scenes = GUESTS,
      .figure = death_cpu, .unit = "ns", .with_last = 1 },
    { .name = "death-calls", .title = "its hypercalls", .aim = 1, .scenes = GUESTS, .figure = death_hypercalls,
      .unit = "hypercalls", .with_last = 1 },
    { .name = "lock", .title = "longest event_check while another thread has 40 operations", .aim = 1,
      .scenes = GUESTS, .figure = longest_lock, .unit = "ns", .processes = 3 },
    { .name = "beside-shutdown", .title = "longest domain_info + domid_to_name while another thread waits for a guest",
      .aim = 1, .scenes = GUESTS, .figure = beside_a_shutdown, .unit = "ns", .processes = 3 },
    { .name = "beside-dump", .title = "longest pause + unpause while another thread dumps a domain (aim: 20 ms)",
      .aim = 1, .scenes = GUESTS, .figure = pause_beside_a_dump, .unit = "ns", .processes = 3 },
    { .name = "dump", .title = "length of that dump", .scenes = GUESTS, .figure = length_of_the_dump, .unit = "ns",
      .with_last = 1 },
    { .name = "beside-dump-info", .title = "longest domain_info + domid_to_name meanwhile", .aim = 1, .scenes = GUESTS,
      .figure = look_up_beside_a_dump, .unit = "ns", .with_last = 1 },
    { NULL }
};
