/*
 * The daemon of a driver domain, and the QEMU that it starts.
 *
 *   devd                           libxl_device_events_handler, as `xl devd` has it, for ever; a disaster is told and survived
 *   devd control COMMAND WORD      a command to xenstored, as xenstore-control has them, which wants a real Xen
 *   devd domain DOMID              makes a domain of that number, as it must be there to own nodes
 *   xen-qemu… -xen-domid DOMID …   the same program in QEMU's place: says that it runs, and does until it is told to end
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_event.h>
#include <xenctrl.h>
#include <xenstore.h>

static void event_occurs(void *user, libxl_event *event)
{
    libxl_event_free(user, event);
}

static void disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
    (void)user;
    fprintf(stderr, "disaster of type %d: %s (%d)\n", (int)type, msg, errnoval);
}

static int qemu(const char *domid)
{
    struct xs_handle *xs = xs_open(0);
    char path[100];

    signal(SIGHUP, SIG_DFL);
    snprintf(path, sizeof(path), "device-model/%s/state", domid);
    if (!xs || !xs_write(xs, XBT_NULL, path, "running", 7))
        return 2;
    xs_close(xs);
    for (;;)
        pause();
}

static int control(const char *command, char *word)
{
    struct xs_handle *xs = xs_open(0);
    char *answer = xs ? xs_control_command(xs, command, word, strlen(word) + 1) : NULL;

    return answer && !strncmp(answer, "OK", 2) ? 0 : 2;
}

static int domain(uint32_t domid)
{
    struct xen_domctl_createdomain config = { .max_vcpus = 1 };
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);

    return xch && !xc_domain_create(xch, &domid, &config) ? 0 : 2;
}

int main(int argc, char **argv)
{
    static const libxl_event_hooks hooks = {
        .event_occurs_mask = LIBXL_EVENTMASK_ALL,
        .event_occurs = event_occurs,
        .disaster = disaster,
    };
    xentoollog_logger_stdiostream *log;
    libxl_ctx *ctx;
    int i;

    if (argc == 4 && !strcmp(argv[1], "control"))
        return control(argv[2], argv[3]);
    if (argc == 3 && !strcmp(argv[1], "domain"))
        return domain(atoi(argv[2]));
    for (i = 1; i + 1 < argc; i++)
        if (!strcmp(argv[i], "-xen-domid"))
            return qemu(argv[i + 1]);
    log = xtl_createlogger_stdiostream(stderr, XTL_DEBUG, XTL_STDIOSTREAM_SHOW_DATE);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)log))
        return 2;
    libxl_event_register_callbacks(ctx, &hooks, ctx);
    fprintf(stderr, "the daemon has ended: %d\n", libxl_device_events_handler(ctx, NULL));
    return 1;
}
