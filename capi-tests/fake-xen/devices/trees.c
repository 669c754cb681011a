/* Makes the scenes of a file: nodes in xenstore, stored configurations, domains. */
#include "devices.h"
#include <ctype.h>
#include <errno.h>
#include <xenctrl.h>
#include <xenstore.h>

static struct xs_handle *xs;
static uint32_t domid;
static char record[256], front[256], back[256], at[256];

/* @ is the domain's number, \xNN a byte. The length, without an end. */
static size_t expand(char *to, size_t room, const char *from)
{
    size_t n = 0;

    for (; *from && n + 16 < room; from++) {
        unsigned byte;

        if (*from == '@')
            n += sprintf(to + n, "%u", domid);
        else if (sscanf(from, "\\x%2x", &byte) == 1) {
            to[n++] = byte;
            from += 3;
        } else
            to[n++] = *from;
    }
    to[n] = 0;
    return n;
}

static void node(const char *path, const char *value, size_t length)
{
    if (!xs_write(xs, XBT_NULL, path, value, length)) {
        fprintf(stderr, "writing %s: %s\n", path, strerror(errno));
        exit(2);
    }
}

static void put(const char *path, const char *value)
{
    node(path, value, strlen(value));
}

static void in(const char *dir, const char *name, const char *value)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    put(path, value);
}

static void begin_record(const char *kind, int devid, const char *back_kind, unsigned back_domid)
{
    snprintf(record, sizeof(record), "/libxl/%u/device/%s/%d", domid, kind, devid);
    snprintf(front, sizeof(front), "/local/domain/%u/device/%s/%d", domid, kind, devid);
    snprintf(back, sizeof(back), "/local/domain/%u/backend/%s/%u/%d", back_domid, back_kind, domid, devid);
    put(record, "");
    in(record, "backend", back);
    in(record, "frontend", front);
    strcpy(at, record);
}

static void many(const char *kind, int count)
{
    char text[64];
    int i;

    for (i = 0; i < count; i++) {
        begin_record(kind, 1 << 28 | i << 8, kind, 0);
        snprintf(text, sizeof(text), "%s%d", strcmp(kind, "vbd") ? "" : "d", i);
        in(record, strcmp(kind, "vbd") ? "handle" : "dev", text);
        in(record, "type", strcmp(kind, "vbd") ? "vif" : "phy");
        in(record, "mode", "w");
        in(record, "removable", "0");
        in(record, "device-type", "disk");
        snprintf(text, sizeof(text), "00:16:3e:00:%02x:%02x", i >> 8 & 255, i & 255);
        in(record, "mac", text);
    }
}

static void numbered(int count)
{
    char name[32];
    int i;

    for (i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "%d", i);
        in(front, name, "");
        snprintf(name, sizeof(name), "%d/name", i);
        in(front, name, name);
    }
}

/* The domain and the configuration stored for it. */
static void stored(const char *json)
{
    struct xen_domctl_createdomain config = { 0 };
    uint32_t id = domid;
    char path[256], value[64];
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    FILE *f;
    int i;

    for (i = 0; i < 16; i++)
        config.handle[i] = i * 16 + 1;
    if (!xch || xc_domain_create(xch, &id, &config) || id != domid) {
        perror("xc_domain_create");
        exit(2);
    }
    xc_interface_close(xch);
    snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.01112131-4151-6171-8191-a1b1c1d1e1f1.libxl-json", domid);
    f = fopen(path, "w");
    if (!f || fwrite(json, 1, strlen(json) + 1, f) != strlen(json) + 1 || fclose(f)) {
        perror(path);
        exit(2);
    }
    snprintf(path, sizeof(path), "/local/domain/%u/vm", domid);
    snprintf(value, sizeof(value), "/vm/01112131-4151-6171-8191-a1b1c1d1e1f1");
    put(path, value);
}

static void line(char *text)
{
    char kind[64] = "", back_kind[64] = "", value[4200], *rest;
    unsigned devid = 0, back_domid = 0;
    size_t length;
    int n;

    if ((n = sscanf(text, "record %63s %u %63s %u", kind, &devid, back_kind, &back_domid)) >= 2) {
        begin_record(kind, devid, n > 2 ? back_kind : kind, back_domid);
    } else if (sscanf(text, "many %63s %u", kind, &devid) == 2) {
        many(kind, devid);
    } else if (sscanf(text, "numbered %u", &devid) == 1) {
        numbered(devid);
    } else if (!strcmp(text, "front")) {
        strcpy(at, front);
    } else if (!strcmp(text, "back")) {
        strcpy(at, back);
    } else if (!strcmp(text, "again")) {
        strcpy(at, record);
    } else if (!strncmp(text, "at ", 3)) {
        expand(at, sizeof(at), text + 3);
    } else if (!strncmp(text, "json ", 5)) {
        stored(text + 5);
    } else {
        char path[600];

        rest = strchr(text, ' ');
        if (rest)
            *rest++ = 0;
        length = expand(value, sizeof(value), rest ?: "");
        snprintf(path, sizeof(path), "%s/%s", at, text);
        node(path, value, length);
    }
}

/* Calls `each` for every scene of the file; makes it first if `making`. */
void scenes(const char *file, int making, void each(const char *name, uint32_t domid))
{
    static char text[8192];
    FILE *f = fopen(file, "r");
    char name[64] = "";

    if (making)
        xs = xs_open(0);
    if (!f || (making && !xs)) {
        perror(f ? "xs_open" : file);
        exit(2);
    }
    domid = 500;
    while (fgets(text, sizeof(text), f)) {
        text[strcspn(text, "\n")] = 0;
        if (!*text || *text == '#')
            continue;
        if (sscanf(text, "scene %63s", name) == 1) {
            domid++;
            if (each)
                each(name, domid);
        } else if (making)
            line(text);
    }
    fclose(f);
}
