/* libxl_qemu_monitor_command, with a QEMU that the case simulates: one that answers, one that does not, and others. */
#include "harness.h"
#include <sys/socket.h>
#include <sys/un.h>

/* A monitor that serves so many clients, one after the other, and says `answer` to the first command of each. */
struct qemu {
    int listener, clients;
    const char *answer; /* ID stands for the command's number; NULL: nothing */
    size_t endless;     /* bytes of a line that has no end, instead */
    char path[108], command[8192];
    atomic_int at_once, most_at_once;
    pthread_t thread;
};

static bool say(int fd, const char *text, size_t length)
{
    for (ssize_t n; length; text += n, length -= n)
        if ((n = send(fd, text, length, MSG_NOSIGNAL)) < 0)
            return false;
    return true;
}

static bool hear(int fd, char *line, size_t size)
{
    for (size_t n = 0; n < size - 1 && read(fd, line + n, 1) == 1; n++)
        if (line[n] == '\n') {
            line[n + 1] = 0;
            return true;
        }
    return false;
}

/* The answer with the number of the command in it. */
static bool reply(int fd, const char *answer, const char *line)
{
    const char *number = strstr(line, "\"id\":"), *at = strstr(answer, "ID");
    unsigned long long id = number ? strtoull(number + 5, NULL, 10) : 0;
    char text[256];
    int n;

    if (!at)
        return say(fd, answer, strlen(answer));
    n = snprintf(text, sizeof(text), "%llu", id);
    return say(fd, answer, at - answer) && say(fd, text, n) && say(fd, at + 2, strlen(at + 2));
}

static void serve(struct qemu *q, int fd)
{
    static const char greeting[] = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}}}}\r\n";
    char line[8192];
    int now_served = ++q->at_once;

    if (now_served > q->most_at_once)
        q->most_at_once = now_served;
    if (say(fd, greeting, strlen(greeting)) && hear(fd, line, sizeof(line)) &&
        reply(fd, "{\"return\": {}, \"id\": ID}\r\n", line) && hear(fd, line, sizeof(line))) {
        snprintf(q->command, sizeof(q->command), "%s", line);
        if (q->endless)
            for (size_t n = 0; n < q->endless && say(fd, "[[[[[[[[[[[[[[[[", 16); n += 16)
                ;
        else if (q->answer)
            reply(fd, q->answer, line);
        /* Until the client goes. */
        while (read(fd, line, sizeof(line)) > 0)
            ;
    }
    q->at_once--;
    close(fd);
}

static void *serve_all(void *argument)
{
    struct qemu *q = argument;

    for (int i = 0; i < q->clients; i++) {
        int fd = accept(q->listener, NULL, NULL);

        check(fd >= 0, "accept: %s", strerror(errno));
        serve(q, fd);
    }
    return NULL;
}

static void begin(struct qemu *q, uint32_t domid, int clients, const char *answer)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    memset(q, 0, sizeof(*q));
    q->clients = clients;
    q->answer = answer;
    snprintf(q->path, sizeof(q->path), "/var/run/xen/qmp-libxl-%u", domid);
    strcpy(address.sun_path, q->path);
    unlink(q->path);
    q->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(!bind(q->listener, (void *)&address, sizeof(address)) && !listen(q->listener, 1), "%s: %s", q->path,
          strerror(errno));
    q->thread = start(serve_all, q);
}

static void end(struct qemu *q)
{
    finish(q->thread);
    close(q->listener);
    unlink(q->path);
}

static int ask(libxl_ctx *ctx, uint32_t domid, const char *answer, char **output)
{
    struct qemu q;
    int rc;

    begin(&q, domid, 1, answer);
    rc = libxl_qemu_monitor_command(ctx, domid, "info status", output, NULL);
    end(&q);
    return rc;
}

static void answers(void)
{
    static const char answer[] =
        "{\"event\": \"STOP\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}\r\n"
        "{\"return\": \"VM status: \\\"r\\u00fcnning\\\"\\r\\n\", \"id\": ID}\r\n";
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    unsigned before;
    struct driver *driver;
    struct tally tally = TALLY;
    struct qemu q;
    char *output = NULL;
    int rc = ask(ctx, domid, answer, &output);

    check(rc == 0 && output && !strcmp(output, "VM status: \"r\303\274nning\"\r\n"), "rc %d, %s", rc, output);
    free(output);
    before = open_fds();
    rc = ask(ctx, domid, "{\"return\": \"\", \"id\": ID}\r\n", &output);
    check(rc == 0 && output && !*output, "rc %d, %s", rc, output);
    free(output);
    check(open_fds() == before, "%u descriptors, %u before", open_fds(), before);
    libxl_ctx_free(ctx);

    ctx = new_ctx();
    driver = drive(ctx, BY_HOOKS);
    begin(&q, domid, 1, answer);
    output = NULL;
    rc = libxl_qemu_monitor_command(ctx, domid, "a \"b\" \\ \t\303\274", &output, INTO(&tally));
    check(!rc, "in the call: %d", rc);
    check(reached(&tally, 1, 20) && !tally.last && output, "%d ends, rc %d, %s", hits(&tally), tally.last, output);
    end(&q);
    check(strstr(q.command, "\"human-monitor-command\"") && strstr(q.command, "a \\\"b\\\" \\\\ \\t\303\274"),
          "sent %s", q.command);
    free(output);
    end_driven(ctx, driver);
}

static void refusals(void)
{
    static const struct { const char *class; int rc; } classes[] = {
        { "GenericError", ERROR_QMP_GENERIC_ERROR },
        { "CommandNotFound", ERROR_QMP_COMMAND_NOT_FOUND },
        { "DeviceNotActive", ERROR_QMP_DEVICE_NOT_ACTIVE },
        { "DeviceNotFound", ERROR_QMP_DEVICE_NOT_FOUND },
        { "KVMMissingCap", ERROR_UNKNOWN_QMP_ERROR },
    };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    char answer[256], here, *output = &here;
    int rc;

    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        snprintf(answer, sizeof(answer), "{\"id\": ID, \"error\": {\"class\": \"%s\", \"desc\": \"no\"}}\r\n",
                 classes[i].class);
        rc = ask(ctx, domid, answer, &output);
        check(rc == classes[i].rc && output == &here, "%s: %d", classes[i].class, rc);
    }
    /* No QEMU, and no command. */
    rc = libxl_qemu_monitor_command(ctx, domid, "x", &output, NULL);
    check(rc == ERROR_FAIL && output == &here, "without a socket: %d", rc);
    rc = libxl_qemu_monitor_command(ctx, domid, "x", NULL, NULL);
    check(rc == ERROR_INVAL, "without a place for the output: %d", rc);
    rc = libxl_qemu_monitor_command(ctx, 31999, "x", &output, NULL);
    check(rc && output == &here, "without a domain: %d", rc);
    note("without a domain: %d", rc);
    libxl_ctx_free(ctx);
}

static void nonsense(void)
{
    static const char *const answers[] = {
        "garbage\r\n", "{}\r\n", "{\"return\": \"x\"}\r\n", "{\"return\": \"x\", \"id\": 5}\r\n",
        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"who?\"}}\r\n", "{\"id\": ID, \"error\": {}}\r\n",
        "{\"id\": ID, \"return\": [[[[[[[[[[[[[[[[\r\n",
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}}}}\r\n",
    };
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    char here, *output = &here;
    struct qemu q;
    int rc;

    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        rc = ask(ctx, domid, answers[i], &output);
        check(rc == ERROR_PROTOCOL_ERROR_QMP && output == &here, "%s: %d", answers[i], rc);
    }
    rc = ask(ctx, domid, "{\"id\": ID, \"return\": {}}\r\n", &output);
    check(rc == ERROR_QEMU_API && output == &here, "no text: %d", rc);
    begin(&q, domid, 1, NULL);
    q.endless = 64 << 20;
    rc = libxl_qemu_monitor_command(ctx, domid, "x", &output, NULL);
    end(&q);
    check(rc == ERROR_BUFFERFULL && output == &here, "without an end of the line: %d", rc);
    libxl_ctx_free(ctx);
}

struct client { libxl_ctx *ctx; uint32_t domid; struct tally *ends; };

static void *command(void *argument)
{
    struct client *c = argument;
    char *output = NULL;
    int rc = libxl_qemu_monitor_command(c->ctx, c->domid, "x", &output, NULL);

    if (!rc && (!output || strcmp(output, "done")))
        rc = 1;
    free(output);
    hit(c->ends, rc);
    return NULL;
}

/* QEMU has room for one client and one more in line. */
static void one_by_one(void)
{
    enum { CLIENTS = 12 };
    struct client clients[CLIENTS];
    pthread_t threads[CLIENTS];
    /* The wait for one's turn may take a child. */
    static const libxl_childproc_hooks hooks = { .chldowner = libxl_sigchld_owner_libxl_always_selective_reap };
    libxl_ctx *ctxs[3] = { new_ctx(), new_ctx(), new_ctx() };
    uint32_t domid = new_domain(NO_ACK);
    struct tally ends = TALLY;
    struct qemu q;

    for (int i = 0; i < 3; i++)
        libxl_childproc_setmode(ctxs[i], &hooks, NULL);
    begin(&q, domid, CLIENTS, "{\"return\": \"done\", \"id\": ID}\r\n");
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){ ctxs[i % 3], domid, &ends };
        threads[i] = start(command, &clients[i]);
    }
    check(reached(&ends, CLIENTS, 40), "%d of %d ended", hits(&ends), CLIENTS);
    check(!ends.failures, "%d failed, one with %d", ends.failures, ends.last);
    for (int i = 0; i < CLIENTS; i++)
        finish(threads[i]);
    end(&q);
    check(q.most_at_once == 1, "%d at once", q.most_at_once);
    for (int i = 0; i < 3; i++)
        libxl_ctx_free(ctxs[i]);
}

/* One who says nothing is left by an abort, also by those who wait for their turn. */
static void aborts(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    uint32_t domid = new_domain(NO_ACK);
    struct tally first = TALLY, second = TALLY;
    char here, *output = &here;
    struct qemu q;

    begin(&q, domid, 1, NULL);
    check(!libxl_qemu_monitor_command(ctx, domid, "x", &output, INTO(&first)), "in the call");
    check(!libxl_qemu_monitor_command(ctx, domid, "x", &output, INTO(&second)), "in the second call");
    nap(300000);
    check(!hits(&first) && !hits(&second), "ended with %d, %d", first.last, second.last);
    check(!libxl_ao_abort(ctx, INTO(&second)), "abort of the one that waits for its turn");
    check(reached(&second, 1, 10) && second.last == ERROR_ABORTED, "%d ends, rc %d", hits(&second), second.last);
    check(!libxl_ao_abort(ctx, INTO(&first)), "abort");
    check(reached(&first, 1, 10) && first.last == ERROR_ABORTED, "%d ends, rc %d", hits(&first), first.last);
    check(output == &here, "there is an output");
    end(&q);
    end_driven(ctx, driver);
    check(!children(), "%u children are left", children());
}

/* The domain ends while its QEMU is busy with another command, or does not answer any more. */
static void gone(void)
{
    libxl_ctx *ctx = new_ctx();
    struct driver *driver = drive(ctx, BY_HOOKS);
    uint32_t domid = new_domain(NO_ACK);
    struct tally first = TALLY, second = TALLY;
    char here, *output = &here;
    struct qemu q;

    begin(&q, domid, 1, NULL);
    check(!libxl_qemu_monitor_command(ctx, domid, "x", &output, INTO(&first)), "in the call");
    check(!libxl_qemu_monitor_command(ctx, domid, "x", &output, INTO(&second)), "in the second call");
    nap(300000);
    end_domain(domid);
    check(reached(&second, 1, 10) && second.last == ERROR_LOCK_FAIL, "%d ends, rc %d", hits(&second), second.last);
    /* As QEMU's own end shows. */
    check(!libxl_ao_abort(ctx, INTO(&first)) && reached(&first, 1, 10), "no end");
    end(&q);
    end_driven(ctx, driver);
}

const struct testcase monitor_cases[] = {
    { "monitor-answers", answers, 0, "what the monitor prints comes out, to a caller that waits and to one that does not" },
    { "monitor-refusals", refusals, 0, "what QEMU refuses has its code, and the output stays as it was" },
    { "monitor-nonsense", nonsense, 0, "answers that make no sense, or have no end, end the command" },
    { "monitor-one-by-one", one_by_one, 0, "many commands at once reach QEMU one after the other" },
    { "monitor-aborts", aborts, OURS_ONLY, "an abort ends a command that QEMU does not answer" },
    { "monitor-gone", gone, OURS_ONLY, "the end of the domain ends the wait for one's turn" },
    { 0 },
};
