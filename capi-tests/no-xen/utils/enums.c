/* Every enum's names: of every number in a wide range, and back in several spellings. The list of enums
 * is made from the installed header. */
#include "common.h"
#include <ctype.h>

static void from(const char *what, int (*from_string)(const char *, int *), const char *text)
{
    int value = 123456;
    int rc = from_string(text, &value);
    printf("%s '%s': %d %d\n", what, text, rc, value);
}

static void check(const char *what, const char *(*to_string)(int),
                  int (*from_string)(const char *, int *))
{
    for (int value = -70; value < 600; value++) {
        const char *name = to_string(value);
        if (!name) continue;
        printf("%s %d '%s'\n", what, value, name);
        char text[128];
        size_t len = strlen(name);
        for (int i = 0; i < 8; i++) {
            snprintf(text, sizeof text, "%s", name);
            for (size_t j = 0; j < len; j++)
                text[j] = (char)(rnd(2) ? toupper(text[j]) : tolower(text[j]));
            if (i == 5 && len) text[len - 1] = 0;
            if (i == 6) text[len] = 'x', text[len + 1] = 0;
            if (i == 7 && len) text[rnd((unsigned)len)] = (char)(1 + rnd(255));
            from(what, from_string, text);
        }
    }
    static const char *const odd[] = { "", " ", "unknown", "default", "none", "0", "\xff", NULL };
    for (int i = 0; odd[i]; i++) from(what, from_string, odd[i]);
}

#define ENUM(name) \
    static const char *name##_to(int v) { return libxl_##name##_to_string((libxl_##name)v); } \
    static int name##_from(const char *s, int *v) \
    { \
        libxl_##name e = (libxl_##name)*v; \
        int rc = libxl_##name##_from_string(s, &e); \
        *v = (int)e; \
        return rc; \
    }
#include "enums.inc"
#undef ENUM

void enums(void)
{
#define ENUM(name) check(#name, name##_to, name##_from);
#include "enums.inc"
}
