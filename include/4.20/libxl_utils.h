/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, look-ups, bitmaps and files. Generated from idl/headers and src/capi: change it there. */

#ifndef LIBXL_UTILS_H
#define LIBXL_UTILS_H

#include <libxl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The last component of a path, from malloc: the caller frees it, although it was const before 4.5. */
#ifndef LIBXL_HAVE_NONCONST_LIBXL_BASENAME_RETURN_VALUE
const
#endif
char *libxl_basename(const char *name);

/* Returns the amount of shadow memory in KiB that a guest with maxmem_kb KiB and smp_cpus vcpus
 * needs. */
unsigned long libxl_get_required_shadow_memory(unsigned long maxmem_kb,
                                               unsigned int smp_cpus);

/* ---- Names and identifiers of domains and cpupools ---- */

/* Stores the domid of the domain named name in *domid; ERROR_INVAL if there is no such domain. */
int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);

/* Stores the domid of the domain that name identifies, by its domid (digits only; the domain need
 * not exist) or by its name, in *domid; ERROR_INVAL if no domain has the name, or the number is
 * invalid. */
int libxl_domain_qualifier_to_domid(libxl_ctx *ctx,
                                    const char *name,
                                    uint32_t *domid);

/* Returns the name of a domain, for the caller to free; NULL if it has none. */
char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);

/* Stores the id of the cpupool that p identifies, by its id (digits only; the cpupool need not
 * exist) or by its name, in *poolid_r, and in *was_name_r, unless that is NULL, 1 if p is not a
 * number. */
int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx,
                                         const char *p,
                                         uint32_t *poolid_r,
                                         int *was_name_r);

/* Stores the id of the cpupool named name in *poolid; ERROR_INVAL if there is no such cpupool. */
int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid);

/* Returns the name of a cpupool, for the caller to free; NULL if there is no such cpupool. */
char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid);

/* 1 if there is a cpupool with this id, else 0. */
int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid);

/* Returns the domid of the stub domain of guest_domid; 0 if it has none. */
int libxl_get_stubdom_id(libxl_ctx *ctx, int guest_domid);

/* 1 if the domain is the stub domain of another one, whose domid is stored in *target_domid unless
 * that is NULL; otherwise 0. */
int libxl_is_stubdom(libxl_ctx *ctx,
                     uint32_t domid,
                     uint32_t *target_domid);

/* ---- Finding a device ---- */

/* Stores the first interface with this MAC address in *nic, to be freed with
 * libxl_device_nic_dispose. ERROR_INVAL if the address is invalid (*nic is unchanged) or no
 * interface has it (*nic is all zero); ERROR_FAIL if the domain has no interfaces. */
int libxl_mac_to_device_nic(libxl_ctx *ctx,
                            uint32_t domid,
                            const char *mac,
                            libxl_device_nic *nic);

/* Stores the network interface with this devid in *nic, to be freed with libxl_device_nic_dispose.
 * ERROR_NOTFOUND if there is none, ERROR_FAIL if its nodes are invalid; *nic then has the values of
 * libxl_device_nic_init. */
int libxl_devid_to_device_nic(libxl_ctx *ctx,
                              uint32_t domid,
                              int devid,
                              libxl_device_nic *nic);

/* Stores the disk vdev in *disk, to be freed with libxl_device_disk_dispose. ERROR_INVAL if vdev is
 * not a valid vdev, or if the domain has both Xen and virtio disks; ERROR_FAIL if there is no such
 * disk, or if its nodes are invalid. */
int libxl_vdev_to_device_disk(libxl_ctx *ctx,
                              uint32_t domid,
                              const char *vdev,
                              libxl_device_disk *disk);

/* Stores the first TPM with this uuid in *vtpm. 1 if none has it, ERROR_FAIL if the domain has no
 * TPMs. */
int libxl_uuid_to_device_vtpm(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_uuid *uuid,
                              libxl_device_vtpm *vtpm);

/* Stores the first TPM with this devid in *vtpm. 1 if none has it, ERROR_FAIL if the domain has no
 * TPMs. */
int libxl_devid_to_device_vtpm(libxl_ctx *ctx,
                               uint32_t domid,
                               int devid,
                               libxl_device_vtpm *vtpm);

/* Stores the USB controller with this devid in *usbctrl, to be freed with
 * libxl_device_usbctrl_dispose. ERROR_NOTFOUND if there is none, ERROR_FAIL if its nodes are
 * invalid; *usbctrl then has the values of libxl_device_usbctrl_init. */
int libxl_devid_to_device_usbctrl(libxl_ctx *ctx,
                                  uint32_t domid,
                                  int devid,
                                  libxl_device_usbctrl *usbctrl);

/* Stores the keyboard with this devid in *vkb, to be freed with libxl_device_vkb_dispose.
 * ERROR_NOTFOUND if there is none whose nodes are valid; *vkb then has the values of
 * libxl_device_vkb_init. */
int libxl_devid_to_device_vkb(libxl_ctx *ctx,
                              uint32_t domid,
                              int devid,
                              libxl_device_vkb *vkb);

/* Stores the display with this devid in *vdispl, to be freed with libxl_device_vdispl_dispose.
 * ERROR_NOTFOUND if there is none, ERROR_FAIL if its nodes are invalid; *vdispl then has the values
 * of libxl_device_vdispl_init. */
int libxl_devid_to_device_vdispl(libxl_ctx *ctx,
                                 uint32_t domid,
                                 int devid,
                                 libxl_device_vdispl *vdispl);

/* Stores the sound card with this devid in *vsnd, to be freed with libxl_device_vsnd_dispose.
 * ERROR_NOTFOUND if there is none whose nodes are valid; *vsnd then has the values of
 * libxl_device_vsnd_init. */
int libxl_devid_to_device_vsnd(libxl_ctx *ctx,
                               uint32_t domid,
                               int devid,
                               libxl_device_vsnd *vsnd);

/* Stores the host's device at a port of a controller in *usbdev, to be freed with
 * libxl_device_usbdev_dispose. ERROR_FAIL if there is none; *usbdev is then unchanged. */
int libxl_ctrlport_to_device_usbdev(libxl_ctx *ctx,
                                    uint32_t domid,
                                    int ctrl,
                                    int port,
                                    libxl_device_usbdev *usbdev);

/* ---- Files, descriptors, children ---- */

/* Rotates the log file /var/log/xen/NAME.log: an old one is renamed, and ten are kept. The new file
 * is not created.
 *
 * 0 and its path in *full_name, to be freed by the caller; ERROR_FAIL if an old one cannot be
 * renamed. */
int libxl_create_logfile(libxl_ctx *ctx,
                         const char *name,
                         char **full_name);

/* Stores in *backend the disk back end with an old-style name: phy, file, qdisk, standalone, and
 * from Xen 4.19 on vbd3.
 *
 * Returns 0. As in the C library, *backend is unchanged for any other name, and tap without a
 * format is ERROR_INVAL. */
int libxl_string_to_backend(libxl_ctx *ctx,
                            char *s,
                            libxl_disk_backend *backend);

/* Reads a whole regular file into memory that the caller frees. Each of the two result pointers may
 * be NULL; for an empty file the results are NULL and 0.
 *
 * 0, or an errno value: ENOENT without a log line, ENOTTY if it is not a regular file, EFBIG,
 * EPROTO if the file shrinks meanwhile. On an error the results are unchanged. */
int libxl_read_file_contents(libxl_ctx *ctx,
                             const char *filename,
                             void **data_r,
                             int *datalen_r);

/* Reads exactly sz bytes, with as many reads as necessary. filename and what (may be NULL) are for
 * the log; if the ctx is NULL, nothing is logged.
 *
 * 0, or an errno value; EPROTO if the file ends earlier. */
int libxl_read_exactly(libxl_ctx *ctx,
                       int fd,
                       void *data,
                       ssize_t sz,
                       const char *filename,
                       const char *what);

/* Writes exactly sz bytes, with as many writes as necessary. filename and what (may be NULL) are
 * for the log; if the ctx is NULL, nothing is logged.
 *
 * 0, or an errno value; EPROTO if a write returns 0. */
int libxl_write_exactly(libxl_ctx *ctx,
                        int fd,
                        const void *data,
                        ssize_t sz,
                        const char *filename,
                        const char *what);

/* pipe(2) with a log line if it fails: the reading end is first. The ends are not close-on-exec,
 * since callers pass them to programs.
 *
 * 0 or -1 (not an ERROR_* code). */
int libxl_pipe(libxl_ctx *ctx,
               int *pipes);

/* Logs at level how child pid ended, from the status of waitpid, also for exit status 0. */
void libxl_report_child_exitstatus(libxl_ctx *ctx,
                                   xentoollog_level level,
                                   const char *what,
                                   pid_t pid,
                                   int status);

/* ---- Bitmaps ---- */

/* Initialises bitmap with n_bits bits, rounded up to whole bytes, all clear. Its previous content
 * is ignored and not freed.
 *
 * 0, ERROR_INVAL for a negative size, ERROR_NOMEM. */
int libxl_bitmap_alloc(libxl_ctx *ctx,
                       libxl_bitmap *bitmap,
                       int n_bits);

/* Initialises dptr as a copy of sptr. Its previous content is ignored and not freed. */
void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);

/* Copies the bits of sptr to dptr, which must have the same size.
 *
 * Different sizes are a defect of the application, for which the C library aborts the process: here
 * it is logged and dptr is unchanged. */
void libxl_bitmap_copy(libxl_ctx *ctx,
                       libxl_bitmap *dptr,
                       const libxl_bitmap *sptr);

/* 1 if every bit is set (also for a bitmap of size 0), else 0. */
int libxl_bitmap_is_full(const libxl_bitmap *bitmap);

/* 1 if no bit is set, else 0. */
int libxl_bitmap_is_empty(const libxl_bitmap *bitmap);

/* 1 if bit is set, else 0. A bit past the end counts as clear. */
int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit);

/* Sets bit; does nothing for a bit past the end. */
void libxl_bitmap_set(libxl_bitmap *bitmap, int bit);

/* Clears bit; does nothing for a bit past the end. */
void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit);

/* Returns the number of bits that are set. */
int libxl_bitmap_count_set(const libxl_bitmap *bitmap);

/* Initialises or_map as the union of the two bitmaps, with the size of the larger one. Its previous
 * content is ignored and not freed, so it must not be one of the two.
 *
 * 0, ERROR_INVAL for NULL, ERROR_NOMEM. */
int libxl_bitmap_or(libxl_ctx *ctx,
                    libxl_bitmap *or_map,
                    const libxl_bitmap *map1,
                    const libxl_bitmap *map2);

/* Initialises and_map as the intersection of the two bitmaps, with the size of the smaller one. Its
 * previous content is ignored and not freed, so it must not be one of the two.
 *
 * 0, ERROR_INVAL for NULL, ERROR_NOMEM. */
int libxl_bitmap_and(libxl_ctx *ctx,
                     libxl_bitmap *and_map,
                     const libxl_bitmap *map1,
                     const libxl_bitmap *map2);

/* Returns 0x and two hexadecimal digits for each byte, the last byte first. To be freed by the
 * caller. */
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx,
                                 const libxl_bitmap *bitmap);

/* Initialises *cpumap for max_cpus cpus, or for 0 the host's maximum, all clear. */
int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus);

/* Initialises *nodemap for max_nodes nodes, or for 0 the host's maximum, all clear. */
int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes);

/* Initialises *socketmap for max_sockets sockets, or for 0 those that the host has, all clear. */
int libxl_socket_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *socketmap, int max_sockets);

/* Sets in *socketmap the sockets that have an online cpu. */
int libxl_get_online_socketmap(libxl_ctx *ctx, libxl_bitmap *socketmap);

/* Sets in *cpumap the cpus of the nodes in *nodemap. */
int libxl_nodemap_to_cpumap(libxl_ctx *ctx, const libxl_bitmap *nodemap, libxl_bitmap *cpumap);

/* Sets in *cpumap the cpus of one node. */
int libxl_node_to_cpumap(libxl_ctx *ctx, int node, libxl_bitmap *cpumap);

/* Sets in *nodemap the nodes of the cpus in *cpumap. */
int libxl_cpumap_to_nodemap(libxl_ctx *ctx, const libxl_bitmap *cpumap, libxl_bitmap *nodemap);

/* Sets every bit, including those past the last CPU or node. */
static inline void libxl_bitmap_set_any(libxl_bitmap *bitmap)
{
    memset(bitmap->map, 0xff, bitmap->size);
}

/* Clears every bit. */
static inline void libxl_bitmap_set_none(libxl_bitmap *bitmap)
{
    memset(bitmap->map, 0, bitmap->size);
}

/* Whether the bitmap is large enough for that bit. */
static inline int libxl_bitmap_cpu_valid(libxl_bitmap *bitmap, int bit)
{
    return bit >= 0 && (uint32_t)bit < bitmap->size * 8;
}

/* Whether the first nr_bits bits are equal; 0 compares as many as the larger bitmap has. A bit past the end of a
 * bitmap counts as clear. */
static inline int libxl_bitmap_equal(const libxl_bitmap *ba, const libxl_bitmap *bb, int nr_bits)
{
    uint32_t larger = ba->size < bb->size ? bb->size : ba->size;
    int bit, end = nr_bits != 0 ? nr_bits : (int)(larger * 8);

    for (bit = 0; bit < end; bit++)
        if (libxl_bitmap_test(ba, bit) != libxl_bitmap_test(bb, bit))
            return 0;
    return 1;
}

/* Loops over the numbers of all bits of a libxl_bitmap, or of those that are set. */
#define libxl_for_each_bit(var, map) for (var = 0; var < (map).size * 8; var++)
#define libxl_for_each_set_bit(v, m) for (v = 0; v < (m).size * 8; v++) \
                                         if (libxl_bitmap_test(&(m), v))

/* ---- Miscellaneous ---- */

/* KiB to MiB, rounded up. */
static inline uint32_t libxl__sizekb_to_mb(uint32_t s)
{
    return (s + 1023) / 1024;
}

/* Stores a copy of the string in *dst; NULL for NULL. */
void libxl_string_copy(libxl_ctx *ctx, char **dst, char *const *src);

/* Fills an object with zero bytes. */
#define LIBXL_FILLZERO(object) (memset(&(object), 0, sizeof((object))))

#ifdef __cplusplus
}
#endif

#endif /* LIBXL_UTILS_H */
