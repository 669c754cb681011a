/* What the parts of this program share. */
#ifndef COMMON_H
#define COMMON_H

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <libxl.h>
#include <libxl_utils.h>
#include <xentoollog.h>

/* Log lines since the last `forget_lines`, of the level of an error or above. */
extern unsigned error_lines;
void forget_lines(void);
extern xentoollog_logger logger;

/* A new ctx; the program ends if there is none. */
libxl_ctx *new_ctx(void);

/* Descriptors of this process. */
unsigned open_fds(void);

/* Something was wrong. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern unsigned faults;

/* The parts; each prints what the library answered and calls `wrong` for what must not be. */
void no_xen(void);
void stand_ins(void);
void nulls(const char *functions, bool with_ctx);
void versions(void);
void odd_domids(void);
void odd_names(void);
void odd_json(void);
void storms(void);
void no_descriptors(void);

#endif
