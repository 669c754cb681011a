/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing libxl's types with yajl. Generated from idl/headers and src/capi: change it there. */

#ifndef LIBXL_JSON_H
#define LIBXL_JSON_H

#include <libxl.h>

#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>
#include <yajl/yajl_version.h>

#if !defined(YAJL_MAJOR) || YAJL_MAJOR < 2
#error libxl_json.h needs yajl 2
#endif
#define HAVE_YAJL_V2 1

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a libxl_defbool to the application's yajl generator: "True", "False" or "<default>". */
yajl_gen_status libxl_defbool_gen_json(yajl_gen hand,
                                       libxl_defbool *p);

/* Writes a libxl_mac to the application's yajl generator: text with colons, in small letters. */
yajl_gen_status libxl_mac_gen_json(yajl_gen hand, libxl_mac *p);

/* Writes a libxl_bitmap to the application's yajl generator: the array of the numbers that are set. */
yajl_gen_status libxl_bitmap_gen_json(yajl_gen hand,
                                      libxl_bitmap *p);

/* Writes a libxl_cpuid_policy_list to the application's yajl generator: a map of the arrays cpuid
 * and msr. */
yajl_gen_status libxl_cpuid_policy_list_gen_json(yajl_gen hand,
                                                 libxl_cpuid_policy_list *p);

/* Writes a libxl_string_list to the application's yajl generator: an array of strings. */
yajl_gen_status libxl_string_list_gen_json(yajl_gen hand, libxl_string_list *p);

/* Writes a libxl_key_value_list to the application's yajl generator: a map of strings; a value that
 * is NULL is null. */
yajl_gen_status libxl_key_value_list_gen_json(yajl_gen hand,
                                              libxl_key_value_list *p);

/* Writes a libxl_hwcap to the application's yajl generator: the array of its first four words. */
yajl_gen_status libxl_hwcap_gen_json(yajl_gen hand, libxl_hwcap *p);

/* Writes a libxl_ms_vm_genid to the application's yajl generator: the array of its 16 bytes. */
yajl_gen_status libxl_ms_vm_genid_gen_json(yajl_gen hand, libxl_ms_vm_genid *p);

/* Writes a libxl_uuid to the application's yajl generator: its text, in small letters. */
yajl_gen_status libxl_uuid_gen_json(yajl_gen hand, libxl_uuid *p);

#include <_libxl_types_json.h>

/* The type of yajl's string lengths. */
typedef size_t libxl_yajl_length;

/* A parser that ignores what follows the first value. NULL if memory is exhausted. */
static inline yajl_handle libxl__yajl_alloc(const yajl_callbacks *callbacks,
                                            yajl_alloc_funcs *allocFuncs, void *ctx)
{
    yajl_handle parser = yajl_alloc(callbacks, allocFuncs, ctx);

    if (parser)
        yajl_config(parser, yajl_allow_trailing_garbage, 1);
    return parser;
}

/* A generator for text with line breaks and indentation. NULL if memory is exhausted. */
static inline yajl_gen libxl_yajl_gen_alloc(const yajl_alloc_funcs *allocFuncs)
{
    yajl_gen gen = yajl_gen_alloc(allocFuncs);

    if (gen)
        yajl_gen_config(gen, yajl_gen_beautify, 1);
    return gen;
}

#ifdef __cplusplus
}
#endif

#endif /* LIBXL_JSON_H */
