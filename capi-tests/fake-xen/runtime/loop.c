/* An application with one thread, which turns its own loop and says which event must come next. */
#include "harness.h"

libxl_evgen_domain_death *enable(libxl_ctx *ctx, uint32_t domid, uint64_t user)
{
    libxl_evgen_domain_death *evgen = NULL;
    int rc = libxl_evenable_domain_death(ctx, domid, user, &evgen);

    check(!rc && evgen, "libxl_evenable_domain_death: %d", rc);
    return evgen;
}

void turn(libxl_ctx *ctx, int timeout)
{
    struct pollfd fds[64];
    struct timeval tv;
    int n = 64, rc;

    gettimeofday(&tv, NULL);
    rc = libxl_osevent_beforepoll(ctx, &n, fds, &timeout, tv);
    check(!rc, "libxl_osevent_beforepoll: %d", rc);
    poll(fds, n, timeout);
    gettimeofday(&tv, NULL);
    libxl_osevent_afterpoll(ctx, n, fds, tv);
}

libxl_event *next_event(libxl_ctx *ctx, double seconds)
{
    double until = now() + seconds;
    libxl_event *event;
    int rc;

    for (;;) {
        rc = libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        if (!rc)
            return event;
        check(rc == ERROR_NOT_READY, "libxl_event_check: %d", rc);
        if (now() >= until)
            return NULL;
        turn(ctx, (until - now()) * 1000 + 1);
    }
}

void expect(libxl_ctx *ctx, libxl_event_type type, uint32_t domid, uint64_t user)
{
    libxl_event *event = next_event(ctx, 10);

    check(event, "no %s of domain %u, number %u", libxl_event_type_to_string(type), domid, (unsigned)user);
    check(event->type == type && event->domid == domid && event->for_user == user,
          "type %d, domain %u, number %u instead of %d, %u, %u", event->type, event->domid, (unsigned)event->for_user,
          type, domid, (unsigned)user);
    libxl_event_free(ctx, event);
}

void expect_nothing(libxl_ctx *ctx)
{
    libxl_event *event = next_event(ctx, 0.3);

    check(!event, "type %d, domain %u, number %u is too much", event->type, event->domid, (unsigned)event->for_user);
}
