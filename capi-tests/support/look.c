/*
 * look [-o DIR] WHAT…: what the runner compares, looked at by one small process. To stdout, or each
 * into a file of its name in DIR, which is made. What there is to be looked at:
 *
 *   xenstore  every node of xenstore with its value and permissions. One connection, whose requests
 *             are written ahead of the answers: a tool that waits for each of them makes thousands
 *             of trips through two emulated processors.
 *   files     every file below /var/lib/xen and /run/xen; userdata with its content.
 *   domains   every domain: number, name, type, memory, processors, pool, state (running, blocked,
 *             paused, shut down, dying, memory outstanding; and why it has shut down).
 *   pools     every cpupool: number, scheduler, domains, processors; and what xenstore has of it.
 *   at=PATH   what xenstore has at PATH and below.
 *   id=NAME   the number of the domain of that name, alone.
 *
 * None of it goes through a libxl.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fts.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xen/io/xs_wire.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *grown(void *old, size_t size)
{
    void *new = realloc(old, size);
    if (!new)
        die("realloc");
    return new;
}

/* Text that may hold anything, as one word of one line. */
static void show(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = bytes[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c >= ' ' && c < 0x7f)
            putchar(c);
        else
            printf("\\%03o", c);
    }
}

struct answer {
    int error;
    uint32_t length;
    char *bytes;
};

static int store = -1;

static void connect_store(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/xenstored/socket" };
    store = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (store < 0 || connect(store, (struct sockaddr *)&address, sizeof(address)))
        die(address.sun_path);
}

/* Requests of one kind about many paths, all under way at once. */
static void ask(uint32_t type, char **paths, size_t count, struct answer *answers)
{
    size_t size = 0, sent = 0, done = 0, have = 0, room = 1 << 16;
    char *out, *at, *in = grown(NULL, room);

    if (store < 0)
        connect_store();
    for (size_t i = 0; i < count; i++)
        size += sizeof(struct xsd_sockmsg) + strlen(paths[i]) + 1;
    at = out = grown(NULL, size + 1);
    for (size_t i = 0; i < count; i++) {
        struct xsd_sockmsg head = { .type = type, .req_id = i, .len = strlen(paths[i]) + 1 };
        at = mempcpy(at, &head, sizeof(head));
        at = mempcpy(at, paths[i], head.len);
    }
    while (done < count) {
        struct pollfd fd = { .fd = store, .events = POLLIN | (sent < size ? POLLOUT : 0) };
        if (poll(&fd, 1, 10000) != 1) {
            fprintf(stderr, "look: xenstored does not answer\n");
            exit(1);
        }
        if (fd.revents & POLLOUT) {
            ssize_t n = write(store, out + sent, size - sent);
            if (n < 0 && errno != EAGAIN)
                die("write to xenstored");
            sent += n > 0 ? n : 0;
        }
        if (!(fd.revents & ~POLLOUT))
            continue;
        if (room - have < 1 << 15)
            in = grown(in, room *= 2);
        ssize_t n = read(store, in + have, room - have);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            die("read from xenstored");
        have += n > 0 ? n : 0;

        size_t used = 0;
        struct xsd_sockmsg head;
        while (have - used >= sizeof(head)) {
            memcpy(&head, in + used, sizeof(head));
            if (have - used < sizeof(head) + head.len)
                break;
            if (head.req_id >= count || answers[head.req_id].bytes) {
                fprintf(stderr, "look: an answer to nothing\n");
                exit(1);
            }
            struct answer *answer = &answers[head.req_id];
            answer->bytes = grown(NULL, head.len + 1);
            memcpy(answer->bytes, in + used + sizeof(head), head.len);
            answer->bytes[head.len] = 0;
            answer->length = head.len;
            if (head.type == XS_ERROR) {
                answer->error = EIO;
                for (size_t i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
                    if (!strcmp(answer->bytes, xsd_errors[i].errstring))
                        answer->error = xsd_errors[i].errnum;
            }
            used += sizeof(head) + head.len;
            done++;
        }
        memmove(in, in + used, have -= used);
    }
    free(out);
    free(in);
}

/* From `top` down, level by level: the children of all nodes of a level are asked for at once. */
static void look_at_store(const char *top)
{
    size_t count = 1;
    char **paths = grown(NULL, sizeof(*paths));
    paths[0] = strdup(top);

    while (count) {
        struct answer *values = calloc(count, sizeof(*values)), *rights = calloc(count, sizeof(*rights));
        struct answer *lists = calloc(count, sizeof(*lists));
        if (!values || !rights || !lists)
            die("calloc");
        ask(XS_READ, paths, count, values);
        ask(XS_GET_PERMS, paths, count, rights);
        ask(XS_DIRECTORY, paths, count, lists);

        char **below = NULL;
        size_t found = 0;
        for (size_t i = 0; i < count; i++) {
            /* A node that is removed meanwhile counts as missing. */
            if (values[i].error == ENOENT || rights[i].error || lists[i].error == ENOENT) {
                free(paths[i]);
                continue;
            }
            printf("%s = \"", paths[i]);
            if (values[i].error)
                printf("(%s)", values[i].bytes);
            else
                show(values[i].bytes, values[i].length);
            printf("\"   (");
            for (char *p = rights[i].bytes; p < rights[i].bytes + rights[i].length; p += strlen(p) + 1)
                printf("%s%s", p == rights[i].bytes ? "" : ",", p);
            printf(")\n");
            if (lists[i].error) {
                fprintf(stderr, "look: cannot list %s: %s\n", paths[i], lists[i].bytes);
                exit(1);
            }
            for (char *p = lists[i].bytes; p < lists[i].bytes + lists[i].length; p += strlen(p) + 1) {
                if (!(found & (found + 1)))
                    below = grown(below, 2 * (found + 1) * sizeof(*below));
                if (asprintf(&below[found++], "%s/%s", strcmp(paths[i], "/") ? paths[i] : "", p) < 0)
                    die("asprintf");
            }
            free(paths[i]);
        }
        for (size_t i = 0; i < count; i++)
            free(values[i].bytes), free(rights[i].bytes), free(lists[i].bytes);
        free(values);
        free(rights);
        free(lists);
        free(paths);
        paths = below;
        count = found;
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Userdata, line by line; its name up to the domain's uuid tells whose it is. */
static void show_content(const char *path, const char *name)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (!file) {
        printf("%.20s ! %m\n", name);
        return;
    }
    while ((n = getline(&line, &room, file)) > 0) {
        printf("%.20s | ", name);
        show(line, n - (line[n - 1] == '\n'));
        putchar('\n');
    }
    free(line);
    fclose(file);
}

static void look_at_files(void)
{
    char *roots[] = { "/var/lib/xen", "/run/xen", NULL };
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    FTSENT *entry;

    if (!tree)
        die("fts_open");
    while ((entry = fts_read(tree))) {
        if (entry->fts_info != FTS_F)
            continue;
        printf("%s %o %u\n", entry->fts_path, entry->fts_statp->st_mode & 07777, entry->fts_statp->st_uid);
        if (!strncmp(entry->fts_name, "userdata-", 9))
            show_content(entry->fts_path, entry->fts_name);
    }
    fts_close(tree);
}

static xc_interface *xen(void)
{
    static xc_interface *xch;
    if (!xch && !(xch = xc_interface_open(NULL, NULL, 0)))
        die("xc_interface_open");
    return xch;
}

/* All domains, or with a name given only the number of the one that has it. */
static void look_at_domains(const char *wanted)
{
    static xc_domaininfo_t all[1024];
    int count = xc_domain_getinfolist(xen(), 0, 1024, all);

    if (count < 0)
        die("xc_domain_getinfolist");
    char **paths = grown(NULL, count * sizeof(*paths));
    struct answer *names = calloc(count, sizeof(*names));
    if (!names)
        die("calloc");
    for (int i = 0; i < count; i++)
        if (asprintf(&paths[i], "/local/domain/%u/name", all[i].domain) < 0)
            die("asprintf");
    ask(XS_READ, paths, count, names);
    for (int i = 0; i < count; i++) {
        uint32_t flags = all[i].flags;
        const char *name = names[i].error ? "(none)" : names[i].bytes;
        /* Whether one that does something runs or waits just now is chance. */
        int busy = !all[i].domain || !strncmp(name, "linux-", 6);

        if (wanted) {
            if (!names[i].error && !strcmp(name, wanted))
                printf("%u\n", all[i].domain);
            continue;
        }
        printf("%-32s %5u %s %6lu KB of %6lu %2u vcpus pool %u %c%c%c%c%c%c", name, all[i].domain,
               flags & XEN_DOMINF_hvm_guest ? "hvm" : "pv", all[i].tot_pages * 4,
               /* Domain 0 has no limit. */
               all[i].domain ? all[i].max_pages * 4 : 0,
               all[i].nr_online_vcpus, all[i].cpupool,
               busy ? '?' : flags & XEN_DOMINF_running ? 'r' : '-',
               busy ? '?' : flags & XEN_DOMINF_blocked ? 'b' : '-',
               flags & XEN_DOMINF_paused ? 'p' : '-', flags & XEN_DOMINF_shutdown ? 's' : '-',
               flags & XEN_DOMINF_dying ? 'd' : '-', all[i].outstanding_pages ? 'o' : '-');
        if (flags & XEN_DOMINF_shutdown)
            printf(" %u", flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask);
        putchar('\n');
    }
}

static void look_at_pools(void)
{
    xc_cpupoolinfo_t *pool;
    int cpus = xc_get_max_cpus(xen());

    if (cpus < 0)
        die("xc_get_max_cpus");
    for (uint32_t id = 0; (pool = xc_cpupool_getinfo(xen(), id)); id = pool->cpupool_id + 1) {
        printf("pool %u scheduler %u domains %u cpus", pool->cpupool_id, pool->sched_id, pool->n_dom);
        for (int cpu = 0; cpu < cpus; cpu++)
            if (pool->cpumap[cpu / 8] >> cpu % 8 & 1)
                printf(" %d", cpu);
        putchar('\n');
    }
    look_at_store("/local/pool");
}

int main(int argc, char **argv)
{
    const char *directory = NULL;
    int opt;

    while ((opt = getopt(argc, argv, "o:")) == 'o')
        directory = optarg;
    if (opt != -1)
        return 2;
    if (directory && mkdir(directory, 0777) && errno != EEXIST)
        die(directory);
    for (; optind < argc; optind++) {
        const char *what = argv[optind];
        char *path;
        if (directory && (asprintf(&path, "%s/%s", directory, what) < 0 || !freopen(path, "w", stdout)))
            die(directory);
        if (!strcmp(what, "xenstore"))
            look_at_store("/");
        else if (!strcmp(what, "files"))
            look_at_files();
        else if (!strcmp(what, "domains"))
            look_at_domains(NULL);
        else if (!strcmp(what, "pools"))
            look_at_pools();
        else if (!strncmp(what, "at=", 3))
            look_at_store(what + 3);
        else if (!strncmp(what, "id=", 3))
            look_at_domains(what + 3);
        else {
            fprintf(stderr, "look: what is %s?\n", what);
            return 2;
        }
        if (fflush(stdout) || ferror(stdout))
            die("stdout");
    }
    return 0;
}
