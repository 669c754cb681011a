/* Every exported function with nothing in its arguments, and the ctx itself under bad conditions. */
#include "common.h"

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

/* Given a default, it ends the process, as promised. */
static bool left_out(const char *name) { return !strcmp(name, "libxl_defbool_val"); }

static void call_in_child(const char *name, bool with_ctx, long second)
{
    fflush(stdout);
    pid_t pid = fork();
    if (!pid) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 2);
        void *f = dlsym(RTLD_DEFAULT, name);
        libxl_ctx *ctx = with_ctx ? new_ctx() : NULL;
        alarm(20);
        /* More arguments than it takes do no harm in this calling convention. */
        ((function *)f)(ctx, second, 0, 0, 0, 0, 0, 0);
        _exit(0);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        wrong("%s(%s, %ld, 0...): %s", name, with_ctx ? "ctx" : "NULL", second,
              strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        wrong("%s(%s, %ld, 0...): exit status %d", name, with_ctx ? "ctx" : "NULL", second,
              WEXITSTATUS(status));
}

/* The list says of each function whether it takes a ctx, and whether a number follows (a domain's or
 * another id, of which none exists) or a pointer. */
void nulls(const char *functions, bool with_ctx)
{
    char name[200], first[8], second[8];
    unsigned n = 0;
    FILE *f = fopen(functions, "r");
    if (!f) {
        perror(functions);
        exit(2);
    }
    while (fscanf(f, "%199s %7s %7s", name, first, second) == 3) {
        if (left_out(name) || (with_ctx && strcmp(first, "ctx"))) continue;
        if (!dlsym(RTLD_DEFAULT, name)) {
            wrong("%s is not there", name);
            continue;
        }
        n++;
        call_in_child(name, with_ctx, strcmp(second, "number") ? 0 : 32000);
    }
    fclose(f);
    printf("%u functions\n", n);
}
