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
};

struct row {
    const char *name;     /* on the command line, in the figures; a scene's count of domains is added */
    const char *title;    /* in the table */
    double aim;           /* ours / Debian's, at most; 0 for none */
    int scenes;
    void (*prepare)(void); /* once in a process; may be NULL */
    /* Either: one call of what is measured, timed from outside, a number of calls at a time. */
    void (*run)(void);
    /* Or: one figure that the row itself takes, in `unit` (ns, kB, B, or a word), in a fresh process each time. */
    double (*figure)(void);
    const char *unit;
};

/* The tables end with a row without a name. */
extern const struct row ctx_rows[], domain_rows[], host_rows[], userdata_rows[], memory_rows[], config_rows[], xl_rows[];

extern xentoollog_logger *logger; /* drops all but critical lines */

libxl_ctx *ctx(void);                       /* this process's, made at the first use */
void check(int rc, const char *what);       /* ends the process if rc is an error; 3 for ERROR_NI */
void refused(const char *what);             /* ends the process: a call without a code failed */
double now(void);                           /* ns */
char *contents(const char *path);           /* of a text file */
int crowd(int n);                           /* makes n domains; the exit status */
void command(const char *const *argv);      /* runs it with its output dropped; must succeed */

#endif
