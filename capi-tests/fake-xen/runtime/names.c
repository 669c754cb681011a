/* Names of domains, which are unique, while others' change. */
#include "harness.h"

enum { OTHERS = 30 };
static atomic_bool stop;
static uint32_t others[OTHERS];

/* Names of other domains change without end. */
static void *renames(void *unused)
{
    (void)unused;
    while (!stop)
        for (int i = 0; i < OTHERS && !stop; i++)
            store(i % 2 ? "this" : "that", "/local/domain/%u/name", others[i]);
    return NULL;
}

static void names_change(void)
{
    libxl_ctx *ctx = new_ctx();
    uint32_t domid = new_domain(NO_ACK);
    pthread_t thread;
    char name[20];
    int rc;

    for (int i = 0; i < OTHERS; i++)
        others[i] = new_domain(NO_ACK);
    thread = start(renames, NULL);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "name-%d", i);
        rc = libxl_domain_rename(ctx, domid, NULL, name);
        check(!rc, "rename %d: %d", i, rc);
    }
    stop = true;
    finish(thread);
    check(!strcmp(stored("/local/domain/%u/name", domid), "name-19"), "another name");
    libxl_ctx_free(ctx);
}

/* Two at once want the same name. */
struct wish {
    libxl_ctx *ctx;
    uint32_t domid;
    pthread_barrier_t *together;
    int rounds, rc[400];
};

static void *wishes(void *argument)
{
    struct wish *wish = argument;
    char name[20];

    for (int i = 0; i < wish->rounds; i++) {
        snprintf(name, sizeof(name), "wish-%d", i);
        pthread_barrier_wait(wish->together);
        wish->rc[i] = libxl_domain_rename(wish->ctx, wish->domid, NULL, name);
    }
    return NULL;
}

static void names_unique(void)
{
    pthread_barrier_t together;
    static struct wish wish[2];
    pthread_t threads[2];

    pthread_barrier_init(&together, NULL, 2);
    for (int i = 0; i < 2; i++) {
        wish[i] = (struct wish){ new_ctx(), new_domain(NO_ACK), &together, 400 };
        threads[i] = start(wishes, &wish[i]);
    }
    for (int i = 0; i < 2; i++)
        finish(threads[i]);
    for (int i = 0; i < 400; i++)
        check(!wish[0].rc[i] != !wish[1].rc[i], "round %d: %d and %d", i, wish[0].rc[i], wish[1].rc[i]);
    for (int i = 0; i < 2; i++)
        libxl_ctx_free(wish[i].ctx);
}

const struct testcase name_cases[] = {
    { "names-change", names_change, 0, "a domain gets a name, however often others' change" },
    { "names-unique", names_unique, OURS_ONLY, "of two that get one name at once one is refused" },
    { 0 }
};
