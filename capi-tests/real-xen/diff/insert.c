/*
 * Changes the medium of a CD drive in ways that xl cannot, and prints what the library answers and the disk that it has
 * completed.
 *
 *   insert DOMID VDEV FORMAT PATH [plain|async|phy|rw|nobody]…    PATH - is none
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxl.h>
#include <libxl_utils.h>

int main(int argc, char **argv)
{
    libxl_ctx *ctx;
    libxl_device_disk disk;
    libxl_asyncop_how how = { .u.for_event = 7 }, *asked = NULL;
    libxl_event *event;
    char *text;
    int rc, i;

    if (argc < 5 || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_ERROR, 0)))
        return 2;
    libxl_device_disk_init(&disk);
    disk.vdev = strdup(argv[2]);
    if (libxl_disk_format_from_string(argv[3], &disk.format))
        return 2;
    if (strcmp(argv[4], "-"))
        disk.pdev_path = strdup(argv[4]);
    disk.removable = disk.is_cdrom = 1;
    for (i = 5; i < argc; i++) {
        if (!strcmp(argv[i], "plain"))
            disk.removable = disk.is_cdrom = 0;
        if (!strcmp(argv[i], "async"))
            asked = &how;
        if (!strcmp(argv[i], "phy"))
            disk.backend = LIBXL_DISK_BACKEND_PHY;
        if (!strcmp(argv[i], "rw"))
            disk.readwrite = 1;
        if (!strcmp(argv[i], "nobody"))
            disk.backend_domname = strdup("nobody");
    }
    rc = libxl_cdrom_insert(ctx, atoi(argv[1]), &disk, asked);
    printf("libxl_cdrom_insert: %d\n", rc);
    if (asked && !rc && !libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL)) {
        rc = event->u.operation_complete.rc;
        printf("event %d of %d: %d\n", event->type, (int)event->for_user, rc);
        libxl_event_free(ctx, event);
    }
    text = libxl_device_disk_to_json(ctx, &disk);
    /* A disk that is refused may have some of its defaults; that is not compared. */
    if (!rc)
        printf("%s", text);
    free(text);
    libxl_device_disk_dispose(&disk);
    libxl_ctx_free(ctx);
    return 0;
}
