/* Ejected disks: which generators report them, with which data, and what a guest must not be able to do. */
#include "harness.h"

static void forget(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void forget(const char *format, ...)
{
    struct xs_handle *xs = xs_open(0);
    char path[512];
    va_list al;

    va_start(al, format);
    vsnprintf(path, sizeof(path), format, al);
    va_end(al);
    check(xs && xs_rm(xs, XBT_NULL, path), "removing %s: %s", path, strerror(errno));
    xs_close(xs);
}

enum { HDC = 5632 };

static void both_are_told(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgens[2];
    uint64_t told = 0;
    int rc;

    add_disk(domid, HDC, "");
    store("hdc", "/libxl/%u/device/vbd/%d/dev", domid, HDC);
    store("", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    for (int i = 0; i < 2; i++) {
        rc = libxl_evenable_disk_eject(ctx, domid, i ? "5632" : "hdc", 1 + i, &evgens[i]);
        check(!rc, "libxl_evenable_disk_eject: %d", rc);
    }
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    for (int i = 0; i < 2; i++) {
        libxl_event *event = next_event(ctx, 10);

        check(event, "%d of 2 are told", i);
        check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT && event->domid == domid, "type %d", event->type);
        check(event->u.disk_eject.vdev, "no vdev");
        check(!strcmp(event->u.disk_eject.vdev, event->for_user == 1 ? "hdc" : "5632"), "vdev %s",
              event->u.disk_eject.vdev);
        check(!strcmp(event->u.disk_eject.disk.vdev, "hdc"), "disk %s", event->u.disk_eject.disk.vdev);
        check(event->u.disk_eject.disk.pdev_path && !*event->u.disk_eject.disk.pdev_path, "a path");
        told |= event->for_user;
        libxl_event_free(ctx, event);
    }
    check(told == 3, "told: %d", (int)told);
    expect_nothing(ctx);
    libxl_evdisable_disk_eject(ctx, evgens[0]);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, domid, 2);
    libxl_evdisable_disk_eject(ctx, evgens[1]);
    libxl_ctx_free(ctx);
}

static void *ask_and_ask(void *domid)
{
    for (double until = now() + 2; now() < until;)
        store("eject", "/local/domain/%u/device/vbd/%d/eject", *(uint32_t *)domid, HDC);
    return NULL;
}

/* A guest that keeps asking gets its events, and does not block or end the application. */
static void endless_requests(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgen;
    double longest = 0, began = 0;
    pthread_t threads[2];
    int events = 0;

    add_disk(domid, HDC, "");
    store("", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    check(!libxl_evenable_disk_eject(ctx, domid, "hdc", 1, &evgen), "libxl_evenable_disk_eject");
    for (int i = 0; i < 2; i++)
        threads[i] = start(ask_and_ask, &domid);
    for (double until = now() + 2.5; now() < until;) {
        libxl_event *event;

        began = now();
        turn(ctx, 20);
        if (now() - began > longest)
            longest = now() - began;
        while (!libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
            check(event->type == LIBXL_EVENT_TYPE_DISK_EJECT, "type %d", event->type);
            libxl_event_free(ctx, event);
            events++;
        }
    }
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    expect_nothing(ctx);
    check(events > 0, "no event");
    check(longest < 1, "held up for %.1f s", longest);
    note("%d events, held up for %.0f ms at most", events, longest * 1e3);
    libxl_evdisable_disk_eject(ctx, evgen);
    libxl_ctx_free(ctx);
}

/* What a guest may write there, and what it may take away. */
static void strange_requests(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    libxl_evgen_disk_eject *evgen;
    char big[4000], *value;
    int rc;

    memset(big, 'e', sizeof(big) - 1);
    big[sizeof(big) - 1] = 0;
    add_disk(domid, HDC, "");
    rc = libxl_evenable_disk_eject(ctx, domid, "hdc", 1, &evgen);
    check(!rc, "libxl_evenable_disk_eject: %d", rc);
    for (int i = 0; i < 6; i++) {
        static const char *const texts[] = { "", "ejected", "EJECT", "ejec", "%s%n\n\x1b[31m", NULL };

        store(texts[i] ?: big, "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
        store("eject", "/local/domain/%u/device/vbd/%d/eject/below", domid, HDC);
        expect_nothing(ctx);
    }
    /* The guest's own half says where the back end is: it is not believed. */
    store("/local/domain/7/backend/qdisk/9/9/../../../../../libxl", "/local/domain/%u/device/vbd/%d/backend", domid, HDC);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect(ctx, LIBXL_EVENT_TYPE_DISK_EJECT, domid, 1);
    /* No disk, no ejection. */
    forget("/libxl/%u/device/vbd/%d", domid, HDC);
    forget("/local/domain/%u/device/vbd/%d/backend", domid, HDC);
    store("eject", "/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    expect_nothing(ctx);
    /* The node is not brought back. */
    forget("/local/domain/%u/device/vbd/%d", domid, HDC);
    expect_nothing(ctx);
    value = stored("/local/domain/%u/device/vbd/%d/eject", domid, HDC);
    check(!value, "the node is back");
    libxl_evdisable_disk_eject(ctx, evgen);
    libxl_ctx_free(ctx);
}

const struct testcase eject_cases[] = {
    { "generators-eject-both", both_are_told, 0, "two generators of one disk are both told, with its name" },
    { "generators-eject-strange", strange_requests, 0, "only the one word is a request; nothing else is believed" },
    { "generators-eject-endless", endless_requests, 0, "a guest that asks without end harms nobody" },
    { 0 }
};
