/* Uuids, the small built-in types, and bitmaps. */
#include "common.h"

static void show_uuid(const char *what, const libxl_uuid *uuid)
{
    printf("%s " LIBXL_UUID_FMT "\n", what, LIBXL_UUID_BYTES(*uuid));
}

static int sign(int n) { return (n > 0) - (n < 0); }

void uuids(void)
{
    static const char *const odd[] = {
        "", "-", "01234567-89ab-cdef-0011-2233445566ff", "01234567-89AB-CDEF-0011-2233445566FF",
        "{01234567-89ab-cdef-0011-2233445566ff}", "0123456789abcdef00112233445566ff",
        "01234567-89ab-cdef-0011-2233445566f", "01234567-89ab-cdef-0011-2233445566fff",
        " 1234567-89ab-cdef-0011-2233445566ff", "01234567-89ab-cdef-0011-2233445566ff ",
        "01234567-89ab-cdef-0011-2233445566f\n", "0x234567-89ab-cdef-0011-2233445566ff",
        "+1234567-89ab-cdef-0011-2233445566ff", "-1234567-89ab-cdef-0011-2233445566ff",
        "01234567-89ab-cdef-0011 2233445566ff", "0123456-789ab-cdef-0011-2233445566ff",
        "------------------------------------", "\xff\xfe", NULL
    };
    libxl_uuid a, b;

    libxl_uuid_clear(&a);
    show_uuid("clear", &a);
    for (int i = 0; odd[i]; i++) {
        int rc = libxl_uuid_from_string(&a, odd[i]);
        printf("'%s' %d ", odd[i], rc);
        show_uuid("is", &a);
    }
    for (int i = 0; i < 4000; i++) {
        static const char alphabet[] = "0123456789abcdefABCDEF-gxG :";
        char text[64];
        unsigned len = 36, spoil = rnd(4);
        for (unsigned j = 0; j < len; j++)
            text[j] = j == 8 || j == 13 || j == 18 || j == 23 ? '-' : alphabet[rnd(22)];
        if (spoil == 1) text[rnd(len)] = alphabet[rnd(sizeof alphabet - 1)];
        if (spoil == 2) len = 34 + rnd(4);
        text[36] = alphabet[rnd(16)];
        text[len] = 0;
        libxl_uuid_copy(rnd(2) ? ctx : NULL, &b, &a);
        int rc = libxl_uuid_from_string(&a, text);
        printf("%s %d %d %d %d ", text, rc, libxl_uuid_is_nil(&a),
               sign(libxl_uuid_compare(&a, &b)), sign(libxl_uuid_compare(&b, &b)));
        show_uuid("is", &a);
        /* Nearly equal ones, for the order. */
        libxl_uuid_copy(NULL, &b, &a);
        libxl_uuid_bytearray(&b)[rnd(16)] ^= 1 << rnd(8);
        printf(" order %d byte %u\n", sign(libxl_uuid_compare(&a, &b)),
               libxl_uuid_bytearray_const(&b)[3]);
    }
    for (int i = 0; i < 100; i++) {
        libxl_uuid_generate(&b);
        if ((b.uuid[6] & 0xf0) != 0x40 || (b.uuid[8] & 0xc0) != 0x80) puts("not of version 4");
        if (!libxl_uuid_compare(&a, &b)) puts("twice the same");
        libxl_uuid_copy(NULL, &a, &b);
    }
}

static void show_list(const char *what, libxl_string_list list)
{
    printf("%s (%d):", what, libxl_string_list_length(&list));
    for (int i = 0; list && list[i]; i++) printf(" '%s'", list[i]);
    puts("");
}

static void show_pairs(const char *what, libxl_key_value_list list)
{
    printf("%s (%d):", what, libxl_key_value_list_length(&list));
    for (int i = 0; list && list[i]; i += 2)
        printf(" '%s'='%s'", list[i], list[i + 1] ? list[i + 1] : "NULL");
    puts("");
}

static void defbools(void)
{
    libxl_defbool db = { 0 };
    for (int v = -3; v <= 3; v++) {
        db.val = v;
        printf("defbool %d: %d %s", v, libxl_defbool_is_default(db), libxl_defbool_to_string(db));
        if (v) printf(" %d", libxl_defbool_val(db));
        libxl_defbool_setdefault(&db, true);
        printf(" %d", db.val);
        db.val = v;
        libxl_defbool_setdefault(&db, false);
        printf(" %d", db.val);
        libxl_defbool_set(&db, v & 1);
        printf(" %d", db.val);
        libxl_defbool_unset(&db);
        printf(" %d\n", db.val);
    }
    fflush(stdout);
    pid_t pid = fork();
    if (!pid) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 2);
        db.val = 0;
        _exit(libxl_defbool_val(db));
    }
    int status;
    waitpid(pid, &status, 0);
    printf("value of a default: %s\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT
           ? "aborts" : "goes on");
}

void builtins(void)
{
    libxl_mac mac = { 0, 0x16, 0x3e, 1, 2, 0xff }, mac2 = { 0 };
    libxl_hwcap cap = { 1, 2, 3, 4, 5, 6, 7, ~0u }, cap2 = { 0 };
    libxl_ms_vm_genid id = { { 0 } }, id2;

    libxl_mac_copy(ctx, &mac2, &mac);
    printf("mac %02x:%02x:%02x:%02x:%02x:%02x\n", mac2[0], mac2[1], mac2[2], mac2[3], mac2[4],
           mac2[5]);
    libxl_hwcap_copy(ctx, &cap2, &cap);
    printf("hwcap %d\n", memcmp(cap, cap2, sizeof cap));
    printf("genid zero %d", libxl_ms_vm_genid_is_zero(&id));
    printf(" generate %d", libxl_ms_vm_genid_generate(ctx, &id));
    printf(" zero %d", libxl_ms_vm_genid_is_zero(&id));
    libxl_ms_vm_genid_copy(ctx, &id2, &id);
    printf(" copy %d\n", memcmp(&id, &id2, sizeof id));

    char *from = strdup("some text"), *to = (char *)"before";
    libxl_string_copy(ctx, &to, &from);
    printf("string '%s' %d\n", to, to == from);
    free(from);
    free(to);
    from = NULL;
    libxl_string_copy(ctx, &to, &from);
    printf("no string %d\n", to == NULL);

    for (int n = -1; n < 40; n++) {
        libxl_string_list list = n < 0 ? NULL : calloc(n + 1, sizeof(char *)), copy = NULL;
        for (int i = 0; i < n; i++) {
            list[i] = malloc(32);
            snprintf(list[i], 32, "%.*s%d", (int)rnd(8), "abcdefgh", i);
        }
        show_list("list", list);
        libxl_string_list_copy(ctx, &copy, &list);
        show_list("copy", copy);
        libxl_string_list_dispose(&list);
        libxl_string_list_dispose(&list);
        show_list("gone", list);
        libxl_string_list_dispose(&copy);

        libxl_key_value_list pairs = n < 0 ? NULL : calloc(2 * n + 1, sizeof(char *)), pcopy;
        for (int i = 0; i < n; i++) {
            pairs[2 * i] = strdup(i & 1 ? "key" : "");
            pairs[2 * i + 1] = rnd(3) ? strdup("value") : NULL;
        }
        show_pairs("pairs", pairs);
        libxl_key_value_list_copy(ctx, &pcopy, &pairs);
        show_pairs("copy", pcopy);
        libxl_key_value_list_dispose(&pairs);
        libxl_key_value_list_dispose(&pairs);
        show_pairs("gone", pairs);
        libxl_key_value_list_dispose(&pcopy);
    }
    defbools();
}

static void show_map(const char *what, const libxl_bitmap *map)
{
    char *hex = libxl_bitmap_to_hex_string(ctx, map);
    printf("%s %u %s full %d empty %d count %d\n", what, map->size, hex,
           libxl_bitmap_is_full(map), libxl_bitmap_is_empty(map), libxl_bitmap_count_set(map));
    free(hex);
}

void bitmaps(void)
{
    libxl_bitmap maps[4];

    for (int i = 0; i < 4; i++) libxl_bitmap_init(&maps[i]);
    for (int i = 0; i < 4; i++) {
        show_map("init", &maps[i]);
        printf("alloc %d\n", libxl_bitmap_alloc(ctx, &maps[i], (int)rnd(70)));
    }
    for (int bits = -14; bits < 70; bits++) {
        libxl_bitmap map;
        int rc = libxl_bitmap_alloc(ctx, &map, bits);
        printf("%d bits: %d ", bits, rc);
        show_map("are", &map);
        libxl_bitmap_dispose(&map);
        libxl_bitmap_dispose(&map);
        printf("%u %d\n", map.size, map.map == NULL);
    }
    for (int i = 0; i < 6000; i++) {
        libxl_bitmap *map = &maps[rnd(4)], *a = &maps[rnd(4)], *b = &maps[rnd(4)], fresh;
        int bit = (int)rnd(90) - 10;
        if (!rnd(50)) bit = rnd(2) ? 0x7fffffff : -0x7fffffff - 1;
        switch (rnd(9)) {
        case 0: case 1: case 2:
            libxl_bitmap_set(map, bit);
            printf("set %d\n", bit);
            break;
        case 3:
            libxl_bitmap_reset(map, bit);
            printf("reset %d\n", bit);
            break;
        case 4:
            printf("test %d: %d\n", bit, libxl_bitmap_test(map, bit));
            break;
        case 5: case 6:
            libxl_bitmap_init(&fresh);
            printf("combine: %d\n", rnd(2) ? libxl_bitmap_or(ctx, &fresh, a, b)
                                           : libxl_bitmap_and(ctx, &fresh, a, b));
            libxl_bitmap_dispose(map);
            *map = fresh;
            break;
        case 7:
            libxl_bitmap_copy_alloc(ctx, &fresh, a);
            libxl_bitmap_dispose(map);
            *map = fresh;
            if (rnd(8) == 0) libxl_bitmap_set_any(map);
            break;
        case 8:
            if (!rnd(3)) {
                libxl_bitmap_dispose(map);
                printf("alloc %d\n", libxl_bitmap_alloc(ctx, map, (int)rnd(130)));
            } else if (a->size == b->size) {
                libxl_bitmap_copy(ctx, a, b);
                printf("equal %d\n", libxl_bitmap_equal(a, b, 0));
            }
            break;
        }
        show_map("map", map);
    }
    for (int i = 0; i < 4; i++) libxl_bitmap_dispose(&maps[i]);
    libxl_bitmap_dispose(NULL);
}
