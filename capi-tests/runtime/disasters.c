/* Xenstore goes while events are enabled. */
#include "harness.h"

static libxl_ctx *ctx;
static int disasters;

static void disastrous(void *user, libxl_event_type type, const char *message, int error)
{
    check(user == &disasters && !type && message && *message, "type %d, message %s", type, message);
    (void)error;
    disasters++;
}

/* Xenstore goes: the disaster hook hears of it, and without one the process ends with status 255. */
static void disaster(void)
{
    static const libxl_event_hooks hooks = { .disaster = disastrous };
    uint32_t domid = new_domain(NO_ACK);
    struct pollfd enabled = { .events = POLLIN };
    int status, ready[2];
    pid_t pid;

    go_between();
    check(!pipe(ready), "pipe: %s", strerror(errno));
    pid = fork();
    check(pid >= 0, "fork: %s", strerror(errno));
    if (pid == 0) {
        ctx = new_ctx();
        libxl_event_register_callbacks(ctx, NULL, NULL);
        enable(ctx, domid, 1);
        turn(ctx, 100);
        check(write(ready[1], "", 1) == 1, "write: %s", strerror(errno));
        for (double until = now() + 20; now() < until;)
            turn(ctx, 200);
        _exit(0);
    }
    enabled.fd = ready[0];
    check(poll(&enabled, 1, 10000) == 1, "the other process has not enabled anything");
    ctx = new_ctx();
    libxl_event_register_callbacks(ctx, &hooks, &disasters);
    enable(ctx, domid, 1);
    expect_nothing(ctx);
    check(!disasters, "%d disasters already", disasters);
    end_of_xenstore();
    for (double until = now() + 10; !disasters && now() < until;)
        turn(ctx, 200);
    check(disasters, "no disaster");
    status = status_of(pid);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 255, "status %x without a disaster hook", status);
    /* As libxl_event.h advises. */
    libxl_ctx_free(ctx);
}

/* Likewise, and how often it is told; and that xenstore may come back. */
static void disaster_once(void)
{
    static const libxl_event_hooks hooks = { .disaster = disastrous };
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *ejects[2];
    double began;

    go_between();
    ctx = new_ctx();
    libxl_event_register_callbacks(ctx, &hooks, &disasters);
    enable(ctx, domid, 1);
    for (int i = 0; i < 2; i++)
        check(!libxl_evenable_disk_eject(ctx, domid, i ? "hdc" : "hdd", 2, &ejects[i]), "evenable");
    expect_nothing(ctx);
    end_of_xenstore();
    for (began = now(); now() < began + 2.5;)
        turn(ctx, 500);
    check(disasters == 1, "%d disasters for one loss", disasters);
    xenstore_is_back();
    libxl_ctx_free(ctx);
}

const struct testcase disaster_cases[] = {
    { "generators-disaster", disaster, 0, "xenstore gone: the disaster hook, or exit status 255" },
    { "generators-disaster-once", disaster_once, OURS_ONLY, "one loss is one disaster" },
    { 0 }
};
