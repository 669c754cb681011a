/* A domain ends while a worker is in the middle of an operation on it: the event is told, and the operation ends. */
#include "daemon.h"

/* How the domain ends. */
enum { POWEROFF, CRASH, DESTROYED, ENDS };

static void end(uint32_t domid, int how)
{
    if (how == DESTROYED)
        end_domain(domid);
    else
        stop_domain(domid, how == POWEROFF ? SHUTDOWN_poweroff : SHUTDOWN_crash);
}

static bool comes(bool (*has)(uint32_t), uint32_t domid, double seconds)
{
    for (double until = now() + seconds; !has(domid); nap(2000))
        if (now() > until)
            return false;
    return true;
}

static bool is_there(char *value)
{
    free(value);
    return value;
}

/* A worker that has the domain's job, and not its lock, as libvirt's while it is in a call that takes long. */
struct call {
    struct guest *guest;
    int (*run)(struct guest *);
    struct tally done;
};

static void *call(void *argument)
{
    struct call *call = argument;
    struct guest *guest = call->guest;
    int rc;

    pthread_mutex_lock(&guest->lock);
    begin_job(guest);
    pthread_mutex_unlock(&guest->lock);
    rc = call->run(guest);
    pthread_mutex_lock(&guest->lock);
    end_job(guest);
    pthread_mutex_unlock(&guest->lock);
    hit(&call->done, rc);
    return NULL;
}

static char middle[64], go_on[64];

static bool in_script(uint32_t domid)
{
    (void)domid;
    return !access(middle, F_OK);
}

/* A script that says when it runs, and runs until it may end. */
static char *held_script(void)
{
    char *text, *script;

    snprintf(middle, sizeof(middle), "/tmp/harness-middle-%d", getpid());
    snprintf(go_on, sizeof(go_on), "/tmp/harness-go-on-%d", getpid());
    check(asprintf(&text, "touch %s; until test -e %s; do sleep 0.02; done", middle, go_on) > 0, "memory");
    script = new_script(text);
    free(text);
    return script;
}

static void may_go_on(uint32_t domid)
{
    (void)domid;
    close(open(go_on, O_CREAT | O_WRONLY, 0600));
}

struct middle {
    int (*run)(struct guest *);
    void (*prepare)(uint32_t domid);
    bool (*is_reached)(uint32_t domid);
    void (*go_on)(uint32_t domid);
    bool ends_with_it; /* the operation need not be in its middle still when the event is told */
    bool may_fail;
};

static void in_the_middle(const struct middle *m, int how)
{
    struct daemon *daemon = begin_daemon();
    struct guest *guest = &daemon->guests[0];
    struct call worker = { guest, m->run, TALLY };
    struct tally *told = how == DESTROYED ? &daemon->deaths : &daemon->shutdowns;
    pthread_t thread;
    uint32_t domid;

    unlink(middle);
    unlink(go_on);
    boot(guest, NO_ACK);
    domid = guest->domid;
    m->prepare(domid);
    thread = start(call, &worker);
    check(comes(m->is_reached, domid, 10), "end %d: the operation does not begin: %d, %d", how, hits(&worker.done),
          worker.done.last);
    end(domid, how);
    check(reached(told, 1, 10), "end %d is not told while a worker is in a call", how);
    check(m->ends_with_it || !hits(&worker.done), "end %d: the operation is over: %d", how, worker.done.last);
    m->go_on(domid);
    check(reached(&worker.done, 1, 20), "end %d: the operation does not end", how);
    check(m->may_fail ? worker.done.last <= 0 : !worker.done.last, "end %d: the operation: %d", how, worker.done.last);
    finish(thread);
    /* The thread of the event had to wait for the job, and has destroyed the domain. */
    check(handlers_are_done(daemon, 20), "end %d: the event's thread does not end", how);
    check(!domain_exists(domid), "end %d: domain %u is still there", how, domid);
    if (how != DESTROYED) {
        check(!is_there(stored("/libxl/%u", domid)) && !is_there(stored("/local/domain/%u", domid)),
              "end %d: nodes are left", how);
        check(!is_there(stored("/local/domain/0/backend/vif/%u", domid)), "end %d: a back end is left", how);
    } else
        libxl_domain_destroy(daemon->ctx, domid, NULL);
    end_daemon(daemon);
}

static void each_end(const struct middle *m)
{
    for (int how = 0; how < ENDS; how++)
        in_the_middle(m, how);
}

/* ---- destroy: in the script of a disk ---- */

static char *script;

static int run_destroy(struct guest *guest)
{
    return libxl_domain_destroy(guest->daemon->ctx, guest->domid, NULL);
}

static void a_disk(uint32_t domid) { add_disk(domid, 51712, script); }

static void in_destroy(void)
{
    script = held_script();
    each_end(&(struct middle){ run_destroy, a_disk, in_script, may_go_on });
}

/* ---- attach: before the back end has answered; in the script ---- */

static int run_attach(struct guest *guest)
{
    store_config(guest->daemon->ctx, guest->domid);
    return attach_card(guest->daemon->ctx, guest->domid, script);
}

static void no_answer(uint32_t domid)
{
    (void)domid;
    back_ends_answer = false;
}

static void no_preparation(uint32_t domid) { (void)domid; }

static bool back_end_waits(uint32_t domid)
{
    char *state = stored("/local/domain/0/backend/vif/%u/0/state", domid);

    return state && !strcmp(state, "1");
}

static void back_end_answers(uint32_t domid)
{
    back_ends_answer = true;
    may_go_on(domid);
}

static void in_attach(void)
{
    script = held_script();
    serve_host();
    each_end(&(struct middle){ run_attach, no_answer, back_end_waits, back_end_answers, .may_fail = true });
    each_end(&(struct middle){ run_attach, no_preparation, in_script, may_go_on, .may_fail = true });
}

/* ---- detach: before the back end has answered ---- */

static void attached(uint32_t domid)
{
    libxl_ctx *ctx = new_ctx();
    int rc;

    back_ends_answer = true;
    store_config(ctx, domid);
    rc = attach_card(ctx, domid, script);
    check(!rc, "libxl_device_nic_add: %d", rc);
    libxl_ctx_free(ctx);
    back_ends_answer = false;
}

static int run_detach(struct guest *guest) { return detach_card(guest->daemon->ctx, guest->domid); }

static bool back_end_is_to_close(uint32_t domid)
{
    char *state = stored("/local/domain/0/backend/vif/%u/0/state", domid);

    return state && !strcmp(state, "5");
}

static void in_detach(void)
{
    script = new_script("exit 0");
    serve_host();
    each_end(&(struct middle){ run_detach, attached, back_end_is_to_close, back_end_answers, .may_fail = true });
}

/* ---- save: before the guest has answered ---- */

static int run_save(struct guest *guest)
{
    int rc = save_domain(guest->daemon->ctx, guest->domid);

    check(rc, "a guest that has ended was saved");
    return rc;
}

static bool suspend_is_asked_for(uint32_t domid)
{
    char *request = stored("/local/domain/%u/control/shutdown", domid);

    return request && !strcmp(request, "suspend");
}

static void request_is_answered(uint32_t domid)
{
    if (stored("/local/domain/%u/control/shutdown", domid))
        store("", "/local/domain/%u/control/shutdown", domid);
}

static void in_save(void)
{
    use_helper("fine");
    each_end(&(struct middle){ run_save, no_preparation, suspend_is_asked_for, request_is_answered, true, true });
}

/* ---- create: while the helper fills the domain ---- */

struct creation { struct daemon *daemon; struct tally done; };

static void *create(void *argument)
{
    struct creation *creation = argument;
    uint32_t domid;

    hit(&creation->done, restore_domain(creation->daemon->ctx, 1, &domid));
    return NULL;
}

/* The child that is the helper; 0: none. */
static pid_t helper(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while ((entry = readdir(proc)) && !found) {
        char path[300], name[32] = "";
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        file = fopen(path, "r");
        if (file && fgets(name, sizeof(name), file) && !strcmp(name, "helper\n"))
            found = atoi(entry->d_name);
        if (file)
            fclose(file);
    }
    closedir(proc);
    return found;
}

static bool helper_runs(uint32_t domid)
{
    (void)domid;
    return helper();
}

/* By another toolstack, as `virsh destroy` waits for the job. */
static void in_create(void)
{
    use_helper("hang 2");
    serve_host();
    for (int how = 0; how < ENDS; how++) {
        struct daemon *daemon = begin_daemon();
        struct guest *guest = &daemon->guests[0];
        struct creation creation = { daemon, TALLY };
        uint32_t before = new_domain(NO_ACK);
        pthread_t thread;

        daemon->leaves_them = true;
        thread = start(create, &creation);
        check(comes(helper_runs, 0, 20), "end %d: the creation does not begin: %d", how, creation.done.last);
        /* The domain that is being made has the next number. */
        pthread_mutex_lock(&guest->lock);
        boot_as(guest, before + 1);
        pthread_mutex_unlock(&guest->lock);
        check(domain_exists(before + 1), "end %d: domain %u is not there", how, before + 1);
        end(before + 1, how);
        /* It is not introduced to xenstored yet, which tells of the end of those only that are. */
        end_domain(new_domain(NO_ACK));
        check(reached(how == DESTROYED ? &daemon->deaths : &daemon->shutdowns, 1, 10), "end %d is not told during a create", how);
        check(!hits(&creation.done), "end %d: the creation is over: %d", how, creation.done.last);
        kill(helper(), SIGKILL);
        check(reached(&creation.done, 1, 20), "end %d: the creation does not end", how);
        check(creation.done.last < 0, "end %d: the creation without its helper: %d", how, creation.done.last);
        finish(thread);
        check(!domain_exists(before + 1), "end %d: domain %u is left", how, before + 1);
        end_domain(before);
        check(reached(&daemon->deaths, 1, 10), "end %d: the domain's death is not told", how);
        check(handlers_are_done(daemon, 20), "end %d: the event's thread does not end", how);
        libxl_evdisable_domain_death(daemon->ctx, guest->evgen);
        guest->domid = 0;
        end_daemon(daemon);
    }
}

const struct testcase daemon_end_cases[] = {
    { "daemon-in-destroy", in_destroy, 0, "a domain that ends while a worker destroys it: the event is told meanwhile" },
    { "daemon-in-attach", in_attach, FAKE_ONLY, "likewise while a worker attaches a card" },
    { "daemon-in-detach", in_detach, FAKE_ONLY, "likewise while a worker detaches it" },
    { "daemon-in-save", in_save, FAKE_ONLY, "likewise while a worker saves it" },
    { "daemon-in-create", in_create, FAKE_ONLY, "likewise while a worker makes it" },
    { 0 }
};
