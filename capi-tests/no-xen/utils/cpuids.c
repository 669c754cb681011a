/* Cpuid policies: every name that may be one with every form of value, long random policies, xend's
 * syntax. A policy is looked at through its JSON. */
#include "common.h"
#include <yajl/yajl_gen.h>

static const char *const values[] = {
    "0", "1", "x", "k", "s", "", "00", "10", "0x1f", "017", "08", "-1", "255", "256", "15", "16", "17",
    "127", "128", "135", "142", "143", "200", "4294967295", "18446744073709551615",
    "18446744073709551616", "-18446744073709551616", " 5", "\t\v7", "+3", "xk", "k ", "abc", "1junk", "0x",
    "0X7F", "0xg", "X", "K", "-", "+", "-x", "=", "1=2", "\xff", NULL
};

static void show(const char *what, libxl_cpuid_policy_list policy)
{
    const unsigned char *text = (const unsigned char *)"?";
    size_t len = 1;
    yajl_gen gen = yajl_gen_alloc(NULL);
    libxl_cpuid_policy_list_gen_json(gen, &policy);
    yajl_gen_get_buf(gen, &text, &len);
    printf("%s (%d) %.*s\n", what, libxl_cpuid_policy_list_length(&policy), (int)len, text);
    yajl_gen_free(gen);
}

static void one(const char *name, const char *value)
{
    libxl_cpuid_policy_list policy = NULL;
    char *text = NULL;
    if (asprintf(&text, "%s%s%s", name, value ? "=" : "", value ? value : "") < 0) abort();
    int rc = libxl_cpuid_parse_config(&policy, text);
    /* Most of the words are not names. */
    if (rc != 2) {
        printf("%s %d ", text, rc);
        show("", policy);
    }
    libxl_cpuid_dispose(&policy);
    free(text);
}

static char *xend(void)
{
    static const char *const leaf[] = {
        "0", "1", "0x80000001", "7", " 4", "-1", "0xffffffff", "4294967297", "", "x", "010", NULL
    };
    static const char *const reg[] = {
        "eax", "ebx", "ecx", "edx", "eex", "e", "ea", "fax", "EAX", "eaxx", "eay", "", " eax", NULL
    };
    static const char *const sep[] = { ",", ", ", ",\n  ", ",,", ",\t", "", " ", NULL };
    static char out[1024];
    size_t n = 0;
#define ADD(...) (n += (size_t)snprintf(out + n, sizeof out - n, __VA_ARGS__))
    ADD("%s", leaf[rnd(11)]);
    if (rnd(2)) ADD(",%s", rnd(5) ? "0x2" : pick(leaf));
    ADD("%s", rnd(20) ? ":" : rnd(2) ? "" : ";");
    for (unsigned i = rnd(5); i > 0; i--) {
        ADD("%s%s", reg[rnd(rnd(3) ? 4 : 13)], rnd(20) ? "=" : "");
        unsigned len = rnd(15) ? 32 : 30 + rnd(5);
        while (len--) ADD("%c", "01xks?"[rnd(rnd(8) ? 5 : 6)]);
        if (i > 1 || !rnd(4)) ADD("%s", rnd(6) ? "," : pick(sep));
    }
    return out;
}

void cpuids(const char *names_file)
{
    static char *names[20000], *good[2000];
    size_t n = 0, ngood = 0, room = 0;
    char *line = NULL;
    ssize_t len;
    FILE *f = fopen(names_file, "r");

    if (!f) {
        perror(names_file);
        exit(2);
    }
    while (n < 19999 && (len = getline(&line, &room, f)) > 0) {
        line[len - 1] = 0;
        names[n++] = strdup(line);
    }
    free(line);
    fclose(f);

    for (size_t i = 0; i < n; i++) {
        libxl_cpuid_policy_list policy = NULL;
        char text[300];
        snprintf(text, sizeof text, "%.250s=1", names[i]);
        int rc = libxl_cpuid_parse_config(&policy, text);
        if (rc != 2 && ngood < 1999) good[ngood++] = names[i];
        libxl_cpuid_dispose(&policy);
        one(names[i], "x");
    }
    printf("%zu names\n", ngood);
    for (size_t i = 0; i < ngood; i++) {
        one(good[i], NULL);
        for (int v = 0; values[v]; v++) one(good[i], values[v]);
    }
    for (int i = 0; ngood && i < 3000; i++) {
        libxl_cpuid_policy_list policy = NULL, copy = (void *)1;
        for (unsigned j = rnd(30); j > 0; j--) {
            char text[300];
            int rc;
            if (rnd(5)) {
                snprintf(text, sizeof text, "%s%s%s", rnd(40) ? good[rnd((unsigned)ngood)] : "nonsense",
                         rnd(60) ? "=" : "", pick(values));
                rc = libxl_cpuid_parse_config(&policy, text);
                printf("%s: %d\n", text, rc);
            } else {
                const char *t = xend();
                rc = libxl_cpuid_parse_config_xend(&policy, t);
                printf("%s: %d\n", t, rc);
            }
        }
        show("policy", policy);
        libxl_cpuid_policy_list_copy(ctx, &copy, &policy);
        show("copy", copy);
        libxl_cpuid_dispose(&policy);
        libxl_cpuid_dispose(&policy);
        show("copy alone", copy);
        libxl_cpuid_dispose(&copy);
    }
    for (int i = 0; i < 4000; i++) {
        libxl_cpuid_policy_list policy = NULL;
        const char *t = xend();
        printf("%s: %d ", t, libxl_cpuid_parse_config_xend(&policy, t));
        show("", policy);
        libxl_cpuid_dispose(&policy);
    }
    while (n--) free(names[n]);
}
