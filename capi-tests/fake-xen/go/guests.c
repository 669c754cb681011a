/* Takes the part of the guests: their halves of network cards are closed from the start, so that a removal need not wait for a
 * guest that does not run. A node that has gone meanwhile is not made again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

static void close_card(struct xs_handle *xs, const char *path)
{
    xs_transaction_t t;
    char *value;
    unsigned domid, devid;
    int end = 0, closes;

    if (sscanf(path, "/local/domain/%u/device/vif/%u/state%n", &domid, &devid, &end) < 2 || !end || path[end])
        return;
    do {
        t = xs_transaction_start(xs);
        value = xs_read(xs, t, path, NULL);
        closes = value && !strcmp(value, "1") && xs_write(xs, t, path, "6", 1);
        free(value);
    } while (!xs_transaction_end(xs, t, !closes));
}

int main(void)
{
    struct xs_handle *xs = xs_open(0);
    unsigned n;
    char **event;

    if (!xs || !xs_watch(xs, "/local/domain", ""))
        return 2;
    while ((event = xs_read_watch(xs, &n))) {
        close_card(xs, event[XS_WATCH_PATH]);
        free(event);
    }
    return 2;
}
