/* Saving with a helper that may do anything (helper.c): what the operation gives, and that the guest runs as it must. */
#define _GNU_SOURCE
#include "fixtures.h"

/* Aborted at its first wait, at its second, and so on, until it is over before that. */
static void aborted_saves(int answers_after, int suspends_after)
{
    int rc, aborts = 0;
    bool whole;

    for (abort_turn = 0; abort_turn < 500; abort_turn++) {
        rc = save("fine", answers_after, suspends_after, -1, &whole);
        expect(!rc == whole && (!rc || rc == ERROR_ABORTED), "turn %d: rc %d, whole %d", abort_turn, rc, whole);
        expect(state(guest.domid) == !rc, "turn %d: rc %d, state %d", abort_turn, rc, state(guest.domid));
        nap(answers_after + suspends_after + 20);
        expect(state(guest.domid) == !rc, "turn %d: it suspends later", abort_turn);
        end_guest();
        if (!rc)
            break;
        aborts++;
    }
    expect(aborts >= 4, "only %d aborts", aborts);
    abort_turn = -1;
    done("save: aborted at each wait, the guest's answers after %d and %d ms", answers_after, suspends_after);
}

static void *destroy_soon(void *unused)
{
    (void)unused;
    nap(200);
    xc_domain_destroy(xch, guest.domid);
    return NULL;
}

/* It is gone when the operation ends, though it is listed for a while after its nodes, and after its death: xl remus goes by
 * that. */
static void destroyed_meanwhile(bool without_nodes)
{
    char path[100];
    libxl_asyncop_how how = { .callback = NULL };
    int null = open("/dev/null", O_WRONLY), rc;
    pthread_t thread;
    double began;

    setenv("HELPER", "fine", 1);
    begin_guest(made(), -1, 0);
    if (xc_domain_populate_physmap_exact(xch, guest.domid, 1 << 8, 10, 0, (xen_pfn_t[1 << 8]){ 0 }))
        exit(2);
    snprintf(path, sizeof(path), "/local/domain/%u", guest.domid);
    if (without_nodes && !xs_rm(xs, XBT_NULL, path))
        exit(2);
    began = now();
    pthread_create(&thread, NULL, destroy_soon, NULL);
    rc = finished(libxl_domain_suspend(ctx, guest.domid, null, LIBXL_SUSPEND_LIVE, &how), &how, -1);
    expect(rc == ERROR_FAIL && state(guest.domid) == -1, "rc %d, state %d", rc, state(guest.domid));
    expect(now() - began < 4, "it took %f s", now() - began);
    pthread_join(thread, NULL);
    end_guest();
    close(null);
    done("save: destroyed while it is asked to suspend%s", without_nodes ? ", its nodes first" : "");
}

/* The state of QEMU that another save has made, and sends. */
static void forgets_no_other_state(void)
{
    uint32_t domid = made_with(XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap);
    int full = open("/dev/full", O_WRONLY), file, rc;
    char path[100];

    snprintf(path, sizeof(path), "/libxl/%u/dm-version", domid);
    if (!xs_write(xs, XBT_NULL, path, "qemu_xen", 8))
        exit(2);
    snprintf(path, sizeof(path), "/var/lib/xen/qemu-save.%u", domid);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    rc = libxl_domain_suspend(ctx, domid, full, 0, NULL);
    expect(rc == ERROR_FAIL && !state(domid), "rc %d, state %d", rc, state(domid));
    expect(file >= 0 && !access(path, F_OK), "the other's state was removed");
    xc_domain_destroy(xch, domid);
    unlink(path);
    close(file);
    close(full);
    done("save: fails, and the state that another save has made stays");
}

void saves(void)
{
    char helper[40];
    bool whole;
    int rc;

    rc = save("fine", 0, 0, -1, &whole);
    expect(!rc && whole && state(guest.domid) == 1, "rc %d, whole %d, state %d", rc, whole, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 1, NULL);
    expect(!rc && !state(guest.domid), "resumed: rc %d, state %d", rc, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 1, NULL);
    expect(!rc && !state(guest.domid), "resumed again: rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: all goes well");

    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        bool hangs = !strcmp(ways[way], "hang");
        for (int step = 0; step <= 6; step++) {
            snprintf(helper, sizeof(helper), "%s %d", ways[way], step);
            /* After its last word it has written all of its part, and how it ends does not count. */
            bool spoken = step >= 5;
            /* END must be written before the abort, also on a slow machine. */
            rc = save(helper, 0, 0, !hangs ? -1 : spoken ? 3000 : 300, &whole);
            expect(rc || spoken, "it has succeeded");
            expect(!rc || step < 6, "rc %d", rc);
            expect(!!rc == !whole, "rc %d, and the stream is%s whole", rc, whole ? "" : " not");
            expect(state(guest.domid) == (rc ? 0 : 1), "rc %d, and the guest has%s suspended", rc,
                   state(guest.domid) ? "" : " not");
            expect(!hangs || rc == (spoken ? 0 : ERROR_ABORTED), "aborted, and rc %d", rc);
            end_guest();
            done("save: helper: %s", helper);
        }
    }
    rc = save("refuse 9", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    expect(last_errno == EIO, "the log ends with errno %d", last_errno);
    done("save: libxc has failed");
    rc = save("unsaid 9", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    expect(last_errno == -1, "the log ends with errno %d", last_errno);
    end_guest();
    done("save: libxc has failed, and gives no reason");
    rc = save("status 9", 0, 0, -1, &whole);
    expect(!rc && whole && state(guest.domid) == 1, "rc %d, whole %d, state %d", rc, whole, state(guest.domid));
    end_guest();
    done("save: the helper has written all, and ends with a status other than 0");
    rc = save("deaf 1", 0, 0, 100, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: aborted, and the helper is deaf");

    rc = save("fine", 400, 0, 150, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    nap(500);
    expect(!state(guest.domid), "it suspends later");
    end_guest();
    done("save: aborted before the guest answers");
    rc = save("fine", 0, 600, 200, &whole);
    expect(rc == ERROR_ABORTED && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    nap(600);
    expect(!state(guest.domid), "it suspends later");
    end_guest();
    done("save: aborted before the guest suspends");

    setenv("LIBXL_SAVE_HELPER", "/no/such/program", 1);
    rc = save("fine", 0, 0, -1, &whole);
    expect(rc == ERROR_FAIL && !whole && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: no helper");
    setenv("LIBXL_SAVE_HELPER", "/tmp/helper", 1);

    /* As one that another operation has saved, of which a copy may run. */
    int null = open("/dev/null", O_WRONLY);
    begin_guest(made(), -1, 0);
    xc_domain_shutdown(xch, guest.domid, 2);
    setenv("HELPER", "refuse 9", 1);
    /* xl resumes a guest after any other error. */
    rc = libxl_domain_suspend(ctx, guest.domid, null, 0, NULL);
    expect(rc == ERROR_GUEST_TIMEDOUT && state(guest.domid) == 1, "fails: rc %d, state %d", rc, state(guest.domid));
    setenv("HELPER", "fine", 1);
    rc = libxl_domain_suspend(ctx, guest.domid, null, LIBXL_SUSPEND_LIVE, NULL);
    expect(rc == ERROR_GUEST_TIMEDOUT && state(guest.domid) == 1, "live: rc %d, state %d", rc, state(guest.domid));
    rc = libxl_domain_suspend(ctx, guest.domid, null, 0, NULL);
    expect(!rc && state(guest.domid) == 1, "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: a guest that is suspended stays so, and is not migrated");

    libxl_asyncop_how later = { .callback = NULL };
    begin_guest(made(), -1, 0);
    xc_domain_shutdown(xch, guest.domid, 2);
    setenv("HELPER", "late 3", 1);
    rc = libxl_domain_suspend(ctx, guest.domid, null, 0, &later);
    nap(200);
    expect(!rc && !libxl_domain_resume(ctx, guest.domid, 1, NULL), "not resumed");
    rc = finished(rc, &later, -1);
    expect(rc == ERROR_GUEST_TIMEDOUT && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: a suspended guest is resumed meanwhile");

    forgets_no_other_state();

    uint32_t domid = made();
    rc = libxl_domain_suspend(ctx, domid, -1, 0, NULL);
    expect(rc == ERROR_FAIL && !state(domid), "rc %d", rc);
    rc = libxl_domain_suspend(ctx, 31000, 1, 0, NULL);
    expect(rc == ERROR_FAIL, "no domain: rc %d", rc);
    xc_domain_shutdown(xch, domid, 3);
    rc = libxl_domain_suspend(ctx, domid, null, 0, NULL);
    expect(rc == ERROR_FAIL && state(domid) == 1, "crashed: rc %d", rc);
    xc_domain_destroy(xch, domid);
    done("save: no descriptor, no domain, a crashed one");

    /* As one that is being destroyed. */
    char path[100];
    unsigned length;
    domid = made();
    snprintf(path, sizeof(path), "/local/domain/%u", domid);
    if (!xs_rm(xs, XBT_NULL, path))
        exit(2);
    rc = libxl_domain_suspend(ctx, domid, null, 0, NULL);
    expect(rc == ERROR_FAIL && !state(domid), "rc %d, state %d", rc, state(domid));
    expect(!xs_read(xs, XBT_NULL, path, &length), "there are nodes of it again");
    xc_domain_destroy(xch, domid);
    close(null);
    done("save: a domain without nodes");

    destroyed_meanwhile(false);
    destroyed_meanwhile(true);

    begin_guest(made(), 0, 50);
    rc = libxl_domain_suspend_only(ctx, guest.domid, NULL);
    expect(!rc && state(guest.domid) == 1, "rc %d, state %d", rc, state(guest.domid));
    rc = libxl_domain_resume(ctx, guest.domid, 0, NULL);
    expect(!rc && !state(guest.domid), "resumed: rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("suspend only, and resume");

    /* Nobody reads: the operation waits, and nothing else does. */
    int pipes[2];
    libxl_asyncop_how how = { .callback = NULL };
    if (pipe(pipes))
        exit(2);
    fcntl(pipes[1], F_SETFL, O_NONBLOCK);
    static char much[1 << 17];
    while (write(pipes[1], much, sizeof(much)) > 0)
        ;
    fcntl(pipes[1], F_SETFL, 0);
    begin_guest(made(), 0, 0);
    double began = now();
    rc = libxl_domain_suspend(ctx, guest.domid, pipes[1], 0, &how);
    libxl_dominfo info;
    libxl_dominfo_init(&info);
    expect(!rc && !libxl_domain_info(ctx, &info, guest.domid), "rc %d", rc);
    libxl_dominfo_dispose(&info);
    expect(now() - began < 2, "others wait %f s", now() - began);
    rc = finished(rc, &how, 100);
    expect(rc == ERROR_ABORTED && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    done("save: nobody reads the stream");
    close(pipes[0]);
    begin_guest(made(), 0, 0);
    rc = libxl_domain_suspend(ctx, guest.domid, pipes[1], 0, NULL);
    expect(rc == ERROR_FAIL && !state(guest.domid), "rc %d, state %d", rc, state(guest.domid));
    end_guest();
    close(pipes[1]);
    done("save: the reader has gone");
    aborted_saves(0, 0);
    aborted_saves(50, 50);
}
