/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UUIDs, which identify domains. Generated from idl/headers and src/capi: change it there. */

#ifndef LIBXL_H
#include <libxl.h> /* includes this file again, after the declaration of libxl_ctx */
#endif

#ifndef __LIBXL_UUID_H__
#define __LIBXL_UUID_H__

#include <stdint.h>

/* Before 4.7 this header included the system's own UUID functions. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040700
#if defined(__linux__)
#include <uuid/uuid.h>
#else
#include <uuid.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <assert.h>
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The 16 octets in the order of the text form. */
typedef struct {
    unsigned char uuid[16];
} libxl_uuid;

/* For printf: printf(LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid)). FMTLEN leaves out the final NUL. */
#define LIBXL_UUID_FMT "%02hhx%02hhx%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx%02hhx%02hhx%02hhx%02hhx"
#define LIBXL_UUID_FMTLEN ((2*16)+4)
#define LIBXL__UUID_BYTES(uuid) uuid[0], uuid[1], uuid[2], uuid[3], \
                                uuid[4], uuid[5], uuid[6], uuid[7], \
                                uuid[8], uuid[9], uuid[10], uuid[11], \
                                uuid[12], uuid[13], uuid[14], uuid[15]
#define LIBXL_UUID_BYTES(arg) LIBXL__UUID_BYTES((arg).uuid)

/* 1 if all of uuid is zero, else 0 (also for NULL). */
int libxl_uuid_is_nil(const libxl_uuid *uuid);

/* Sets uuid to a random value.
 *
 * Without a source of random numbers the process is aborted, since the function cannot return an
 * error. */
void libxl_uuid_generate(libxl_uuid *uuid);

/* Parses the text form with hyphens, in upper or lower case.
 *
 * 0, or -1 (as libuuid) if in_ is invalid; uuid is then unchanged. */
int libxl_uuid_from_string(libxl_uuid *uuid, const char *in_);

/* Copies a uuid. The ctx is not used and may be NULL. */
void libxl_uuid_copy(libxl_ctx *ctx_opt, libxl_uuid *dst, const libxl_uuid *src);

/* Sets uuid to all zero. */
void libxl_uuid_clear(libxl_uuid *uuid);

/* Less than, equal to or greater than 0 if uuid1 sorts before, equal to or after uuid2.
 *
 * NULL sorts before every uuid. */
int libxl_uuid_compare(const libxl_uuid *uuid1, const libxl_uuid *uuid2);

/* A pointer to the 16 bytes in uuid; NULL for NULL. */
const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid);

/* A pointer to the 16 bytes in uuid; NULL for NULL. */
uint8_t *libxl_uuid_bytearray(libxl_uuid *uuid);

#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040500
/* libxl_uuid_copy has the argument ctx since 4.5. */
static inline void libxl_uuid_copy_0x040400(libxl_uuid *dst, const libxl_uuid *src)
{
    libxl_uuid_copy(NULL, dst, src);
}
#define libxl_uuid_copy libxl_uuid_copy_0x040400
#endif

#ifdef __cplusplus
}
#endif

#endif /* __LIBXL_UUID_H__ */
