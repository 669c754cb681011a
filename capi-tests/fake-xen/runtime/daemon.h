/*
 * What the daemon-* cases share: an application like libvirt's driver. Its event loop (daemon-loop.c) knows
 * registrations by numbers, counts references to them and removes them lazily; its domains (daemon-guests.c) have a
 * lock and a job each; its event_occurs takes the domain's lock and leaves the rest to a thread.
 */
#include "harness.h"

/* ---- daemon-loop.c ---- */

struct loop;
struct loop *begin_loop(void);
/* The thread ends; all that the loop still knows is freed. */
void end_loop(struct loop *loop);
/* Registers hooks: this loop drives the ctx. */
void loop_drives(struct loop *loop, libxl_ctx *ctx);
/* The loop's thread calls that soon, between its other callbacks; returns when it has. */
void on_loop(struct loop *loop, void (*call)(void *), void *argument);
/* No callback runs, or begins until loop_goes_on. */
void pause_loop(struct loop *loop);
void loop_goes_on(struct loop *loop);
/* After libxl_ctx_free: the C library leaves time-outs, which may not be told to it any more. */
void loop_forgets(struct loop *loop, libxl_ctx *ctx);
/* The next callback into the library is held just before it is made, when the loop cannot take it back any more. */
void hold_next(struct loop *loop);
bool is_held(struct loop *loop, double seconds);
void let_go(struct loop *loop);
/* From now on a callback is made up to so many microseconds after the loop has chosen it. */
void dawdle(struct loop *loop, unsigned microseconds);
/* Registrations that the library has not given back, time-outs that it has done with aside. */
unsigned in_use(struct loop *loop);
bool none_in_use(struct loop *loop, double seconds);
/* What is registered now, for an idle ctx, does not count until it is freed: C's, for a ctx that reaps always. */
void count_from_now(struct loop *loop);
/* Objects that are not freed, those of removed registrations too. */
unsigned objects(struct loop *loop);
bool objects_are(struct loop *loop, unsigned number, double seconds);
unsigned loop_turns(struct loop *loop);
/* Calls of hooks, and of occurred_* for registrations that were removed meanwhile. */
unsigned hooks_called(struct loop *loop);
unsigned late_calls(struct loop *loop);

/* ---- daemon-guests.c ---- */

enum { MOST_GUESTS = 64 };
struct daemon;
struct guest {
    struct daemon *daemon;
    pthread_mutex_t lock; /* taken by event_occurs, too */
    pthread_cond_t idle;
    bool job;             /* somebody works on the domain, perhaps without the lock */
    uint32_t domid;       /* 0: there is none now */
    unsigned generation;  /* of the domain: in for_user, too */
    libxl_evgen_domain_death *evgen;
};
struct daemon {
    libxl_ctx *ctx;
    struct loop *loop;
    struct guest guests[MOST_GUESTS];
    struct tally shutdowns, deaths; /* events, of this generation */
    atomic_int stale;               /* and of earlier ones */
    atomic_int handlers;            /* threads */
    atomic_bool leaves_them;        /* they destroy nothing */
};
/* A ctx with hooks, selective reap and event_occurs. */
struct daemon *begin_daemon(void);
/* Waits for the threads; nothing is registered, and nothing stays of the ctx. */
void end_daemon(struct daemon *daemon);
bool handlers_are_done(struct daemon *daemon, double seconds);
/* With the lock, which waiting for the job releases. */
void begin_job(struct guest *guest);
void end_job(struct guest *guest);
/* With lock and job: a new domain for this guest, the end of which is told. */
void boot(struct guest *guest, int ack_ms);
void boot_as(struct guest *guest, uint32_t domid);
/* With lock and job; the lock is released while it lasts, as libvirt does. */
int destroy_guest(struct guest *guest);

/* Operations that the calling thread waits for. A helper of ours saves and restores: migrate/helper.c. */
void use_helper(const char *how);
void store_config(libxl_ctx *ctx, uint32_t domid);
int attach_card(libxl_ctx *ctx, uint32_t domid, const char *script);
int detach_card(libxl_ctx *ctx, uint32_t domid);
int save_domain(libxl_ctx *ctx, uint32_t domid);
int restore_domain(libxl_ctx *ctx, unsigned number, uint32_t *domid);

/* Takes the part of back ends of network cards, of xenconsoled and of the kernels of
 * restored domains, until the case ends. */
void serve_host(void);
/* Back ends answer, or do not. */
extern atomic_bool back_ends_answer;
