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

/* How many KiB of shadow memory a guest of maxmem_kb and smp_cpus needs. */
unsigned long libxl_get_required_shadow_memory(unsigned long maxmem_kb, unsigned int smp_cpus);

/* ---- Names and identifiers of domains and cpupools ---- */

/* The number of the domain named name, into domid; ERROR_INVAL if there is none. */
int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);

/* The number of the domain that name tells by number (digits only, not checked) or by name, into
 * domid; ERROR_INVAL if no domain has the name, or the number is none. */
int libxl_domain_qualifier_to_domid(libxl_ctx *ctx, const char *name, uint32_t *domid);

/* The name of a domain, for the caller to free; NULL if it has none. */
char *libxl_domid_to_name(libxl_ctx *ctx, uint32_t domid);

/* The number of the cpupool that p tells by number (digits only, not checked) or by name, into
 * poolid_r; 1 into was_name_r, unless that is NULL, if p is not a number. */
int libxl_cpupool_qualifier_to_cpupoolid(libxl_ctx *ctx,
                                         const char *p,
                                         uint32_t *poolid_r,
                                         int *was_name_r);

/* The number of the cpupool named name, into poolid; ERROR_INVAL if there is none. */
int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid);

/* The name of a cpupool, for the caller to free; NULL if there is no such pool. */
char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid);

/* Whether there is a cpupool of that number: 1 if so. */
int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid);

/* The number of the domain that runs the device model of guest_domid; 0 if there is none. */
int libxl_get_stubdom_id(libxl_ctx *ctx, int guest_domid);

/* Whether the domain runs the device model of another: 1 if so, and the other's number into
 * target_domid, unless that is NULL. */
int libxl_is_stubdom(libxl_ctx *ctx, uint32_t domid, uint32_t *target_domid);

/* ---- Finding a device ---- */

/* The first interface with that address, into nic, for libxl_device_nic_dispose. ERROR_INVAL if the
 * text is no address, nic then as it was, or if none has it, nic then all zero; ERROR_FAIL if the
 * domain has no interfaces. */
int libxl_mac_to_device_nic(libxl_ctx *ctx,
                            uint32_t domid,
                            const char *mac,
                            libxl_device_nic *nic);

/* The network interface with that number, into nic, for libxl_device_nic_dispose. ERROR_NOTFOUND if
 * there is none, ERROR_FAIL if its nodes are invalid; nic is then as libxl_device_nic_init makes
 * it. */
int libxl_devid_to_device_nic(libxl_ctx *ctx,
                              uint32_t domid,
                              int devid,
                              libxl_device_nic *nic);

/* The disk that the guest knows as vdev, into disk, for libxl_device_disk_dispose. ERROR_INVAL if
 * that is no disk's name, or the domain has disks of Xen's kind and of virtio's; ERROR_FAIL if
 * there is no such disk, or its nodes are invalid. */
int libxl_vdev_to_device_disk(libxl_ctx *ctx,
                              uint32_t domid,
                              const char *vdev,
                              libxl_device_disk *disk);

/* The first TPM with that uuid, into vtpm. 1 if none has it, ERROR_FAIL if the domain has no TPMs. */
int libxl_uuid_to_device_vtpm(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_uuid *uuid,
                              libxl_device_vtpm *vtpm);

/* The first TPM with that number, into vtpm. 1 if none has it, ERROR_FAIL if the domain has no
 * TPMs. */
int libxl_devid_to_device_vtpm(libxl_ctx *ctx,
                               uint32_t domid,
                               int devid,
                               libxl_device_vtpm *vtpm);

/* The USB controller with that number, into usbctrl, for libxl_device_usbctrl_dispose.
 * ERROR_NOTFOUND if there is none, ERROR_FAIL if its nodes are invalid; usbctrl is then as
 * libxl_device_usbctrl_init makes it. */
int libxl_devid_to_device_usbctrl(libxl_ctx *ctx,
                                  uint32_t domid,
                                  int devid,
                                  libxl_device_usbctrl *usbctrl);

/* The keyboard with that number, into vkb, for libxl_device_vkb_dispose. ERROR_NOTFOUND if there is
 * none that makes sense; vkb is then as libxl_device_vkb_init makes it. */
int libxl_devid_to_device_vkb(libxl_ctx *ctx,
                              uint32_t domid,
                              int devid,
                              libxl_device_vkb *vkb);

/* The display with that number, into vdispl, for libxl_device_vdispl_dispose. ERROR_NOTFOUND if
 * there is none, ERROR_FAIL if its nodes are invalid; vdispl is then as libxl_device_vdispl_init
 * makes it. */
int libxl_devid_to_device_vdispl(libxl_ctx *ctx,
                                 uint32_t domid,
                                 int devid,
                                 libxl_device_vdispl *vdispl);

/* The sound card with that number, into vsnd, for libxl_device_vsnd_dispose. ERROR_NOTFOUND if
 * there is none that makes sense; vsnd is then as libxl_device_vsnd_init makes it. */
int libxl_devid_to_device_vsnd(libxl_ctx *ctx,
                               uint32_t domid,
                               int devid,
                               libxl_device_vsnd *vsnd);

/* The host's device at a port of a controller, into usbdev, for libxl_device_usbdev_dispose.
 * ERROR_FAIL if there is none, usbdev then as it was. */
int libxl_ctrlport_to_device_usbdev(libxl_ctx *ctx,
                                    uint32_t domid,
                                    int ctrl,
                                    int port,
                                    libxl_device_usbdev *usbdev);

/* ---- Files, descriptors, children ---- */

/* Makes way for the log file /var/log/xen/NAME.log: an old one is renamed, ten are kept. The file
 * itself is not made.
 *
 * 0 and its path in full_name, to be freed by the caller; ERROR_FAIL if an old one cannot be
 * renamed. */
int libxl_create_logfile(libxl_ctx *ctx,
                         const char *name,
                         char **full_name);

/* The disk backend of an old name: phy, file, qdisk, standalone.
 *
 * 0 and backend set; for any other name 0 and backend untouched, but for tap without a format
 * ERROR_INVAL: that is how the C library answers. */
int libxl_string_to_backend(libxl_ctx *ctx, char *s, libxl_disk_backend *backend);

/* Reads a plain file whole, into memory that the caller frees. Each of the two places may be NULL;
 * an empty file gives NULL and 0.
 *
 * 0, or an errno value: ENOENT without a log line, ENOTTY for anything but a plain file, EFBIG,
 * EPROTO for a file that shrinks meanwhile. On an error the places stay as they are. */
int libxl_read_file_contents(libxl_ctx *ctx,
                             const char *filename,
                             void **data_r,
                             int *datalen_r);

/* Reads sz bytes, however many reads that takes. filename and what (may be NULL) are for the log;
 * the ctx may be NULL: then nothing is logged.
 *
 * 0, or an errno value; EPROTO if the file ends before. */
int libxl_read_exactly(libxl_ctx *ctx,
                       int fd,
                       void *data,
                       ssize_t sz,
                       const char *filename,
                       const char *what);

/* Writes sz bytes, however many writes that takes. filename and what (may be NULL) are for the log;
 * the ctx may be NULL: then nothing is logged.
 *
 * 0, or an errno value; EPROTO if nothing more is taken. */
int libxl_write_exactly(libxl_ctx *ctx,
                        int fd,
                        const void *data,
                        ssize_t sz,
                        const char *filename,
                        const char *what);

/* pipe(2) with a log line if it fails: reading end first, and not close-on-exec, since callers hand
 * the ends to programs.
 *
 * 0 or -1 (no ERROR_*). */
int libxl_pipe(libxl_ctx *ctx,
               int *pipes);

/* Logs at level how child pid ended, from the status of waitpid. Every end is reported, exit status
 * 0 too. */
void libxl_report_child_exitstatus(libxl_ctx *ctx,
                                   xentoollog_level level,
                                   const char *what,
                                   pid_t pid,
                                   int status);

/* ---- Bitmaps ---- */

/* Makes bitmap a set of n_bits, rounded up to whole bytes, none of them set. What it was before is
 * not looked at.
 *
 * 0, ERROR_INVAL for a negative size, ERROR_NOMEM. */
int libxl_bitmap_alloc(libxl_ctx *ctx,
                       libxl_bitmap *bitmap,
                       int n_bits);

/* Makes dptr a copy of sptr. What it was before is not looked at. */
void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);

/* Copies the bits of sptr to dptr, a set of the same size.
 *
 * Sets of different sizes are a defect of the application, at which the C library ends the process:
 * here it is logged and dptr stays as it is. */
void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr);

/* 1 if every bit is set (so also for a set of no bits), else 0. */
int libxl_bitmap_is_full(const libxl_bitmap *bitmap);

/* 1 if no bit is set, else 0. */
int libxl_bitmap_is_empty(const libxl_bitmap *bitmap);

/* 1 if bit is set, else 0, also if it is none of the set's. */
int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit);

/* Sets bit; does nothing if it is none of the set's. */
void libxl_bitmap_set(libxl_bitmap *bitmap, int bit);

/* Clears bit; does nothing if it is none of the set's. */
void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit);

/* How many bits are set. */
int libxl_bitmap_count_set(const libxl_bitmap *bitmap);

/* Makes or_map the union of the two sets, as large as the larger one. What it was before is not
 * looked at, so it must not be one of the two.
 *
 * 0, ERROR_INVAL for NULL, ERROR_NOMEM. */
int libxl_bitmap_or(libxl_ctx *ctx,
                    libxl_bitmap *or_map,
                    const libxl_bitmap *map1,
                    const libxl_bitmap *map2);

/* Makes and_map the intersection of the two sets, as large as the smaller one. What it was before
 * is not looked at, so it must not be one of the two.
 *
 * 0, ERROR_INVAL for NULL, ERROR_NOMEM. */
int libxl_bitmap_and(libxl_ctx *ctx,
                     libxl_bitmap *and_map,
                     const libxl_bitmap *map1,
                     const libxl_bitmap *map2);

/* 0x and two hexadecimal digits for each byte, the highest first. To be freed by the caller. */
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap);

/* Makes *cpumap an empty set of max_cpus cpus; 0: of as many as the host can have. */
int libxl_cpu_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *cpumap, int max_cpus);

/* Makes *nodemap an empty set of max_nodes nodes; 0: of as many as the host can have. */
int libxl_node_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *nodemap, int max_nodes);

/* Makes *socketmap an empty set of max_sockets sockets; 0: of as many as the host has. */
int libxl_socket_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *socketmap, int max_sockets);

/* Sets in *socketmap the sockets that have a cpu which is on. */
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

/* Makes dst a copy of the string; NULL for NULL. */
void libxl_string_copy(libxl_ctx *ctx, char **dst, char *const *src);

/* Fills an object with zero bytes. */
#define LIBXL_FILLZERO(object) (memset(&(object), 0, sizeof((object))))

#ifdef __cplusplus
}
#endif

#endif /* LIBXL_UTILS_H */
