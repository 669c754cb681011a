/* A stand-in for QEMU that does nothing: says at once that it runs, and answers its monitor. The rest of a creation with it is the
 * library's own part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenstore.h>

static const char monitor[] = "socket,id=libxl-cmd,";

static const char *const answers[][2] = {
    { "query-status", "{\"status\": \"prelaunch\", \"running\": false, \"singlestep\": false}" },
    { "query-vnc", "{\"enabled\": false}" },
    { "query-chardev", "[]" },
    { "query-cpus-fast", "[{\"cpu-index\": 0}]" },
    /* Since Xen 4.20 C asks for it before it starts one. */
    { "query-command-line-options", "[{\"option\": \"run-with\", \"parameters\": [{\"name\": \"chroot\", \"type\": \"string\"},"
                                    " {\"name\": \"user\", \"type\": \"string\"}]}]" },
};

static void serve(FILE *in, FILE *out)
{
    char *line = NULL;
    size_t size = 0, i;

    fputs("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 2, \"major\": 7}, \"package\": \"\"}, \"capabilities\": []}}\r\n", out);
    while (!fflush(out) && getline(&line, &size, in) > 0) {
        const char *answer = "{}", *id = strstr(line, "\"id\"");

        for (i = 0; i < sizeof(answers) / sizeof(*answers); i++)
            if (strstr(line, answers[i][0]))
                answer = answers[i][1];
        fprintf(out, "{\"return\": %s, \"id\": %lu}\r\n", answer, id ? strtoul(id + 4 + strcspn(id + 4, "0123456789"), NULL, 10) : 0);
    }
    free(line);
}

static int listening(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%.*s", (int)strcspn(path, ","), path);
    unlink(address.sun_path);
    return bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1) ? -1 : fd;
}

/* Tells that it runs. */
static int report(const char *domid)
{
    struct xs_handle *xs = xs_open(0);
    char path[60];

    snprintf(path, sizeof(path), "/local/domain/0/device-model/%s/state", domid);
    if (!xs || !xs_write(xs, XBT_NULL, path, "running", 7))
        return 1;
    xs_close(xs);
    return 0;
}

int main(int argc, char **argv)
{
    const char *domid = NULL;
    int fd = -1, i;

    for (i = 1; i < argc; i++) {
        const char *place = argv[i] + sizeof(monitor) - 1;

        if (!strncmp(argv[i], monitor, sizeof(monitor) - 1) && fd < 0)
            fd = strncmp(place, "fd=", 3) ? listening(place + strlen("path=")) : atoi(place + 3);
        if (!strcmp(argv[i], "-xen-domid"))
            domid = argv[i + 1];
    }
    if (domid && report(domid))
        return 1;
    for (;;) {
        int client = accept(fd, NULL, NULL);
        FILE *in = client < 0 ? NULL : fdopen(client, "r"), *out = client < 0 ? NULL : fdopen(dup(client), "w");

        if (!in || !out)
            return 1;
        serve(in, out);
        fclose(in);
        fclose(out);
    }
}
