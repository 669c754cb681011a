/* The init of a Linux guest that counts on its console, each count with its own time.
 *
 * It sleeps in the kernel but for a few instructions. QEMU's emulation of SVM may deliver an event twice if the page of the
 * handler cannot be reached at once, which is so while a guest is migrated: a kernel that was interrupted in user mode does not
 * survive that (docs/behaviour/migration.md). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    const struct timespec pause = { .tv_nsec = 300000000 };
    struct utsname kernel;
    struct timespec now;
    unsigned long count;

    mount("dev", "/dev", "devtmpfs", 0, NULL);
    uname(&kernel);
    dprintf(STDOUT_FILENO, "GUEST UP %s\n", kernel.release);
    for (count = 1;; count++) {
        clock_gettime(CLOCK_BOOTTIME, &now);
        dprintf(STDOUT_FILENO, "count %lu at %ld.%02ld\n", count, (long)now.tv_sec, now.tv_nsec / 10000000);
        nanosleep(&pause, NULL);
    }
}
