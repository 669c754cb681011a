/* What the rows of the benchmark share. A row measures one thing; rows stand by subject in rows_SUBJECT.c, and
 * main.c lists the subjects. A new row is a function and a line in its subject's table. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <xentoollog.h>

enum scene {
    ALONE = 1, /* dom0 is the only domain */
    CROWD = 2, /* and 40 more: crowd.c */
    GUESTS = 4, /* and guests that answer: guests.c */
    PASSTHROUGH = 8, /* dom0 alone on a host with devices for guests: run --passthrough */
};

struct row {
    const char *name;     /* on the command line, in the figures; a scene's count of domains is added */
    const char *title;    /* in the table */
    double aim;           /* ours / Debian's, at most; 0 for none */
    int scenes;
    void (*prepare)(void); /* once in a process; may be NULL */
    /* Either: one call of what is measured, timed from outside, a number of calls at a time. */
    void (*run)(void);
    /* Or: one figure that the row itself takes, in `unit` (ns, kB, B, or a word), in a fresh process each time; with
     * `run` too, the calls of one run are counted. */
    double (*figure)(void);
    const char *unit;
    int fresh;             /* the first call costs what the next does */
    int processes;         /* for a figure, a side; 0: five */
    int with_last; /* the figure is taken in the process of the row before, after that one */
};

/* The tables end with a row without a name. */
extern const struct row ctx_rows[], domain_rows[], host_rows[], userdata_rows[], memory_rows[], config_rows[], device_rows[], xl_rows[],
    operation_rows[], runtime_rows[], create_rows[], hvm_rows[], passthrough_rows[], migrate_rows[];

extern xentoollog_logger *logger; /* drops all but critical lines */

libxl_ctx *ctx(void);                       /* this process's, made at the first use */
double together(int count, int rounds, void (*call)(void)); /* ns for a call, if so many processes make so many each */
void check(int rc, const char *what);       /* ends the process if rc is an error; 3 for ERROR_NI */
void refused(const char *what);             /* ends the process: a call without a code failed */
double now(void);                           /* ns */
char *contents(const char *path);           /* of a text file */
int crowd(int n);                           /* makes n domains; the exit status */
void command(const char *const *argv);      /* runs it with its output dropped; must succeed */

/* guests.c: domains that never run, and a process of its own that acknowledges shutdown requests in their name. */
enum {
    ANSWERING = 100, /* guests 0 to 99 answer at once */
    SILENT = 100,    /* this one and the next only when a row answers for them */
    OTHERS = 60,     /* and so many more that are only there to be watched */
};
int guests(void);                           /* makes them and answers for ever; the exit status */
uint32_t guest(int number);
uint32_t new_guest(void);                   /* one more, with xenstore; silent */
void end_guest(uint32_t domid);             /* as the hypervisor does, without libxl */
void answer(uint32_t domid);                /* acknowledges */
void await_request(uint32_t domid);         /* until it is asked to shut down and whoever asked is asleep */
int all_domains(uint32_t *domids, int most);
uint32_t dump_domain(void);                 /* the one for core dumps */

/* app.c: an application's event loop. */
struct tally {
    int fds, timeouts;                      /* registered now */
    int calls;                              /* of hooks, so far */
    int occurred;                           /* calls of libxl_osevent_occurred_*, so far */
};
extern struct tally hooks;
void use_hooks(libxl_ctx *ctx);
void turn_of_hooks(libxl_ctx *ctx);         /* sleeps until something is ready, and tells the library */
void turn_of_poll(libxl_ctx *ctx);          /* likewise with beforepoll and afterpoll; takes events */
void wake_poll(void);                       /* has a turn_of_poll in another thread end */

double median(double *values, int count);
double process_cpu(void);                   /* ns */
void nap(unsigned microseconds);
extern __thread int hypercalls;             /* of this thread, so far */

#endif
