/*
 * Measures whichever libxenlight the dynamic linker finds; measure.py drives it, one process for each library.
 *
 *   bench rows             name|title|aim|scenes|unit|with_last|processes|counted|fresh of every row; the unit is "timed"
 *                          if it is run and timed from outside
 *   bench serve ROW        for each line "N" of stdin: runs it N times, answers the nanoseconds they took
 *   bench times ROW N      runs it N times, printing nothing: for strace
 *   bench figure ROW       the figure of a row that takes its own, and those of the rows that go with it
 *   bench crowd N          makes N domains: see crowd.c
 *   bench guests           makes guests, says so, answers for them until it is killed: see guests.c
 *   bench clock            counts of the processor for each nanosecond, for BENCH_RATE
 *
 * Exit status 3: the library does not implement the function (ERROR_NI).
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include "bench.h"

static const struct row *const subjects[] = {
    ctx_rows, domain_rows, host_rows, userdata_rows, memory_rows, config_rows, device_rows, xl_rows,
    operation_rows, runtime_rows, create_rows, hvm_rows, passthrough_rows, migrate_rows,
};

xentoollog_logger *logger;

void check(int rc, const char *what)
{
    if (rc) {
        fprintf(stderr, "bench: %s: %d\n", what, rc);
        exit(rc == ERROR_NI ? 3 : 1);
    }
}

void refused(const char *what)
{
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

static libxl_ctx *one;

libxl_ctx *ctx(void)
{
    if (!one)
        check(libxl_ctx_alloc(&one, LIBXL_VERSION, 0, logger), "libxl_ctx_alloc");
    return one;
}

double together(int count, int rounds, void (*call)(void))
{
    int go[2], status;
    double start;

    if (pipe(go))
        refused("pipe");
    for (int n = 0; n < count; n++) {
        pid_t pid = fork();

        if (pid < 0)
            refused("fork");
        if (!pid) {
            char byte;

            /* One of its own. */
            one = NULL;
            call();
            close(go[1]);
            if (read(go[0], &byte, 1) < 0)
                _exit(1);
            for (int round = 0; round < rounds; round++)
                call();
            _exit(0);
        }
    }
    /* Until they are all there. */
    usleep(500000);
    start = now();
    close(go[0]);
    close(go[1]);
    while (wait(&status) > 0)
        if (status)
            refused("one of several");
    return (now() - start) / (count * rounds);
}

static double system_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

/* The processor's own counter where its rate is known: under emulation Xen's idea of the time differs from one
 * processor to the next by milliseconds, and dom0 then shows a clock that stands still for as long. */
double now(void)
{
    static double rate;

    if (!rate)
        rate = getenv("BENCH_RATE") ? strtod(getenv("BENCH_RATE"), NULL) : -1;
#ifdef __x86_64__
    if (rate > 0)
        return __builtin_ia32_rdtsc() / rate;
#endif
    return system_clock();
}

/* Counts for each nanosecond. */
static int clock_rate(void)
{
#ifdef __x86_64__
    double start = system_clock();
    unsigned long long count = __builtin_ia32_rdtsc();

    sleep(2);
    count = __builtin_ia32_rdtsc() - count;
    printf("%.9f\n", count / (system_clock() - start));
#else
    puts("0");
#endif
    return 0;
}

char *contents(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;

    if (!file || getdelim(&text, &size, 0, file) < 0)
        refused(path);
    fclose(file);
    return text;
}

extern char **environ;

void command(const char *const *argv)
{
    static posix_spawn_file_actions_t *files;
    int status;
    pid_t pid;

    if (!files) {
        files = malloc(sizeof(*files));
        posix_spawn_file_actions_init(files);
        posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0);
    }
    if (posix_spawn(&pid, argv[0], files, NULL, (char **)argv, environ) || waitpid(pid, &status, 0) != pid ||
        status)
        refused(argv[1]);
}

static int list_rows(void)
{
    const struct row *row;
    size_t i;

    for (i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
        for (row = subjects[i]; row->name; row++)
            printf("%s|%s|%g|%d|%s|%d|%d|%d|%d\n", row->name, row->title, row->aim, row->scenes,
                   row->figure ? row->unit : "timed", row->with_last, row->processes ? row->processes : 5,
                   row->run != NULL, row->fresh);
    return 0;
}

static const struct row *find(const char *name)
{
    const struct row *row;
    size_t i;

    for (i = 0; i < sizeof(subjects) / sizeof(*subjects); i++)
        for (row = subjects[i]; row->name; row++)
            if (!strcmp(row->name, name))
                return row;
    fprintf(stderr, "bench: no row %s\n", name);
    exit(2);
}

static int serve(const struct row *row)
{
    char line[32];

    setlinebuf(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        int i, n = atoi(line);
        double start = now();

        for (i = 0; i < n; i++)
            row->run();
        printf("%.0f\n", now() - start);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const struct row *row;
    int i;

    logger = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, getenv("BENCH_LOG") ? XTL_DEBUG : XTL_CRITICAL, 0);
    if (!strcmp(what, "rows"))
        return list_rows();
    if (!strcmp(what, "clock"))
        return clock_rate();
    if (!strcmp(what, "guests"))
        return guests();
    if (argc < 3)
        return 2;
    if (!strcmp(what, "crowd"))
        return crowd(atoi(argv[2]));
    row = find(argv[2]);
    if (row->prepare)
        row->prepare();
    if (!strcmp(what, "serve") && row->run)
        return serve(row);
    /* None, too: what the process does anyway. */
    if (!strcmp(what, "times") && row->run && argc > 3) {
        for (i = atoi(argv[3]); i > 0; i--)
            row->run();
        return 0;
    }
    if (!strcmp(what, "figure") && row->figure) {
        do
            printf("%.2f\n", row->figure());
        while ((++row)->name && row->with_last);
        return 0;
    }
    return 2;
}
