/* Bad input and bad circumstances: each must be an error code and a log line, with nothing lost and
 * nothing broken. Prints what the library answered, so that two libraries can be compared.
 *
 *   hostile PART [FUNCTIONS]
 *
 * FUNCTIONS: a file with the names of the exported functions, for the parts that call all of them. */
#include "common.h"
#include <stdarg.h>

unsigned error_lines, faults;

static void count(xentoollog_logger *l, xentoollog_level level, int errnoval, const char *context,
                  const char *format, va_list al)
{
    (void)l; (void)context;
    if (level >= XTL_WARN) error_lines++;
    if (getenv("SHOW_LOG")) {
        fprintf(stderr, "level %d errno %d: ", level, errnoval);
        vfprintf(stderr, format, al);
        fputc('\n', stderr);
    }
}

static void progress(xentoollog_logger *l, const char *context, const char *doing, int percent,
                     unsigned long done, unsigned long total)
{
    (void)l; (void)context; (void)doing; (void)percent; (void)done; (void)total;
}

static void destroy(xentoollog_logger *l) { (void)l; }

xentoollog_logger logger = { count, progress, destroy };

void forget_lines(void) { error_lines = 0; }

libxl_ctx *new_ctx(void)
{
    libxl_ctx *ctx = NULL;
    int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);
    if (rc) {
        printf("no ctx: %d\n", rc);
        exit(3);
    }
    forget_lines();
    return ctx;
}

unsigned open_fds(void)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir)) n++;
    if (dir) closedir(dir);
    return n;
}

void wrong(const char *format, ...)
{
    va_list al;
    va_start(al, format);
    printf("WRONG: ");
    vprintf(format, al);
    putchar('\n');
    va_end(al);
    faults++;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    const char *part = argc > 1 ? argv[1] : "";
    const char *functions = argc > 2 ? argv[2] : NULL;
    if (!strcmp(part, "no-xen")) no_xen();
    else if (!strcmp(part, "stand-ins")) stand_ins();
    else if (!strcmp(part, "nulls-without-ctx") && functions) nulls(functions, false);
    else if (!strcmp(part, "nulls") && functions) nulls(functions, true);
    else if (!strcmp(part, "versions")) versions();
    else if (!strcmp(part, "domids")) odd_domids();
    else if (!strcmp(part, "names")) odd_names();
    else if (!strcmp(part, "json")) odd_json();
    else if (!strcmp(part, "storms")) storms();
    else if (!strcmp(part, "descriptors")) no_descriptors();
    else {
        fprintf(stderr, "hostile PART [FUNCTIONS]\n");
        return 2;
    }
    printf("%s: %s\n", part, faults ? "faults" : "done");
    return faults ? 1 : 0;
}
