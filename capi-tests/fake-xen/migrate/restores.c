/* Restoring with a helper that may do anything, from streams that are broken: no domain is left. */
#define _GNU_SOURCE
#include <sys/wait.h>
#include "fixtures.h"

/* Aborted at its first wait, at its second, and so on, until it is over before that. */
static void aborted_restores(void)
{
    unsigned there = count();
    uint32_t domid;
    int rc, aborts = 0;

    for (abort_turn = 0; abort_turn < 2000; abort_turn++) {
        rc = restore("fine", whole, WHOLE, true, -1, &domid);
        expect(!rc || rc == ERROR_ABORTED, "turn %d: rc %d", abort_turn, rc);
        if (!rc) {
            expect(state(domid) == 0, "turn %d: state %d", abort_turn, state(domid));
            int turn = abort_turn;
            abort_turn = -1;
            libxl_domain_destroy(ctx, domid, NULL);
            abort_turn = turn;
        }
        expect(count() == there, "turn %d: rc %d, %u domains are there, not %u", abort_turn, rc, count(), there);
        if (!rc)
            break;
        aborts++;
    }
    expect(aborts >= 4, "only %d aborts", aborts);
    abort_turn = -1;
    done("restore: aborted at each wait");
}

void restores(void)
{
    unsigned char changed[WHOLE + 200];
    unsigned there = count();
    char helper[40];
    uint32_t domid;
    int rc;

    begin_restores();

    rc = restore("fine", whole, WHOLE, true, -1, &domid);
    expect(!rc && state(domid) == 0, "rc %d, state %d", rc, state(domid));
    if (!rc) {
        char path[100], *value;
        unsigned n;
        snprintf(path, sizeof(path), "/local/domain/%u/store/ring-ref", domid);
        value = xs_read(xs, XBT_NULL, path, &n);
        expect(value && !strcmp(value, "5"), "store's frame %s", value ?: "none");
        free(value);
        snprintf(path, sizeof(path), "/local/domain/%u/console/ring-ref", domid);
        value = xs_read(xs, XBT_NULL, path, &n);
        expect(value && !strcmp(value, "6"), "console's frame %s", value ?: "none");
        free(value);
        rc = libxl_domain_destroy(ctx, domid, NULL);
        expect(!rc, "destroyed: %d", rc);
    }
    done("restore: all goes well");

    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        bool hangs = !strcmp(ways[way], "hang");
        for (int step = 0; step <= 6; step++) {
            snprintf(helper, sizeof(helper), "%s %d", ways[way], step);
            rc = restore(helper, whole, WHOLE, true, hangs ? 300 : -1, &domid);
            expect(rc || (step >= 5 && strcmp(ways[way], "kill") && !hangs), "it has succeeded");
            if (!rc)
                libxl_domain_destroy(ctx, domid, NULL);
            expect(count() == there, "%u domains are there, not %u", count(), there);
            done("restore: helper: %s", helper);
        }
    }
    static const char *const liars[] = { "refuse 9", "status 9", "silent 9" };
    for (int i = 0; i < 3; i++) {
        rc = restore(liars[i], whole, WHOLE, true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "rc %d", rc);
        done("restore: helper: %s", liars[i]);
    }
    /* A sender that stands still, everywhere; and one that has gone. */
    for (size_t length = 0; length < WHOLE; length += length < 32 ? 4 : 12) {
        rc = restore("fine", whole, length, true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "gone: rc %d", rc);
        rc = restore("fine", whole, length, false, 50, &domid);
        expect(rc == ERROR_ABORTED && count() == there, "still: rc %d", rc);
        done("restore: only %zu bytes come", length);
    }
    /* Each bit of what is libxl's. */
    for (size_t bit = 0; bit < 8 * WHOLE; bit++) {
        bool may = bit / 8 >= 12 && bit / 8 < 16 && bit != 15 * 8; /* options that mean nothing */
        if (bit / 8 > BEGINS && bit / 8 < BEGINS + IMAGE)
            continue;
        memcpy(changed, whole, WHOLE);
        changed[bit / 8] ^= 1 << bit % 8;
        rc = restore("fine", changed, WHOLE, true, -1, &domid);
        if (!rc)
            libxl_domain_destroy(ctx, domid, NULL);
        expect(rc == ERROR_FAIL || (may && !rc), "bit %zu: rc %d", bit, rc);
        expect(count() == there, "bit %zu: a domain is left", bit);
    }
    done("restore: a bit is wrong");
    static const struct { const char *name; unsigned char record[24]; } mixes[] = {
        { "a checkpoint's end", { 4 } },
        { "a second image", { 1 } },
        { "an emulator's state", { 3, 0, 0, 0, 16, 0, 0, 0, 2 } },
        { "an emulator's nodes", { 2, 0, 0, 0, 12, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 'a', 0, 'b', 0 } },
        { "a record that is unknown", { 6 } },
        { "a record that is unknown and optional", { 1, 0, 0, 128 } },
        { "a body without end", { 3, 0, 0, 0, 255, 255, 255, 255 } },
    };
    for (size_t i = 0; i < sizeof(mixes) / sizeof(*mixes); i++) {
        memset(changed, 0, sizeof(changed));
        memcpy(changed, whole, WHOLE - 8);
        memcpy(changed + WHOLE - 8, mixes[i].record, 24);
        rc = restore("fine", changed, WHOLE + 24, true, -1, &domid);
        expect(rc == ERROR_FAIL && count() == there, "rc %d", rc);
        done("restore: %s", mixes[i].name);
    }
    aborted_restores();
    /* The converter of old streams is there no more when the operation has ended. */
    setenv("LIBXL_CONVERT_HELPER", "/tmp/convert", 1);
    stream_version = 1;
    rc = restore("fine", whole, WHOLE, false, 300, &domid);
    siginfo_t child = { .si_pid = 0 };
    bool none = waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) && errno == ECHILD;
    expect(rc == ERROR_ABORTED && none, "rc %d, child %d", rc, child.si_pid);
    stream_version = 2;
    unsetenv("LIBXL_CONVERT_HELPER");
    done("restore: aborted, and the converter of old streams stands still");
    end_restores();
}
