/* What the parts of this program share: random numbers that are the same in every run, the ctx, and
 * a logger that counts lines by level. */
#ifndef COMMON_H
#define COMMON_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <libxl.h>
#include <libxl_json.h>
#include <libxl_utils.h>
#include <xentoollog.h>

/* The ctx that the functions get: a real one, or what stands for one (see main.c). */
extern libxl_ctx *ctx;

/* Whether the ctx is a real one with our logger, so that log lines can be compared. */
extern bool logged;

/* Prints how many lines of each level came since the last call, if lines can be compared. */
void show_log(const char *what);

/* The next random number below n. */
unsigned rnd(unsigned n);

/* One of the strings of a NULL-terminated array. */
const char *pick(const char *const *from);

/* Frees what a library call gave, after printing it. */
void show_and_free(const char *what, char *text);

void uuids(void);
void builtins(void);
void bitmaps(void);
void cpuids(const char *names_file);
void files(const char *dir);
void enums(void);
void logs(void);

#endif
