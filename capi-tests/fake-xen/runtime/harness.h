/*
 * What the cases share. A case is a function that returns when all went as the headers promise and
 * calls fail() (or check()) when not; it runs in a process of its own, with one library, under a
 * watchdog (main.c).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xenstore.h>
#include <xentoollog.h>

struct testcase {
    const char *name;
    void (*run)(void);
    unsigned flags;
    const char *promise; /* what is held to be true, in a few words */
};
enum {
    OURS_ONLY = 1, /* the C library promises nothing here, or ends the process */
    FAKE_ONLY = 2, /* not on real Xen: domains are made or saved, back ends are ours, or to save time there */
};
extern const struct testcase blocking_cases[], poll_cases[], wait_cases[], hooks_cases[], occurred_cases[],
    sigchld_cases[], scripts_cases[], postfork_cases[], abort_cases[], complete_cases[], death_cases[],
    generator_cases[], callback_cases[], eject_cases[], disaster_cases[], life_cases[], ending_cases[],
    monitor_cases[], nesting_cases[], name_cases[], daemon_registration_cases[], daemon_lock_cases[], daemon_end_cases[],
    daemon_free_cases[], daemon_load_cases[];

/* Failure ends the process, from whichever thread. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define check(condition, ...) do { if (!(condition)) fail(__VA_ARGS__); } while (0)
extern int answers_fd; /* the descriptor that they write to */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- world.c: the host around the library ---- */

/* Seconds of the monotonic clock. */
double now(void);
void nap(unsigned microseconds);
bool is_ours(void);

/* Keeps what is logged; shown when a case fails. */
extern xentoollog_logger logger;
int log_lines(void); /* of warnings and errors */
libxl_ctx *new_ctx(void);

/*
 * A domain that never runs: Xen and xenstore know it, and the acknowledger (a process apart from the
 * tests) answers_fd shutdown requests in its name, after `ack_ms`; NO_ACK: never.
 */
#define NO_ACK (-1)
uint32_t new_domain(int ack_ms);
/* A process that looks like the domain's QEMU, which serves a disk of it; if it is deaf it does not end when it is told to. */
pid_t model_of(uint32_t domid, bool deaf);
uint32_t new_domain_at(uint32_t domid, int ack_ms); /* with that number, which must be free; 0: any */
void set_ack(uint32_t domid, int ack_ms);
void give_memory(uint32_t domid, unsigned mib);
void end_domain(uint32_t domid);                    /* as the hypervisor does, without libxl */
void stop_domain(uint32_t domid, int reason);       /* likewise */
bool domain_exists(uint32_t domid);
bool domain_is_known(uint32_t domid); /* to the hypervisor, be it dying */
void store(const char *value, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *stored(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A disk whose back end has gone (state 6) and names a hotplug script. */
void add_disk(uint32_t domid, int devid, const char *script);
/* A script in /tmp that runs `text`; its path stays. */
char *new_script(const char *text);
int acknowledger(void);

unsigned open_fds(void);
unsigned threads(void);
bool threads_are(unsigned number);
unsigned children(void);  /* of this process, zombies or not */
unsigned zombies(void);
int status_of(pid_t pid); /* of a child of the case's own, when it has ended */

/*
 * Rounds are cheap on an idle machine and dear on a busy one: at least `least` of them, then up to `most`
 * while the case's share of time lasts.   for (struct rounds r = rounds(20, 2000); another(&r);) …
 */
struct rounds {
    int done, least, most;
    double until;
};
struct rounds rounds(int least, int most);
bool another(struct rounds *rounds);

/* The end of a forked child; under Valgrind without its search for leaks, which only finds the parent's. */
_Noreturn void end_child(int status);
/* Not lost, if never freed. */
void keep(void *memory);

pthread_t start(void *(*body)(void *), void *argument);
void finish(pthread_t thread);

/* Something that happens a number of times; any thread may wait for it. */
struct tally {
    pthread_mutex_t lock;
    pthread_cond_t more;
    int count, failures, last;
};
#define TALLY { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0 }
void hit(struct tally *tally, int rc);
bool reached(struct tally *tally, int count, double seconds);
int hits(struct tally *tally);
/* A completion callback; for_callback is the tally. */
void tally_rc(libxl_ctx *ctx, int rc, void *tally);
#define INTO(tally) (&(libxl_asyncop_how){ .callback = tally_rc, .u.for_callback = (tally) })
#define AS_EVENT(number) (&(libxl_asyncop_how){ .u.for_event = (number) })

/* ---- driver.c: an application's event loop in a thread of its own ---- */

enum style {
    BY_HOOKS,        /* registered hooks, own lock taken inside the library's: header's (a) */
    BY_HOOKS_LOCKED, /* registered hooks, own lock around every call: header's (b) */
    BY_POLL,         /* beforepoll, poll, afterpoll, event_check */
};
struct driver;
/* Must come before anything else is done with the ctx. */
struct driver *drive(libxl_ctx *ctx, enum style style);
/* Ends the thread; with hooks the ctx may be freed before or after. */
void stop_driving(struct driver *driver);
/* When the ctx is no more. */
void forget_driver(struct driver *driver);
/* All three, of a ctx that is idle: it has to have nothing registered. */
void end_driven(libxl_ctx *ctx, struct driver *driver);
/* Around every call into the library: takes the lock of BY_HOOKS_LOCKED. */
void enter(struct driver *driver);
void leave(struct driver *driver);
/* Registrations there are now, not counting time-outs that the library has done with. */
int registered(struct driver *driver);
/* Waits until there are none; false after `seconds`. */
bool all_given_back(struct driver *driver, double seconds);
/* Register and modify hooks of fds (or time-outs) fail with this from now on; 0: no longer. */
void make_hooks_fail(struct driver *driver, int fd_answer, int timeout_answer);
int hook_calls(struct driver *driver);
/* Called with every event, on the driver's thread; by default events are freed. */
void on_event(struct driver *driver, void (*handler)(libxl_ctx *, libxl_event *, void *), void *user);
/* The last for_libxl and fd given to fd_register, still registered or not. */
bool last_fd(struct driver *driver, void **for_libxl, int *fd);
/* Register hooks called with something else than NULL in *for_app_registration_out. */
extern atomic_int not_null;
extern void (*inside_register)(libxl_ctx *ctx, void *for_libxl, int fd);
/* Turns of the loop. */
unsigned turns(struct driver *driver);

/* ---- loop.c: an application with one thread ---- */

libxl_evgen_domain_death *enable(libxl_ctx *ctx, uint32_t domid, uint64_t user);
void turn(libxl_ctx *ctx, int timeout);
/* The next event within so many seconds; NULL: none. */
libxl_event *next_event(libxl_ctx *ctx, double seconds);
void expect(libxl_ctx *ctx, libxl_event_type type, uint32_t domid, uint64_t user);
void expect_nothing(libxl_ctx *ctx);

/* ---- between.c: what the library asks for, counted ---- */

unsigned lists_asked_for(void); /* of domains, of the hypervisor */
/* From now on, new connections to xenstore go through a process of ours, which can be ended. */
void go_between(void);
unsigned requests_made(void); /* of xenstore, since then */
void end_of_xenstore(void);
/* It is there and does not answer any more. */
void xenstore_sleeps(void);
/* Its end, with a successor that listens and never answers. */
void silent_xenstore(void);
void xenstore_is_back(void);
