/* Calls the utilities of libxl and prints every answer. Run with two libraries, the output must be the
 * same.
 *
 *   utils CTX DIR NAMES [PART...]
 *
 * CTX: `real`, `null`, or `fake`: a block of memory that the C library accepts as a ctx where there is no Xen. It
 * looks into the ctx for the logger (first member) and for the mark of its "no collection" allocator,
 * the -1 behind three pointers, so that is all there is.
 * DIR: a scratch folder. NAMES: a file of words to be tried as names of cpuid settings. */
#include "common.h"
#include <fnmatch.h>

libxl_ctx *ctx;
bool logged;

static unsigned lines[XTL_NUM_LEVELS];

static void count(xentoollog_logger *logger, xentoollog_level level, int errnoval,
                  const char *context, const char *format, va_list al)
{
    (void)logger; (void)errnoval; (void)context; (void)format; (void)al;
    if (level < XTL_NUM_LEVELS) lines[level]++;
    if (getenv("SHOW_LOG")) {
        fprintf(stderr, "level %d errno %d: ", level, errnoval);
        vfprintf(stderr, format, al);
        fputc('\n', stderr);
    }
}

static void progress(xentoollog_logger *logger, const char *context, const char *doing,
                     int percent, unsigned long done, unsigned long total)
{
    (void)logger; (void)context; (void)doing; (void)percent; (void)done; (void)total;
}

static void destroy(xentoollog_logger *logger) { (void)logger; }

static xentoollog_logger logger = { count, progress, destroy };

void show_log(const char *what)
{
    /* Debug lines are not part of the interface. */
    for (int i = XTL_DEBUG + 1; logged && i < XTL_NUM_LEVELS; i++)
        if (lines[i]) printf("  log of %s: %u of level %d\n", what, lines[i], i);
    memset(lines, 0, sizeof lines);
}

static uint64_t state = 88172645463325252ull;

unsigned rnd(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % n;
}

const char *pick(const char *const *from)
{
    unsigned n = 0;
    while (from[n]) n++;
    return from[rnd(n)];
}

void show_and_free(const char *what, char *text)
{
    printf("%s -> %s\n", what, text ? text : "NULL");
    free(text);
}

/* Whether a part is to run: its lines are a case of its own. */
static bool wanted(const char *part, int argc, char **argv)
{
    bool is_wanted = argc <= 4;

    for (int i = 4; i < argc; i++)
        is_wanted = is_wanted || !fnmatch(argv[i], part, 0);
    if (is_wanted) printf("== %s\n", part);
    return is_wanted;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "utils CTX DIR NAMES [PART...]\n");
        return 2;
    }
    void *fake = NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(argv[1], "real")) {
        if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger)) return 2;
        logged = true;
        show_log("ctx_alloc");
    } else if (!strcmp(argv[1], "fake")) {
        static xentoollog_logger *lg = &logger;
        int mark = -1;
        fake = calloc(1, 1 << 16);
        memcpy(fake, &lg, sizeof lg);
        memcpy((char *)fake + 3 * sizeof(void *), &mark, sizeof mark);
        ctx = fake;
    }
    if (wanted("uuids", argc, argv)) uuids();
    if (wanted("builtins", argc, argv)) builtins();
    if (wanted("bitmaps", argc, argv)) bitmaps();
    if (wanted("cpuids", argc, argv)) cpuids(argv[3]);
    if (wanted("files", argc, argv)) files(argv[2]);
    if (wanted("enums", argc, argv)) enums();
    if (logged && wanted("logs", argc, argv)) logs();
    if (logged) libxl_ctx_free(ctx);
    free(fake);
    puts("== end");
    return 0;
}
