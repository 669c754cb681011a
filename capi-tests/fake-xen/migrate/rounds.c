/* Again and again: saves and restores of a row leave nothing in this process; checkpoints of a replication (Remus). */
#define _GNU_SOURCE
#include <dirent.h>
#include <malloc.h>
#include "fixtures.h"

static unsigned descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* A guest that is saved and restored many times leaves nothing in this process. */
static void cycles(void)
{
    enum { WARM = 5, ALL = 25, MAX_GROWTH = 16 << 10 };
    size_t memory = 0;
    unsigned fds = 0;
    uint32_t domid;
    bool is_whole;
    int rc;

    for (int i = 0; i < ALL; i++) {
        if (i == WARM)
            fds = descriptors(), memory = mallinfo2().uordblks;
        rc = save("fine", 0, 0, -1, &is_whole);
        expect(!rc && is_whole, "saved: rc %d", rc);
        end_guest();
        rc = restore("fine", whole, WHOLE, true, -1, &domid);
        expect(!rc, "restored: rc %d", rc);
        rc = libxl_domain_destroy(ctx, domid, NULL);
        expect(!rc, "destroyed: rc %d", rc);
    }
    expect(descriptors() == fds, "%u descriptors, and before %u", descriptors(), fds);
    expect(mallinfo2().uordblks < memory + MAX_GROWTH, "%zu bytes, and before %zu", mallinfo2().uordblks, memory);
    done("20 cycles: nothing is left");
}

enum { ROUND = IMAGE + 8 };

/* Whether these are so many checkpoints, and no end. */
static int rounds_of(const unsigned char *bytes, size_t length)
{
    static const unsigned char end[8] = { 4 };
    int n = 0;

    if (length < BEGINS || memcmp(bytes, begins, BEGINS))
        return -1;
    for (bytes += BEGINS, length -= BEGINS; length >= ROUND; bytes += ROUND, length -= ROUND, n++)
        if (memcmp(bytes + IMAGE, end, sizeof(end)))
            return -1;
    return n;
}

/* Replicates a guest that suspends at once; how many whole checkpoints have come. */
static int replicate(const char *helper, int abort_after, int *rounds)
{
    libxl_asyncop_how how = { .callback = NULL };
    libxl_domain_remus_info info;
    static unsigned char bytes[1 << 16];
    int pair[2], rc, error_lines = errors;

    setenv("HELPER", helper, 1);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        exit(2);
    libxl_domain_remus_info_init(&info);
    info.interval = 10;
    libxl_defbool_set(&info.colo, false);
    libxl_defbool_set(&info.allow_unsafe, true);
    libxl_defbool_set(&info.netbuf, false);
    libxl_defbool_set(&info.diskbuf, false);
    begin_guest(made(), 0, 0);
    rc = finished(libxl_domain_remus_start(ctx, &info, guest.domid, pair[0], -1, &how), &how, abort_after);
    *rounds = rounds_of(bytes, taken(pair[1], bytes, sizeof(bytes)));
    expect(rc, "it has succeeded");
    expect(rc == ERROR_ABORTED || errors > error_lines, "rc %d, and no error is told", rc);
    expect(state(guest.domid) == 0, "rc %d, state %d", rc, state(guest.domid));
    libxl_domain_remus_info_dispose(&info);
    close(pair[0]);
    close(pair[1]);
    return rc;
}

/* Checkpoint after checkpoint: whatever ends it, the guest runs on here; and there if a whole one has come. */
void rounds(void)
{
    unsigned char stream[BEGINS + 3 * ROUND];
    unsigned there = count();
    char helper[40];
    uint32_t domid;
    int rc, n;

    begin_restores();
    cycles();
    rc = replicate("refuse 50", -1, &n);
    expect(rc == ERROR_FAIL && n == 50 && guest.times == 50, "rc %d, %d checkpoints, %d times", rc, n, guest.times);
    end_guest();
    done("rounds: 50 checkpoints");
    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        bool hangs = !strcmp(ways[way], "hang");
        for (int round = 0; round < 3; round++)
            for (int step = 1; step <= 5; step++) {
                snprintf(helper, sizeof(helper), "%s %d", ways[way], 10 * round + step);
                rc = replicate(helper, hangs ? 400 : -1, &n);
                /* What the helper has asked for before it dies is done, or not. */
                expect(n == round || (step == 5 && n == round + 1), "%d checkpoints", n);
                expect(rc == (hangs ? ERROR_ABORTED : ERROR_FAIL), "rc %d", rc);
                end_guest();
                done("rounds: helper: %s", helper);
            }
    }
    for (abort_turn = 0; abort_turn < 60; abort_turn++) {
        rc = replicate("fine", -1, &n);
        expect(rc == ERROR_ABORTED, "turn %d: rc %d", abort_turn, rc);
        nap(30);
        expect(state(guest.domid) == 0, "turn %d: it suspends later", abort_turn);
        end_guest();
    }
    abort_turn = -1;
    done("rounds: aborted at each wait");

    checkpointed = LIBXL_CHECKPOINTED_STREAM_REMUS;
    memcpy(stream, begins, BEGINS);
    memset(stream + BEGINS, 0, sizeof(stream) - BEGINS);
    for (int i = 0; i < 3; i++) {
        unsigned char *here = stream + BEGINS + i * ROUND;
        memset(here, 'i', IMAGE);
        here[IMAGE] = 4;
    }
    for (size_t length = 0; length <= sizeof(stream); length += 4) {
        rc = restore("fine", stream, length, true, -1, &domid);
        expect(!rc == (length >= BEGINS + ROUND), "of %zu bytes: rc %d", length, rc);
        if (!rc) {
            expect(state(domid) == 0, "of %zu bytes: state %d", length, state(domid));
            libxl_domain_destroy(ctx, domid, NULL);
        }
        expect(count() == there, "of %zu bytes: %u domains are there, not %u", length, count(), there);
    }
    done("rounds: the sender dies after so many bytes");
    for (size_t at = BEGINS + ROUND + IMAGE; at < BEGINS + 2 * ROUND; at++) {
        stream[at] ^= 2;
        rc = restore("fine", stream, sizeof(stream), true, -1, &domid);
        /* The sender has not died: its guest runs. */
        expect(rc == ERROR_FAIL && count() == there, "byte %zu: rc %d, %u domains", at, rc, count());
        if (!rc)
            libxl_domain_destroy(ctx, domid, NULL);
        stream[at] ^= 2;
    }
    done("rounds: a bit of the second checkpoint is wrong");
    rc = restore("fine", stream, sizeof(stream), false, 300, &domid);
    expect(rc == ERROR_ABORTED && count() == there, "rc %d", rc);
    done("rounds: aborted between two checkpoints");
    for (size_t way = 0; way < sizeof(ways) / sizeof(*ways); way++) {
        for (int step = 11; step <= 13; step++) {
            snprintf(helper, sizeof(helper), "%s %d", ways[way], step);
            rc = restore(helper, stream, sizeof(stream), true, !strcmp(ways[way], "hang") ? 300 : -1, &domid);
            expect(rc && count() == there, "rc %d, %u domains", rc, count());
            done("rounds: restore: helper: %s", helper);
        }
    }
    end_restores();
}
