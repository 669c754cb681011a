/*
 * Target and limit of a domain's memory, changed by many at once with either library: whoever takes the userdata
 * lock sees the two agree, always.
 *
 *   memory run SECONDS CASE…    every case, or those that match a pattern; one line each; status 1 if any failed
 *   memory list                 the cases
 *   memory work …               a worker, which the cases start
 *   memory answers …            likewise, for the case of answers.c
 *
 * The libraries are in $MEMORY_C and $MEMORY_OURS (folders), and a worker is a process with one of them. The
 * sampler, in this process, uses neither: it takes the lock by flock as libxl does, asks xenstore and Xen, and
 * compares. A case with fewer than LEAST samples has shown nothing and fails.
 */
#include "memory.h"
#include <fnmatch.h>
#include <sys/file.h>
#include <sys/mman.h>

enum { LEAST = 5, PATIENCE = 60, MOST_WORKERS = 20, SLACK = 1024, START = 65536, STEP = 4096, MOST = 4 << 20, OF_DOM0 = 256 << 10 };
enum how {
    TO = 1,        /* targets of their own */
    BY,            /* up and down again */
    LIMIT,         /* libxl_domain_setmaxmem */
    WITHOUT_LOCK,  /* as libxl did before 2015, to see that the sampler sees */
    KILLED,        /* as TO, and a worker is killed and replaced all the time */
    GONE,          /* as TO, and the domain goes away */
    REFUSED,       /* as TO, and Xen refuses half-way */
    ANSWERS,       /* no race: what each library answers */
    ONCE,          /* one call with a target of START */
    DOM0,          /* one call for domain 0, which is a PVH guest; nothing of it may be populated on demand. Fake host only */
};

/* Between this process and the workers. */
static struct shared {
    atomic_int stop, ready;
    atomic_ulong calls, refusals;
    atomic_int first_refusal;
} *shared;

static const struct scene {
    const char *name;
    enum how how;
    int processes, threads; /* in each */
    const char *libraries;  /* one letter for each process, over and over: c, o */
    int video;              /* KiB */
    bool one_ctx;           /* for all threads of a process */
    bool must_differ;       /* in the sampler's eyes */
    bool spoilt;            /* a process writes a node that the transactions read, without the lock */
    const char *type;       /* in the stored configuration, if not pv */
} scenes[] = {
    { "answers", ANSWERS },
    { "without-lock", WITHOUT_LOCK, 2, 1, "o", .must_differ = true },
    { "two-threads-c", TO, 1, 2, "c" },
    { "two-threads", TO, 1, 2, "o" },
    { "two-threads-one-ctx", TO, 1, 2, "o", .one_ctx = true },
    { "two-processes", TO, 2, 1, "o" },
    { "two-mixed", TO, 2, 1, "co", .video = 8192 },
    { "twenty-threads", TO, 1, 20, "o" },
    { "twenty-threads-one-ctx", TO, 1, 20, "o", .one_ctx = true },
    { "twenty-processes", TO, 20, 1, "o" },
    { "twenty-mixed", TO, 20, 1, "co" },
    { "threads-mixed", TO, 4, 5, "coo" },
    { "spoilt", TO, 2, 2, "o", .spoilt = true },
    { "spoilt-mixed", TO, 2, 2, "co", .spoilt = true },
    { "relative", BY, 2, 4, "o", .video = 4096 },
    { "relative-mixed", BY, 4, 2, "co" },
    { "limit", LIMIT, 2, 4, "o" },
    { "limit-mixed", LIMIT, 4, 2, "co" },
    { "killed", KILLED, 4, 1, "o" },
    { "killed-mixed", KILLED, 4, 1, "co" },
    { "gone", GONE, 4, 2, "co" },
    { "refused-c", REFUSED, 1, 2, "c", .type = "pvh", .must_differ = true },
    { "refused", REFUSED, 2, 2, "o", .type = "pvh" },
    { "dom0-pvh-c", DOM0, 1, 1, "c", .must_differ = true },
    { "dom0-pvh", DOM0, 1, 1, "o" },
};

struct xs_handle *store_handle;
static char self[4096], shared_path[64], why[400];

void fail(const char *format, ...)
{
    va_list al;

    va_start(al, format);
    vprintf(format, al);
    va_end(al);
    putchar('\n');
    fflush(stdout);
    _exit(3);
}

void note(const char *format, ...) { (void)format; }

static void wrong(const char *format, ...)
{
    va_list al;

    if (*why)
        return;
    va_start(al, format);
    vsnprintf(why, sizeof(why), format, al);
    va_end(al);
}

static void map_shared(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, sizeof(*shared)))
        fail("%s: %s", path, strerror(errno));
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared == MAP_FAILED)
        fail("mmap: %s", strerror(errno));
}

/* ---- a worker ---- */

static struct job {
    enum how how;
    uint32_t domid;
    int number; /* of its first thread */
    libxl_ctx *ctx;
} job;

static void done(int rc)
{
    int none = 0;

    shared->calls++;
    if (rc) {
        shared->refusals++;
        atomic_compare_exchange_strong(&shared->first_refusal, &none, rc);
    }
}

/* The timeline of the module's text: a transaction, and a limit that it does not guard. */
static void change_without_lock(int i)
{
    struct xs_handle *h = xs_open(0);
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    char path[64], text[32];

    if (!h || !xch)
        fail("no xenstore or no Xen");
    snprintf(path, sizeof(path), "/local/domain/%u/memory/target", job.domid);
    while (!shared->stop) {
        int n = sprintf(text, "%d", START + i * STEP), r = 0;

        do {
            xs_transaction_t t = xs_transaction_start(h);

            free(xs_read(h, t, path, NULL));
            r = xc_domain_setmaxmem(xch, job.domid, START + i * STEP + SLACK);
            xs_write(h, t, path, text, n);
            if (xs_transaction_end(h, t, false))
                break;
        } while (errno == EAGAIN && !shared->stop);
        done(r);
    }
}

static void *work(void *number)
{
    int i = (int)(intptr_t)number;
    libxl_ctx *ctx = job.ctx ?: new_ctx();

    shared->ready++;
    if (job.how == WITHOUT_LOCK)
        change_without_lock(i);
    else if (job.how == ONCE)
        done(libxl_set_memory_target(ctx, job.domid, START, 0, 1));
    else if (job.how == DOM0)
        done(libxl_set_memory_target(ctx, 0, OF_DOM0, 0, 1));
    else if (job.how == LIMIT)
        while (!shared->stop)
            done(libxl_domain_setmaxmem(ctx, job.domid, MOST + i * STEP));
    else if (job.how == BY)
        while (!shared->stop) {
            done(libxl_set_memory_target(ctx, job.domid, (i + 1) * 4, 1, 1));
            done(libxl_set_memory_target(ctx, job.domid, (i + 1) * -4, 1, 1));
        }
    else
        while (!shared->stop)
            done(libxl_set_memory_target(ctx, job.domid, START + i * STEP, 0, 1));
    return NULL;
}

/* work SHARED HOW DOMID NUMBER THREADS ONE-CTX */
static int worker(char **argv)
{
    int threads = atoi(argv[4]);
    pthread_t all[MOST_WORKERS];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    map_shared(argv[0]);
    job = (struct job){ atoi(argv[1]), atoi(argv[2]), atoi(argv[3]), atoi(argv[5]) ? new_ctx() : NULL };
    for (int i = 0; i < threads; i++)
        all[i] = start(work, (void *)(intptr_t)(job.number + i));
    for (int i = 0; i < threads; i++)
        finish(all[i]);
    return 0;
}

/* For exec, in a child. */
static void choose(char library)
{
    setenv("LD_LIBRARY_PATH", getenv(library == 'c' ? "MEMORY_C" : "MEMORY_OURS") ?: "", 1);
    if (getenv("HARNESS_PRELOAD"))
        setenv("LD_PRELOAD", getenv("HARNESS_PRELOAD"), 1);
    dup2(open("/tmp/memory.said", O_WRONLY | O_CREAT | O_APPEND, 0600), 2);
}

static pid_t begin(const struct scene *s, enum how how, uint32_t domid, int process)
{
    char args[5][16];
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid)
        return pid;
    choose(s->libraries[process % strlen(s->libraries)]);
    int n[] = { how, domid, process * s->threads, how == ONCE ? 1 : s->threads, s->one_ctx };
    for (int i = 0; i < 5; i++)
        sprintf(args[i], "%d", n[i]);
    execl(self, self, "work", shared_path, args[0], args[1], args[2], args[3], args[4], NULL);
    _exit(127);
}

/* ---- the sampler ---- */

static xc_interface *xen;
static char lock_path[200], config_path[200];

static int take(void)
{
    struct stat held, there;

    for (;;) {
        int fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

        if (fd < 0)
            fail("%s: %s", lock_path, strerror(errno));
        while (flock(fd, LOCK_EX))
            if (errno != EINTR)
                fail("flock: %s", strerror(errno));
        if (!fstat(fd, &held) && !stat(lock_path, &there) && held.st_dev == there.st_dev && held.st_ino == there.st_ino)
            return fd;
        close(fd);
    }
}

static void let_go(int fd)
{
    unlink(lock_path);
    close(fd);
}

static long long node(uint32_t domid, const char *name)
{
    char path[80], *value;
    long long number;

    snprintf(path, sizeof(path), "/local/domain/%u/memory/%s", domid, name);
    value = xs_read(store_handle, XBT_NULL, path, NULL);
    number = value ? atoll(value) : -1;
    free(value);
    return number;
}

long long limit(uint32_t domid)
{
    xc_domaininfo_t info;

    if (xc_domain_getinfolist(xen, domid, 1, &info) != 1 || info.domain != domid)
        return -1;
    return info.max_pages * 4ll;
}

static unsigned samples, changes, differences;
static long long last;

/* Under the lock. */
static void compare(const struct scene *s, uint32_t domid)
{
    const char *name = s->how == LIMIT ? "static-max" : "target";
    long long there = node(domid, name);
    long long expected = there + SLACK + (s->how == LIMIT ? 0 : s->video), have = limit(domid);

    samples++;
    changes += there != last;
    last = there;
    if (there < 0 || have < 0 || have != expected) {
        if (!differences++ && !s->must_differ)
            wrong("%s is %lld and the limit %lld instead of %lld (sample %u)", name, there, have, expected, samples);
    }
}

static void sample(const struct scene *s, uint32_t domid)
{
    int fd = take();

    compare(s, domid);
    let_go(fd);
}

/* ---- a case ---- */

/* The same value again and again: a transaction that has read it must begin again. */
static pid_t spoil(const struct scene *s, uint32_t domid)
{
    char path[64], text[16];
    pid_t pid = fork();
    struct xs_handle *h;
    int n;

    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    h = xs_open(0);
    snprintf(path, sizeof(path), "/local/domain/%u/memory/videoram", domid);
    n = sprintf(text, "%d", s->video);
    /* Once a call, somewhere in it: oftener, and on a slow machine no call would ever come to its end. */
    for (double last = now(), took = 0; h && !shared->stop; took = now() - last, last = now()) {
        unsigned long seen = shared->calls;

        nap(took * 1e6 * rand() / RAND_MAX);
        xs_write(h, XBT_NULL, path, text, n);
        while (shared->calls == seen && !shared->stop)
            nap(200);
    }
    _exit(!h);
}

static uint32_t make_domain(const struct scene *s)
{
    uint32_t domid = new_domain(NO_ACK);
    char text[32], *vm = stored("/local/domain/%u/vm", domid);
    const char *uuid = vm + strlen("/vm/"), *type = s->type ?: "pv";
    FILE *file;

    snprintf(lock_path, sizeof(lock_path), "/var/lib/xen/userdata-l.%u.%s.domain-userdata-lock", domid, uuid);
    snprintf(config_path, sizeof(config_path), "/var/lib/xen/userdata-d.%u.%s.libxl-json", domid, uuid);
    file = fopen(config_path, "w");
    if (!file || fprintf(file, "{\"c_info\": {\"type\": \"%s\"}, \"b_info\": {\"type\": \"%s\"}}", type, type) < 0 || fclose(file))
        fail("%s: %s", config_path, strerror(errno));
    snprintf(text, sizeof(text), "%d", START);
    store(text, "/local/domain/%u/memory/target", domid);
    snprintf(text, sizeof(text), "%d", MOST);
    store(text, "/local/domain/%u/memory/static-max", domid);
    snprintf(text, sizeof(text), "%d", s->video);
    store(text, "/local/domain/%u/memory/videoram", domid);
    if (xc_domain_setmaxmem(xen, domid, (s->how == LIMIT ? MOST : START + s->video) + SLACK))
        fail("xc_domain_setmaxmem: %s", strerror(errno));
    return domid;
}

static void reap(pid_t pid, const char *what, double seconds)
{
    int status;

    for (double until = now() + seconds; waitpid(pid, &status, WNOHANG) != pid; nap(2000))
        if (now() > until) {
            wrong("%s does not end", what);
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return;
        }
    if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
        wrong("%s: status %#x", what, status);
}

/* The same lines from both, but for those that are known to differ: these must. */
static void compare_answers(const struct scene *s)
{
    char line[2][400];
    FILE *out[2];
    unsigned n = 0, known = 0;

    for (int i = 0; i < 2; i++) {
        uint32_t domid = make_domain(s);
        char path[32], number[16];
        pid_t pid;

        store("65536", "/local/domain/%u/memory/static-max", domid);
        store("4096", "/local/domain/%u/memory/target", domid);
        snprintf(path, sizeof(path), "/tmp/memory.answers.%c", "co"[i]);
        fflush(stdout);
        pid = fork();
        if (!pid) {
            choose("co"[i]);
            sprintf(number, "%u", domid);
            execl(self, self, "answers", number, config_path, path, NULL);
            _exit(127);
        }
        reap(pid, "the calls", 5 * PATIENCE);
        end_domain(domid);
        out[i] = fopen(path, "r");
        if (!out[i]) {
            wrong("no answers");
            return;
        }
    }
    for (;;) {
        bool c = fgets(line[0], sizeof(line[0]), out[0]), o = fgets(line[1], sizeof(line[1]), out[1]);

        if (!c && !o)
            break;
        for (int i = 0; i < 2; i++)
            line[i][strcspn(line[i], "\n")] = 0;
        n++;
        known += line[0][0] == '~';
        if (c != o || !strcmp(line[0], line[1]) != (line[0][0] != '~')) {
            wrong("answers differ, or should");
            printf("  | C    %s\n  | ours %s\n", line[0], line[1]);
        }
    }
    fclose(out[0]);
    fclose(out[1]);
    if (n < 50)
        wrong("%u answers only", n);
    printf("%s %s: %u answers, %u wanted differences%s%s\n", *why ? "FAIL" : "ok", s->name, n, known, *why ? ": " : "", why);
    fflush(stdout);
}

/* The fake hypervisor has no populate-on-demand, and fails such calls. */
static void of_dom0(const struct scene *s)
{
    char path[] = "/var/lib/xen/userdata-d.0.00000000-0000-0000-0000-000000000000.libxl-json", text[16];
    FILE *file = fopen(path, "w");

    if (!file || fputs("{\"c_info\": {\"type\": \"pvh\"}, \"b_info\": {\"type\": \"pvh\"}}", file) < 0 || fclose(file))
        fail("%s: %s", path, strerror(errno));
    snprintf(text, sizeof(text), "%d", 2 * OF_DOM0);
    store(text, "/local/domain/%u/memory/target", 0);
    store(text, "/local/domain/%u/memory/static-max", 0);
    memset(shared, 0, sizeof(*shared));
    reap(begin(s, s->how, 0, 0), "a worker", PATIENCE);
    if (shared->calls != 1 || !shared->refusals != !s->must_differ)
        wrong("answer %d of %lu calls", shared->first_refusal, shared->calls);
    if (node(0, "target") != (s->must_differ ? 2 : 1) * OF_DOM0)
        wrong("the target is %lld", node(0, "target"));
    printf("%s %s%s%s\n", *why ? "FAIL" : "ok", s->name, *why ? ": " : "", why);
    fflush(stdout);
    unlink(path);
}

static void run(const struct scene *s, double seconds)
{
    uint32_t domid = make_domain(s);
    pid_t pids[MOST_WORKERS], spoiler = 0;
    double until, next_kill, began;
    bool refusals_wanted = s->how == REFUSED || s->how == GONE;
    bool changes_wanted = s->how == TO || s->how == BY || s->how == LIMIT;
    unsigned killed = 0;

    memset(shared, 0, sizeof(*shared));
    samples = changes = differences = 0;
    last = 0;
    for (int i = 0; i < s->processes; i++)
        pids[i] = begin(s, s->how, domid, i);
    if (s->spoilt)
        spoiler = spoil(s, domid);
    for (until = now() + PATIENCE; shared->ready < s->processes * s->threads; nap(2000))
        if (now() > until) {
            wrong("the workers do not start");
            break;
        }
    began = now();
    next_kill = began;
    until = began + seconds;
    if (s->how == GONE) {
        while (!shared->calls && now() < began + 20)
            nap(1000);
        nap(100000);
        end_domain(domid);
        for (unsigned long seen = shared->calls; shared->calls < seen + 50 && now() < began + 20;)
            nap(1000);
    } else while (now() < until || ((samples < LEAST || (changes_wanted && changes < 3)) && now() < until + PATIENCE)) {
        if (s->how == KILLED && now() > next_kill) {
            int i = killed++ % s->processes;

            kill(pids[i], SIGKILL);
            reap(pids[i], "a killed worker", PATIENCE);
            pids[i] = begin(s, s->how, domid, i);
            next_kill = now() + 0.02 + rand() % 40 / 1000.;
        }
        if (s->how == KILLED) {
            /* One that was killed between the two steps leaves them apart. */
            int fd = take();

            samples++;
            let_go(fd);
        } else
            sample(s, domid);
    }
    shared->stop = 1;
    for (int i = 0; i < s->processes; i++)
        reap(pids[i], "a worker", PATIENCE);
    if (spoiler)
        reap(spoiler, "the spoiler", PATIENCE);
    if (s->how == KILLED) {
        unsigned long before = shared->calls;

        reap(begin(s, ONCE, domid, rand() % 2), "the last worker", PATIENCE);
        if (shared->calls != before + 1)
            wrong("the last worker did not call");
        sample(s, domid);
        if (last != START)
            wrong("the last target is %lld", last);
    }
    if (s->how == BY && (sample(s, domid), last != START))
        wrong("ups and downs left %lld of %d", last, START);
    if (s->how == REFUSED && (changes > 1 || shared->refusals != shared->calls || shared->first_refusal != ERROR_FAIL))
        wrong("%lu of %lu refused (%d), and %u changes", shared->refusals, shared->calls, shared->first_refusal, changes);
    if (shared->refusals && !refusals_wanted)
        wrong("%lu of %lu calls failed, the first with %d", shared->refusals, shared->calls, shared->first_refusal);
    if (s->how == GONE && (!shared->refusals || !access(lock_path, F_OK)))
        wrong("%lu of %lu calls failed; the lock's file is %s", shared->refusals, shared->calls,
              access(lock_path, F_OK) ? "not there" : "there");
    if (s->how != GONE && samples < LEAST)
        wrong("%u samples only", samples);
    if (s->must_differ && !differences)
        wrong("no difference seen, and there must be some");
    if (changes_wanted && changes < 3)
        wrong("%u changes in %u samples", changes, samples);
    printf("%s %s (%.1f s): %lu calls, %u samples, %u changes, %u differences", *why ? "FAIL" : "ok", s->name,
           now() - began, shared->calls, samples, changes, differences);
    if (s->how == KILLED)
        printf(", %u killed", killed);
    printf("%s%s\n", *why ? ": " : "", why);
    if (s->how != GONE)
        end_domain(domid);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    unsigned ran = 0, failed = 0;
    int status;

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return 2;
    store_handle = xs_open(0);
    xen = xc_interface_open(NULL, NULL, 0);
    if (argc == 5 && !strcmp(argv[1], "answers"))
        return answers(atoi(argv[2]), argv[3], argv[4]);
    if (argc == 8 && !strcmp(argv[1], "work"))
        return worker(argv + 2);
    if (argc == 2 && !strcmp(argv[1], "list")) {
        for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++)
            puts(scenes[i].name);
        return 0;
    }
    if (argc < 3 || strcmp(argv[1], "run"))
        return 2;
    srand(getpid());
    snprintf(shared_path, sizeof(shared_path), "/tmp/memory.shared.%d", getpid());
    map_shared(shared_path);
    if (!store_handle || !xen)
        fail("no xenstore or no Xen: %s", strerror(errno));
    for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
        bool wanted = argc == 3;

        for (int k = 3; k < argc; k++)
            wanted = wanted || !fnmatch(argv[k], scenes[i].name, 0);
        if (!wanted || (scenes[i].how == DOM0 && !getenv("HARNESS_PRELOAD")))
            continue;
        *why = 0;
        remove("/tmp/memory.said");
        if (scenes[i].how == ANSWERS)
            compare_answers(&scenes[i]);
        else if (scenes[i].how == DOM0)
            of_dom0(&scenes[i]);
        else
            run(&scenes[i], atof(argv[2]));
        ran++;
        failed += *why != 0;
        if (*why)
            status = system("head -n 20 /tmp/memory.said 2>/dev/null | sed 's/^/     | /'");
    }
    (void)status;
    unlink(shared_path);
    printf("%u cases, %u failed\n", ran, failed);
    return failed || !ran;
}
