/* Descriptors, files, log files and the words about a child's end. */
#include "common.h"
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

static const char *name_of(int e)
{
    if (e < 0) return "ERROR";
    return e ? strerrorname_np(e) : "ok";
}

static void flags(int fd, const char *what)
{
    int status = fcntl(fd, F_GETFL);
    printf("%s: cloexec %d nonblock %d mode %d\n", what, fcntl(fd, F_GETFD),
           !!(status & O_NONBLOCK), status & O_ACCMODE);
}

static void descriptors(void)
{
    int p[2] = { -7, -7 };
    printf("pipe %d\n", libxl_pipe(ctx, p));
    flags(p[0], "reading end");
    flags(p[1], "writing end");
    for (int i = 0; i < 6; i++) {
        int on = i % 3;
        printf("%d %d\n", libxl_fd_set_cloexec(ctx, p[0], on),
               libxl_fd_set_nonblock(ctx, p[1], on));
        flags(p[0], "reading end");
        flags(p[1], "writing end");
    }
    close(p[0]);
    close(p[1]);
    static const int bad[] = { -1, -2, 999999, 0x7fffffff };
    for (int i = 0; i < 4; i++) {
        printf("bad %d: %d %d\n", bad[i], libxl_fd_set_cloexec(ctx, bad[i], 1),
               libxl_fd_set_nonblock(ctx, bad[i], 0));
        show_log("bad descriptor");
    }
    printf("closed: %d\n", libxl_fd_set_cloexec(ctx, p[0], 1));
    show_log("closed descriptor");
}

static void contents(const char *path)
{
    void *data = (void *)"untouched";
    int len = -5;
    errno = 0;
    int rc = libxl_read_file_contents(ctx, path, &data, &len);
    printf("%s: %s len %d ", path, name_of(rc), len);
    if (rc) printf("errno %s ", name_of(errno));
    if (!rc && data) {
        unsigned sum = 0;
        for (int i = 0; i < len; i++) sum = sum * 31 + ((unsigned char *)data)[i];
        printf("sum %u\n", sum);
        free(data);
    } else
        printf("%s\n", data ? (char *)data : "NULL");
    show_log("contents");
    len = -5;
    printf("  length alone: %s", name_of(libxl_read_file_contents(ctx, path, NULL, &len)));
    printf(" %d; nothing: %s\n", len, name_of(libxl_read_file_contents(ctx, path, NULL, NULL)));
    show_log("contents");
}

static void whole_files(const char *dir)
{
    char path[4096];
    static const int sizes[] = { 0, 1, 4095, 4096, 100000, 3000000 };
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof path, "%s/file", dir);
        FILE *f = fopen(path, "w");
        for (int j = 0; j < sizes[i]; j++) fputc("abc\0\xff\n"[j % 6], f);
        fclose(f);
        contents(path);
    }
    contents("/nonexistent/file");
    contents("");
    contents("/");
    contents("/dev/null");
    contents("/proc/self/stat");
    contents("/proc/version");
    snprintf(path, sizeof path, "%s/file/below", dir);
    contents(path);
    memset(path, 'n', 4000);
    path[4000] = 0;
    contents(path);
    snprintf(path, sizeof path, "%s/loop", dir);
    if (symlink("loop", path)) perror(path);
    contents(path);
    unlink(path);
    snprintf(path, sizeof path, "%s/huge", dir);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    if (!ftruncate(fd, 0x80000000ll)) contents(path);
    close(fd);
    unlink(path);
    snprintf(path, sizeof path, "%s/file", dir);

    /* No descriptor left. */
    struct rlimit old, none;
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = 3;
    /* Descriptors above the limit stay open: fill those below it. */
    int fill[3] = { -1, -1, -1 }, p[2] = { -7, -7 };
    for (int i = 0; i < 3; i++) fill[i] = open("/dev/null", O_RDONLY);
    setrlimit(RLIMIT_NOFILE, &none);
    contents(path);
    contents("/nonexistent/file");
    errno = 0;
    printf("pipe without descriptors: %d", libxl_pipe(ctx, p));
    printf(" %s %d %d\n", name_of(errno), p[0], p[1]);
    setrlimit(RLIMIT_NOFILE, &old);
    for (int i = 0; i < 3; i++) close(fill[i]);
    show_log("no descriptors");
    unlink(path);
}

static volatile sig_atomic_t ticks;
static void tick(int signal) { (void)signal; ticks++; }

/* Writes to fd slowly, in a child. */
static pid_t slow_writer(const int p[2], unsigned total)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid) return pid;
    close(p[0]);
    for (unsigned i = 0; i < total; i++) {
        char c = (char)('a' + i % 26);
        if (write(p[1], &c, 1) != 1) _exit(1);
        if (i % 8 == 0) usleep(2000);
    }
    _exit(0);
}

static void storm(bool on)
{
    struct sigaction sa = { .sa_handler = tick };
    struct itimerval every = { { 0, on ? 500 : 0 }, { 0, on ? 500 : 0 } };
    if (on) sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

static void exact(void)
{
    char buf[70000];
    int p[2];
    signal(SIGPIPE, SIG_IGN);
    memset(buf, '#', sizeof buf);

    if (pipe(p)) return;
    printf("write %s\n", name_of(libxl_write_exactly(ctx, p[1], "0123456789", 10, "pipe", "it")));
    printf("read %s", name_of(libxl_read_exactly(ctx, p[0], buf, 4, "pipe", NULL)));
    printf(" %.5s\n", buf);
    printf("none %s", name_of(libxl_read_exactly(ctx, p[0], buf, 0, "pipe", NULL)));
    printf(" %s", name_of(libxl_read_exactly(ctx, p[0], buf, -4, "pipe", NULL)));
    printf(" %s\n", name_of(libxl_write_exactly(ctx, p[0], buf, 0, "pipe", NULL)));
    close(p[1]);
    printf("short %s", name_of(libxl_read_exactly(ctx, p[0], buf, 8, "pipe", "eight")));
    printf(" %.9s\n", buf);
    show_log("short read");
    printf("without a ctx %s\n", name_of(libxl_read_exactly(NULL, p[0], buf, 8, "pipe", NULL)));
    printf("wrong end %s", name_of(libxl_write_exactly(ctx, p[0], buf, 8, "pipe", NULL)));
    printf(" %s\n", name_of(errno));
    close(p[0]);
    printf("closed %s", name_of(libxl_read_exactly(ctx, p[0], buf, 8, "pipe", "it")));
    printf(" %s", name_of(libxl_write_exactly(ctx, -1, buf, 8, "pipe", "it")));
    printf(" %s\n", name_of(libxl_write_exactly(NULL, -1, buf, 8, "pipe", "it")));
    show_log("wrong descriptors");

    if (pipe(p)) return;
    close(p[0]);
    printf("no reader %s\n", name_of(libxl_write_exactly(ctx, p[1], buf, 8, "pipe", "it")));
    show_log("no reader");
    close(p[1]);

    if (pipe(p)) return;
    fcntl(p[0], F_SETFL, O_NONBLOCK);
    fcntl(p[1], F_SETFL, O_NONBLOCK);
    printf("nothing yet %s\n", name_of(libxl_read_exactly(ctx, p[0], buf, 8, "pipe", "it")));
    printf("no room %s\n", name_of(libxl_write_exactly(ctx, p[1], buf, 70000, "pipe", "it")));
    show_log("non-blocking");
    close(p[0]);
    close(p[1]);

    int fd = open("/dev/full", O_WRONLY);
    printf("full %s\n", name_of(libxl_write_exactly(ctx, fd, buf, 8, "/dev/full", NULL)));
    close(fd);
    fd = open("/", O_RDONLY);
    printf("folder %s\n", name_of(libxl_read_exactly(ctx, fd, buf, 8, "/", "a folder")));
    close(fd);
    show_log("full and folder");

    /* Interrupted again and again. */
    if (pipe(p)) return;
    pid_t pid = slow_writer(p, 500);
    close(p[1]);
    storm(true);
    int rc = libxl_read_exactly(ctx, p[0], buf, 500, "pipe", "slowly");
    storm(false);
    printf("interrupted %s ticks %d %.30s\n", name_of(rc), ticks > 5, buf + 470);
    show_log("interrupted");
    close(p[0]);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void listing(const char *dir, const char *name)
{
    for (int i = 0; i < 13; i++) {
        char path[4096], text[64] = "";
        if (i) snprintf(path, sizeof path, "%s/%s.log.%d", dir, name, i);
        else snprintf(path, sizeof path, "%s/%s.log", dir, name);
        FILE *f = fopen(path, "r");
        if (!f) continue;
        if (fgets(text, sizeof text, f)) printf(" %d:%s", i, text);
        fclose(f);
        if (i > 11) printf(" too many");
    }
    puts("");
}

/* In /var/log/xen itself: the caller sees to it that this is not the machine's own. */
static void log_files(void)
{
    const char *dir = "/var/log/xen";
    char path[4096];
    if (access(dir, W_OK) || getenv("NO_LOG_FILES")) return;
    for (int i = 0; i < 14; i++) {
        char *full = NULL;
        printf("logfile %d", libxl_create_logfile(ctx, "utils test", &full));
        printf(" %s", full ? full : "NULL");
        if (full) {
            FILE *f = fopen(full, "wx");
            if (f) fprintf(f, "%d", i), fclose(f);
            else printf(" %s", name_of(errno));
        }
        free(full);
        listing(dir, "utils test");
        if (i == 11) {
            snprintf(path, sizeof path, "%s/utils test.log.4", dir);
            unlink(path);
        }
    }
    show_log("log files");
    /* One that cannot be replaced. */
    snprintf(path, sizeof path, "%s/utils test.log.10", dir);
    unlink(path);
    mkdir(path, 0700);
    char *full = (char *)"untouched";
    printf("unmovable %d", libxl_create_logfile(ctx, "utils test", &full));
    printf(" %s\n", full);
    show_log("unmovable");
    rmdir(path);
    snprintf(path, sizeof path, "no/such");
    printf("in no folder %d", libxl_create_logfile(ctx, path, &full));
    show_and_free("", full);
    memset(path, 'l', 4000);
    path[4000] = 0;
    printf("long %d", libxl_create_logfile(ctx, path, &full));
    printf(" %zu\n", strlen(full));
    free(full);
    show_log("odd names");
    for (int i = 0; i < 12; i++) {
        if (i) snprintf(path, sizeof path, "%s/utils test.log.%d", dir, i);
        else snprintf(path, sizeof path, "%s/utils test.log", dir);
        unlink(path);
    }
}

void files(const char *dir)
{
    static const char *const paths[] = {
        "", "/", "a", "a/", "/a", "/a/b", "a//b", "//", ".", "..", "a/..", "\xff/\xfe", " / ", NULL
    };
    static const char *const backends[] = {
        "phy", "file", "qdisk", "standalone", "tap", "tap:vhd", "tap:qcow", "tap:", "tap2", "", "PHY",
        "phy ", "none", NULL
    };
    show_and_free("basename of NULL", libxl_basename(NULL));
    for (int i = 0; paths[i]; i++) show_and_free(paths[i], libxl_basename(paths[i]));
    for (int i = 0; backends[i]; i++) {
        char *name = strdup(backends[i]);
        libxl_disk_backend backend = 77;
        printf("backend %s: %d", name, libxl_string_to_backend(ctx, name, &backend));
        printf(" %d\n", (int)backend);
        free(name);
    }
    show_log("names");
    descriptors();
    whole_files(dir);
    exact();
    log_files();
}

void logs(void)
{
    static const int statuses[] = { 0, 1 << 8, 255 << 8, 9, 11 | 0x80, 64, 127, 0x137f, 0xffff };
    for (int level = XTL_VERBOSE; level < XTL_NUM_LEVELS; level++)
        for (int i = 0; i < 9; i++) {
            libxl_report_child_exitstatus(ctx, level, "child", 42, statuses[i]);
            show_log("an end");
        }
    libxl_report_child_exitstatus(ctx, XTL_DEBUG, "child %s %n", 42, 0);
}
