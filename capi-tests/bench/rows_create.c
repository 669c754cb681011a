/* Domains made and destroyed: PV, paused, of 4 MB, whose kernel does nothing; alone, with devices, several at once, and
 * what the build of a larger one delays. */
#include <pthread.h>
#include "bench.h"

enum { MOST_AT_ONCE = 4 };
static int cards;

/* The script of a card does nothing: what it does is Xen's, and costs the same under either library. */
static void configure(libxl_domain_config *config, int number, int megabytes)
{
    char name[32];

    libxl_domain_config_init(config);
    snprintf(name, sizeof(name), "bench-%d-%d", getpid(), number);
    config->c_info.type = LIBXL_DOMAIN_TYPE_PV;
    config->c_info.name = strdup(name);
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PV);
    config->b_info.kernel = strdup("/guest/tiny");
    config->b_info.max_vcpus = 1;
    config->b_info.max_memkb = config->b_info.target_memkb = megabytes * 1024;
    config->nics = calloc(cards, sizeof(*config->nics));
    for (config->num_nics = 0; config->num_nics < cards; config->num_nics++) {
        libxl_device_nic *nic = &config->nics[config->num_nics];

        libxl_device_nic_init(nic);
        nic->script = strdup("/bin/true");
    }
}

static uint32_t create(int number, int megabytes)
{
    libxl_domain_config config;
    uint32_t domid = 0;

    configure(&config, number, megabytes);
    check(libxl_domain_create_new(ctx(), &config, &domid, NULL, NULL), "libxl_domain_create_new");
    libxl_domain_config_dispose(&config);
    return domid;
}

static void destroy(uint32_t domid)
{
    check(libxl_domain_destroy(ctx(), domid, NULL), "libxl_domain_destroy");
}

static void create_destroy(void) { destroy(create(0, 4)); }
static void with_4(void) { cards = 4; }
static void with_16(void) { cards = 16; }

static uint32_t made[MOST_AT_ONCE];

static void *create_one(void *number)
{
    made[(intptr_t)number] = create((intptr_t)number, 4);
    return NULL;
}

static double at_once(int count)
{
    pthread_t threads[MOST_AT_ONCE];
    double start;

    create_destroy();
    start = now();
    for (intptr_t n = 0; n < count; n++)
        if (pthread_create(&threads[n], NULL, create_one, (void *)n))
            refused("pthread_create");
    for (int n = 0; n < count; n++)
        pthread_join(threads[n], NULL);
    start = now() - start;
    for (int n = 0; n < count; n++)
        destroy(made[n]);
    return start;
}

static double two_at_once(void) { return at_once(2); }
static double four_at_once(void) { return at_once(4); }

static int building;
static double build_length;

static void *create_large(void *unused)
{
    double start = now();

    made[1] = create(1, 256);
    build_length = now() - start;
    __atomic_store_n(&building, 0, __ATOMIC_SEQ_CST);
    return unused;
}

static double unpause_beside_a_build(void)
{
    uint32_t other = create(0, 4);
    double worst = 0;
    pthread_t thread;

    building = 1;
    if (pthread_create(&thread, NULL, create_large, NULL))
        refused("pthread_create");
    while (__atomic_load_n(&building, __ATOMIC_SEQ_CST)) {
        double start = now();

        check(libxl_domain_unpause(ctx(), other, NULL), "libxl_domain_unpause");
        start = now() - start;
        worst = start > worst ? start : worst;
        check(libxl_domain_pause(ctx(), other, NULL), "libxl_domain_pause");
        nap(2000);
    }
    pthread_join(thread, NULL);
    destroy(made[1]);
    destroy(other);
    return worst;
}

static double length_of_the_build(void) { return build_length; }

const struct row create_rows[] = {
    { .name = "create", .title = "create + destroy", .aim = 0.8, .scenes = ALONE, .run = create_destroy },
    { .name = "create-4", .title = "the same with 4 network cards", .aim = 0.8, .scenes = ALONE, .prepare = with_4,
      .run = create_destroy },
    { .name = "create-16", .title = "the same with 16", .aim = 0.8, .scenes = ALONE, .prepare = with_16, .run = create_destroy },
    { .name = "creates-2", .title = "2 creations at once, on one ctx", .aim = 0.6, .scenes = ALONE, .figure = two_at_once,
      .unit = "ns" },
    { .name = "creates-4", .title = "4 creations at once, on one ctx", .aim = 0.6, .scenes = ALONE, .figure = four_at_once,
      .unit = "ns" },
    { .name = "beside-build", .title = "longest unpause of another domain while one is built (aim: 20 ms)", .aim = 1,
      .scenes = ALONE, .figure = unpause_beside_a_build, .unit = "ns" },
    { .name = "build", .title = "length of that creation, 256 MB", .scenes = ALONE, .figure = length_of_the_build, .unit = "ns",
      .with_last = 1 },
    { NULL }
};
