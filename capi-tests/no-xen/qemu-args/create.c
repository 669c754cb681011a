/* What the C library makes of a configuration in JSON: prints the outcome of
 *
 *   create new FILE           a domain from the configuration in FILE
 *   create restore FILE IMAGE one that goes on from IMAGE
 *   create save DOMID IMAGE   a domain's state to IMAGE
 *
 * A domain that comes into being is destroyed. */
#include <err.h>
#include <fcntl.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *content(const char *path) {
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st))
        err(2, "%s", path);
    char *text = calloc(1, st.st_size + 1);
    if (!text || read(fd, text, st.st_size) != st.st_size)
        err(2, "%s", path);
    close(fd);
    return text;
}

int main(int argc, char **argv) {
    if (argc < 3)
        errx(2, "create new FILE | restore FILE IMAGE | save DOMID IMAGE");
    xentoollog_logger_stdiostream *logger =
        xtl_createlogger_stdiostream(stderr, XTL_WARN, XTL_STDIOSTREAM_HIDE_PROGRESS);
    libxl_ctx *ctx;
    if (!logger || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)logger))
        errx(2, "no ctx");

    if (!strcmp(argv[1], "save")) {
        int fd = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        printf("%d\n", libxl_domain_suspend(ctx, atoi(argv[2]), fd, 0, NULL));
        return 0;
    }

    libxl_domain_config config;
    libxl_domain_config_init(&config);
    if (libxl_domain_config_from_json(ctx, &config, content(argv[2])))
        errx(2, "%s is no configuration", argv[2]);
    uint32_t domid = 0;
    int rc;
    if (!strcmp(argv[1], "restore")) {
        libxl_domain_restore_params params;
        libxl_domain_restore_params_init(&params);
        params.stream_version = 2;
        int fd = open(argv[3], O_RDONLY);
        if (fd < 0)
            err(2, "%s", argv[3]);
        rc = libxl_domain_create_restore(ctx, &config, &domid, fd, -1, &params, NULL, NULL);
    } else {
        rc = libxl_domain_create_new(ctx, &config, &domid, NULL, NULL);
    }
    printf("%d\n", rc);
    if (!rc)
        libxl_domain_destroy(ctx, domid, NULL);
    return 0;
}
