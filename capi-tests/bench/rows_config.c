/* A rich domain config (capi-tests/no-xen/json/rich.json): JSON both ways, copies. */
#include "bench.h"

static char *text;
static libxl_domain_config rich;

static void read_text(void)
{
    text = contents("/share/rich.json");
    ctx();
}

static void read_rich(void)
{
    read_text();
    libxl_domain_config_init(&rich);
    check(libxl_domain_config_from_json(ctx(), &rich, text), "libxl_domain_config_from_json");
}

static void to_json(void)
{
    char *json = libxl_domain_config_to_json(ctx(), &rich);

    if (!json)
        refused("libxl_domain_config_to_json");
    free(json);
}

static void from_json(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    check(libxl_domain_config_from_json(ctx(), &config, text), "libxl_domain_config_from_json");
    libxl_domain_config_dispose(&config);
}

static void copy(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    libxl_domain_config_copy(ctx(), &config, &rich);
    libxl_domain_config_dispose(&config);
}

static void init(void)
{
    libxl_domain_config config;

    libxl_domain_config_init(&config);
    libxl_domain_config_dispose(&config);
}

const struct row config_rows[] = {
    { .name = "to-json", .title = "rich config to JSON", .aim = 1, .scenes = ALONE, .prepare = read_rich,
      .run = to_json },
    { .name = "from-json", .title = "rich config from JSON + dispose", .aim = 1, .scenes = ALONE,
      .prepare = read_text, .run = from_json },
    { .name = "copy", .title = "rich config copy + dispose", .aim = 1, .scenes = ALONE, .prepare = read_rich,
      .run = copy },
    { .name = "init", .title = "config init + dispose", .aim = 1, .scenes = ALONE, .run = init },
    { NULL }
};
