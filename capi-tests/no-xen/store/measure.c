/* The same reads as measure.rs with libxenstore: 40 nodes one by one (it has nothing else), and open and close. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <xenstore.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    int rounds = getenv("ROUNDS") ? atoi(getenv("ROUNDS")) : 200;
    double *times = calloc(rounds, sizeof(*times)), start;
    struct xs_handle *xs = xs_open(0);
    char path[64];
    unsigned len;

    if (!xs)
        return perror("xs_open"), 1;
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof(path), "/t/measure/%d/name", i);
        if (!xs_write(xs, XBT_NULL, path, "a-name", 6))
            return perror("xs_write"), 1;
    }
    for (int r = 0; r < rounds; r++) {
        start = now();
        for (int i = 0; i < 40; i++) {
            snprintf(path, sizeof(path), "/t/measure/%d/name", i);
            char *value = xs_read(xs, XBT_NULL, path, &len);
            if (!value)
                return perror("xs_read"), 1;
            free(value);
        }
        times[r] = now() - start;
    }
    qsort(times, rounds, sizeof(*times), ascending);
    printf("libxenstore, 40 reads one by one: %.0f us\n", times[rounds / 2]);
    for (int r = 0; r < rounds; r++) {
        start = now();
        xs_close(xs_open(0));
        times[r] = now() - start;
    }
    qsort(times, rounds, sizeof(*times), ascending);
    printf("libxenstore, open and close: %.0f us\n", times[rounds / 2]);
    xs_rm(xs, XBT_NULL, "/t/measure");
    xs_close(xs);
    return 0;
}
