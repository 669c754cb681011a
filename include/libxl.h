/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libxl: the toolstack library of Xen. Generated from idl/headers and src/capi: change it there. */

#ifndef LIBXL_H
#define LIBXL_H

/* ---- Rules for all functions ----
 *
 * Results. Unless documented otherwise a function returns 0 or one of the negative ERROR_ codes, and logs
 * the reason.
 *
 * Pointers. A ctx is one that libxl_ctx_alloc returned and that libxl_ctx_free has not freed. What a function
 * reads through a pointer must be initialised, and nobody may write to it during the call; what it only fills
 * need not be initialised. A string ends with a NUL; an array has as many elements as the number passed with it
 * says. If a required pointer is NULL, the function does nothing and returns ERROR_INVAL, or NULL, 0 or false.
 *
 * Threads. A ctx may be used by several threads at once.
 *
 * Memory. What a function returns to the caller is allocated with malloc and owned by the caller, who frees it
 * with the type's _dispose or _list_free function where there is one, otherwise with free. The caller's
 * arguments remain the caller's.
 *
 * Types. Each type of _libxl_types.h has these functions, where TYPE is the type's name:
 *   void TYPE_init(TYPE *p)                  sets the defaults; to be called before any other use of *p
 *   void TYPE_init_KEY(TYPE *p, key)         the same for the union's member that `key` selects; once only
 *   void TYPE_dispose(TYPE *p)               frees what *p owns, not *p; may be repeated
 *   void TYPE_copy(ctx, TYPE *dst, const TYPE *src)
 *   char *TYPE_to_json(ctx, TYPE *p)         from malloc, or NULL
 *   int TYPE_from_json(ctx, TYPE *p, const char *text)
 * Enums also have _to_string, _from_string and a table of their names.
 *
 * Operations. A function with an `ao_how` can take long. With NULL it returns when the operation has completed.
 * Otherwise it returns at once; if it returned 0, the completion is reported later, as libxl_asyncop_how says.
 *
 * A domain is identified by its number (domid). Memory is in KiB where the name says memkb.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdarg.h>
#include <string.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/wait.h>

#include <xentoollog.h>

/* An application's connection to Xen: libxl_ctx_alloc creates one. */
typedef struct libxl__ctx libxl_ctx;

#include <libxl_uuid.h>
#include <xen_list.h>

/* ---- Versions of the interface ----
 *
 * A program that defines LIBXL_API_VERSION as 0xVVSSEE (major, minor and extra release number of Xen, such
 * as 0x040800) before it includes this file gets the signatures of that release, otherwise the newest ones. Each
 * LIBXL_HAVE_ macro indicates a feature that earlier releases do not have.
 */
#ifdef LIBXL_API_VERSION
#if LIBXL_API_VERSION != 0x040200 && LIBXL_API_VERSION != 0x040300 && \
    LIBXL_API_VERSION != 0x040400 && LIBXL_API_VERSION != 0x040500 && \
    LIBXL_API_VERSION != 0x040700 && LIBXL_API_VERSION != 0x040800 && \
    LIBXL_API_VERSION != 0x041300 && LIBXL_API_VERSION != 0x041400 && \
    LIBXL_API_VERSION != 0x041500 && LIBXL_API_VERSION != 0x041600 && \
    LIBXL_API_VERSION != 0x041700
#error "unknown LIBXL_API_VERSION"
#endif
#endif

/* Members of libxl_domain_build_info, and values of them. */
#define LIBXL_HAVE_ALTP2M 1
#define LIBXL_HAVE_BUILDINFO_APIC 1
#define LIBXL_HAVE_BUILDINFO_ARCH_ARM_TEE 1
#define LIBXL_HAVE_BUILDINFO_ARM_GIC_VERSION 1
#define LIBXL_HAVE_BUILDINFO_ARM_VUART 1
#define LIBXL_HAVE_BUILDINFO_BOOTLOADER 1
#define LIBXL_HAVE_BUILDINFO_BOOTLOADER_ARGS 1
#define LIBXL_HAVE_BUILDINFO_DEVICE_MODEL_STUBDOMAIN 1
#define LIBXL_HAVE_BUILDINFO_EVENT_CHANNELS 1
#define LIBXL_HAVE_BUILDINFO_GRANT_DEFAULT 1
#define LIBXL_HAVE_BUILDINFO_GRANT_LIMITS 1
#define LIBXL_HAVE_BUILDINFO_HVM_ACPI_LAPTOP_SLATE 1
#define LIBXL_HAVE_BUILDINFO_HVM_MMIO_HOLE_MEMKB 1
#define LIBXL_HAVE_BUILDINFO_HVM_MS_VM_GENID 1
#define LIBXL_HAVE_BUILDINFO_HVM_SYSTEM_FIRMWARE
#define LIBXL_HAVE_BUILDINFO_HVM_VENDOR_DEVICE 1
#define LIBXL_HAVE_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE 1
#define LIBXL_HAVE_BUILDINFO_IOMEM_START_GFN 1
#define LIBXL_HAVE_BUILDINFO_IOMMU_MEMKB 1
#define LIBXL_HAVE_BUILDINFO_KERNEL 1
#define LIBXL_HAVE_BUILDINFO_NESTED_HVM 1
#define LIBXL_HAVE_BUILDINFO_SERIAL_LIST 1
#define LIBXL_HAVE_BUILDINFO_TIMER_MODE 1
#define LIBXL_HAVE_BUILDINFO_USBDEVICE_LIST 1
#define LIBXL_HAVE_BUILDINFO_USBVERSION 1
#define LIBXL_HAVE_BUILDINFO_VCPU_AFFINITY_ARRAYS 1
#define LIBXL_HAVE_BUILDINFO_VKB_DEVICE 1
#define LIBXL_HAVE_DEVICE_MODEL_USER 1
#define LIBXL_HAVE_DEVICETREE_PASSTHROUGH 1
#define LIBXL_HAVE_DOMAIN_NODEAFFINITY 1
#define LIBXL_HAVE_FIRMWARE_PASSTHROUGH 1
#define LIBXL_HAVE_GFX_PASSTHRU_KIND
#define LIBXL_HAVE_HVM_HDTYPE 1
#define LIBXL_HAVE_MAX_GRANT_VERSION 1
#define LIBXL_HAVE_MEMKB_64BITS 1
#define LIBXL_HAVE_PV_SHIM 1
#define LIBXL_HAVE_QXL 1
#define LIBXL_HAVE_SPICE_IMAGECOMPRESSION 1
#define LIBXL_HAVE_SPICE_STREAMINGVIDEO 1
#define LIBXL_HAVE_SPICE_USBREDIREDIRECTION 1
#define LIBXL_HAVE_SPICE_VDAGENT 1
#define LIBXL_HAVE_SRM_V1 1
#define LIBXL_HAVE_SRM_V2 1
#define LIBXL_HAVE_VGA_INTERFACE_TYPE_UNKNOWN 1
#define LIBXL_HAVE_VNUMA 1
#define LIBXL_HAVE_VPMU 1
#define LIBXL_HAVE_X86_MSR_RELAXED 1

/* Values of libxl_viridian_enlightenment. */
#define LIBXL_HAVE_APIC_ASSIST 1
#define LIBXL_HAVE_VIRIDIAN_CPU_HOTPLUG 1
#define LIBXL_HAVE_VIRIDIAN_CRASH_CTL 1
#define LIBXL_HAVE_VIRIDIAN_EX_PROCESSOR_MASKS 1
#define LIBXL_HAVE_VIRIDIAN_HCALL_IPI 1
#define LIBXL_HAVE_VIRIDIAN_NO_VP_LIMIT 1
#define LIBXL_HAVE_VIRIDIAN_STIMER 1
#define LIBXL_HAVE_VIRIDIAN_SYNIC 1

/* Members of libxl_domain_create_info, and parameters of domain creation and restore. */
#define LIBXL_HAVE_CHECKPOINTED_STREAM 1
#define LIBXL_HAVE_COLO_USERSPACE_PROXY 1
#define LIBXL_HAVE_CREATEINFO_DOMID
#define LIBXL_HAVE_CREATEINFO_PASSTHROUGH 1
#define LIBXL_HAVE_CREATEINFO_XEND_SUSPEND_EVTCHN_COMPAT
#define LIBXL_HAVE_DOMAIN_CREATE_RESTORE_PARAMS 1
#define LIBXL_HAVE_DOMAIN_CREATE_RESTORE_SEND_BACK_FD 1
#define LIBXL_HAVE_DRIVER_DOMAIN_CREATION 1
#define LIBXL_HAVE_SSID_LABEL 1
#define LIBXL_HAVE_VMTRACE_BUF_KB 1

/* Devices: types, members and functions. */
#define LIBXL_HAVE_DEVICE_BACKEND_DOMNAME 1
#define LIBXL_HAVE_DEVICE_CHANNEL 1
#define LIBXL_HAVE_DEVICE_DISK_DIRECT_IO_SAFE 1
#define LIBXL_HAVE_DEVICE_DISK_SPECIFICATION 1
#define LIBXL_HAVE_DEVICE_PCI_ASSIGNABLE_LIST_FREE 1
#define LIBXL_HAVE_DEVICE_PCI_LIST_FREE 1
#define LIBXL_HAVE_DEVICE_PCI_NAME 1
#define LIBXL_HAVE_DEVICE_PCI_SEIZE 1
#define LIBXL_HAVE_DISK_SAFE_REMOVE 1
#define LIBXL_HAVE_DISK_TRUSTED 1
#define LIBXL_HAVE_EXTENDED_VKB 1
#define LIBXL_HAVE_LIBXL_DEVICE_DISK_DISCARD_ENABLE 1
#define LIBXL_HAVE_NIC_TRUSTED 1
#define LIBXL_HAVE_P9S 1
#define LIBXL_HAVE_PVCALLS 1
#define LIBXL_HAVE_PVUSB 1
#define LIBXL_HAVE_QED 1

/* Information about the host and about running domains. */
#define LIBXL_HAVE_BUILD_ID 1
#define LIBXL_HAVE_CPUPOOL_NAME 1
#define LIBXL_HAVE_DOMINFO_GPADDR_BITS 1
#define LIBXL_HAVE_DOMINFO_NEVER_STOP 1
#define LIBXL_HAVE_DOMINFO_OUTSTANDING_MEMKB 1
#define LIBXL_HAVE_PCITOPOLOGY 1
#define LIBXL_HAVE_PHYSINFO_CAP_GNTTAB 1
#define LIBXL_HAVE_PHYSINFO_CAP_HAP_SHADOW 1
#define LIBXL_HAVE_PHYSINFO_CAP_IOMMU_HAP_PT_SHARE 1
#define LIBXL_HAVE_PHYSINFO_CAP_PV 1
#define LIBXL_HAVE_PHYSINFO_CAP_VMTRACE 1
#define LIBXL_HAVE_PHYSINFO_CAP_VPMU 1
#define LIBXL_HAVE_PHYSINFO_MAX_POSSIBLE_MFN 1
#define LIBXL_HAVE_PHYSINFO_OUTSTANDING_PAGES 1
#define LIBXL_HAVE_VCPUINFO_SOFT_AFFINITY 1

/* Scheduling and cpupools. */
#define LIBXL_HAVE_CPUPOOL_ADD_REM_CPUMAP 1
#define LIBXL_HAVE_CPUPOOL_QUALIFIER_TO_CPUPOOLID 1
#define LIBXL_HAVE_SCHED_CREDIT2_PARAMS 1
#define LIBXL_HAVE_SCHED_CREDIT_MIGR_DELAY
#define LIBXL_HAVE_SCHED_NULL 1
#define LIBXL_HAVE_SCHED_RTDS 1
#define LIBXL_HAVE_SCHED_RTDS_VCPU_EXTRA 1
#define LIBXL_HAVE_SCHED_RTDS_VCPU_PARAMS 1
#define LIBXL_HAVE_SET_VCPUAFFINITY_FORCE 1
#define LIBXL_HAVE_VCPU_SCHED_PARAMS 1

/* Functions, and their behaviour. */
#define LIBXL_HAVE_AO_ABORT 1
#define LIBXL_HAVE_BITMAP_AND_OR 1
#define LIBXL_HAVE_BYTEARRAY_UUID 1
#define LIBXL_HAVE_CONSOLE_NOTIFY_FD 1
#define LIBXL_HAVE_CONST_COPY_AND_LENGTH_FUNCTIONS 1
#define LIBXL_HAVE_DOMAIN_NEED_MEMORY_CONFIG
#define LIBXL_HAVE_DOMAIN_NEED_MEMORY_CONST_B_INFO 1
#define LIBXL_HAVE_DOMAIN_SUSPEND_ONLY 1
#define LIBXL_HAVE_ERROR_DOMAIN_NOTFOUND 1
#define LIBXL_HAVE_FN_USING_QMP_ASYNC 1
#define LIBXL_HAVE_QEMU_MONITOR_COMMAND 1
#define LIBXL_HAVE_REMUS 1
#define LIBXL_HAVE_RETRIEVE_DOMAIN_CONFIGURATION 1
#define LIBXL_HAVE_SET_PARAMETERS 1
#define LIBXL_HAVE_SIGCHLD_OWNER_SELECTIVE_REAP 1
#define LIBXL_HAVE_SIGCHLD_SHARING 1
#define LIBXL_HAVE_SOCKET_BITMAP 1
#define LIBXL_HAVE_SOFT_RESET 1
#define LIBXL_HAVE_USERDATA_UNLINK 1
#define LIBXL_HAVE_UUID_COPY_CTX_PARAM 1

/* The event_occurs hook may free its event: its argument was const in 4.2. */
#if !defined(LIBXL_API_VERSION) || LIBXL_API_VERSION != 0x040200
#define LIBXL_HAVE_NONCONST_EVENT_OCCURS_EVENT_ARG 1
#endif

/* What libxl_basename returns may be freed: it was const before 4.5. */
#if !defined(LIBXL_API_VERSION) || LIBXL_API_VERSION >= 0x040500
#define LIBXL_HAVE_NONCONST_LIBXL_BASENAME_RETURN_VALUE 1
#endif

/* Architectures on which a domain cannot be suspended, resumed or replicated. */
#if defined(__arm__) || defined(__aarch64__)
#define LIBXL_HAVE_NO_SUSPEND_RESUME 1
#endif

/* Features of x86 processors: monitoring and allocation of caches and memory bandwidth, machine checks. */
#if defined(__i386__) || defined(__x86_64__)
#define LIBXL_HAVE_PSR_CMT 1
#define LIBXL_HAVE_PSR_MBM 1
#define LIBXL_HAVE_PSR_CAT 1
#define LIBXL_HAVE_PSR_CDP 1
#define LIBXL_HAVE_PSR_L2_CAT 1
#define LIBXL_HAVE_PSR_GENERIC 1
#define LIBXL_HAVE_MCA_CAPS 1
#endif

/* The names of two error codes in 4.5 and 4.6. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION >= 0x040500 && LIBXL_API_VERSION < 0x040700
#define ERROR_REMUS_DEVOPS_DOES_NOT_MATCH ERROR_CHECKPOINT_DEVOPS_DOES_NOT_MATCH
#define ERROR_REMUS_DEVICE_NOT_SUPPORTED ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED
#endif

/* Marks functions in Xen's own headers; without effect in a program. */
#ifndef LIBXL_EXTERNAL_CALLERS_ONLY
#define LIBXL_EXTERNAL_CALLERS_ONLY
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Types with hand-written functions ---- */

/* A network card's address; printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(mac)), FMTLEN without the NUL. */
typedef uint8_t libxl_mac[6];
#define LIBXL_MAC_FMT "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define LIBXL_MAC_FMTLEN ((2*6)+5)
#define LIBXL_MAC_BYTES(mac) mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]

/* Copies a MAC address. The ctx is not used and may be NULL. */
void libxl_mac_copy(libxl_ctx *ctx, libxl_mac *dst, const libxl_mac *src);

/* A NULL-terminated array of strings. */
typedef char **libxl_string_list;

/* Frees a list's strings and the list, and makes it NULL. */
void libxl_string_list_dispose(libxl_string_list *sl);

/* How many strings there are; 0 for a NULL list. */
int libxl_string_list_length(const libxl_string_list *sl);

/* Makes dst a copy of the list and its strings; NULL for NULL. */
void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src);

/* A NULL-terminated array of keys, each followed by its value. The length is the number of pairs. */
typedef char **libxl_key_value_list;

/* Frees keys, values and the list, and makes it NULL. */
void libxl_key_value_list_dispose(libxl_key_value_list *kvl);

/* How many pairs there are; 0 for a NULL list. */
int libxl_key_value_list_length(const libxl_key_value_list *kvl);

/* Makes dst a copy of the list, its keys and values; NULL for NULL. A value may be NULL. */
void libxl_key_value_list_copy(libxl_ctx *ctx,
                               libxl_key_value_list *dst,
                               const libxl_key_value_list *src);

/* The processor's feature words. */
typedef uint32_t libxl_hwcap[8];

/* Copies the words of the cpu's capabilities. The ctx is not used and may be NULL. */
void libxl_hwcap_copy(libxl_ctx *ctx, libxl_hwcap *dst, const libxl_hwcap *src);

/* A value that the application chooses and that is returned in events. */
typedef uint64_t libxl_ev_user;

/* A bitmap of size bytes; bit 0 is the least significant bit of the first byte. */
typedef struct {
    uint32_t size;
    uint8_t *map;
} libxl_bitmap;

/* Makes map an empty set without memory. */
void libxl_bitmap_init(libxl_bitmap *map);

/* Frees the set's memory and makes it an empty one. */
void libxl_bitmap_dispose(libxl_bitmap *map);

/* Changes to the CPUID leaves and MSRs that a guest reads. NULL: the default policy. */
struct libxl__cpu_policy;
typedef struct libxl__cpu_policy *libxl_cpuid_policy_list;

/* Frees the policy and makes the pointer NULL. */
void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list);

/* How many cpuid leaves the policy speaks of. (Its MSRs are not counted.) */
int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l);

/* Makes dst a copy of the policy; NULL for NULL. */
void libxl_cpuid_policy_list_copy(libxl_ctx *ctx,
                                  libxl_cpuid_policy_list *dst,
                                  const libxl_cpuid_policy_list *src);

/* All functions of a PCI device. */
#define LIBXL_PCI_FUNC_ALL (~0U)

typedef uint32_t libxl_domid;
typedef int libxl_devid;

/* The names of an enum's values, up to a NULL. */
typedef struct {
    const char *s;
    int v;
} libxl_enum_string_table;

struct libxl_event;
typedef XEN_TAILQ_ENTRY(struct libxl_event) libxl_ev_link;

/* True, false, or the library's default. To be accessed with the functions only. */
typedef struct {
    int val;
} libxl_defbool;

/* Makes db true or false. */
void libxl_defbool_set(libxl_defbool *db, bool b);

/* Makes db the default. */
void libxl_defbool_unset(libxl_defbool *db);

/* Makes db true or false if it is the default. */
void libxl_defbool_setdefault(libxl_defbool *db, bool b);

/* Whether db is neither true nor false. */
bool libxl_defbool_is_default(libxl_defbool db);

/* Whether db is true. It must not be the default.
 *
 * The answer for the default would be a wrong one, silently: as in the C library the process ends. */
bool libxl_defbool_val(libxl_defbool db);

/* The value's name, as in JSON. Not to be freed. */
const char *libxl_defbool_to_string(libxl_defbool b);

/* Default values, and other special values. */
#define LIBXL_TIMER_MODE_DEFAULT -1
#define LIBXL_MEMKB_DEFAULT ~0ULL
#define LIBXL_RDM_MEM_BOUNDARY_MEMKB_DEFAULT (2048 * 1024)
#define LIBXL_MS_VM_GENID_LEN 16
#define LIBXL_BUILDINFO_HVM_VIRIDIAN_ENABLE_DISABLE_WIDTH 64
#define LIBXL_MAX_GRANT_DEFAULT (~(uint32_t)0)
#define LIBXL_MAX_GRANT_FRAMES_DEFAULT 32 /* prefer the hypervisor's own limit */
#define LIBXL_MAX_MAPTRACK_FRAMES_DEFAULT 1024 /* prefer the hypervisor's own limit */

/* VM generation ID: a new value tells Windows that it runs from a copy or an earlier state. */
typedef struct {
    uint8_t bytes[LIBXL_MS_VM_GENID_LEN];
} libxl_ms_vm_genid;

#include "_libxl_types.h"

/* ---- Asynchronous operations ---- */

/* How the completion of an operation is reported: by a call of callback with the result, or, if callback is NULL,
 * by an event of type OPERATION_COMPLETE that contains for_event. */
typedef struct {
    void (*callback)(libxl_ctx *ctx, int rc, void *for_callback);
    union {
        libxl_ev_user for_event;
        void *for_callback;
    } u;
} libxl_asyncop_how;

/* How progress of an operation is reported: by a call of callback, which then owns the event, or, if callback is
 * NULL, by the event. */
typedef struct {
    void (*callback)(libxl_ctx *ctx, libxl_event *event, void *for_callback);
    libxl_ev_user for_event;
    void *for_callback;
} libxl_asyncprogress_how;

/* Asks the operation that was begun with a libxl_asyncop_how like *how to end soon; with NULL, the
 * one that began last of those that a thread waits for. Of several alike it is the youngest.
 *
 * 0 if it will end, most likely with ERROR_ABORTED; ERROR_ABORTED if it was asked before;
 * ERROR_NOTFOUND if there is no such operation, or it has ended. */
int libxl_ao_abort(libxl_ctx *ctx,
                   const libxl_asyncop_how *how);

/* ---- The ctx ---- */

/* The version argument of libxl_ctx_alloc. */
#define LIBXL_VERSION 0

/* Makes a ctx in *pctx; a process may have several. lg must outlive it.
 *
 * ERROR_VERSION for any other version than LIBXL_VERSION, ERROR_FAIL where this is no Xen host, we
 * may not use it, or xenstore does not answer; then *pctx is NULL and nothing is left open. flags
 * is unused, as in C. */
int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned int flags, xentoollog_logger *lg);

/* Closes and frees a ctx; NULL is allowed. Always 0.
 *
 * Children are killed and reaped. In a forked child of the process that made the ctx nothing
 * happens: all in it is the parent's.
 *
 * Operations that have not ended, which the C library asserts that there are none of, are dropped
 * where they wait, with a warning; the application hears no more of them. Generators of events end.
 * Events that nobody collected are freed. */
int libxl_ctx_free(libxl_ctx *ctx);

/* ---- Creating domains ---- */

#define INVALID_DOMID ~0
/* Requests a domid that is chosen at random. */
#define RANDOM_DOMID (INVALID_DOMID - 1)

/* Makes a domain, paused, as d_config says, whose defaults are filled in when that has succeeded.
 * *domid is then its number.
 *
 * aop_console_how is told, by DOMAIN_CREATE_CONSOLE_AVAILABLE, that the console can be connected
 * to: the bootloader's, if there is one, and then the domain's own. NULL: no reports.
 *
 * A configuration that cannot be is ERROR_INVAL, or what its fault is called; whatever fails later
 * is ERROR_FAIL, or ERROR_ABORTED. Nothing stays of a domain that could not be made, also after an
 * abort; *domid is then the number that it had, or INVALID_DOMID. */
int libxl_domain_create_new(libxl_ctx *ctx,
                            libxl_domain_config *d_config,
                            uint32_t *domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how);

/* Makes a domain, paused, as d_config says, and fills it from the stream that restore_fd gives, a
 * file, pipe or socket: what libxl_domain_suspend(super::migrate::libxl_domain_suspend) of either
 * library has written. The guest in it goes on where it was when the domain is unpaused.
 * send_back_fd, where it is not -1, leads back to the sender of a stream with checkpoints, which
 * params tells. restore_fd blocks meanwhile, and has its mode back afterwards.
 *
 * All else, the errors too, is as for libxl_domain_create_new. */
int libxl_domain_create_restore(libxl_ctx *ctx,
                                libxl_domain_config *d_config,
                                uint32_t *domid,
                                int restore_fd,
                                int send_back_fd,
                                const libxl_domain_restore_params *params,
                                const libxl_asyncop_how *ao_how,
                                const libxl_asyncprogress_how *aop_console_how);

/* Furnishes an HVM or PVH guest's domain anew around its memory, for a guest that has shut down to
 * start another kernel in its place (kexec). The domain is as d_config says then, whose defaults
 * are filled in, and paused.
 *
 * aop_console_how is told of the console as by libxl_domain_create_new. ERROR_INVAL for a PV guest,
 * one that has not shut down for that, or a d_config of another type of guest: the domain is as it
 * was. After a later failure, whose errors are those of a creation, the domain is destroyed. */
int libxl_domain_soft_reset(libxl_ctx *ctx,
                            libxl_domain_config *d_config,
                            uint32_t domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how);

/* The configuration that would make the domain again as it is now: the one it was made with, as the
 * library stored it, brought up to date with xenstore and the hypervisor. Memory in KiB.
 *
 * ERROR_LOCK_FAIL if there is no such domain, ERROR_FAIL if none is stored for it; for a guest
 * served by QEMU also what its monitor fails with. d_config can be disposed of in either case: what
 * it held before is lost. */
int libxl_retrieve_domain_configuration(libxl_ctx *ctx,
                                        uint32_t domid,
                                        libxl_domain_config *d_config,
                                        const libxl_asyncop_how *ao_how);

/* libxl_domain_create_restore has the argument params since 4.4, and send_back_fd since 4.7. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040400
static inline int libxl_domain_create_restore_0x040200(
    libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid, int restore_fd,
    const libxl_asyncop_how *ao_how, const libxl_asyncprogress_how *aop_console_how)
{
    int rc;
    libxl_domain_restore_params params;

    libxl_domain_restore_params_init(&params);
    rc = libxl_domain_create_restore(ctx, d_config, domid, restore_fd, -1, &params, ao_how,
                                     aop_console_how);
    libxl_domain_restore_params_dispose(&params);
    return rc;
}
#define libxl_domain_create_restore libxl_domain_create_restore_0x040200
#elif defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040700
static inline int libxl_domain_create_restore_0x040400(
    libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid, int restore_fd,
    const libxl_domain_restore_params *params, const libxl_asyncop_how *ao_how,
    const libxl_asyncprogress_how *aop_console_how)
{
    return libxl_domain_create_restore(ctx, d_config, domid, restore_fd, -1, params, ao_how,
                                       aop_console_how);
}
#define libxl_domain_create_restore libxl_domain_create_restore_0x040400
#endif

/* Asynchronous since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
static inline int libxl_retrieve_domain_configuration_0x041200(libxl_ctx *ctx, uint32_t domid,
                                                               libxl_domain_config *d_config)
{
    return libxl_retrieve_domain_configuration(ctx, domid, d_config, NULL);
}
#define libxl_retrieve_domain_configuration libxl_retrieve_domain_configuration_0x041200
#endif

/* ---- Saving, restoring, replicating ---- */

/* Flags of libxl_domain_suspend. */
#define LIBXL_SUSPEND_DEBUG 1
#define LIBXL_SUSPEND_LIVE 2

/* Saves a guest into fd, a file, pipe or socket. When that has succeeded the guest has suspended;
 * it is to be destroyed or resumed then. Otherwise it runs (where the C library leaves a guest
 * suspended that had suspended already).
 *
 * With LIBXL_SUSPEND_LIVE in flags the guest runs while most of its memory is copied; with
 * LIBXL_SUSPEND_DEBUG its memory is sent once more at the end, to be compared. fd blocks meanwhile,
 * and has its mode back afterwards.
 *
 * ERROR_GUEST_TIMEDOUT: the guest has not suspended within 60 s; ERROR_ABORTED; otherwise
 * ERROR_FAIL. */
int libxl_domain_suspend(libxl_ctx *ctx,
                         uint32_t domid,
                         int fd,
                         int flags,
                         const libxl_asyncop_how *ao_how);

/* Has a guest suspend, without saving it. If it does not, it runs on, and the result is an error as
 * for libxl_domain_suspend. */
int libxl_domain_suspend_only(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_asyncop_how *ao_how);

/* Lets a guest run on that has suspended. With suspend_cancel its kernel is told so, and must
 * understand it; otherwise it finds itself as in a new domain. Nothing happens to a guest that runs
 * (where the C library fails, or harms it). */
int libxl_domain_resume(libxl_ctx *ctx,
                        uint32_t domid,
                        int suspend_cancel,
                        const libxl_asyncop_how *ao_how);

/* Saves a guest again and again into send_fd, each interval milliseconds, for a receiver that goes
 * on with it when this host is gone (Remus). recv_fd leads back from it, or is -1. Comes back only
 * when that cannot go on; the guest then runs here.
 *
 * ERROR_FAIL for what this host has nothing for: buffering of network cards (netbuf; Debian's libxl
 * has none either) and COLO. ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED for buffering of disks (diskbuf)
 * if the guest has any: they would have to be DRBD's, with a protocol that no present DRBD has. */
int libxl_domain_remus_start(libxl_ctx *ctx,
                             libxl_domain_remus_info *info,
                             uint32_t domid,
                             int send_fd,
                             int recv_fd,
                             const libxl_asyncop_how *ao_how);

/* ---- Domains: pause, shutdown, destruction, information ---- */

/* Asks the guest's kernel to power off and waits until it has taken the request in, or has ended.
 * ERROR_NOPARAVIRT if the kernel does not listen, ERROR_TIMEDOUT after a minute, or at once if it
 * had ended before. */
int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Asks the guest's kernel to reboot; as libxl_domain_shutdown. */
int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Ends the domain at once and removes all that the host keeps for it: devices, nodes, files.
 * ERROR_DOMAIN_NOTFOUND if there is no such domain. */
int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Sets a domain that has shut down aside: name_suffix is added to its name (info->name), and its
 * identity under /vm becomes new_uuid. */
int libxl_domain_preserve(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_domain_create_info *info,
                          const char *name_suffix,
                          libxl_uuid new_uuid);

/* Names the domain new_name. Fails unless its name is old_name, if that is given. ERROR_INVAL if
 * another domain has the name, unless it is empty. */
int libxl_domain_rename(libxl_ctx *ctx,
                        uint32_t domid,
                        const char *old_name,
                        const char *new_name);

/* Pauses the domain until libxl_domain_unpause. ERROR_FAIL if there is no such domain. */
int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Unpauses the domain. ERROR_FAIL if there is no such domain. */
int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Writes the domain's memory and registers to the file filename, for a debugger. ERROR_FAIL if that
 * cannot be done; what was written by then stays. */
int libxl_domain_core_dump(libxl_ctx *ctx,
                           uint32_t domid,
                           const char *filename,
                           const libxl_asyncop_how *ao_how);

/* Fills *info_r (which is not disposed of first) with what Xen tells about a domain; with NULL it
 * only says whether the domain exists. ERROR_DOMAIN_NOTFOUND if not. Memory in KiB, time in ns. */
int libxl_domain_info(libxl_ctx *ctx, libxl_dominfo *info_r, uint32_t domid);

/* All domains by domid, *nb_domain_out of them, for libxl_dominfo_list_free; NULL on failure. */
libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nb_domain_out);

/* As libxl_list_domain, uuid and domid only, without the stub domains that run device models. */
libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out);

/* Sends the guest a signal: a button, an interrupt; or wakes an HVM guest that sleeps (S3).
 * ERROR_FAIL if it cannot be delivered; ERROR_INVAL where the guest is no HVM guest to be woken,
 * and what QEMU's monitor fails with. */
int libxl_send_trigger(libxl_ctx *ctx,
                       uint32_t domid,
                       libxl_trigger trigger,
                       uint32_t vcpuid,
                       const libxl_asyncop_how *ao_how);

/* Gives the guest's kernel the system request key sysrq. Always 0, as in the C library: a failure
 * is logged. */
int libxl_send_sysrq(libxl_ctx *ctx,
                     uint32_t domid,
                     char sysrq);

/* When the domain was started, in seconds since 1970; 0xffffffff if that is not recorded. */
uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid);

/* Whether a guest can have this number: 1 if so. Domain 0 and the reserved numbers are no guests. */
int libxl_domid_valid_guest(uint32_t domid);

/* Forgets which numbers domains had lately, so that new ones may get them at once. For host start
 * only. */
int libxl_clear_domid_history(libxl_ctx *ctx);

/* These are asynchronous since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
static inline int libxl_domain_shutdown_0x041200(libxl_ctx *ctx, uint32_t domid)
{
    return libxl_domain_shutdown(ctx, domid, NULL);
}
#define libxl_domain_shutdown libxl_domain_shutdown_0x041200

static inline int libxl_domain_reboot_0x041200(libxl_ctx *ctx, uint32_t domid)
{
    return libxl_domain_reboot(ctx, domid, NULL);
}
#define libxl_domain_reboot libxl_domain_reboot_0x041200

static inline int libxl_domain_pause_0x041200(libxl_ctx *ctx, uint32_t domid)
{
    return libxl_domain_pause(ctx, domid, NULL);
}
#define libxl_domain_pause libxl_domain_pause_0x041200

static inline int libxl_domain_unpause_0x041200(libxl_ctx *ctx, uint32_t domid)
{
    return libxl_domain_unpause(ctx, domid, NULL);
}
#define libxl_domain_unpause libxl_domain_unpause_0x041200

static inline int libxl_send_trigger_0x041200(libxl_ctx *ctx, uint32_t domid, libxl_trigger trigger,
                                              uint32_t vcpuid)
{
    return libxl_send_trigger(ctx, domid, trigger, vcpuid, NULL);
}
#define libxl_send_trigger libxl_send_trigger_0x041200
#endif

/* ---- Memory ---- */

/* Sets the most that the domain can be told to use, and what Xen lets it have, to target_memkb KiB.
 * What the domain uses now does not change.
 *
 * 1 if that is less than the domain's target, or the target is not known; ERROR_LOCK_FAIL if there
 * is no such domain, ERROR_JSON_CONFIG_EMPTY if no configuration is stored for it,
 * ERROR_NONSPECIFIC if Xen refuses. */
int libxl_domain_setmaxmem(libxl_ctx *ctx,
                           uint32_t domid,
                           uint64_t target_memkb);

/* Sets what the domain shall use to target_memkb KiB, its video memory included, or changes it by
 * so much (relative; no further than to 0). With enforce Xen gives it no more from then on.
 *
 * ERROR_INVAL if that is more than the domain's static maximum, less than nothing, or less than 128
 * MiB for domain 0; ERROR_LOCK_FAIL if there is no such domain, ERROR_JSON_CONFIG_EMPTY if no
 * configuration is stored for it. */
int libxl_set_memory_target(libxl_ctx *ctx,
                            uint32_t domid,
                            int64_t target_memkb,
                            int relative,
                            int enforce);

/* A domain's memory target in KiB. For domain 0 without one, it is set to what the domain has now. */
int libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target);

/* As libxl_get_memory_target; ERROR_FAIL for more than 32 bits can hold. */
int libxl_get_memory_target_0x040700(libxl_ctx *ctx, uint32_t domid, uint32_t *out_target);

/* How much of the host's memory a domain of this configuration will take, in KiB, into *need_memkb.
 * The configuration is completed: what it leaves open becomes what libxl_domain_create_new would
 * take. ERROR_INVAL for one that cannot be, which stays as it was. */
int libxl_domain_need_memory(libxl_ctx *ctx,
                             libxl_domain_config *config,
                             uint32_t domid_for_logging,
                             uint64_t *need_memkb);

/* As libxl_domain_need_memory, for the interfaces before 4.13: what the domain is built from is all
 * that is known, and it stays as it is. Page tables count only as far as it says itself. */
int libxl_domain_need_memory_0x041200(libxl_ctx *ctx,
                                      const libxl_domain_build_info *b_info_in,
                                      uint64_t *need_memkb);

/* As libxl_domain_need_memory_0x041200; ERROR_FAIL for more than 32 bits can hold. */
int libxl_domain_need_memory_0x040700(libxl_ctx *ctx,
                                      const libxl_domain_build_info *b_info_in,
                                      uint32_t *need_memkb);

/* The host's free memory in KiB, what is still to be scrubbed included. */
int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb);

/* As libxl_get_free_memory; ERROR_FAIL for more than 32 bits can hold. */
int libxl_get_free_memory_0x040700(libxl_ctx *ctx, uint32_t *memkb);

/* Waits until the host has memory_kb KiB of free memory, wait_secs seconds at most. ERROR_NOMEM if
 * not by then, and at once for no time at all. */
int libxl_wait_for_free_memory(libxl_ctx *ctx,
                               uint32_t domid,
                               uint64_t memory_kb,
                               int wait_secs);

/* Waits until the domain uses no more memory than its target. ERROR_FAIL if it comes no nearer for
 * wait_secs seconds (two at least), or uses more than two seconds before. */
int libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs);

/* Amounts of memory have 64 bits since 4.8; libxl_domain_need_memory takes a libxl_domain_config since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040800
#define libxl_get_memory_target libxl_get_memory_target_0x040700
#define libxl_domain_need_memory libxl_domain_need_memory_0x040700
#define libxl_get_free_memory libxl_get_free_memory_0x040700
#elif defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
#define libxl_domain_need_memory libxl_domain_need_memory_0x041200
#endif

/* ---- Consoles ---- */

/* Becomes a VNC viewer of the domain's display ($VNCVIEWER, or vncviewer), which gets the password
 * on its standard input if autopass is not 0. Returns only on failure, ERROR_FAIL. */
int libxl_vncviewer_exec(libxl_ctx *ctx,
                         uint32_t domid,
                         int autopass);

/* Becomes the program that joins this terminal to console cons_num of type kind; it writes to
 * notify_fd, unless that is -1, once it is joined. Returns only on failure, ERROR_FAIL. */
int libxl_console_exec(libxl_ctx *ctx,
                       uint32_t domid,
                       int cons_num,
                       libxl_console_type kind,
                       int notify_fd);

/* As libxl_console_exec, of the console that a user means who names none. ERROR_INVAL if there is
 * no such domain. */
int libxl_primary_console_exec(libxl_ctx *ctx,
                               uint32_t domid_vm,
                               int notify_fd);

/* The terminal of console cons_num of type kind, for the caller to free, into path. ERROR_FAIL if
 * none is recorded, ERROR_INVAL for types that have none. */
int libxl_console_get_tty(libxl_ctx *ctx,
                          uint32_t domid,
                          int cons_num,
                          libxl_console_type kind,
                          char **path);

/* As libxl_console_get_tty, of the console that a user means who names none. ERROR_INVAL if there
 * is no such domain. */
int libxl_primary_console_get_tty(libxl_ctx *ctx,
                                  uint32_t domid_vm,
                                  char **path);

/* These have the argument notify_fd since 4.8. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040800
static inline int libxl_console_exec_0x040700(libxl_ctx *ctx, uint32_t domid, int cons_num,
                                              libxl_console_type type)
{
    return libxl_console_exec(ctx, domid, cons_num, type, -1);
}
#define libxl_console_exec libxl_console_exec_0x040700

static inline int libxl_primary_console_exec_0x040700(libxl_ctx *ctx, uint32_t domid_vm)
{
    return libxl_primary_console_exec(ctx, domid_vm, -1);
}
#define libxl_primary_console_exec libxl_primary_console_exec_0x040700
#endif

/* ---- The host ---- */

/* In a list of CPUs, devices or nodes: no such element, or its value is unknown. */
#define LIBXL_CPUTOPOLOGY_INVALID_ENTRY (~(uint32_t)0)
#define LIBXL_PCITOPOLOGY_INVALID_ENTRY (~(uint32_t)0)
#define LIBXL_NUMAINFO_INVALID_ENTRY (~(uint32_t)0)

/* A reader of the hypervisor's messages. */
typedef struct libxl__xen_console_reader libxl_xen_console_reader;

/* Xen's version and build, asked once; it belongs to the ctx and lives as long. NULL on failure. */
const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx);

/* Cpus that the host can have, or ERROR_FAIL. */
int libxl_get_max_cpus(libxl_ctx *ctx);

/* Cpus that are on, or ERROR_FAIL. */
int libxl_get_online_cpus(libxl_ctx *ctx);

/* NUMA nodes that the host can have, or ERROR_FAIL. */
int libxl_get_max_nodes(libxl_ctx *ctx);

/* An array of *nb_cpu_out elements, for libxl_cputopology_list_free; NULL on failure. What is
 * unknown is LIBXL_CPUTOPOLOGY_INVALID_ENTRY (all ones, as Xen's own). */
libxl_cputopology *libxl_get_cpu_topology(libxl_ctx *ctx, int *nb_cpu_out);

/* An array of *num_devs elements, for libxl_pcitopology_list_free; NULL on failure. A node that Xen
 * does not know is LIBXL_PCITOPOLOGY_INVALID_ENTRY. */
libxl_pcitopology *libxl_get_pci_topology(libxl_ctx *ctx, int *num_devs);

/* An array of *nr elements, for libxl_numainfo_list_free; NULL on failure. Memory in bytes;
 * LIBXL_NUMAINFO_INVALID_ENTRY where there is no such node. */
libxl_numainfo *libxl_get_numainfo(libxl_ctx *ctx, int *nr);

/* Fills *physinfo: cpus, memory in pages, capabilities. ERROR_FAIL where Xen refuses. */
int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo);

/* Presses keys on Xen's console. */
int libxl_send_debug_keys(libxl_ctx *ctx, char *keys);

/* Sets Xen's boot parameters that can be set at run time: name=value or noname, with blanks
 * between. */
int libxl_set_parameters(libxl_ctx *ctx,
                         char *params);

/* Begins to read Xen's console; clear empties the ring while it is read. To be ended by
 * libxl_xen_console_read_finish. */
libxl_xen_console_reader *libxl_xen_console_read_start(libxl_ctx *ctx, int clear);

/* 1 and the next piece of Xen's console (several lines, in fact) in *line_r, valid until the next
 * call; 0 and NULL when there is no more; or ERROR_FAIL. */
int libxl_xen_console_read_line(libxl_ctx *ctx, libxl_xen_console_reader *cr, char **line_r);

/* Ends reading Xen's console; NULL is allowed. */
void libxl_xen_console_read_finish(libxl_ctx *ctx, libxl_xen_console_reader *cr);

/* ---- Freeing lists ----
 *
 * Each function disposes of the elements and then frees the array. The number is the one that was returned with
 * the list; a list may be NULL.
 */

void libxl_dominfo_list_free(libxl_dominfo *list, int nb_domain);
void libxl_cpupoolinfo_list_free(libxl_cpupoolinfo *list, int nb_pool);
void libxl_vminfo_list_free(libxl_vminfo *list, int nb_vm);
void libxl_cputopology_list_free(libxl_cputopology *list, int nb_cpu);
void libxl_pcitopology_list_free(libxl_pcitopology *list, int num_devs);
void libxl_numainfo_list_free(libxl_numainfo *list, int nr);
void libxl_vcpuinfo_list_free(libxl_vcpuinfo *list, int nr_vcpus);
void libxl_device_disk_list_free(libxl_device_disk *list, int num);
void libxl_device_usbctrl_list_free(libxl_device_usbctrl *list, int nr);
void libxl_device_usbdev_list_free(libxl_device_usbdev *list, int nr);
void libxl_device_nic_list_free(libxl_device_nic *list, int num);
void libxl_device_vtpm_list_free(libxl_device_vtpm *list, int num);
void libxl_device_vdispl_list_free(libxl_device_vdispl *list, int num);
void libxl_device_vsnd_list_free(libxl_device_vsnd *list, int num);
void libxl_device_vkb_list_free(libxl_device_vkb *list, int num);
void libxl_device_pci_list_free(libxl_device_pci *list, int num);
void libxl_device_pci_assignable_list_free(libxl_device_pci *list, int num);
void libxl_psr_cat_info_list_free(libxl_psr_cat_info *list, int nr);
void libxl_psr_hw_info_list_free(libxl_psr_hw_info *list, unsigned int nr);

/* ---- Devices ----
 *
 * The following holds for the functions of all kinds of devices, unless a function's comment says otherwise. A
 * device is identified by its devid and backend_domid.
 *
 * _add adds a device to a running domain, and waits until its backend is connected and its hotplug script, if
 * it has one, has ended. Unless the device is refused, the function sets the fields that the caller left
 * at their defaults before it returns.
 *   ERROR_DEVICE_EXISTS      the domain has the device already
 *   ERROR_INVAL              the struct does not describe a valid device
 *   ERROR_FAIL               the script failed, or the backend needs a device model and none runs
 *   ERROR_TIMEDOUT           the backend was not ready within 10 s, or the script took more than 40 s
 *   ERROR_JSON_CONFIG_EMPTY  no configuration of the domain is stored
 * After ERROR_FAIL and ERROR_TIMEDOUT a device that does not work may remain: remove it.
 *
 * _remove removes a device: if the guest does not release it within 10 s, it is removed by force.
 *
 * _destroy removes a device without asking the guest. The device is removed also if an error is returned, which
 * is that of one of the steps: ERROR_TIMEDOUT if the backend did not close within 10 s.
 *
 * _list returns the domain's devices and stores their number in *num: NULL and 0 if there are none, or if
 * they cannot be read. A device whose xenstore nodes are invalid is left out, with a line in the log.
 *
 * _getinfo fills the info struct of the device with that devid, which the caller frees with the _dispose function
 * of its type. A number that the guest has not written, or that is out of range, is -1. ERROR_FAIL if there is no
 * such device.
 */

/* Disks */

/* Adds a disk. */
int libxl_device_disk_add(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_device_disk *disk,
                          const libxl_asyncop_how *ao_how);

/* Removes a disk, named by vdev, backend and backend_domid. */
int libxl_device_disk_remove(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_disk *disk,
                             const libxl_asyncop_how *ao_how);

/* Destroys a disk, named by vdev, backend and backend_domid. */
int libxl_device_disk_destroy(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_device_disk *disk,
                              const libxl_asyncop_how *ao_how);

/* As libxl_device_disk_remove, but a disk that the guest does not release stays: ERROR_TIMEDOUT. */
int libxl_device_disk_safe_remove(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_device_disk *disk,
                                  const libxl_asyncop_how *ao_how);

/* The domain's disks. */
libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of the disk with the vdev of disk. */
int libxl_device_disk_getinfo(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_device_disk *disk,
                              libxl_diskinfo *diskinfo);

/* Changes the medium of an HVM guest's CD drive: the drive is that of disk->vdev, the medium
 * disk->pdev_path in the format disk->format; none with LIBXL_DISK_FORMAT_EMPTY or without a path.
 * disk is completed, before this returns.
 *
 * ERROR_INVAL for other guests and for those with a stub domain; ERROR_FAIL without such a drive or
 * such a file; ERROR_QMP_* as QEMU refuses, a locked drive say, which stays as it is;
 * ERROR_TIMEDOUT if QEMU is silent for ten seconds. A drive whose new medium QEMU refuses is left
 * empty. */
int libxl_cdrom_insert(libxl_ctx *ctx,
                       uint32_t domid,
                       libxl_device_disk *disk,
                       const libxl_asyncop_how *ao_how);

/* Network cards */

/* Adds a network interface. */
int libxl_device_nic_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_nic *nic,
                         const libxl_asyncop_how *ao_how);

/* Removes a network interface. */
int libxl_device_nic_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_nic *nic,
                            const libxl_asyncop_how *ao_how);

/* Destroys a network interface. */
int libxl_device_nic_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_nic *nic,
                             const libxl_asyncop_how *ao_how);

/* The domain's network interfaces. */
libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a network interface. */
int libxl_device_nic_getinfo(libxl_ctx *ctx,
                             uint32_t domid,
                             const libxl_device_nic *nic,
                             libxl_nicinfo *nicinfo);

/* USB */

/* Adds a USB controller. What is not said of it is chosen: emulated for an HVM guest, else served
 * by the kernel where it has usbback, and by QEMU where it has not; USB 2. */
int libxl_device_usbctrl_add(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_usbctrl *usbctrl,
                             const libxl_asyncop_how *ao_how);

/* Detaches the devices behind the controller with the number usbctrl->devid, and removes it. The
 * controller stays if one of them cannot be detached. */
int libxl_device_usbctrl_remove(libxl_ctx *ctx,
                                uint32_t domid,
                                libxl_device_usbctrl *usbctrl,
                                const libxl_asyncop_how *ao_how);

/* As libxl_device_usbctrl_remove; a guest that does not release it is not waited for. */
int libxl_device_usbctrl_destroy(libxl_ctx *ctx,
                                 uint32_t domid,
                                 libxl_device_usbctrl *usbctrl,
                                 const libxl_asyncop_how *ao_how);

/* The domain's USB controllers. */
libxl_device_usbctrl *libxl_device_usbctrl_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a USB controller. */
int libxl_device_usbctrl_getinfo(libxl_ctx *ctx,
                                 uint32_t domid,
                                 const libxl_device_usbctrl *usbctrl,
                                 libxl_usbctrlinfo *usbctrlinfo);

/* Gives the guest a device of the host. Without a controller (ctrl -1) it goes to the first free
 * port of any, and a controller is added if there is none. */
int libxl_device_usbdev_add(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_usbdev *usbdev,
                            const libxl_asyncop_how *ao_how);

/* Takes back the device at the port usbdev->port of the controller usbdev->ctrl. A device that the
 * guest may still have is still at its port after a failure. */
int libxl_device_usbdev_remove(libxl_ctx *ctx,
                               uint32_t domid,
                               libxl_device_usbdev *usbdev,
                               const libxl_asyncop_how *ao_how);

/* The host's USB devices at the ports of the domain's controllers. */
libxl_device_usbdev *libxl_device_usbdev_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* TPMs */

/* Adds a TPM. */
int libxl_device_vtpm_add(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_device_vtpm *vtpm,
                          const libxl_asyncop_how *ao_how);

/* Removes a TPM. */
int libxl_device_vtpm_remove(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_vtpm *vtpm,
                             const libxl_asyncop_how *ao_how);

/* Destroys a TPM. */
int libxl_device_vtpm_destroy(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_device_vtpm *vtpm,
                              const libxl_asyncop_how *ao_how);

/* The domain's TPMs. */
libxl_device_vtpm *libxl_device_vtpm_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a TPM. */
int libxl_device_vtpm_getinfo(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_device_vtpm *vtpm,
                              libxl_vtpminfo *vtpminfo);

/* Displays, sound, keyboards, frame buffers */

/* Adds a display. */
int libxl_device_vdispl_add(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_vdispl *displ,
                            const libxl_asyncop_how *ao_how);

/* Removes a display. */
int libxl_device_vdispl_remove(libxl_ctx *ctx,
                               uint32_t domid,
                               libxl_device_vdispl *vdispl,
                               const libxl_asyncop_how *ao_how);

/* Destroys a display. */
int libxl_device_vdispl_destroy(libxl_ctx *ctx,
                                uint32_t domid,
                                libxl_device_vdispl *vdispl,
                                const libxl_asyncop_how *ao_how);

/* The domain's displays, without their connectors. */
libxl_device_vdispl *libxl_device_vdispl_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a display. */
int libxl_device_vdispl_getinfo(libxl_ctx *ctx,
                                uint32_t domid,
                                const libxl_device_vdispl *vdispl,
                                libxl_vdisplinfo *vdisplinfo);

/* Adds a sound card. */
int libxl_device_vsnd_add(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_device_vsnd *vsnd,
                          const libxl_asyncop_how *ao_how);

/* Removes a sound card. */
int libxl_device_vsnd_remove(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_vsnd *vsnd,
                             const libxl_asyncop_how *ao_how);

/* Destroys a sound card. */
int libxl_device_vsnd_destroy(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_device_vsnd *vsnd,
                              const libxl_asyncop_how *ao_how);

/* The domain's sound cards. */
libxl_device_vsnd *libxl_device_vsnd_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a sound card, and of as many streams as vsnd has. */
int libxl_device_vsnd_getinfo(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_device_vsnd *vsnd,
                              libxl_vsndinfo *vsndlinfo);

/* Adds a keyboard, in place of the one with that devid if there is one. Nothing is waited for. */
int libxl_device_vkb_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_vkb *vkb,
                         const libxl_asyncop_how *ao_how);

/* Removes a keyboard, named by devid, backend_type and backend_domid. */
int libxl_device_vkb_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_vkb *vkb,
                            const libxl_asyncop_how *ao_how);

/* Destroys a keyboard, named by devid, backend_type and backend_domid. */
int libxl_device_vkb_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_vkb *vkb,
                             const libxl_asyncop_how *ao_how);

/* The domain's keyboards. */
libxl_device_vkb *libxl_device_vkb_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of a keyboard. */
int libxl_device_vkb_getinfo(libxl_ctx *ctx,
                             uint32_t domid,
                             const libxl_device_vkb *vkb,
                             libxl_vkbinfo *vkbinfo);

/* Adds a framebuffer, in place of the one with that devid if there is one. Nothing is waited for. */
int libxl_device_vfb_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_vfb *vfb,
                         const libxl_asyncop_how *ao_how);

/* Removes a framebuffer. */
int libxl_device_vfb_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_vfb *vfb,
                            const libxl_asyncop_how *ao_how);

/* Destroys a framebuffer. */
int libxl_device_vfb_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_vfb *vfb,
                             const libxl_asyncop_how *ao_how);

/* PCI */

/* Gives the domain a function of the host, which must be assignable, or with seize is made so; with
 * a vfunc_mask of LIBXL_PCI_FUNC_ALL all functions of its device. A function that has a name is
 * found by it. */
int libxl_device_pci_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_pci *pci,
                         const libxl_asyncop_how *ao_how);

/* Detaches a function of the host, or all of a device, from the domain. If the guest does not
 * release it within 10 seconds, it stays attached. */
int libxl_device_pci_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_pci *pci,
                            const libxl_asyncop_how *ao_how);

/* As libxl_device_pci_remove, but the function is detached even if the guest does not release it. */
int libxl_device_pci_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_pci *pci,
                             const libxl_asyncop_how *ao_how);

/* The PCI devices passed through to the domain. */
libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Makes a function of the host assignable: unbinds it from its driver, for guests to have. If
 * rebind is not 0 that driver is recorded, so that the function can be bound to it again. The
 * function has the name that pci has. */
int libxl_device_pci_assignable_add(libxl_ctx *ctx,
                                    libxl_device_pci *pci,
                                    int rebind);

/* Makes a function of the host no longer assignable; if rebind is not 0, it is bound to the driver
 * that was recorded. A function that has a name is found by it, and pci gets its address;
 * ERROR_NOTFOUND if none has that name. */
int libxl_device_pci_assignable_remove(libxl_ctx *ctx,
                                       libxl_device_pci *pci,
                                       int rebind);

/* The host's assignable PCI devices that no guest has, and how many in *num; NULL and 0 for none,
 * and without the driver pciback. libxl_device_pci_assignable_list_free frees them. */
libxl_device_pci *libxl_device_pci_assignable_list(libxl_ctx *ctx, int *num);

/* Channels, 9pfs, PV calls, driver domains */

/* The domain's channels. */
libxl_device_channel *libxl_device_channel_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* What is known of the channel with the devid and connection of channel; a terminal that is not
 * known is /NO-SUCH-PATH. */
int libxl_device_channel_getinfo(libxl_ctx *ctx,
                                 uint32_t domid,
                                 const libxl_device_channel *channel,
                                 libxl_channelinfo *channelinfo);

/* Removes a 9p folder. */
int libxl_device_p9_remove(libxl_ctx *ctx,
                           uint32_t domid,
                           libxl_device_p9 *p9,
                           const libxl_asyncop_how *ao_how);

/* Destroys a 9p folder. */
int libxl_device_p9_destroy(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_p9 *p9,
                            const libxl_asyncop_how *ao_how);

/* Removes a pvcalls device. */
int libxl_device_pvcallsif_remove(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_device_pvcallsif *pvcallsif,
                                  const libxl_asyncop_how *ao_how);

/* Destroys a pvcalls device. */
int libxl_device_pvcallsif_destroy(libxl_ctx *ctx,
                                   uint32_t domid,
                                   libxl_device_pvcallsif *pvcallsif,
                                   const libxl_asyncop_how *ao_how);

/* Serves devices of guests from a driver domain, as xl devd does: their hotplug scripts run here.
 * Ends when it is aborted, or xenstore fails. */
int libxl_device_events_handler(libxl_ctx *ctx,
                                const libxl_asyncop_how *ao_how);

/* ---- CPUID ---- */

/* Adds one name=value setting to the policy, which is made if it is NULL.
 *
 * 0; 1: no =; 2: an unknown name; 3: a value that cannot be; ERROR_INVAL for NULL. */
int libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str_);

/* Adds one leaf in xend's syntax, leaf[,subleaf]:eax=<32 bits>,…, to the policy, which is made if
 * it is NULL.
 *
 * 0; 1: no leaf; 2: no subleaf after a comma; 3: no colon; 4: no register; 5: not 32 bits;
 * ERROR_INVAL for NULL. */
int libxl_cpuid_parse_config_xend(libxl_cpuid_policy_list *cpuid,
                                  const char *str_);

/* These have no effect since 4.14: the creation of a domain sets its CPUID policy. */
#if !defined(LIBXL_API_VERSION) || LIBXL_API_VERSION < 0x041400
static inline void libxl_cpuid_apply_policy(libxl_ctx *ctx, uint32_t domid)
{
    (void)ctx;
    (void)domid;
}

static inline void libxl_cpuid_set(libxl_ctx *ctx, uint32_t domid, libxl_cpuid_policy_list cpuid)
{
    (void)ctx;
    (void)domid;
    (void)cpuid;
}
#endif

/* ---- Userdata: data that an application stores for a domain, under a name of its own ---- */

/* Keeps datalen bytes under userdata_userid for as long as the domain exists, in place of what was
 * there; 0 bytes remove it. ERROR_LOCK_FAIL if there is no such domain. A removal that fails
 * answers with the positive errno, as in the C library. */
int libxl_userdata_store(libxl_ctx *ctx,
                         uint32_t domid,
                         const char *userdata_userid,
                         const uint8_t *data,
                         int datalen);

/* The data kept under userdata_userid: a copy, for the caller to free, into data_r, its length into
 * datalen_r; either may be NULL. NULL and 0 if there is none. ERROR_LOCK_FAIL if there is no such
 * domain. */
int libxl_userdata_retrieve(libxl_ctx *ctx,
                            uint32_t domid,
                            const char *userdata_userid,
                            uint8_t **data_r,
                            int *datalen_r);

/* Removes the data kept under userdata_userid. ERROR_FAIL if there is none, ERROR_LOCK_FAIL if
 * there is no such domain. */
int libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid);

/* ---- VCPUs and nodes ---- */

/* A domain's vcpus, *nb_vcpu of them, for libxl_vcpuinfo_list_free, and in *nr_cpus_out how many
 * cpus the host can have; NULL on failure or where there is no vcpu. Time in ns. */
libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nb_vcpu, int *nr_cpus_out);

/* Sets on which cpus a vcpu may run (hard) and would rather run (soft); NULL leaves that as it is,
 * both NULL is ERROR_INVAL. */
int libxl_set_vcpuaffinity(libxl_ctx *ctx,
                           uint32_t domid,
                           uint32_t vcpuid,
                           const libxl_bitmap *cpumap_hard,
                           const libxl_bitmap *cpumap_soft);

/* As libxl_set_vcpuaffinity, against an affinity that is pinned for the moment too. */
int libxl_set_vcpuaffinity_force(libxl_ctx *ctx,
                                 uint32_t domid,
                                 uint32_t vcpuid,
                                 const libxl_bitmap *cpumap_hard,
                                 const libxl_bitmap *cpumap_soft);

/* As libxl_set_vcpuaffinity for vcpus 0 to max_vcpus - 1; ERROR_FAIL if that fails for some (it is
 * done for the others). */
int libxl_set_vcpuaffinity_all(libxl_ctx *ctx,
                               uint32_t domid,
                               unsigned int max_vcpus,
                               const libxl_bitmap *cpumap_hard,
                               const libxl_bitmap *cpumap_soft);

/* Sets on which NUMA nodes a domain's memory is preferably allocated. */
int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);

/* Sets in *nodemap, as far as it has room, the NUMA nodes on which a domain's memory is preferably
 * allocated. */
int libxl_domain_get_nodeaffinity(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_bitmap *nodemap);

/* Has a guest use the vcpus of cpumap and no others. Its kernel does so when it comes to it; QEMU,
 * if that serves the guest, adds what it does not have first.
 *
 * ERROR_FAIL if that is none, or more than the guest can have; ERROR_DOMAIN_NOTFOUND; what QEMU's
 * monitor answers. */
int libxl_set_vcpuonline(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_bitmap *cpumap,
                         const libxl_asyncop_how *ao_how);

/* These have an argument for the soft affinity since 4.5. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040500
#define libxl_set_vcpuaffinity(ctx,domid,vcpuid,map) \
    libxl_set_vcpuaffinity((ctx), (domid), (vcpuid), (map), NULL)
#define libxl_set_vcpuaffinity_all(ctx,domid,max_vcpus,map) \
    libxl_set_vcpuaffinity_all((ctx), (domid), (max_vcpus), (map), NULL)
#endif

/* Asynchronous since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
static inline int libxl_set_vcpuonline_0x041200(libxl_ctx *ctx, uint32_t domid,
                                                libxl_bitmap *cpumap)
{
    return libxl_set_vcpuonline(ctx, domid, cpumap, NULL);
}
#define libxl_set_vcpuonline libxl_set_vcpuonline_0x041200
#endif

/* ---- Schedulers ---- */

/* These values leave a parameter unchanged; the one of the index selects all VCPUs. */
#define LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_PERIOD_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_SLICE_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_LATENCY_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_EXTRATIME_DEFAULT -1
#define LIBXL_DOMAIN_SCHED_PARAM_BUDGET_DEFAULT -1
#define LIBXL_SCHED_PARAM_VCPU_INDEX_DEFAULT -1

/* The scheduler that Xen was booted with, a libxl_scheduler, or ERROR_FAIL. */
int libxl_get_scheduler(libxl_ctx *ctx);

/* The credit scheduler's parameters in cpupool poolid; ERROR_FAIL if it has another scheduler. */
int libxl_sched_credit_params_get(libxl_ctx *ctx,
                                  uint32_t poolid,
                                  libxl_sched_credit_params *scinfo);

/* Sets the credit scheduler's parameters in cpupool poolid; *scinfo becomes what Xen made of them.
 * ERROR_INVAL for values out of range. */
int libxl_sched_credit_params_set(libxl_ctx *ctx,
                                  uint32_t poolid,
                                  libxl_sched_credit_params *scinfo);

/* The credit2 scheduler's parameters in cpupool poolid; ERROR_FAIL if it has another scheduler. */
int libxl_sched_credit2_params_get(libxl_ctx *ctx,
                                   uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);

/* Sets the credit2 scheduler's parameters in cpupool poolid; *scinfo becomes what Xen made of them.
 * ERROR_INVAL for values out of range. */
int libxl_sched_credit2_params_set(libxl_ctx *ctx,
                                   uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);

/* What the scheduler of a domain's cpupool holds for it; fields of other schedulers get their
 * default. */
int libxl_domain_sched_params_get(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_domain_sched_params *params);

/* Changes what a scheduler holds for a domain: the one that sched names, or that of its cpupool for
 * LIBXL_SCHEDULER_UNKNOWN. -1 keeps a parameter; ERROR_INVAL for one out of range. */
int libxl_domain_sched_params_set(libxl_ctx *ctx,
                                  uint32_t domid,
                                  const libxl_domain_sched_params *params);

/* Fills in what RTDS holds for the vcpus that params->vcpus names (times in µs). ERROR_INVAL for
 * another scheduler, for no vcpus, and for one that the domain does not have. */
int libxl_vcpu_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_vcpu_sched_params *params);

/* Makes params->vcpus, which must be empty, what RTDS holds for all vcpus of a domain (times in
 * µs); ERROR_INVAL for another scheduler. */
int libxl_vcpu_sched_params_get_all(libxl_ctx *ctx,
                                    uint32_t domid,
                                    libxl_vcpu_sched_params *params);

/* Sets what RTDS holds for the vcpus that params->vcpus names (times in µs). ERROR_INVAL for
 * another scheduler, for no vcpus, and for values out of range. */
int libxl_vcpu_sched_params_set(libxl_ctx *ctx,
                                uint32_t domid,
                                const libxl_vcpu_sched_params *params);

/* Sets for all vcpus of a domain what the one element of params->vcpus says (times in µs); errors
 * as for libxl_vcpu_sched_params_set. */
int libxl_vcpu_sched_params_set_all(libxl_ctx *ctx,
                                    uint32_t domid,
                                    const libxl_vcpu_sched_params *params);

/* ---- Cpupools ---- */

/* The hypervisor chooses the number. */
#define LIBXL_CPUPOOL_POOLID_ANY 0xFFFFFFFF

/* All cpupools, *nb_pool_out of them, for libxl_cpupoolinfo_list_free; NULL on failure. */
libxl_cpupoolinfo *libxl_list_cpupool(libxl_ctx *ctx, int *nb_pool_out);

/* Makes *cpumap the set of cpus that belong to no cpupool. */
int libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap);

/* Makes a cpupool with a scheduler, cpus that are free, a name and a uuid. *poolid says its number,
 * or with 0 or LIBXL_CPUPOOL_POOLID_ANY lets Xen choose, and becomes it. On failure there is no new
 * pool. */
int libxl_cpupool_create(libxl_ctx *ctx,
                         const char *name,
                         libxl_scheduler sched,
                         libxl_bitmap cpumap,
                         libxl_uuid *uuid,
                         uint32_t *poolid);

/* Ends a cpupool; its cpus are free then. ERROR_INVAL while domains are in it. */
int libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid);

/* Names a cpupool anew; whether another has that name is not looked at. */
int libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid);

/* Gives a cpupool one cpu; -1 lets Xen choose. */
int libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu);

/* Gives a cpupool the free cpus of one NUMA node; *cpus becomes how many it got. */
int libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);

/* Gives a cpupool all cpus of a set; ERROR_FAIL if it cannot have some of them (it gets the
 * others). */
int libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx,
                                uint32_t poolid,
                                const libxl_bitmap *cpumap);

/* Takes from a cpupool one cpu; -1 lets Xen choose. */
int libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu);

/* Takes from a cpupool its cpus of one NUMA node; *cpus becomes how many it lost. */
int libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);

/* Takes from a cpupool all cpus of a set; ERROR_FAIL if some cannot be taken (the others are). */
int libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap);

/* Moves a domain to a cpupool. */
int libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid);

/* Fills *info (which is not disposed of first) for one cpupool; ERROR_FAIL if there is none. */
int libxl_cpupool_info(libxl_ctx *ctx, libxl_cpupoolinfo *info, uint32_t poolid);

/* ---- Transcendent memory, which Xen no longer has ---- */

/* NULL: there is no transcendent memory. */
char *libxl_tmem_list(libxl_ctx *ctx, uint32_t domid, int use_long);

/* ERROR_FAIL: there is no transcendent memory. */
int libxl_tmem_freeze(libxl_ctx *ctx, uint32_t domid);

/* ERROR_FAIL: there is no transcendent memory. */
int libxl_tmem_thaw(libxl_ctx *ctx, uint32_t domid);

/* ERROR_FAIL: there is no transcendent memory. */
int libxl_tmem_set(libxl_ctx *ctx, uint32_t domid, char *name, uint32_t set);

/* ERROR_FAIL: there is no transcendent memory. */
int libxl_tmem_shared_auth(libxl_ctx *ctx, uint32_t domid, char *uuid, int auth);

/* ERROR_FAIL: there is no transcendent memory. */
int libxl_tmem_freeable(libxl_ctx *ctx);

/* ---- Security labels (XSM with Flask) ---- */

/* The number of the security label buf, of len bytes, into *ssidref. -1 and errno if Xen has no
 * such label or no Flask. */
int libxl_flask_context_to_sid(libxl_ctx *ctx,
                               char *buf,
                               size_t len,
                               uint32_t *ssidref);

/* The security label of number ssidref into *buf, for the caller to free, and its length into *len.
 * -1 and errno if Xen has no such number or no Flask. */
int libxl_flask_sid_to_context(libxl_ctx *ctx,
                               uint32_t ssidref,
                               char **buf,
                               size_t *len);

/* Whether the policy is enforced: 1, or 0 if its violations are only logged; -1 and errno if Xen
 * does not say. */
int libxl_flask_getenforce(libxl_ctx *ctx);

/* Has the policy enforced (mode 1) or only its violations logged (0); -1 and errno if Xen refuses. */
int libxl_flask_setenforce(libxl_ctx *ctx,
                           int mode);

/* Replaces the policy by the size bytes at policy; -1 and errno if Xen refuses it. */
int libxl_flask_loadpolicy(libxl_ctx *ctx, void *policy, uint32_t size);

/* ---- Miscellaneous ---- */

/* Sets or clears close-on-exec. 0 or ERROR_FAIL. */
int libxl_fd_set_cloexec(libxl_ctx *ctx, int fd, int cloexec);

/* Sets or clears non-blocking mode. 0 or ERROR_FAIL. */
int libxl_fd_set_nonblock(libxl_ctx *ctx, int fd, int nonblock);

/* Makes id a random one. 0, or ERROR_FAIL if there are no random numbers. */
int libxl_ms_vm_genid_generate(libxl_ctx *ctx, libxl_ms_vm_genid *id);

/* Whether all of id is zero; false for NULL. */
bool libxl_ms_vm_genid_is_zero(const libxl_ms_vm_genid *id);

/* Copies a generation id. The ctx is not used and may be NULL. */
void libxl_ms_vm_genid_copy(libxl_ctx *ctx, libxl_ms_vm_genid *dst, const libxl_ms_vm_genid *src);

/* ---- Monitoring and allocation of caches and memory bandwidth ---- */

#if defined(__i386__) || defined(__x86_64__)
typedef enum libxl_psr_cbm_type libxl_psr_type;

/* Begins to measure what the domain uses of caches and memory bandwidth. */
int libxl_psr_cmt_attach(libxl_ctx *ctx, uint32_t domid);

/* Measures it no more. */
int libxl_psr_cmt_detach(libxl_ctx *ctx, uint32_t domid);

/* 1 if the domain is measured; 0 if it is not, or does not exist, or the host cannot measure. */
int libxl_psr_cmt_domain_attached(libxl_ctx *ctx, uint32_t domid);

/* Not 0 if the host measures; 0 as well if Xen does not tell. */
int libxl_psr_cmt_enabled(libxl_ctx *ctx);

/* The highest number by which cpus tell what a domain uses (RMID), into *total_rmid. They begin at
 * 1, and each domain that is measured has one. */
int libxl_psr_cmt_get_total_rmid(libxl_ctx *ctx,
                                 uint32_t *total_rmid);

/* The size in KiB of the socket's third-level cache, into *l3_cache_size. libxenctrl asks once in a
 * process: sockets with caches of other sizes than the first that was asked for are not told apart. */
int libxl_psr_cmt_get_l3_cache_size(libxl_ctx *ctx,
                                    uint32_t socketid,
                                    uint32_t *l3_cache_size);

/* How much of the socket's third-level cache the domain uses, in KiB, into *l3_cache_occupancy. */
int libxl_psr_cmt_get_cache_occupancy(libxl_ctx *ctx,
                                      uint32_t domid,
                                      uint32_t socketid,
                                      uint32_t *l3_cache_occupancy);

/* Not 0 if the host can measure that; 0 as well if Xen does not tell. */
int libxl_psr_cmt_type_supported(libxl_ctx *ctx, libxl_psr_cmt_type kind);

/* What the domain uses on the socket scope, in bytes, into *sample_r; for memory traffic that is a
 * counter which goes round. Into *tsc_r, unless that is NULL, the cpu's time stamp counter at that
 * moment. */
int libxl_psr_cmt_get_sample(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_psr_cmt_type kind,
                             uint64_t scope,
                             uint64_t *sample_r,
                             uint64_t *tsc_r);

/* As libxl_psr_set_val. */
int libxl_psr_cat_set_cbm(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_psr_cbm_type kind,
                          libxl_bitmap *target_map,
                          uint64_t cbm);

/* As libxl_psr_get_val. */
int libxl_psr_cat_get_cbm(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_psr_cbm_type kind,
                          uint32_t target,
                          uint64_t *cbm_r);

/* What each socket offers for sharing out its cache of level lvl, 2 or 3, as libxl_psr_get_hw_info
 * says; *info is for libxl_psr_cat_info_list_free. */
int libxl_psr_cat_get_info(libxl_ctx *ctx,
                           libxl_psr_cat_info **info,
                           unsigned int *nr,
                           unsigned int lvl);

/* As libxl_psr_cat_get_info, of the third-level cache. */
int libxl_psr_cat_get_l3_info(libxl_ctx *ctx, libxl_psr_cat_info **info, int *nr);

/* Sets the domain's share on the sockets in *target_map: a mask of a cache's ways, or how much
 * memory traffic is slowed down. All are tried, and ERROR_FAIL says that one was refused. Sockets
 * that the host does not have are passed over. */
int libxl_psr_set_val(libxl_ctx *ctx,
                      uint32_t domid,
                      libxl_psr_type kind,
                      libxl_bitmap *target_map,
                      uint64_t val);

/* The domain's share on the socket target, into *val. */
int libxl_psr_get_val(libxl_ctx *ctx,
                      uint32_t domid,
                      libxl_psr_type kind,
                      unsigned int target,
                      uint64_t *val);

/* What each socket that has a cpu which is on offers for that way to share out, into *info, for
 * libxl_psr_hw_info_list_free, and their number into *nr. For caches lvl is 2 or 3, and else
 * ignored. ERROR_FAIL, without an error in the log, if one of the sockets offers nothing;
 * ERROR_INVAL for another type or level. */
int libxl_psr_get_hw_info(libxl_ctx *ctx,
                          libxl_psr_feat_type kind,
                          unsigned int lvl,
                          unsigned int *nr,
                          libxl_psr_hw_info **info);
#endif

/* ---- QEMU ---- */

/* Has the monitor of the domain's QEMU carry out command_line, as a person would type it, and
 * stores what it prints in *output, which the caller frees. *output stays as it is on failure:
 * ERROR_LOCK_FAIL without such a domain, ERROR_FAIL without QEMU, ERROR_QMP_* as QEMU refuses,
 * ERROR_PROTOCOL_ERROR_QMP and ERROR_QEMU_API if the answer is invalid, ERROR_TIMEDOUT after ten
 * minutes. */
int libxl_qemu_monitor_command(libxl_ctx *ctx,
                               uint32_t domid,
                               const char *command_line,
                               char **output,
                               const libxl_asyncop_how *ao_how);

/* Asynchronous since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
static inline int libxl_qemu_monitor_command_0x041200(libxl_ctx *ctx, uint32_t domid,
                                                      const char *command_line, char **output)
{
    return libxl_qemu_monitor_command(ctx, domid, command_line, output, NULL);
}
#define libxl_qemu_monitor_command libxl_qemu_monitor_command_0x041200
#endif

#ifdef __cplusplus
}
#endif

#include <libxl_event.h>

#endif /* LIBXL_H */
