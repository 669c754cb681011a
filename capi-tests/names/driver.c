/* Calls one entry of libxenlight and prints what it answers, for comparing two libraries. */
#include <stdio.h>
#include <time.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <libxl_uuid.h>

static libxl_ctx *ctx;
static void done(libxl_ctx *c, int rc, void *p) { printf("callback rc=%d same=%d data=%s\n", rc, c == ctx, (char *)p); }
static char *big(void) { char *s = malloc(10001); memset(s, 'x', 10000); s[10000] = 0; return s; }
static char *arg(char *a) {
    if (!a) return "";
    if (!strcmp(a, "BIG")) return big();
    if (!strcmp(a, "CTRL")) return "a\nb\033[1m\001";
    if (!strcmp(a, "LATIN")) return "caf\351";
    if (!strcmp(a, "EMPTY")) return "";
    return a;
}
int main(int argc, char **argv)
{
    xentoollog_logger *lg = (void *)xtl_createlogger_stdiostream(stderr, XTL_ERROR, 0);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, lg)) { puts("no ctx"); return 2; }
    for (int i = 1; i < argc; ) {
        char *f = argv[i++], *a = i < argc ? argv[i] : 0, *b = i + 1 < argc ? argv[i + 1] : 0;
        uint32_t id = 4242; int rc, was = 77, len = 99; uint8_t *data = (void *)1; char *s = (void *)0;
        libxl_asyncop_how how = { .callback = done, .u.for_callback = "hello" };
        uint32_t dom = a ? strtoul(a, 0, 0) : 0;
        printf("%s: ", f);
        if (!strcmp(f, "n2d")) { rc = libxl_name_to_domid(ctx, arg(a), &id); printf("rc=%d id=%u\n", rc, id); i++; }
        else if (!strcmp(f, "q2d")) { rc = libxl_domain_qualifier_to_domid(ctx, arg(a), &id); printf("rc=%d id=%u\n", rc, id); i++; }
        else if (!strcmp(f, "d2n")) { s = libxl_domid_to_name(ctx, dom); printf("%s\n", s ? s : "NULL"); free(s); i++; }
        else if (!strcmp(f, "pq")) { rc = libxl_cpupool_qualifier_to_cpupoolid(ctx, arg(a), &id, &was); printf("rc=%d id=%u was=%d\n", rc, id, was); i++; }
        else if (!strcmp(f, "n2p")) { rc = libxl_name_to_cpupoolid(ctx, arg(a), &id); printf("rc=%d id=%u\n", rc, id); i++; }
        else if (!strcmp(f, "p2n")) { s = libxl_cpupoolid_to_name(ctx, dom); printf("%s valid=%d\n", s ? s : "NULL", libxl_cpupoolid_is_valid(ctx, dom)); free(s); i++; }
        else if (!strcmp(f, "stub")) { rc = libxl_is_stubdom(ctx, dom, &id); printf("is=%d target=%u of=%d guest=%d\n", rc, id, libxl_get_stubdom_id(ctx, dom), libxl_domid_valid_guest(dom)); i++; }
        else if (!strcmp(f, "start")) { printf("%u\n", libxl_vm_get_start_time(ctx, dom)); i++; }
        else if (!strcmp(f, "tty")) { rc = libxl_console_get_tty(ctx, dom, atoi(b), LIBXL_CONSOLE_TYPE_PV, &s); printf("rc=%d %s\n", rc, rc ? "-" : s); i += 2; }
        else if (!strcmp(f, "stty")) { rc = libxl_console_get_tty(ctx, dom, atoi(b), LIBXL_CONSOLE_TYPE_SERIAL, &s); printf("rc=%d %s\n", rc, rc ? "-" : s); i += 2; }
        else if (!strcmp(f, "vtty")) { rc = libxl_console_get_tty(ctx, dom, 0, atoi(b), &s); printf("rc=%d %s\n", rc, rc ? "-" : s); i += 2; }
        else if (!strcmp(f, "ptty")) { rc = libxl_primary_console_get_tty(ctx, dom, &s); printf("rc=%d %s\n", rc, rc ? "-" : s); i++; }
        else if (!strcmp(f, "ustore")) { const char *v = i + 2 < argc ? argv[i + 2] : ""; v = strcmp(v, "NONE") ? v : ""; rc = libxl_userdata_store(ctx, dom, arg(b), (const uint8_t *)v, strlen(v)); printf("rc=%d\n", rc); i += 3; }
        else if (!strcmp(f, "uget")) { rc = libxl_userdata_retrieve(ctx, dom, arg(b), &data, &len); printf("rc=%d len=%d data=%.*s\n", rc, len, rc || !len ? 0 : len, rc ? "" : (char *)data); if (!rc) free(data); i += 2; }
        else if (!strcmp(f, "ulen")) { rc = libxl_userdata_retrieve(ctx, dom, arg(b), 0, &len); printf("rc=%d len=%d\n", rc, len); i += 2; }
        else if (!strcmp(f, "unone")) { rc = libxl_userdata_retrieve(ctx, dom, arg(b), 0, 0); printf("rc=%d\n", rc); i += 2; }
        else if (!strcmp(f, "unlink")) { rc = libxl_userdata_unlink(ctx, dom, arg(b)); printf("rc=%d\n", rc); i += 2; }
        else if (!strcmp(f, "pause")) { printf("rc=%d\n", libxl_domain_pause(ctx, dom, 0)); i++; }
        else if (!strcmp(f, "unpause")) { printf("rc=%d\n", libxl_domain_unpause(ctx, dom, 0)); i++; }
        else if (!strcmp(f, "destroy")) { printf("rc=%d\n", libxl_domain_destroy(ctx, dom, 0)); i++; }
        else if (!strcmp(f, "cbpause")) { printf("rc=%d\n", libxl_domain_pause(ctx, dom, &how)); i++; }
        else if (!strcmp(f, "cbunpause")) { printf("rc=%d\n", libxl_domain_unpause(ctx, dom, &how)); i++; }
        else if (!strcmp(f, "cbdestroy")) { printf("rc=%d\n", libxl_domain_destroy(ctx, dom, &how)); i++; }
        else if (!strcmp(f, "rename")) { rc = libxl_domain_rename(ctx, dom, strcmp(b, "ANY") ? arg(b) : NULL, arg(argv[i + 2])); printf("rc=%d\n", rc); i += 3; }
        else if (!strcmp(f, "preserve")) { libxl_domain_create_info ci; libxl_domain_create_info_init(&ci); ci.name = b; libxl_uuid u; memset(&u, 0xab, sizeof u);
            rc = libxl_domain_preserve(ctx, dom, &ci, "-old", u); printf("rc=%d\n", rc); i += 2; }
        else if (!strcmp(f, "sysrq")) { printf("rc=%d\n", libxl_send_sysrq(ctx, dom, 's')); i++; }
        else if (!strcmp(f, "shutdown")) { printf("rc=%d\n", libxl_domain_shutdown(ctx, dom, 0)); i++; }
        else if (!strcmp(f, "clear")) { printf("rc=%d\n", libxl_clear_domid_history(ctx)); }
        else if (!strcmp(f, "cexec")) { fflush(stdout); pid_t p = fork(); if (!p) { libxl_console_exec(ctx, dom, 0, LIBXL_CONSOLE_TYPE_PV, -1); _exit(9); } int st; waitpid(p, &st, 0); printf("status=%d\n", st); i++; }
        else if (!strcmp(f, "pexec")) { fflush(stdout); pid_t p = fork(); if (!p) { libxl_primary_console_exec(ctx, dom, -1); _exit(9); } int st; waitpid(p, &st, 0); printf("status=%d\n", st); i++; }
        else if (!strcmp(f, "vnc")) { fflush(stdout); pid_t p = fork(); if (!p) { libxl_vncviewer_exec(ctx, dom, 1); _exit(9); } int st; waitpid(p, &st, 0); printf("status=%d\n", st); i++; }
        else if (!strcmp(f, "loop")) { int n = atoi(a); struct timespec t0, t1; clock_gettime(CLOCK_MONOTONIC, &t0); for (int k = 0; k < n; k++) rc = libxl_name_to_domid(ctx, arg(b), &id); clock_gettime(CLOCK_MONOTONIC, &t1);
            fprintf(stderr, "TIME n2d %ld us\n", ((t1.tv_sec - t0.tv_sec) * 1000000000L + t1.tv_nsec - t0.tv_nsec) / 1000 / n); printf("rc=%d id=%u\n", rc, id); i += 2; }
        else if (!strcmp(f, "uloop")) { int n = atoi(a); struct timespec t0, t1; clock_gettime(CLOCK_MONOTONIC, &t0); for (int k = 0; k < n; k++) { rc = libxl_userdata_store(ctx, atoi(b), "bench", (void *)"0123456789", 10); rc |= libxl_userdata_retrieve(ctx, atoi(b), "bench", &data, &len); free(data); } clock_gettime(CLOCK_MONOTONIC, &t1);
            fprintf(stderr, "TIME userdata %ld us\n", ((t1.tv_sec - t0.tv_sec) * 1000000000L + t1.tv_nsec - t0.tv_nsec) / 1000 / n); printf("rc=%d\n", rc); i += 2; }
        else { printf("?\n"); return 3; }
    }
    libxl_ctx_free(ctx);
    return 0;
}
