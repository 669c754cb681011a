/* What the programs of this suite share: a table in a file, which all processes map. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* A medium is a file /tmp/cdN.iso, told by its N; 0 for none, -1 for what is none of them. */
struct table {
    atomic_int medium;     /* what QEMU's drive has in it */
    atomic_int delay;      /* most microseconds that QEMU takes before it does something, and before it answers */
    atomic_int locked;     /* the guest keeps the drive shut: ejections are refused */
    atomic_int connections; /* since the start */
    /* The peer is killed at this of the points that QEMU passes (each command has two), so many microseconds later. */
    atomic_int kill_point, kill_delay;
    atomic_int points;     /* passed since the last connection */
    atomic_int calls, failures, longest; /* of the workers; ms */
};

static inline struct table *table(void)
{
    const char *path = "/tmp/cdrom.table";
    struct table *t;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || ftruncate(fd, sizeof(*t)))
        abort();
    t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (t == MAP_FAILED)
        abort();
    return t;
}

/* The medium of a text that has its path in it. */
static inline int medium_in(const char *text)
{
    const char *at = strstr(text, "/tmp/cd");

    return at && at[7] >= '1' && at[7] <= '9' ? at[7] - '0' : -1;
}

static inline double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}
