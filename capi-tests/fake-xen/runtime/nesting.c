/*
 * When and where the application is called: never inside another callback, never by a call that has nothing to do with
 * it, and only when all that happened at once has been looked at. And an event that is left to another thread is not lost.
 */
#include "harness.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

enum { MANY = 200, SMALL_STACK = 256 * 1024 };

/* A guest's answer to a request to shut down, once. */
static void answer(uint32_t domid)
{
    store("", "/local/domain/%u/control/shutdown", domid);
}

static void on_small_stack(void *(*body)(void *), void *argument)
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, SMALL_STACK);
    check(!pthread_create(&thread, &attr, body, argument), "pthread_create");
    finish(thread);
    pthread_attr_destroy(&attr);
}

static struct {
    libxl_ctx *ctx;
    uint32_t domid, other;
    int depth, deepest, ended, left;
} nest;

static void one_deeper(void)
{
    nest.depth++;
    if (nest.depth > nest.deepest)
        nest.deepest = nest.depth;
}

/* Calls that do not wait, each of which could bring the others' ends. */
static void calls_inside(libxl_ctx *ctx, int rc, void *user)
{
    libxl_event *event;

    (void)user;
    check(!rc, "ended with %d", rc);
    one_deeper();
    rc = nest.ended % 2 ? libxl_domain_unpause(ctx, nest.other, AS_EVENT(1)) : libxl_domain_pause(ctx, nest.other, AS_EVENT(1));
    check(!rc, "an operation in a callback: %d", rc);
    while (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
        libxl_event_free(ctx, event);
    nest.ended++;
    nest.depth--;
}

static void *turn_until_ended(void *unused)
{
    for (double until = now() + 20; nest.ended < MANY && now() < until;)
        turn(nest.ctx, 200);
    return unused;
}

/* One answer ends many operations; the callbacks use another domain, which answers after `ack_ms`. */
static void end_many(void (*callback)(libxl_ctx *, int, void *), int ack_ms)
{
    libxl_asyncop_how how = { .callback = callback };

    nest.ctx = new_ctx();
    nest.domid = new_domain(NO_ACK);
    nest.other = new_domain(ack_ms);
    for (int i = 0; i < MANY; i++) {
        int rc = libxl_domain_shutdown(nest.ctx, nest.domid, &how);

        check(!rc, "operation %d: %d", i, rc);
    }
    answer(nest.domid);
    on_small_stack(turn_until_ended, NULL);
    check(nest.ended == MANY, "%d ends of %d", nest.ended, MANY);
    check(nest.deepest == 1, "callbacks in callbacks, %d deep", nest.deepest);
    libxl_ctx_free(nest.ctx);
}

static void many_at_once(void) { end_many(calls_inside, NO_ACK); }

/* Each callback begins the next operation, which ends at once. */
static void next_of_chain(libxl_ctx *ctx, int rc, void *user)
{
    libxl_asyncop_how how = { .callback = next_of_chain };

    (void)user;
    check(!rc, "ended with %d", rc);
    one_deeper();
    nest.ended++;
    if (nest.left-- > 0) {
        rc = nest.left % 2 ? libxl_domain_pause(ctx, nest.domid, &how) : libxl_domain_unpause(ctx, nest.domid, &how);
        check(!rc, "an operation in a callback: %d", rc);
    }
    nest.depth--;
}

static void *begin_chain(void *unused)
{
    next_of_chain(nest.ctx, 0, NULL);
    nest.depth = 0;
    return unused;
}

static void long_chain(void)
{
    enum { LINKS = 20000 };

    nest.ctx = new_ctx();
    nest.domid = new_domain(NO_ACK);
    nest.left = LINKS;
    on_small_stack(begin_chain, NULL);
    check(nest.ended == LINKS + 1, "%d links of %d", nest.ended, LINKS + 1);
    check(nest.deepest <= 2, "callbacks in callbacks, %d deep", nest.deepest);
    libxl_ctx_free(nest.ctx);
}

/* A callback that waits: operations that end meanwhile are reported when it has returned. */
static void waits_inside(libxl_ctx *ctx, int rc, void *user)
{
    (void)user;
    check(!rc, "ended with %d", rc);
    one_deeper();
    if (!nest.ended++) {
        rc = libxl_domain_shutdown(ctx, nest.other, NULL);
        check(!rc, "a synchronous operation in a callback: %d", rc);
    }
    nest.depth--;
}

static void waiting_inside(void) { end_many(waits_inside, 100); }

/* A callback that waits for another, which a second thread can make. */
static struct tally passed = TALLY;

static void waits_for_another(libxl_ctx *ctx, int rc, void *user)
{
    libxl_asyncop_how how = { .callback = tally_rc, .u.for_callback = &passed };

    (void)user;
    check(!rc, "ended with %d", rc);
    rc = libxl_domain_pause(ctx, nest.other, &how);
    check(!rc, "an operation in a callback: %d", rc);
    check(reached(&passed, 1, 10), "the other callback was not made while this one lasts");
    nest.ended = 1;
}

static void other_thread_calls(void)
{
    libxl_asyncop_how how = { .callback = waits_for_another };
    struct driver *driver;

    nest.ctx = new_ctx();
    driver = drive(nest.ctx, BY_POLL);
    nest.domid = new_domain(NO_ACK);
    nest.other = new_domain(NO_ACK);
    check(!libxl_domain_pause(nest.ctx, nest.domid, &how), "libxl_domain_pause");
    check(nest.ended, "no callback");
    stop_driving(driver);
    libxl_ctx_free(nest.ctx);
    forget_driver(driver);
}

/* The same guest is asked again from the first end: its answer was to all that had asked. */
static struct tally first = TALLY, again = TALLY;

static void ask_again(libxl_ctx *ctx, int rc, void *user)
{
    (void)user;
    check(!libxl_domain_shutdown(ctx, nest.domid, INTO(&again)), "libxl_domain_shutdown in a callback");
    hit(&first, rc);
}

static void look_before_telling(void)
{
    libxl_asyncop_how how = { .callback = ask_again };
    libxl_ctx *ctx = new_ctx();

    nest.domid = new_domain(NO_ACK);
    for (int i = 0; i < MANY; i++)
        check(!libxl_domain_shutdown(ctx, nest.domid, &how), "libxl_domain_shutdown");
    answer(nest.domid);
    for (double until = now() + 10; hits(&first) < MANY && now() < until;)
        turn(ctx, 200);
    check(hits(&first) == MANY && !first.failures, "%d of %d ended, %d badly", hits(&first), MANY, first.failures);
    check(!hits(&again), "%d ended that were not answered", hits(&again));
    answer(nest.domid);
    for (double until = now() + 10; hits(&again) < MANY && now() < until;)
        turn(ctx, 200);
    check(hits(&again) == MANY, "%d of the second %d ended", hits(&again), MANY);
    libxl_ctx_free(ctx);
}

/* An application's own lock, held around a call that does not wait, and taken in callbacks. */
static struct { pthread_mutex_t lock; pthread_t holder; atomic_bool held; struct tally ends; } own = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .ends = TALLY
};

static void takes_the_lock(libxl_ctx *ctx, int rc, void *user)
{
    (void)ctx, (void)user;
    check(!own.held || !pthread_equal(own.holder, pthread_self()), "called back by a thread that holds the lock");
    pthread_mutex_lock(&own.lock);
    pthread_mutex_unlock(&own.lock);
    hit(&own.ends, rc);
}

static void lock_held(void)
{
    libxl_asyncop_how how = { .callback = takes_the_lock };
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_POLL);
    uint32_t domid = new_domain(0), other = new_domain(NO_ACK);
    int begun = 0;

    own.holder = pthread_self();
    for (struct rounds r = rounds(100, 3000); another(&r); begun++) {
        libxl_event *event;
        int rc = libxl_domain_shutdown(ctx, domid, &how);

        check(!rc, "libxl_domain_shutdown: %d", rc);
        pthread_mutex_lock(&own.lock);
        own.held = true;
        rc = begun % 2 ? libxl_domain_unpause(ctx, other, NULL) : libxl_domain_pause(ctx, other, NULL);
        check(!rc, "pause: %d", rc);
        rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        check(rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
        own.held = false;
        pthread_mutex_unlock(&own.lock);
    }
    check(reached(&own.ends, begun, 20), "%d ends of %d", hits(&own.ends), begun);
    stop_driving(driver);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* An event that a thread in libxl_event_wait refuses is the application's loop's. */
static struct tally collected = TALLY;

static void collect(libxl_ctx *ctx, libxl_event *event, void *user)
{
    (void)user;
    libxl_event_free(ctx, event);
    hit(&collected, 0);
}

static int only_the_last(const libxl_event *event, void *user)
{
    (void)user;
    return event->for_user == 99;
}

static void *wait_for_the_last(void *ctx)
{
    libxl_event *event;
    int rc = libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, only_the_last, NULL);

    check(!rc && event->for_user == 99, "libxl_event_wait: %d", rc);
    libxl_event_free(ctx, event);
    return NULL;
}

static void refused(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_POLL);
    uint32_t domid = new_domain(NO_ACK);
    pthread_t thread = start(wait_for_the_last, ctx);
    int sent = 0, rc;

    on_event(driver, collect, NULL);
    nap(100000);
    for (struct rounds r = rounds(20, 1000); another(&r);) {
        rc = sent % 2 ? libxl_domain_unpause(ctx, domid, AS_EVENT(1)) : libxl_domain_pause(ctx, domid, AS_EVENT(1));
        check(!rc, "pause: %d", rc);
        check(reached(&collected, ++sent, 10), "event %d is not collected: the loop sleeps", sent);
    }
    /* The loop refuses nothing, so the thread gets this one only if the loop sleeps. */
    stop_driving(driver);
    check(!libxl_domain_pause(ctx, domid, AS_EVENT(99)), "libxl_domain_pause");
    finish(thread);
    libxl_ctx_free(ctx);
    forget_driver(driver);
}

/* An application that looks for events only when a descriptor has told it to. */
static int set_of_hooks;

static int to_set(void *user, int fd, void **out, short events, void *for_libxl)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    (void)user, (void)out, (void)events, (void)for_libxl;
    return epoll_ctl(set_of_hooks, EPOLL_CTL_ADD, fd, &event);
}

static int in_set(void *user, int fd, void **out, short events)
{
    struct epoll_event event = { .events = events & POLLIN ? EPOLLIN : 0, .data.fd = fd };

    (void)user, (void)out;
    return epoll_ctl(set_of_hooks, EPOLL_CTL_MOD, fd, &event);
}

static void from_set(void *user, int fd, void *registration)
{
    (void)user, (void)registration;
    check(!epoll_ctl(set_of_hooks, EPOLL_CTL_DEL, fd, NULL), "fd_deregister: %s", strerror(errno));
}

static int no_timeout(void *user, void **out, struct timeval abs, void *for_libxl)
{
    (void)user, (void)out, (void)abs, (void)for_libxl;
    return 0;
}

static int no_modify(void *user, void **out, struct timeval abs)
{
    (void)user, (void)out, (void)abs;
    return 0;
}

static void *shut_other_down(void *ctx)
{
    check(!libxl_domain_shutdown(ctx, nest.other, NULL), "libxl_domain_shutdown");
    return NULL;
}

/* The only operation's event, while another thread leads. */
static void last_event_beside(void *(*leads)(void *), void (*end)(libxl_ctx *))
{
    static const libxl_osevent_hooks hooks = { to_set, in_set, from_set, no_timeout, no_modify, NULL };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    struct epoll_event ready;
    libxl_event *event = NULL;
    pthread_t thread;

    set_of_hooks = epoll_create1(EPOLL_CLOEXEC);
    libxl_osevent_register_hooks(ctx, &hooks, ctx);
    nest.other = new_domain(NO_ACK);
    /* This thread leads; what it ends for others, it must tell them. */
    thread = start(leads, ctx);
    nap(200000);
    check(!libxl_domain_shutdown(ctx, domid, AS_EVENT(7)), "libxl_domain_shutdown");
    nap(200000);
    answer(domid);
    nap(500000);
    for (double until = now() + 10; !event && now() < until;)
        if (epoll_wait(set_of_hooks, &ready, 1, 10000) == 1) {
            libxl_osevent_occurred_fd(ctx, NULL, ready.data.fd, POLLIN, POLLIN);
            libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        }
    check(event && event->for_user == 7, "the last operation's event does not wake the loop");
    libxl_event_free(ctx, event);
    check(epoll_wait(set_of_hooks, &ready, 1, 0) == 0, "a descriptor that stays readable");
    end(ctx);
    finish(thread);
    libxl_ctx_free(ctx);
    close(set_of_hooks);
}

static void answer_other(libxl_ctx *ctx)
{
    (void)ctx;
    answer(nest.other);
}

static void last_event(void) { last_event_beside(shut_other_down, answer_other); }

static void send_the_last(libxl_ctx *ctx)
{
    check(!libxl_domain_pause(ctx, nest.other, AS_EVENT(99)), "libxl_domain_pause");
}

/* It is first left to a thread that refuses it. */
static void last_refused(void) { last_event_beside(wait_for_the_last, send_the_last); }

/* A callback that takes as long as the application wants it to. */
static struct tally inside = TALLY, may_return = TALLY;

static void long_callback(libxl_ctx *ctx, int rc, void *user)
{
    (void)ctx, (void)user;
    check(!rc, "ended with %d", rc);
    hit(&inside, 0);
    check(reached(&may_return, 1, 30), "nobody lets the callback return");
}

/* The thread in libxl_event_wait makes a callback: no event may wait for it meanwhile. */
static void busy(void)
{
    static const libxl_osevent_hooks hooks = { to_set, in_set, from_set, no_timeout, no_modify, NULL };
    static const libxl_asyncop_how how = { .callback = long_callback };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK), slow = new_domain(NO_ACK);
    libxl_evgen_domain_death *evgen;
    libxl_event *event = NULL;
    struct epoll_event ready;
    pthread_t thread;

    set_of_hooks = epoll_create1(EPOLL_CLOEXEC);
    libxl_osevent_register_hooks(ctx, &hooks, ctx);
    nest.other = new_domain(NO_ACK);
    /* So that there is a registration. */
    evgen = enable(ctx, nest.other, 1);
    thread = start(wait_for_the_last, ctx);
    nap(200000);
    check(!libxl_domain_shutdown(ctx, slow, &how), "libxl_domain_shutdown");
    answer(slow);
    check(reached(&inside, 1, 10), "the waiting thread makes no callback");
    check(!libxl_domain_pause(ctx, domid, AS_EVENT(7)), "libxl_domain_pause");
    for (double until = now() + 5; !event && now() < until;)
        if (epoll_wait(set_of_hooks, &ready, 1, 1000) == 1) {
            libxl_osevent_occurred_fd(ctx, NULL, ready.data.fd, POLLIN, POLLIN);
            libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        }
    check(event && event->for_user == 7, "the event waits for the callback");
    libxl_event_free(ctx, event);
    /* And this one for the thread, which has to look again. */
    check(!libxl_domain_pause(ctx, nest.other, AS_EVENT(99)), "libxl_domain_pause");
    hit(&may_return, 0);
    finish(thread);
    libxl_evdisable_domain_death(ctx, evgen);
    libxl_ctx_free(ctx);
    close(set_of_hooks);
}

/* Ends the process at a system call that asks the kernel what has happened, or looks into a descriptor. */
static void forbid_looking(void)
{
#define REFUSE(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        REFUSE(SYS_epoll_wait), REFUSE(SYS_epoll_pwait), REFUSE(SYS_epoll_ctl), REFUSE(SYS_read), REFUSE(SYS_poll),
        REFUSE(SYS_ppoll), REFUSE(SYS_recvfrom), REFUSE(SYS_recvmsg), REFUSE(SYS_write), REFUSE(SYS_timerfd_settime),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

    check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
    check(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "PR_SET_SECCOMP: %s", strerror(errno));
}

static void idle(void)
{
    libxl_ctx *ctx = new_ctx();
    libxl_evgen_domain_death *evgen = enable(ctx, new_domain(NO_ACK), 1);
    pid_t pid;
    int status;

    (void)evgen;
    expect_nothing(ctx);
    check((pid = fork()) >= 0, "fork");
    /* A child of its own, for the case ends as usual. */
    if (!pid) {
        struct pollfd fds[64];
        struct timeval tv;
        libxl_event *event;

        forbid_looking();
        for (int i = 0; i < 100; i++) {
            int n = 64, timeout = -1;

            gettimeofday(&tv, NULL);
            if (libxl_osevent_beforepoll(ctx, &n, fds, &timeout, tv))
                _exit(2);
            for (int k = 0; k < n; k++)
                fds[k].revents = 0;
            libxl_osevent_afterpoll(ctx, n, fds, tv);
            if (libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) != ERROR_NOT_READY)
                _exit(3);
        }
        _exit(0);
    }
    status = status_of(pid);
    check(!status, "a poll that has found nothing makes the library ask the kernel: status %#x", status);
    libxl_ctx_free(ctx);
}

const struct testcase nesting_cases[] = {
    { "nesting-many", many_at_once, 0, "operations that end at once are told one after the other, not inside each other" },
    { "nesting-chain", long_chain, OURS_ONLY, "an operation that a callback begins and that ends at once is told when it has returned" },
    { "nesting-waits", waiting_inside, OURS_ONLY, "a callback that waits is not interrupted by others" },
    { "nesting-elsewhere", other_thread_calls, OURS_ONLY, "a callback that waits for another gets it from a second thread" },
    { "nesting-again", look_before_telling, 0, "a callback hides nothing from the operations that ended with its own" },
    { "nesting-locked", lock_held, 0, "a call that does not wait calls nobody back" },
    { "nesting-refused", refused, 0, "an event that a waiting thread refuses wakes the application's loop" },
    { "nesting-last", last_event, 0, "the event of the last operation wakes an application with hooks" },
    { "nesting-last-refused", last_refused, 0, "likewise, when a waiting thread has refused it" },
    { "nesting-busy", busy, 0, "likewise, when the waiting thread is in a callback" },
    { "nesting-idle", idle, 0, "a poll that found nothing costs no system call" },
    { 0 }
};
