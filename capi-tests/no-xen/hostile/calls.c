/* Every exported function with nothing in its arguments, and the ctx itself under bad conditions. */
#include "common.h"
#include <sys/mman.h>

void no_xen(void)
{
    unsigned fds = open_fds();
    for (int i = 0; i < 3; i++) {
        libxl_ctx *ctx = (void *)1;
        int rc = libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger);
        printf("ctx_alloc without Xen: %d, ctx %s\n", rc, ctx ? "set" : "NULL");
        if (!rc) wrong("a ctx without Xen");
        if (!error_lines) wrong("no log line");
        forget_lines();
    }
    if (open_fds() != fds) wrong("descriptors left open");
}

/* With preload/stand-ins.c, as the unit tests of an application have it: what needs no xenstore works, the rest says so. */
void stand_ins(void)
{
    unsigned fds = open_fds();
    libxl_ctx *ctx = new_ctx();
    libxl_domain_config config;
    char *json, *path;

    libxl_domain_config_init(&config);
    json = libxl_domain_config_to_json(ctx, &config);
    if (!json) wrong("no JSON");
    free(json);
    libxl_domain_config_dispose(&config);
    if (error_lines) wrong("log lines about nothing");
    if (!libxl_console_get_tty(ctx, 1, 0, LIBXL_CONSOLE_TYPE_PV, &path)) wrong("a console without xenstore");
    if (!error_lines) wrong("no log line");
    if (libxl_ctx_free(ctx)) wrong("the ctx cannot be freed");
    if (open_fds() != fds) wrong("descriptors left open");
}

void versions(void)
{
    static const int odd[] = { -1, 1, 2, 0x7fffffff };
    unsigned fds = open_fds();
    for (int i = 0; i < 4; i++) {
        libxl_ctx *ctx = NULL;
        printf("version %d: %d\n", odd[i], libxl_ctx_alloc(&ctx, odd[i], 0, &logger));
    }
    if (open_fds() != fds) wrong("descriptors left open");
    libxl_ctx *many[20];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++) many[i] = new_ctx();
        for (int i = 0; i < 20; i++) printf("%d", libxl_ctx_free(many[i]));
        puts("");
        if (open_fds() != fds) wrong("descriptors left open");
    }
    printf("free of nothing: %d\n", libxl_ctx_free(NULL));
}

typedef long function(void *, long, long, long, long, long, long, long);

/* Those that end what the others need: the process (given a default, as promised), the ctx (into which
 * the other would write a new one: it takes a place for a ctx). And the one that works until it is aborted,
 * when it is waited for: nothing is all that it wants. */
static bool left_out(const char *name, bool with_ctx)
{
    return !strcmp(name, "libxl_defbool_val") || !strcmp(name, "libxl_ctx_free")
        || (with_ctx && (!strcmp(name, "libxl_ctx_alloc") || !strcmp(name, "libxl_device_events_handler")));
}

struct call {
    char name[100];
    long second;
};

/* Calls all of them from `*at` on, which it counts up; in a child, so that a crash ends that alone. */
static void call_all(const struct call *calls, volatile unsigned *at, unsigned n, bool with_ctx)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 2);
    libxl_ctx *ctx = with_ctx ? new_ctx() : NULL;
    for (; *at < n; ++*at) {
        alarm(60);
        /* More arguments than it takes do no harm in this calling convention. */
        ((function *)dlsym(RTLD_DEFAULT, calls[*at].name))(ctx, calls[*at].second, 0, 0, 0, 0, 0, 0);
    }
    _exit(0);
}

/* The list says of each function whether it takes a ctx, and whether a number follows (a domain's or
 * another id, of which none exists) or a pointer. */
void nulls(const char *functions, bool with_ctx)
{
    static struct call calls[1000];
    char name[100], first[8], second[8];
    unsigned n = 0;
    FILE *f = fopen(functions, "r");
    if (!f) {
        perror(functions);
        exit(2);
    }
    while (n < 1000 && fscanf(f, "%99s %7s %7s", name, first, second) == 3) {
        if (left_out(name, with_ctx) || (with_ctx && strcmp(first, "ctx"))) continue;
        if (!dlsym(RTLD_DEFAULT, name)) {
            wrong("%s is not there", name);
            continue;
        }
        strcpy(calls[n].name, name);
        calls[n++].second = strcmp(second, "number") ? 0 : 32000;
    }
    fclose(f);
    volatile unsigned *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (*at = 0; *at < n; ++*at) {
        fflush(stdout);
        pid_t pid = fork();
        if (!pid) call_all(calls, at, n, with_ctx);
        int status = 0;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (*at == n && !status) break;
        wrong("%s(%s, %ld, 0...): %s %d", calls[*at].name, with_ctx ? "ctx" : "NULL",
              calls[*at].second, WIFSIGNALED(status) ? "signal" : "exit status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    printf("%u functions\n", n);
}
