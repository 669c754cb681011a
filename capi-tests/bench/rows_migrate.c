/* Guests saved into a file and restored from it, and moved to another domain of this host through a socket: PVH, with a
 * kernel that does nothing. A thread stands in for the guest's part in suspending. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <xenctrl.h>
#include <xenstore.h>
#include "bench.h"

static const char image[] = "/tmp/bench-image";

static void configure(libxl_domain_config *config, const char *name, int megabytes)
{
    char text[40];

    libxl_domain_config_init(config);
    snprintf(text, sizeof(text), "bench-%s-%d", name, getpid());
    config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
    config->c_info.name = strdup(text);
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PVH);
    config->b_info.kernel = strdup("/guest/tiny");
    config->b_info.max_vcpus = 1;
    config->b_info.max_memkb = config->b_info.target_memkb = megabytes * 1024;
}

static uint32_t create(const char *name, int megabytes)
{
    libxl_domain_config config;
    uint32_t domid = 0;

    configure(&config, name, megabytes);
    check(libxl_domain_create_new(ctx(), &config, &domid, NULL, NULL), "libxl_domain_create_new");
    libxl_domain_config_dispose(&config);
    check(libxl_domain_unpause(ctx(), domid, NULL), "libxl_domain_unpause");
    return domid;
}

static uint32_t restore(libxl_ctx *ctx, const char *name, int megabytes, int fd)
{
    libxl_domain_config config;
    libxl_domain_restore_params params;
    uint32_t domid = 0;

    configure(&config, name, megabytes);
    libxl_domain_restore_params_init(&params);
    params.stream_version = 2;
    check(libxl_domain_create_restore(ctx, &config, &domid, fd, -1, &params, NULL, NULL), "libxl_domain_create_restore");
    libxl_domain_restore_params_dispose(&params);
    libxl_domain_config_dispose(&config);
    return domid;
}

static void destroy(uint32_t domid)
{
    check(libxl_domain_destroy(ctx(), domid, NULL), "libxl_domain_destroy");
}

static double last_instruction; /* of the guest that suspends */

/* Takes one request to suspend in, and suspends. */
static void *suspend_once(void *number)
{
    uint32_t domid = (intptr_t)number;
    struct xs_handle *xs = xs_open(0);
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    char path[64], *value;
    unsigned count;
    int asked = 0;

    snprintf(path, sizeof(path), "/local/domain/%u/control/shutdown", domid);
    if (!xs || !xch || !xs_watch(xs, path, ""))
        refused("watching for a request to suspend");
    while (!asked) {
        free(xs_read_watch(xs, &count));
        value = xs_read(xs, XBT_NULL, path, NULL);
        asked = value && !strcmp(value, "suspend");
        free(value);
    }
    if (!xs_write(xs, XBT_NULL, path, "", 0))
        refused("answering");
    last_instruction = now();
    if (xc_domain_shutdown(xch, domid, SHUTDOWN_suspend))
        refused("xc_domain_shutdown");
    xc_interface_close(xch);
    xs_close(xs);
    return NULL;
}

static pthread_t begin(void *(*work)(void *), intptr_t number)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, work, (void *)number))
        refused("pthread_create");
    return thread;
}

static double save(int megabytes)
{
    uint32_t domid = create("saved", megabytes);
    pthread_t guest = begin(suspend_once, domid);
    int fd = open(image, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double start = now();

    check(libxl_domain_suspend(ctx(), domid, fd, 0, NULL), "libxl_domain_suspend");
    start = now() - start;
    close(fd);
    pthread_join(guest, NULL);
    destroy(domid);
    return start;
}

static double restored(int megabytes)
{
    int fd = open(image, O_RDONLY);
    double start = now();
    uint32_t domid = restore(ctx(), "restored", megabytes, fd);

    start = now() - start;
    close(fd);
    unlink(image);
    destroy(domid);
    return start;
}

static double save_128(void) { return save(128); }
static double restore_128(void) { return restored(128); }
static double save_512(void) { return save(512); }
static double restore_512(void) { return restored(512); }

static int moving;

/* The process of its own that receives, as `xl migrate-receive` is one: two ctxs of one process with C's library, of which
 * one sends and one receives, did not come to an end once in some six times. It writes the new domain's number. */
static pid_t receive(int megabytes, int stream, int number)
{
    pid_t receiver = fork();
    libxl_ctx *own;
    uint32_t domid;

    if (receiver)
        return receiver;
    libxl_postfork_child_noexec(ctx());
    check(libxl_ctx_alloc(&own, LIBXL_VERSION, 0, logger), "libxl_ctx_alloc");
    domid = restore(own, "moved", megabytes, stream);
    libxl_ctx_free(own);
    _exit(write(number, &domid, sizeof(domid)) != sizeof(domid));
}

static double worst;

#define PERIOD 25e6 /* ns */

/* What else an application does with the ctx that sends: as much with either library, since it takes processor time. */
static void *work_beside(void *number)
{
    double next = now(), left;

    while (__atomic_load_n(&moving, __ATOMIC_SEQ_CST)) {
        double start;

        /* It runs: Xen refuses to unpause what is not paused. */
        check(libxl_domain_pause(ctx(), (intptr_t)number, NULL), "libxl_domain_pause");
        start = now();
        check(libxl_domain_unpause(ctx(), (intptr_t)number, NULL), "libxl_domain_unpause");
        start = now() - start;
        worst = start > worst ? start : worst;
        next += PERIOD;
        left = next - now();
        if (left > 0)
            nap(left / 1000);
    }
    return NULL;
}

static double downtime;

static double migrate(int megabytes)
{
    uint32_t domid = create("moves", megabytes), other = create("other", 8), moved;
    int stream[2], number[2], status;
    pthread_t guest, worker;
    pid_t receiver;
    double start;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, stream) || pipe(number))
        refused("socketpair");
    guest = begin(suspend_once, domid);
    moving = 1;
    worst = 0;
    worker = begin(work_beside, other);
    start = now();
    receiver = receive(megabytes, stream[1], number[1]);
    if (receiver < 0)
        refused("fork");
    close(stream[1]);
    close(number[1]);
    check(libxl_domain_suspend(ctx(), domid, stream[0], LIBXL_SUSPEND_LIVE, NULL), "libxl_domain_suspend");
    if (read(number[0], &moved, sizeof(moved)) != sizeof(moved) || waitpid(receiver, &status, 0) != receiver || status)
        refused("receiving");
    check(libxl_domain_unpause(ctx(), moved, NULL), "libxl_domain_unpause");
    downtime = now() - last_instruction;
    start = now() - start;
    __atomic_store_n(&moving, 0, __ATOMIC_SEQ_CST);
    pthread_join(worker, NULL);
    pthread_join(guest, NULL);
    close(stream[0]);
    close(number[0]);
    destroy(domid);
    destroy(moved);
    destroy(other);
    return start;
}

static double migrate_128(void) { return migrate(128); }
static double migrate_512(void) { return migrate(512); }
static double downtime_of_it(void) { return downtime; }
static double worst_beside(void) { return worst; }

const struct row migrate_rows[] = {
    { .name = "save-128", .title = "save of a guest with 128 MB, to a file", .aim = 1, .scenes = ALONE, .figure = save_128,
      .unit = "ns" },
    { .name = "restore-128", .title = "restore of it", .aim = 1, .scenes = ALONE, .figure = restore_128, .unit = "ns",
      .with_last = 1 },
    { .name = "save-512", .title = "save of a guest with 512 MB", .aim = 1, .scenes = ALONE, .figure = save_512, .unit = "ns",
      .processes = 3 },
    { .name = "restore-512", .title = "restore of it", .aim = 1, .scenes = ALONE, .figure = restore_512, .unit = "ns",
      .with_last = 1 },
    { .name = "migrate-128", .title = "live migration of a guest with 128 MB, through a socket", .aim = 1, .scenes = ALONE,
      .figure = migrate_128, .unit = "ns", .processes = 7 },
    { .name = "downtime-128", .title = "of that, from the guest's last instruction to its first", .aim = 0.7, .scenes = ALONE,
      .figure = downtime_of_it, .unit = "ns", .with_last = 1 },
    { .name = "beside-migration-128", .title = "longest unpause of another domain meanwhile (aim: 20 ms)", .aim = 1,
      .scenes = ALONE, .figure = worst_beside, .unit = "ns", .with_last = 1 },
    { .name = "migrate-512", .title = "live migration of a guest with 512 MB", .aim = 1, .scenes = ALONE,
      .figure = migrate_512, .unit = "ns", .processes = 3 },
    { .name = "downtime-512", .title = "its downtime", .aim = 0.7, .scenes = ALONE, .figure = downtime_of_it, .unit = "ns",
      .with_last = 1 },
    { .name = "beside-migration-512", .title = "longest unpause of another domain meanwhile", .aim = 1, .scenes = ALONE,
      .figure = worst_beside, .unit = "ns", .with_last = 1 },
    { NULL }
};
