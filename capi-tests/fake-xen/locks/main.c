/*
 * Userdata and its lock, by the C interface: what eight processes at once, with either library or both, do to the
 * same domain's userdata, and a ninth that knows neither but the protocol. The first process starts the others,
 * kills some, and judges; each of the others is this program again, with the library that it is told to have.
 */
#include "../runtime/harness.h"
#include <dlfcn.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { WORKERS = 8, USERIDS = 2, MOST = 40000 };
#define UNTIL_LATE 20 /* seconds; nothing waits that long for a lock that is held for moments */

static char self[4096];

void fail(const char *format, ...)
{
    va_list al;

    va_start(al, format);
    printf("     [%d] %s: ", getpid(), is_ours() ? "ours" : "C");
    vprintf(format, al);
    putchar('\n');
    fflush(stdout);
    va_end(al);
    _exit(1);
}

/* ---- what all processes of a case see ---- */

static struct board {
    _Atomic long stores[2], reads[2], unlinks[2], held; /* [is ours] */
    _Atomic long longest; /* microseconds that one call took */
} *board;

static void with_board(void)
{
    int fd = open("/tmp/locks-board", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    check(fd >= 0 && !ftruncate(fd, sizeof(*board)), "the board: %s", strerror(errno));
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(board != MAP_FAILED, "the board: %s", strerror(errno));
    close(fd);
}

static void took(double began)
{
    long us = (now() - began) * 1e6, before = board->longest;

    check(us < UNTIL_LATE * 1000000l, "a call took %ld s", us / 1000000);
    while (us > before && !atomic_compare_exchange_weak(&board->longest, &before, us))
        ;
}

/* ---- data that tells whether it is whole ---- */

struct data {
    uint32_t length, seed;
    unsigned char rest[MOST];
};

static int make(struct data *d, unsigned *seed)
{
    d->length = offsetof(struct data, rest) + rand_r(seed) % (rand_r(seed) % 4 ? 300 : MOST);
    d->seed = rand_r(seed);
    for (uint32_t i = 0; i < d->length - offsetof(struct data, rest); i++)
        d->rest[i] = d->seed + i * 7 + i / 251;
    return d->length;
}

static void check_whole(const void *bytes, int length, const char *who)
{
    const struct data *d = bytes;

    check(length >= (int)offsetof(struct data, rest) && length == (int)d->length, "%s: torn: %d bytes of %u", who,
          length, length >= 4 ? d->length : 0);
    for (uint32_t i = 0; i < length - offsetof(struct data, rest); i++)
        check(d->rest[i] == (unsigned char)(d->seed + i * 7 + i / 251), "%s: torn at %u of %d", who, i, length);
}

static char *file_of(uint32_t domid, char kind, const char *userid)
{
    char *path, *vm = stored("/local/domain/%u/vm", domid);

    check(vm && asprintf(&path, "/var/lib/xen/userdata-%c.%u.%s.%s", kind, domid, vm + 4, userid) > 0, "no vm node");
    keep(path);
    return path;
}

/* How many files of the domain there are of a kind; '?': of any. */
static int files(uint32_t domid, char kind)
{
    DIR *dir = opendir("/var/lib/xen");
    struct dirent *e;
    unsigned of;
    char k;
    int n = 0;

    while (dir && (e = readdir(dir)))
        n += sscanf(e->d_name, "userdata-%c.%u.", &k, &of) == 2 && of == domid && (kind == '?' || k == kind);
    if (dir)
        closedir(dir);
    return n;
}

/* ---- the roles of the processes ---- */

struct storm {
    libxl_ctx *ctx;
    uint32_t domid;
    double until;
    unsigned seed;
    bool to_the_end; /* of the domain */
};

/*
 * Whether a call answered that the domain has gone. The C library looks for the domain once more when it has the lock,
 * which does not keep the domain alive, and calls one that went between the two ERROR_NOMEM.
 */
static bool has_gone(int rc, const struct storm *s)
{
    return s->to_the_end && (rc == ERROR_LOCK_FAIL || (!is_ours() && rc == ERROR_NOMEM));
}

static void *storm(void *argument)
{
    struct storm s = *(struct storm *)argument;
    int ours = is_ours(), rc, length;
    struct data *d = malloc(sizeof(*d));
    char userid[20];
    uint8_t *back;

    s.seed += (uintptr_t)pthread_self() >> 12;
    while (now() < s.until) {
        unsigned what = rand_r(&s.seed) % 8;
        double began = now();

        snprintf(userid, sizeof(userid), "harness-%d", rand_r(&s.seed) % USERIDS);
        if (what < 3) {
            length = make(d, &s.seed);
            began = now();
            rc = libxl_userdata_store(s.ctx, s.domid, userid, (uint8_t *)d, length);
            if (has_gone(rc, &s))
                break;
            check(!rc, "store: %d", rc);
            board->stores[ours]++;
        } else if (what < 7) {
            back = NULL, length = -1;
            rc = libxl_userdata_retrieve(s.ctx, s.domid, userid, &back, &length);
            if (has_gone(rc, &s))
                break;
            check(!rc, "retrieve: %d", rc);
            if (back)
                check_whole(back, length, "retrieve");
            else
                check(!length, "retrieve: nothing, of %d bytes", length);
            free(back);
            board->reads[ours]++;
        } else {
            rc = libxl_userdata_unlink(s.ctx, s.domid, userid);
            if (has_gone(rc, &s))
                break;
            check(!rc || rc == ERROR_FAIL, "unlink: %d", rc);
            board->unlinks[ours]++;
        }
        took(began);
    }
    free(d);
    return NULL;
}

static int storm_role(uint32_t domid, double until, int count, bool to_the_end)
{
    struct storm s = { new_ctx(), domid, until, getpid() * 2654435761u, to_the_end };
    pthread_t others[16];

    for (int i = 1; i < count; i++)
        others[i] = start(storm, &s);
    storm(&s);
    for (int i = 1; i < count; i++)
        finish(others[i]);
    libxl_ctx_free(s.ctx);
    return 0;
}

static int foreign_lock(const char *path)
{
    struct stat ours, named;
    int fd;

    for (;; close(fd)) {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        check(fd >= 0 && !flock(fd, LOCK_EX) && !fstat(fd, &ours), "foreign: %s: %s", path, strerror(errno));
        if (!stat(path, &named) && named.st_dev == ours.st_dev && named.st_ino == ours.st_ino)
            return fd;
    }
}

static void foreign_unlock(const char *path, int fd)
{
    check(!unlink(path), "foreign: somebody has removed %s: %s", path, strerror(errno));
    close(fd);
}

/* Knows the protocol only. Under the lock it reads, and writes in two steps, so that who does not wait reads half. */
static int foreign_role(uint32_t domid, double until, int writes)
{
    char *lock = file_of(domid, 'l', "domain-userdata-lock"), *path = file_of(domid, 'd', "harness-0");
    static struct data mine, read_back;
    unsigned seed = getpid() * 2654435761u;

    while (now() < until) {
        int held = foreign_lock(lock), fd, n, length;

        board->held++;
        fd = open(path, O_RDONLY);
        if (fd >= 0) {
            n = read(fd, &read_back, sizeof(read_back));
            check_whole(&read_back, n, "foreign");
            close(fd);
        }
        if (writes) {
            length = make(&mine, &seed);
            fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
            check(fd >= 0 && write(fd, &mine, length / 2) == length / 2, "foreign: %s", strerror(errno));
            nap(rand_r(&seed) % 2000);
            n = write(fd, (char *)&mine + length / 2, length - length / 2);
            close(fd);
            fd = open(path, O_RDONLY);
            check(read(fd, &read_back, sizeof(read_back)) == length && !memcmp(&mine, &read_back, length),
                  "foreign: changed under the lock");
            close(fd);
        } else {
            nap(rand_r(&seed) % 3000);
        }
        foreign_unlock(lock, held);
        nap(rand_r(&seed) % 500);
    }
    return 0;
}

/* Stores once; what comes of it is the exit status. */
static int store_role(uint32_t domid)
{
    libxl_ctx *ctx = new_ctx();
    int rc = libxl_userdata_store(ctx, domid, "harness-1", (const uint8_t *)"x", 1);

    libxl_ctx_free(ctx);
    return -rc;
}

static int destroy_role(uint32_t domid)
{
    libxl_ctx *ctx = new_ctx();
    int rc = libxl_domain_destroy(ctx, domid, NULL);

    libxl_ctx_free(ctx);
    return -rc;
}

/* A flock that fails as it is told, in this process; or, to see that the cases notice, locks nothing. */
static _Atomic int flock_fails_with, flock_fails;
int flock(int fd, int how)
{
    static int (*real)(int, int);

    if (!real)
        real = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
    if (getenv("LOCKS_DO_NOTHING"))
        return 0;
    if (!(how & LOCK_UN) && flock_fails > 0) {
        flock_fails--;
        errno = flock_fails_with;
        return -1;
    }
    return real(fd, how);
}

static int refused_role(uint32_t domid)
{
    libxl_ctx *ctx = new_ctx();
    int rc;

    flock_fails_with = ENOLCK;
    flock_fails = 1000000;
    rc = libxl_userdata_store(ctx, domid, "harness-0", (const uint8_t *)"x", 1);
    check(rc == ERROR_LOCK_FAIL, "flock fails, store: %d", rc);
    flock_fails_with = EINTR;
    flock_fails = 20;
    rc = libxl_userdata_store(ctx, domid, "harness-0", (const uint8_t *)"x", 1);
    check(!rc && !flock_fails, "flock was interrupted, store: %d", rc);
    check(!files(domid, 'l'), "a lock file is left");
    libxl_ctx_free(ctx);
    return 0;
}

/* The disk is full, or a write stops half way: the old data stay. */
static int full_role(uint32_t domid)
{
    static char large[4 << 20];
    struct rlimit limit = { 50000, RLIM_INFINITY };
    libxl_ctx *ctx = new_ctx();
    uint8_t *back = NULL;
    int rc, length;

    check(!libxl_userdata_store(ctx, domid, "harness-0", (const uint8_t *)"old", 3), "store");
    for (int i = 0; i < 2; i++) {
        rc = libxl_userdata_store(ctx, domid, "harness-0", (uint8_t *)large, i ? 100000 : sizeof(large));
        check(rc == ERROR_FAIL, "no room, store: %d", rc);
        rc = libxl_userdata_retrieve(ctx, domid, "harness-0", &back, &length);
        check(!rc && length == 3 && !memcmp(back, "old", 3), "no room, retrieve: %d", rc);
        free(back);
        /* The C library leaves what it had written, which keeps the disk full. */
        check(!is_ours() || !files(domid, 'n'), "the part that was written is left");
        unlink(file_of(domid, 'n', "harness-0"));
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    check(!libxl_userdata_store(ctx, domid, "harness-0", (const uint8_t *)"new", 3), "store");
    libxl_ctx_free(ctx);
    return 0;
}

/* A child that is forked at any moment and does not exec must not keep the lock. */
static void *forks(void *argument)
{
    struct storm *s = argument;
    pid_t children[200];
    int n = 0;

    while (now() < s->until && n < 200) {
        children[n] = fork();
        if (!children[n]) {
            libxl_postfork_child_noexec(s->ctx);
            nap(60000000);
            end_child(0);
        }
        n++;
        nap(5000);
    }
    while (n--) {
        kill(children[n], SIGKILL);
        waitpid(children[n], NULL, 0);
    }
    return NULL;
}

static int fork_role(uint32_t domid, double until)
{
    struct storm s = { new_ctx(), domid, until, getpid() };
    libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_mainloop };
    pthread_t other;

    libxl_childproc_setmode(s.ctx, &hooks, NULL);
    other = start(forks, &s);
    storm(&s);
    finish(other);
    check(board->longest < 5000000, "a call took %ld ms", board->longest / 1000);
    return 0;
}

/* ---- the process that starts and judges them ---- */

enum side { C_LIBRARY, OURS };

static pid_t run(enum side side, const char *role, uint32_t domid, double until, int argument)
{
    char texts[3][32];
    pid_t pid;

    snprintf(texts[0], 32, "%u", domid);
    snprintf(texts[1], 32, "%.6f", until);
    snprintf(texts[2], 32, "%d", argument);
    fflush(stdout);
    pid = fork();
    check(pid >= 0, "fork: %s", strerror(errno));
    if (!pid) {
        if (side == OURS)
            setenv("LD_LIBRARY_PATH", "/tmp/ours", 1);
        else
            unsetenv("LD_LIBRARY_PATH");
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(open("/tmp/locks-log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
        execl(self, self, role, texts[0], texts[1], texts[2], NULL);
        _exit(127);
    }
    return pid;
}

/* Its exit status; -1 if it was killed, by us or because it did not end. */
static int end_of(pid_t pid, double until)
{
    int status;

    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (now() > until + UNTIL_LATE + 10) {
            printf("     [%d] does not end\n", pid);
            kill(pid, SIGKILL);
        }
        nap(2000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Which library worker number `i` has. */
static enum side (*side_of)(int i);
static enum side all_ours(int i) { (void)i; return OURS; }
static enum side all_c(int i) { (void)i; return C_LIBRARY; }
static enum side mixed(int i) { return i % 2 ? OURS : C_LIBRARY; }
static double seconds = 3;

static int storm_of(uint32_t domid, bool killing, int foreigners, int foreign_writes)
{
    double until = now() + seconds;
    pid_t pids[WORKERS + 1];
    int failed = 0, n = WORKERS + foreigners, kills = 0;

    for (int i = 0; i < n; i++)
        pids[i] = i < WORKERS ? run(side_of(i), "storm", domid, until, i % 4 == 1 ? 3 : 1)
                              : run(side_of(i), "foreign", domid, until, foreign_writes);
    while (killing && now() < until) {
        int i = rand() % n;

        nap(rand() % 20000);
        kill(pids[i], SIGKILL);
        if (end_of(pids[i], until) > 0)
            failed++;
        kills++;
        pids[i] = i < WORKERS ? run(side_of(i), "storm", domid, until, i % 4 == 1 ? 3 : 1)
                              : run(side_of(i), "foreign", domid, until, foreign_writes);
    }
    for (int i = 0; i < n; i++)
        failed += end_of(pids[i], until) != 0;
    printf("     stores C %ld ours %ld, reads C %ld ours %ld, foreign %ld, killed %d, longest call %ld ms\n",
           board->stores[0], board->stores[1], board->reads[0], board->reads[1], board->held, kills,
           board->longest / 1000);
    for (int i = 0; i < 2; i++) {
        enum side side = side_of(i);
        if (board->stores[side] < 20 || board->reads[side] < 20) {
            printf("     %s came to nothing\n", side == OURS ? "ours" : "C");
            failed++;
        }
    }
    /* Files that killed processes have left do not block others, and are removed by the next user. */
    for (int i = 0; i < 2; i++)
        failed += end_of(run(side_of(i), "store", domid, 0, 0), now()) != 0;
    if (files(domid, 'l') || (!killing && files(domid, 'n'))) {
        printf("     files are left: %d locks, %d half written\n", files(domid, 'l'), files(domid, 'n'));
        failed++;
    }
    return failed;
}

static int case_storm(uint32_t domid) { return storm_of(domid, false, 0, 0); }
static int case_killed(uint32_t domid) { return storm_of(domid, true, 0, 0); }
static int case_foreign(uint32_t domid) { return storm_of(domid, false, 1, 1); }
static int case_foreign_killed(uint32_t domid) { return storm_of(domid, true, 1, 0); }

static int both(const char *role, uint32_t domid, double time)
{
    int failed = 0;

    for (int i = 0; i < (side_of(0) == side_of(1) ? 1 : 2); i++)
        failed += end_of(run(side_of(i), role, domid, now() + time, 0), now() + time) != 0;
    return failed;
}

static int case_refused(uint32_t domid) { return both("refused", domid, 0); }
static int case_full(uint32_t domid) { return both("full", domid, 0); }
static int case_forks(uint32_t domid) { return both("fork", domid, seconds / 3); }

static int case_gone(uint32_t domid)
{
    char *lock = file_of(domid, 'l', "domain-userdata-lock");
    int held = foreign_lock(lock), status, failed = 0;
    pid_t pids[2];

    for (int i = 0; i < 2; i++)
        pids[i] = run(side_of(i), "store", domid, 0, 0);
    nap(300000);
    end_domain(domid);
    foreign_unlock(lock, held);
    for (int i = 0; i < 2; i++) {
        status = end_of(pids[i], now());
        if (status != -ERROR_LOCK_FAIL) {
            printf("     the domain has gone, store: %d\n", -status);
            failed++;
        }
    }
    if (files(domid, '?')) {
        printf("     %d files are left of the domain that has gone\n", files(domid, '?'));
        failed++;
    }
    return failed;
}

/* All userids are removed with the domain; with this library also what others store while it is destroyed. */
static int case_destroyed(uint32_t domid)
{
    static const char *const userids[] = { "xl", "libvirt-xml", "libxl-json", "harness-9", "of its own" };
    bool storm = side_of(1) == OURS;
    double until = now() + UNTIL_LATE;
    libxl_ctx *ctx = new_ctx();
    pid_t pids[WORKERS];
    int failed = 0;

    for (size_t i = 0; i < sizeof(userids) / sizeof(*userids); i++)
        check(!libxl_userdata_store(ctx, domid, userids[i], (const uint8_t *)"x", 1), "store");
    close(open(file_of(domid, 'l', "libxl-device-changes-lock"), O_CREAT | O_CLOEXEC, 0666));
    close(open(file_of(domid, 'n', "xl"), O_CREAT | O_CLOEXEC, 0600));
    for (int i = 0; storm && i < WORKERS; i++)
        pids[i] = run(side_of(i), "storm-to-the-end", domid, until, 2);
    nap(storm ? 300000 : 0);
    failed += end_of(run(side_of(1), "destroy", domid, 0, 0), until) != 0;
    for (int i = 0; storm && i < WORKERS; i++)
        failed += end_of(pids[i], until) != 0;
    if (files(domid, '?')) {
        printf("     %d files are left of the domain that was destroyed\n", files(domid, '?'));
        failed++;
    }
    libxl_ctx_free(ctx);
    return failed;
}

static const struct {
    const char *name;
    int (*run)(uint32_t domid);
} cases[] = {
    { "storm", case_storm },
    { "killed", case_killed },
    { "foreign", case_foreign },
    { "foreign-killed", case_foreign_killed },
    { "refused", case_refused },
    { "full", case_full },
    { "forks", case_forks },
    { "gone", case_gone },
    { "destroyed", case_destroyed },
};

static int judge(const char *name, int argc, char **argv)
{
    int failures = 0;

    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        bool wanted = !argc;
        double began = now();
        uint32_t domid;
        int failed;

        for (int i = 0; i < argc; i++)
            wanted = wanted || !strcmp(argv[i], cases[c].name);
        if (!wanted)
            continue;
        memset(board, 0, sizeof(*board));
        remove("/tmp/locks-log");
        domid = new_domain(NO_ACK);
        failed = cases[c].run(domid);
        if (domain_exists(domid))
            end_domain(domid);
        if (failed)
            (void)!system("tail -n 15 /tmp/locks-log | sed 's/^/     | /'");
        (void)!system("rm -f /var/lib/xen/userdata-*");
        printf("%-4s %s %s (%.1f s)\n", failed ? "FAIL" : "ok", name, cases[c].name, now() - began);
        fflush(stdout);
        failures += failed;
    }
    return failures;
}

int main(int argc, char **argv)
{
    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || argc < 3)
        return 2;
    with_board();
    if (argc == 5) {
        uint32_t domid = atoi(argv[2]);
        double until = atof(argv[3]);

        signal(SIGPIPE, SIG_IGN);
        if (!strcmp(argv[1], "storm"))
            return storm_role(domid, until, atoi(argv[4]), false);
        if (!strcmp(argv[1], "storm-to-the-end"))
            return storm_role(domid, until, atoi(argv[4]), true);
        if (!strcmp(argv[1], "destroy"))
            return destroy_role(domid);
        if (!strcmp(argv[1], "foreign"))
            return foreign_role(domid, until, atoi(argv[4]));
        if (!strcmp(argv[1], "store"))
            return store_role(domid);
        if (!strcmp(argv[1], "refused"))
            return refused_role(domid);
        if (!strcmp(argv[1], "full"))
            return full_role(domid);
        if (!strcmp(argv[1], "fork"))
            return fork_role(domid, until);
    }
    if (strcmp(argv[1], "sides"))
        return 2;
    srand(getpid());
    argc -= 3, argv += 3;
    switch (argv[-1][0]) {
    case 'C': side_of = all_c; break;
    case 'o': side_of = all_ours; break;
    default: side_of = mixed;
    }
    seconds = getenv("LOCKS_SECONDS") ? atof(getenv("LOCKS_SECONDS")) : 3;
    return judge(argv[-1], argc, argv) != 0;
}
