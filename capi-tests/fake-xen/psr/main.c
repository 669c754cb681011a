/*
 * Every function for shared resources of cpus (PSR), with values that are right and wrong: what each answers, what it has
 * stored, which calls it makes, and whether it logs an error. $PSR_CALLS is where psr-xen.c writes the calls.
 */
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNTOUCHED = 0x5a };
static libxl_ctx *ctx;
static unsigned errors;

static void take(xentoollog_logger *logger, xentoollog_level level, int errnoval, const char *context, const char *format,
                 va_list args)
{
    (void)logger, (void)errnoval, (void)context;
    if (level >= XTL_ERROR) {
        errors++;
        vfprintf(stderr, format, args);
        fputc('\n', stderr);
    }
}

static void progress(xentoollog_logger *logger, const char *context, const char *what, int percent, unsigned long done,
                     unsigned long total)
{
    (void)logger, (void)context, (void)what, (void)percent, (void)done, (void)total;
}

static void no_destroy(xentoollog_logger *logger) { (void)logger; }

static xentoollog_logger logger = { take, progress, no_destroy };

/* The end of a line: whether there was an error in the log, and the calls to the hypervisor. */
static void end(void)
{
    const char *path = getenv("PSR_CALLS");
    FILE *file = fopen(path, "r");
    char line[200];

    printf("%s\n", errors ? " (logged)" : "");
    errors = 0;
    while (file && fgets(line, sizeof(line), file))
        printf("    %s", line);
    if (file)
        fclose(file);
    unlink(path);
}

static void show_map(const char *what, libxl_bitmap *map)
{
    int bit;

    printf("%s", what);
    libxl_for_each_set_bit(bit, *map)
        printf(" %d", bit);
}

static void measuring(void)
{
    static const uint32_t domids[] = { 0, 1, 1, 2, 3, 4, 99 };
    static const uint32_t sockets[] = { 0, 1, 2 };
    unsigned i, k;
    uint32_t n;
    uint64_t value, time;
    int rc;

    rc = libxl_psr_cmt_enabled(ctx);
    printf("enabled: %d", rc);
    end();
    n = UNTOUCHED;
    rc = libxl_psr_cmt_get_total_rmid(ctx, &n);
    printf("total: %d, %u", rc, n);
    end();
    for (i = 0; i < 3; i++) {
        n = UNTOUCHED;
        rc = libxl_psr_cmt_get_l3_cache_size(ctx, sockets[i], &n);
        printf("size of %u: %d, %u", sockets[i], rc, n);
        end();
    }
    for (i = 1; i <= 4; i++) {
        rc = libxl_psr_cmt_type_supported(ctx, i);
        printf("type %u: %d", i, rc);
        end();
    }
    for (i = 0; i < sizeof(domids) / sizeof(*domids); i++) {
        rc = libxl_psr_cmt_domain_attached(ctx, domids[i]);
        printf("attached %u: %d", domids[i], rc);
        end();
        rc = libxl_psr_cmt_attach(ctx, domids[i]);
        printf("attach %u: %d", domids[i], rc);
        end();
        rc = libxl_psr_cmt_domain_attached(ctx, domids[i]);
        printf("attached %u: %d", domids[i], rc);
        end();
        for (k = 0; k < 3; k++) {
            n = UNTOUCHED;
            rc = libxl_psr_cmt_get_cache_occupancy(ctx, domids[i], sockets[k], &n);
            printf("occupancy of %u on %u: %d, %u", domids[i], sockets[k], rc, n);
            end();
        }
        for (k = 0; k <= 4; k++) {
            value = time = UNTOUCHED;
            rc = libxl_psr_cmt_get_sample(ctx, domids[i], k, 0, &value, k % 2 ? &time : NULL);
            printf("sample %u of %u: %d, %llu at %llu", k, domids[i], rc, (unsigned long long)value, (unsigned long long)time);
            end();
        }
    }
    for (i = 0; i < sizeof(domids) / sizeof(*domids); i++) {
        rc = libxl_psr_cmt_detach(ctx, domids[i]);
        printf("detach %u: %d", domids[i], rc);
        end();
    }
}

static void shares(void)
{
    static const char *const maps[] = { "", "0", "1", "01", "2", "01234567", "9" };
    uint64_t value;
    unsigned i;
    int rc, type;

    for (type = 1; type <= 5; type++)
        for (i = 0; i < sizeof(maps) / sizeof(*maps); i++) {
            libxl_bitmap map;
            const char *at;

            libxl_bitmap_init(&map);
            libxl_bitmap_alloc(ctx, &map, 16);
            for (at = maps[i]; *at; at++)
                libxl_bitmap_set(&map, *at - '0');
            rc = libxl_psr_set_val(ctx, 1, type, &map, 16 * type + i);
            printf("set %d on", type);
            show_map("", &map);
            printf(": %d", rc);
            end();
            rc = libxl_psr_cat_set_cbm(ctx, 2, type, &map, i ? 0xbad0 + i : 0xbad);
            printf("set %d of 2, refused: %d", type, rc);
            end();
            rc = libxl_psr_set_val(ctx, 99, type, &map, 1);
            printf("set %d of 99: %d", type, rc);
            end();
            libxl_bitmap_dispose(&map);
        }
    /* Half of the sockets refuse; and each errno. */
    for (i = 0; i < 11; i++) {
        libxl_bitmap map;

        libxl_bitmap_init(&map);
        libxl_bitmap_alloc(ctx, &map, 2);
        libxl_bitmap_set_any(&map);
        rc = libxl_psr_set_val(ctx, 1, LIBXL_PSR_CBM_TYPE_L3_CBM, &map, i < 10 ? 0xbad0 + i : 0xbad);
        printf("refusal %u: %d", i, rc);
        end();
        libxl_bitmap_dispose(&map);
    }
    for (type = 0; type <= 5; type++)
        for (i = 0; i < 3; i++) {
            value = UNTOUCHED;
            rc = libxl_psr_get_val(ctx, 1, type, i, &value);
            printf("get %d on %u: %d, %llu", type, i, rc, (unsigned long long)value);
            end();
            value = UNTOUCHED;
            rc = libxl_psr_cat_get_cbm(ctx, i ? 99 : 2, type, i, &value);
            printf("get %d of %u: %d, %llu", type, i ? 99 : 2, rc, (unsigned long long)value);
            end();
        }
}

static void offers(void)
{
    static const struct { libxl_psr_feat_type type; unsigned level; } asked[] = {
        { LIBXL_PSR_FEAT_TYPE_CAT, 3 }, { LIBXL_PSR_FEAT_TYPE_CAT, 2 }, { LIBXL_PSR_FEAT_TYPE_MBA, 0 },
        { LIBXL_PSR_FEAT_TYPE_MBA, 7 },
    };
    libxl_psr_hw_info *infos;
    libxl_psr_cat_info *caches;
    unsigned i, k, n;
    int rc, number;

    for (i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
        infos = NULL;
        n = UNTOUCHED;
        rc = libxl_psr_get_hw_info(ctx, asked[i].type, asked[i].level, &n, &infos);
        printf("offers %u %u: %d, %u", asked[i].type, asked[i].level, rc, n);
        for (k = 0; !rc && k < n; k++)
            if (asked[i].type == LIBXL_PSR_FEAT_TYPE_CAT)
                printf("; %u: %u %u %d", infos[k].id, infos[k].u.cat.cos_max, infos[k].u.cat.cbm_len, infos[k].u.cat.cdp_enabled);
            else
                printf("; %u: %u %u %d", infos[k].id, infos[k].u.mba.cos_max, infos[k].u.mba.thrtl_max, infos[k].u.mba.linear);
        end();
        if (!rc)
            libxl_psr_hw_info_list_free(infos, n);
    }
    for (i = 2; i <= 3; i++) {
        caches = NULL;
        n = UNTOUCHED;
        rc = libxl_psr_cat_get_info(ctx, &caches, &n, i);
        printf("caches %u: %d, %u", i, rc, n);
        for (k = 0; !rc && k < n; k++)
            printf("; %u: %u %u %d", caches[k].id, caches[k].cos_max, caches[k].cbm_len, caches[k].cdp_enabled);
        end();
        if (!rc)
            libxl_psr_cat_info_list_free(caches, n);
    }
    caches = NULL;
    number = UNTOUCHED;
    rc = libxl_psr_cat_get_l3_info(ctx, &caches, &number);
    printf("third-level caches: %d, %d", rc, number);
    end();
    if (!rc)
        libxl_psr_cat_info_list_free(caches, number);
}

static void tmem(void)
{
    char name[] = "weight", uuid[] = "00000000-0000-0000-0000-000000000001";
    int rc;
    char *text;

    text = libxl_tmem_list(ctx, 1, 0);
    printf("list: %s", text ? text : "NULL");
    end();
    rc = libxl_tmem_freeze(ctx, 1);
    printf("freeze: %d", rc);
    end();
    rc = libxl_tmem_thaw(ctx, 99);
    printf("thaw: %d", rc);
    end();
    rc = libxl_tmem_set(ctx, 1, name, 3);
    printf("set: %d", rc);
    end();
    rc = libxl_tmem_shared_auth(ctx, 1, uuid, 1);
    printf("shared_auth: %d", rc);
    end();
    rc = libxl_tmem_freeable(ctx);
    printf("freeable: %d", rc);
    end();
}

int main(int argc, char **argv)
{
    const char *host = argc > 1 ? argv[1] : "";

    setenv("PSR_HOST", host, 1);
    if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, &logger))
        return 1;
    errors = 0;
    unlink(getenv("PSR_CALLS"));
    printf("== %s: measuring\n", host);
    measuring();
    printf("== %s: shares\n", host);
    shares();
    printf("== %s: offers\n", host);
    offers();
    if (!strcmp(host, "full")) {
        printf("== tmem\n");
        tmem();
    }
    libxl_ctx_free(ctx);
    return 0;
}
