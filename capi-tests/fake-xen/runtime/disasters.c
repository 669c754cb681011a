/* The connection to xenstore is lost while events are enabled. */
#include "harness.h"

static libxl_ctx *ctx;
static int disasters;

static void disastrous(void *user, libxl_event_type type, const char *message, int error)
{
    check(user == &disasters && !type && message && *message, "type %d, message %s", type, message);
    (void)error;
    disasters++;
}

/* Xenstore is lost: the disaster hook is called, and without one the process ends with status 255. */
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

/* Likewise, and how often it is reported; and that xenstore may come back. */
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

static void *turns_for_long(void *unused)
{
    (void)unused;
    for (double until = now() + 15; !disasters && now() < until;)
        turn(ctx, 200);
    return NULL;
}

/*
 * Xenstore goes, and its successor listens and answers nothing: the application's loop turns on, watches end, and the
 * ctx can be freed.
 */
static void disaster_silent(void)
{
    static const libxl_event_hooks hooks = { .disaster = disastrous };
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *ejects[40];
    libxl_evgen_domain_death *death;
    pthread_t loop;

    go_between();
    ctx = new_ctx();
    libxl_event_register_callbacks(ctx, &hooks, &disasters);
    death = enable(ctx, domid, 1);
    for (int i = 0; i < 40; i++) {
        char name[12];

        snprintf(name, sizeof(name), "d%dp0", i);
        check(!libxl_evenable_disk_eject(ctx, domid, name, 2, &ejects[i]), "evenable %s", name);
    }
    expect_nothing(ctx);
    silent_xenstore();
    loop = start(turns_for_long, NULL);
    finish(loop);
    check(disasters == 1 || !is_ours(), "%d disasters", disasters);
    for (int i = 0; i < 40; i += 2)
        libxl_evdisable_disk_eject(ctx, ejects[i]);
    libxl_evdisable_domain_death(ctx, death);
    for (int i = 0; i < 5; i++)
        turn(ctx, 100);
    libxl_ctx_free(ctx);
    check(disasters == 1 || !is_ours(), "%d disasters", disasters);
}

/* The same daemon all the time, which stops answering: what has been watched can end, and the ctx be freed. */
static void disaster_asleep(void)
{
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_domain_death *deaths[2];
    libxl_evgen_disk_eject *eject;

    go_between();
    ctx = new_ctx();
    for (int i = 0; i < 2; i++)
        deaths[i] = enable(ctx, domid, 1);
    check(!libxl_evenable_disk_eject(ctx, domid, "xvda", 2, &eject), "evenable");
    expect_nothing(ctx);
    xenstore_sleeps();
    for (int i = 0; i < 5; i++)
        turn(ctx, 100);
    libxl_evdisable_disk_eject(ctx, eject);
    libxl_evdisable_domain_death(ctx, deaths[0]);
    libxl_ctx_free(ctx);
}

const struct testcase disaster_cases[] = {
    { "generators-disaster", disaster, 0, "xenstore gone: the disaster hook, or exit status 255" },
    { "generators-disaster-once", disaster_once, OURS_ONLY, "one loss is one disaster" },
    { "generators-disaster-silent", disaster_silent, 0,
      "xenstore's successor never answers: the loop turns on, the disaster is told, the ctx can be freed" },
    { "generators-disaster-asleep", disaster_asleep, OURS_ONLY,
      "xenstore does not answer any more: watches end, and the ctx can be freed" },
    { 0 }
};
