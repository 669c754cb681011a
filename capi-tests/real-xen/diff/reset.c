/*
 * Resets a domain whose guest has shut down for that, with the configuration in a file but with another UUID, and prints what
 * the library answers.
 *
 *   reset DOMID FILE    FILE: JSON
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxl.h>

int main(int argc, char **argv)
{
    static char json[1 << 16];
    libxl_domain_config config;
    libxl_ctx *ctx;
    FILE *file;

    if (argc != 3 || libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_ERROR, 0)))
        return 2;
    file = fopen(argv[2], "r");
    if (!file || !fread(json, 1, sizeof(json) - 1, file))
        return 2;
    libxl_domain_config_init(&config);
    if (libxl_domain_config_from_json(ctx, &config, json))
        return 2;
    memset(libxl_uuid_bytearray(&config.c_info.uuid), 0x5a, 16);
    printf("libxl_domain_soft_reset: %d\n", libxl_domain_soft_reset(ctx, &config, atoi(argv[1]), NULL, NULL));
    libxl_domain_config_dispose(&config);
    libxl_ctx_free(ctx);
    return 0;
}
