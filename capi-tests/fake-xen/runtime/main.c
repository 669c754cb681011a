/*
 * Runs cases, each in a process of its own, and says what became of them.
 *
 *   runtime run SIDE SECONDS [CASE…]   every case (or those that match a pattern), one line each;
 *                                      status 1 if any failed. SIDE is a name for the lines.
 *   runtime case NAME                  one case, here and now
 *   runtime list                       names and what they hold the library to
 *   runtime acknowledger               the guests' part (world.c)
 *
 * A case that takes longer than SECONDS is killed, after gdb has shown where its threads are. The file
 * known-differences beside the program names the cases that the C library is known to fail: "-FAIL NAME", it must;
 * "~FAIL NAME", by chance.
 */
#include "harness.h"
#include <fnmatch.h>

static const struct testcase *const subjects[] = {
    blocking_cases, poll_cases, wait_cases, hooks_cases, occurred_cases, complete_cases,
    abort_cases, sigchld_cases, scripts_cases, postfork_cases, death_cases, generator_cases,
    callback_cases, eject_cases, disaster_cases, life_cases, ending_cases, monitor_cases,
    nesting_cases, name_cases, daemon_registration_cases, daemon_lock_cases, daemon_end_cases, daemon_free_cases,
    daemon_load_cases,
};
#define EVERY(c, s) \
    for (size_t s = 0; s < sizeof(subjects) / sizeof(*subjects); s++) \
        for (const struct testcase *c = subjects[s]; c->name; c++)

int answers_fd = STDOUT_FILENO;

static void say_why(const char *kind, const char *format, va_list al)
{
    char text[512];
    int n = snprintf(text, sizeof(text), "%s ", kind);

    vsnprintf(text + n, sizeof(text) - n - 1, format, al);
    strcat(text, "\n");
    n = write(answers_fd, text, strlen(text));
}

void fail(const char *format, ...)
{
    va_list al;

    va_start(al, format);
    say_why("FAIL", format, al);
    va_end(al);
    _exit(1);
}

void note(const char *format, ...)
{
    va_list al;

    va_start(al, format);
    say_why("note", format, al);
    va_end(al);
}

static void *body(void *run)
{
    ((const struct testcase *)run)->run();
    return NULL;
}

static int run_case(const char *name)
{
    EVERY(c, s)
        if (!strcmp(c->name, name)) {
            prctl(PR_SET_DUMPABLE, 1);
            srand(getpid());
            /* Valgrind cannot deliver a signal deep in the first thread's stack, which it makes grow. */
            if (getenv("HARNESS_VALGRIND"))
                finish(start(body, (void *)c));
            else
                c->run();
            return 0;
        }
    fprintf(stderr, "no case %s\n", name);
    return 2;
}

/* ---- the supervisor ---- */

static char self[4096];

/* Ends what the last case left: domains above `first`, their nodes, its scripts. */
static void tidy(uint32_t first)
{
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    struct xs_handle *xs = xs_open(0);
    xc_domaininfo_t info[64];
    unsigned n, i;
    char path[64], **names;
    int found;

    if (!xch || !xs)
        return;
    while ((found = xc_domain_getinfolist(xch, first, 64, info)) > 0) {
        for (int k = 0; k < found; k++)
            if (!(info[k].flags & XEN_DOMINF_dying))
                xc_domain_destroy(xch, info[k].domain);
        first = info[found - 1].domain + 1;
    }
    static const char *const roots[] = { "/local/domain", "/libxl", "/local/domain/0/backend/vbd" };
    for (size_t r = 0; r < 3; r++) {
        names = xs_directory(xs, XBT_NULL, roots[r], &n);
        for (i = 0; names && i < n; i++)
            if (atoi(names[i]) > 0) {
                snprintf(path, sizeof(path), "%s/%s", roots[r], names[i]);
                xs_rm(xs, XBT_NULL, path);
            }
        free(names);
    }
    xs_rm(xs, XBT_NULL, "/vm");
    n = system("rm -f /tmp/harness-* /var/lib/xen/userdata-?.*.harness-*");
    xs_close(xs);
    xc_interface_close(xch);
}

static void show(const char *path, const char *prefix, unsigned last)
{
    char line[600];
    FILE *file = fopen(path, "r");
    unsigned lines = 0, n = 0;

    if (!file)
        return;
    while (fgets(line, sizeof(line), file))
        lines++;
    rewind(file);
    while (fgets(line, sizeof(line), file))
        if (lines - n++ <= last)
            printf("%s%s", prefix, line);
    fclose(file);
}

/* '-': it must, '~': it may, 0: it must not. */
static char known_to_fail(const char *name)
{
    char path[4200], line[300];
    size_t n = strlen(name);
    char known = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s", self);
    strcpy(strrchr(path, '/') + 1, "known-differences");
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line + 1, "FAIL ", 5) && !strncmp(line + 6, name, n) && line[6 + n] == '\n')
            known = *line;
    if (file)
        fclose(file);
    return known;
}

/* The case's process and all it started. */
static void end_group(pid_t pid)
{
    kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static const char *const valgrind[] = { "valgrind", "--num-callers=25", "--fair-sched=yes", "-q", NULL };

/*
 * Whether memcheck has found fault with the case, of process `pid`. Not by its exit status, which would be that of the
 * library's forked children, too, and is an answer there; what these "have lost" belongs to the parent's other threads.
 */
static bool is_fault(const char *line, pid_t pid)
{
    const char *text = strncmp(line, "==", 2) ? NULL : strstr(line + 2, "== ");

    if (!text)
        return false;
    text += 3 + strspn(text + 3, " ");
    if (atoi(line + 2) != pid)
        return strstr(text, "Invalid") || strstr(text, "uninitialised");
    return *text != '\n' && strncmp(text, "Thread ", 7) && strncmp(text, "Warning", 7);
}

static bool supervise(const struct testcase *c, const char *side, double seconds)
{
    char why[600] = "", line[600], command[200];
    double began = now(), until = began + seconds, took;
    bool c_library = is_ours() ? false : true, late = false, ok;
    int status = 0, wait_status;
    pid_t pid;
    FILE *file;

    fflush(stdout);
    remove("/tmp/case.out");
    remove("/tmp/case.err");
    pid = fork();
    if (pid == 0) {
        const char *argv[16], *tool = getenv("HARNESS_VALGRIND");
        int n = 0;

        setpgid(0, 0);
        if (tool) {
            for (; valgrind[n]; n++)
                argv[n] = valgrind[n];
            snprintf(command, sizeof(command), "--tool=%s", tool);
            argv[n++] = command;
            if (!strcmp(tool, "memcheck"))
                argv[n++] = "--leak-check=full", argv[n++] = "--show-leak-kinds=definite";
            else
                argv[n++] = "--error-exitcode=99";
            if (!access("/tmp/suppressions", R_OK))
                argv[n++] = "--suppressions=/tmp/suppressions";
        }
        argv[n++] = self;
        argv[n++] = "case";
        argv[n++] = c->name;
        argv[n] = NULL;
        dup2(open("/dev/null", O_RDONLY), 0);
        dup2(open("/tmp/case.out", O_WRONLY | O_CREAT | O_APPEND, 0600), 1);
        dup2(open("/tmp/case.err", O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
        close_range(3, ~0u, 0);
        execvp(argv[0], (char **)argv);
        _exit(127);
    }
    for (;;) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            break;
        if (now() > until) {
            late = true;
            snprintf(command, sizeof(command),
                     "timeout 60 gdb -p %d -batch -nx -ex 'thread apply all bt' > /tmp/case.stacks 2>&1", pid);
            wait_status = system(command);
            (void)wait_status;
            end_group(pid);
            break;
        }
        nap(now() - began < 1 ? 2000 : 20000);
    }
    took = now() - began;
    kill(-pid, SIGKILL);
    file = fopen("/tmp/case.out", "r");
    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, "FAIL ", 5) && !*why)
            snprintf(why, sizeof(why), "%s", strtok(line + 5, "\n"));
        else if (!strncmp(line, "note ", 5))
            printf("     %s %s: %s", side, c->name, line + 5);
    if (file)
        fclose(file);
    if (late)
        snprintf(why + strlen(why), sizeof(why) - strlen(why), "%sno end after %.0f s", *why ? "; " : "", seconds);
    else if (WIFSIGNALED(status))
        snprintf(why + strlen(why), sizeof(why) - strlen(why), "%ssignal %d (%s)", *why ? "; " : "", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) && !*why)
        snprintf(why, sizeof(why), "status %d", WEXITSTATUS(status));
    file = getenv("HARNESS_VALGRIND") ? fopen("/tmp/case.err", "r") : NULL;
    while (file && fgets(line, sizeof(line), file) && !*why)
        if (is_fault(line, pid))
            snprintf(why, sizeof(why), "%s", strtok(line, "\n"));
    if (file)
        fclose(file);
    ok = !*why;
    if (ok && c_library && known_to_fail(c->name) == '-') {
        printf("FAIL %s %s (%.1f s): is known to fail, and does not\n", side, c->name, took);
        ok = false;
    } else if (ok)
        printf("ok   %s %s (%.1f s)\n", side, c->name, took);
    else if (c_library && known_to_fail(c->name)) {
        printf("known %s %s (%.1f s): %s\n", side, c->name, took, why);
        ok = true;
    } else {
        printf("FAIL %s %s (%.1f s): %s\n", side, c->name, took, why);
    }
    if (*why && (!ok || getenv("HARNESS_VERBOSE"))) {
        show("/tmp/case.err", "     | ", getenv("HARNESS_VALGRIND") ? 200 : 25);
        if (late)
            show("/tmp/case.stacks", "     > ", 150);
    }
    fflush(stdout);
    return ok;
}

int main(int argc, char **argv)
{
    int failed = 0, ran = 0;

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return 2;
    if (argc == 3 && !strcmp(argv[1], "case"))
        return run_case(argv[2]);
    if (argc == 2 && !strcmp(argv[1], "acknowledger"))
        return acknowledger();
    if (argc == 2 && !strcmp(argv[1], "list")) {
        EVERY(c, s)
            printf("%-28s %s%s\n", c->name, c->promise, c->flags & OURS_ONLY ? " (ours only)" : "");
        return 0;
    }
    if (argc < 4 || strcmp(argv[1], "run"))
        return 2;
    EVERY(c, s) {
        bool wanted = argc == 4;

        for (int i = 4; i < argc; i++)
            wanted = wanted || !fnmatch(argv[i], c->name, 0);
        if (!wanted || (c->flags & OURS_ONLY && !is_ours()) || (c->flags & FAKE_ONLY && !getenv("FAKE_XEN")))
            continue;
        ran++;
        failed += !supervise(c, argv[2], atof(argv[3]));
        tidy(1);
    }
    printf("%s: %d cases, %d failed\n", argv[2], ran, failed);
    return failed || !ran;
}
