/*
 * Reads cases, one a line ("name TAB flags TAB caps TAB json"), asks for the memory that each needs, and prints
 * what came of it: answers, log lines, and the configuration afterwards.
 *
 * With an argument, the cases for our library alone are left out. Flags: `o` such a case; `f` in a child of its own,
 * whose end is told; `NAME=NUMBER` sets what JSON has no name for.
 */
#define _GNU_SOURCE
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xentoollog.h>

static const char *const levels[] = {"", "debug", "verbose", "detail", "progress", "info", "notice", "warn", "error",
                                     "critical"};

static void say(xentoollog_logger *l, xentoollog_level level, int errnoval, const char *context, const char *format,
                va_list args)
{
    char text[4096];

    (void)l, (void)context;
    if (level < XTL_WARN)
        return;
    vsnprintf(text, sizeof(text), format, args);
    /* Some lines of C's have an end of their own. */
    text[strcspn(text, "\n")] = 0;
    printf("%s %s%s%s\n", levels[level], text, errnoval >= 0 ? ": " : "", errnoval >= 0 ? strerror(errnoval) : "");
}

static void no_progress(xentoollog_logger *l, const char *context, const char *what, int percent, unsigned long done,
                        unsigned long total)
{
    (void)l, (void)context, (void)what, (void)percent, (void)done, (void)total;
}

static void no_destroy(xentoollog_logger *l) { (void)l; }

static xentoollog_logger logger = {say, no_progress, no_destroy};

/* Numbers that have no name. */
static void set(libxl_ctx *ctx, libxl_domain_config *c, const char *name, long v)
{
    if (!strcmp(name, "create_type")) c->c_info.type = v;
    else if (!strcmp(name, "build_type")) c->b_info.type = v;
    else if (!strcmp(name, "passthrough")) c->c_info.passthrough = v;
    else if (!strcmp(name, "version")) c->b_info.device_model_version = v;
    else if (!strcmp(name, "bios")) c->b_info.u.hvm.bios = v;
    else if (!strcmp(name, "vga")) c->b_info.u.hvm.vga.kind = v;
    else if (!strcmp(name, "hdtype")) c->b_info.u.hvm.hdtype = v;
    else if (!strcmp(name, "timer")) c->b_info.timer_mode = v;
    else if (!strcmp(name, "altp2m")) c->b_info.altp2m = v;
    else if (!strcmp(name, "rdm")) c->b_info.u.hvm.rdm.policy = v;
    else if (!strcmp(name, "hap")) c->c_info.hap.val = v;
    else if (!strcmp(name, "apic")) c->b_info.apic.val = v;
    else if (!strcmp(name, "avail")) libxl_bitmap_alloc(ctx, &c->b_info.avail_vcpus, v);
    else { fprintf(stderr, "no such setting: %s\n", name); exit(2); }
}

static char *text_of(libxl_ctx *ctx, libxl_domain_config *c) { return libxl_domain_config_to_json(ctx, c); }

static void run(libxl_ctx *ctx, char *flags, char *json)
{
    libxl_domain_config c;
    char *before, *after, *word, *name;
    uint64_t need = 4711;
    uint32_t need32 = 4711;
    int rc;

    libxl_domain_config_init(&c);
    rc = libxl_domain_config_from_json(ctx, &c, json);
    if (rc) {
        printf("not read: %d\n", rc);
        libxl_domain_config_dispose(&c);
        return;
    }
    for (word = strtok(flags, " "); word; word = strtok(NULL, " ")) {
        if (strchr(word, '=')) {
            char *value = strchr(word, '=');
            *value++ = 0;
            set(ctx, &c, word, atol(value));
        }
    }
    before = text_of(ctx, &c);
    name = c.c_info.name;

    puts("build info alone:");
    rc = libxl_domain_need_memory_0x041200(ctx, &c.b_info, &need);
    printf("= %d %llu\n", rc, (unsigned long long)need);
    rc = libxl_domain_need_memory_0x040700(ctx, &c.b_info, &need32);
    printf("= %d %u\n", rc, need32);
    after = text_of(ctx, &c);
    puts(strcmp(before, after) ? "changed" : "unchanged");
    free(after);

    puts("whole:");
    need = 4711;
    rc = libxl_domain_need_memory(ctx, &c, 7, &need);
    printf("= %d %llu\n", rc, (unsigned long long)need);
    if (name != c.c_info.name)
        puts("the name has moved");
    after = text_of(ctx, &c);
    if (rc)
        printf("after a refusal: %s\n", strcmp(before, after) ? "changed" : "unchanged");
    else
        puts(after);
    free(after);
    if (!rc) {
        /* Complete is complete. */
        before = (free(before), text_of(ctx, &c));
        rc = libxl_domain_need_memory(ctx, &c, 0, &need);
        after = text_of(ctx, &c);
        printf("again: %d %llu %s\n", rc, (unsigned long long)need, strcmp(before, after) ? "changed" : "unchanged");
        free(after);
    }
    free(before);
    libxl_domain_config_dispose(&c);
}

static void run_apart(char *flags, char *json)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (!child) {
        libxl_ctx *own;

        if (!freopen("/dev/null", "w", stderr) || libxl_ctx_alloc(&own, LIBXL_VERSION, 0, &logger))
            _exit(2);
        run(own, flags, json);
        libxl_ctx_free(own);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        printf("child: signal %d\n", WTERMSIG(status));
    else
        printf("child: status %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
    int c_library = argc > 1 && *argv[1];
    libxl_ctx *ctx;
    char *all = NULL, *lines, *line;
    size_t room = 0;

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    /* All at once: a child shares its parent's place in the file. */
    if (getdelim(&all, &room, 0, stdin) < 0 || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger))
        return 2;
    for (lines = all; (line = strsep(&lines, "\n")) && *line;) {
        char *name = strsep(&line, "\t"), *flags = strsep(&line, "\t"), *caps = strsep(&line, "\t");

        if (*flags == 'o' && c_library)
            continue;
        printf("== %s\n", name);
        setenv("HOST_CAPS", caps, 1);
        if (*flags == 'f')
            run_apart(flags, line);
        else
            run(ctx, flags, line);
    }
    free(all);
    libxl_ctx_free(ctx);
    return 0;
}
