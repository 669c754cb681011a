/* Arguments that are there but odd: ids, names, JSON. */
#include "common.h"

static libxl_ctx *ctx;

static const char *head(const char *text)
{
    static char shown[40];
    size_t n = 0;
    for (; text && *text && n < 20; text++)
        n += (size_t)snprintf(shown + n, sizeof shown - n, *text > ' ' && *text < 127 ? "%c" : "?", *text);
    shown[n] = 0;
    return text ? shown : "NULL";
}

/* Error and log line go together. `quiet`: calls whose error is an ordinary answer. */
static void answer(const char *what, int rc, bool quiet)
{
    printf("%s: %d\n", what, rc);
    if (rc && !quiet && !error_lines) wrong("%s: %d without a log line", what, rc);
    forget_lines();
}

void odd_domids(void)
{
    static const uint32_t ids[] = { 32000, 0x7fef, 0x7ff0, 0x7ff1, 0x7ff4, 0x7fff, 0x8000, 0xffff,
                                    0x10000, 0x17d00, 0x7fffffff, 0x80000000u, 0xffffffffu };
    ctx = new_ctx();
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        uint32_t id = ids[i], target = 77, port = 0;
        libxl_dominfo info;
        char *text = NULL;
        uint8_t *data = NULL;
        int n = 0, m = 0;
        uint64_t mem = 0;

        printf("id %u\n", id);
        libxl_dominfo_init(&info);
        answer(" info", libxl_domain_info(ctx, &info, id), true);
        libxl_dominfo_dispose(&info);
        answer(" no info", libxl_domain_info(ctx, NULL, id), true);
        text = libxl_domid_to_name(ctx, id);
        printf(" name %s\n", head(text));
        free(text);
        answer(" valid", libxl_domid_valid_guest(id), true);
        answer(" stubdom", libxl_is_stubdom(ctx, id, &target), true);
        answer(" stubdom id", libxl_get_stubdom_id(ctx, (int)id), true);
        printf(" start %u\n", libxl_vm_get_start_time(ctx, id));
        libxl_vcpuinfo *vcpus = libxl_list_vcpu(ctx, id, &n, &m);
        printf(" vcpus %s\n", vcpus ? "some" : "NULL");
        if (vcpus) libxl_vcpuinfo_list_free(vcpus, n);
        forget_lines();
        answer(" target", libxl_get_memory_target(ctx, id, &mem), true);
        text = NULL;
        answer(" tty", libxl_console_get_tty(ctx, id, 0, LIBXL_CONSOLE_TYPE_PV, &text), true);
        free(text);
        text = NULL;
        answer(" primary tty", libxl_primary_console_get_tty(ctx, id, &text), true);
        free(text);
        answer(" store", libxl_userdata_store(ctx, id, "hostile", (const uint8_t *)"x", 1), true);
        answer(" retrieve", libxl_userdata_retrieve(ctx, id, "hostile", &data, &n), true);
        free(data);
        answer(" unlink", libxl_userdata_unlink(ctx, id, "hostile"), true);
        text = libxl_cpupoolid_to_name(ctx, id);
        printf(" pool %s %d\n", head(text), libxl_cpupoolid_is_valid(ctx, id));
        free(text);
        libxl_cpupoolinfo pool;
        libxl_cpupoolinfo_init(&pool);
        answer(" pool info", libxl_cpupool_info(ctx, &pool, id), true);
        libxl_cpupoolinfo_dispose(&pool);
        (void)port;
        /* Ids of 16 bits and more reach another domain in the C library, which cuts them: not tried. */
        if (id > 0xffff) continue;
        answer(" pause", libxl_domain_pause(ctx, id, NULL), true);
        answer(" unpause", libxl_domain_unpause(ctx, id, NULL), true);
        answer(" rename", libxl_domain_rename(ctx, id, NULL, "other"), true);
        answer(" destroy", libxl_domain_destroy(ctx, id, NULL), true);
    }
    libxl_ctx_free(ctx);
}

void odd_names(void)
{
    static char huge[10241], controls[32], slashes[20] = "../../etc/passwd", space[] = " ";
    memset(huge, 'n', sizeof huge - 1);
    for (int i = 0; i < 31; i++) controls[i] = (char)(i + 1);
    char bytes[] = "\xff\xfe\xc3", percent[] = "%s%n%d", digits[] = "12x", big[] = "99999999999999999999";
    char none[] = "";
    char *const names[] = { none, space, huge, controls, slashes, bytes, percent, digits, big, NULL };

    ctx = new_ctx();
    for (int i = 0; names[i]; i++) {
        uint32_t id = 77;
        uint8_t *data = NULL;
        int n = -1, was = -1;
        printf("name '%s' of %zu\n", head(names[i]), strlen(names[i]));
        answer(" to id", libxl_name_to_domid(ctx, names[i], &id), true);
        answer(" qualifier", libxl_domain_qualifier_to_domid(ctx, names[i], &id), true);
        printf(" id %u\n", id);
        answer(" pool", libxl_name_to_cpupoolid(ctx, names[i], &id), true);
        id = 77;
        answer(" pool qualifier", libxl_cpupool_qualifier_to_cpupoolid(ctx, names[i], &id, &was), true);
        printf(" pool %u\n", id);
        answer(" retrieve", libxl_userdata_retrieve(ctx, 0, names[i], &data, &n), true);
        free(data);
        answer(" store", libxl_userdata_store(ctx, 32000, names[i], (const uint8_t *)"x", 1), true);
        answer(" unlink", libxl_userdata_unlink(ctx, 32000, names[i]), true);
        answer(" rename", libxl_domain_rename(ctx, 32000, names[i], names[i]), true);
        char *text = libxl_basename(names[i]);
        printf(" basename '%s'\n", head(text));
        free(text);
    }
    if (ctx) libxl_ctx_free(ctx);
}

/* A text of `n` times `open`, then `middle`, then n times `close`. */
static char *nested(const char *before, const char *open, const char *middle, const char *close,
                    size_t n)
{
    size_t o = strlen(open), c = strlen(close), b = strlen(before), m = strlen(middle), at = 0;
    char *text = malloc(b + n * (o + c) + m + 1);
    memcpy(text, before, b), at = b;
    for (size_t i = 0; i < n; i++) memcpy(text + at, open, o), at += o;
    memcpy(text + at, middle, m), at += m;
    for (size_t i = 0; i < n; i++) memcpy(text + at, close, c), at += c;
    text[at] = 0;
    return text;
}

static void parse(const char *what, const char *text)
{
    libxl_domain_config config;
    libxl_domain_config_init(&config);
    int rc = libxl_domain_config_from_json(ctx, &config, text);
    printf("%s (%zu): %s\n", what, strlen(text), rc ? "refused" : "taken");
    if (rc && ctx && !error_lines) wrong("%s: no log line", what);
    forget_lines();
    libxl_domain_config_dispose(&config);
}

void odd_json(void)
{
    static const char *const texts[] = {
        "", " ", "{", "}", "[]", "{}", "null", "1", "\"\"", "{\"c_info\":", "{\"c_info\":{\"name\":\"a",
        "{\"c_info\":{\"name\":1}}", "{\"c_info\":[]}", "{\"c_info\":{\"type\":\"nonsense\"}}",
        "{\"c_info\":{\"type\":\"hvm\"},\"b_info\":{\"u\":{\"nested_hvm\":1}}}",
        "{\"disks\":{}}", "{\"disks\":[1,2]}", "{\"disks\":[{\"format\":\"raw\"},{}]}",
        "{\"b_info\":{\"max_memkb\":99999999999999999999999}}", "{\"b_info\":{\"max_memkb\":-1}}",
        "{\"b_info\":{\"max_memkb\":1.5}}", "{\"b_info\":{\"max_memkb\":\"LIBXL_MEMKB_DEFAULT\"}}",
        "{\"b_info\":{\"cpuid\":[{\"leaf\":1,\"eax\":\"short\"}]}}",
        "{\"b_info\":{\"cpuid\":{\"cpuid\":[],\"msr\":[{\"index\":1,\"policy\":\"short\"}]}}}",
        "{\"b_info\":{\"avail_vcpus\":[-5, 4000000000, 1]}}", "{\"b_info\":{\"avail_vcpus\":[0,1]}}",
        "{\"c_info\":{\"uuid\":\"zzz\"}}", "{\"c_info\":{\"name\":\"\xff\xfe\"}}",
        "{\"c_info\":{\"name\":\"a\\u0000b\"}}", "{\"unknown\":1}", "{\"c_info\":{\"xsdata\":{\"a\":1}}}",
        "\xef\xbb\xbf{}", "{} trailing", "// comment\n{}", "{\"a\":1,\"a\":2}", NULL
    };
    /* Where there is no Xen, ours does without a ctx; then nothing is logged. */
    if (!getenv("NO_CTX")) ctx = new_ctx();
    for (int i = 0; texts[i]; i++) parse(texts[i], texts[i]);
    struct { const char *what, *before, *open, *middle, *close; size_t n; } deep[] = {
        { "deep arrays", "", "[", "1", "]", 5000000 },
        { "deep arrays, cut off", "", "[", "", "", 10000000 },
        { "deep maps", "", "{\"a\":", "1", "}", 1500000 },
        { "deep in a place", "{\"c_info\":{\"name\":", "[", "1", "]", 3000000 },
        { "deep in a list", "{\"disks\":[", "[", "1", "]", 3000000 },
        { "long string", "{\"c_info\":{\"name\":\"", "n", "\"}}", "", 10000000 },
        { "long string, cut off", "{\"c_info\":{\"name\":\"", "n", "", "", 10000000 },
        { "many numbers", "{\"b_info\":{\"avail_vcpus\":[", "1,", "1]}}", "", 2000000 },
        { "many keys", "{", "\"k\":1,", "\"k\":1}", "", 1500000 },
        { "long number", "{\"b_info\":{\"max_memkb\":", "9", "}}", "", 1000000 },
    };
    /* An emulated host is slow: it gets less of each. */
    size_t less = getenv("LESS") ? strtoul(getenv("LESS"), NULL, 10) : 1;
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
        char *text = nested(deep[i].before, deep[i].open, deep[i].middle, deep[i].close,
                            deep[i].n / less);
        parse(deep[i].what, text);
        free(text);
    }
    if (ctx) libxl_ctx_free(ctx);
}
