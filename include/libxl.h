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

/* Frees a list and its strings, and sets it to NULL. */
void libxl_string_list_dispose(libxl_string_list *sl);

/* Returns the number of strings; 0 for a NULL list. */
int libxl_string_list_length(const libxl_string_list *sl);

/* Stores a copy of the list and its strings in *dst; NULL for NULL. */
void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src);

/* A NULL-terminated array of keys, each followed by its value. The length is the number of pairs. */
typedef char **libxl_key_value_list;

/* Frees a list, its keys and values, and sets it to NULL. */
void libxl_key_value_list_dispose(libxl_key_value_list *kvl);

/* Returns the number of pairs; 0 for a NULL list. */
int libxl_key_value_list_length(const libxl_key_value_list *kvl);

/* Stores a copy of the list, its keys and values in *dst; NULL for NULL. A value may be NULL. */
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

/* Initialises map as an empty bitmap of size 0, without memory. */
void libxl_bitmap_init(libxl_bitmap *map);

/* Frees the bitmap's memory and sets its size to 0. */
void libxl_bitmap_dispose(libxl_bitmap *map);

/* Changes to the CPUID leaves and MSRs that a guest reads. NULL: the default policy. */
struct libxl__cpu_policy;
typedef struct libxl__cpu_policy *libxl_cpuid_policy_list;

/* Frees the policy and sets the pointer to NULL. */
void libxl_cpuid_dispose(libxl_cpuid_policy_list *cpuid_list);

/* Returns the number of CPUID leaves in the policy. Its MSRs are not counted. */
int libxl_cpuid_policy_list_length(const libxl_cpuid_policy_list *l);

/* Stores a copy of the policy in *dst; NULL for NULL. */
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

/* Sets db to true or false. */
void libxl_defbool_set(libxl_defbool *db, bool b);

/* Sets db to the default. */
void libxl_defbool_unset(libxl_defbool *db);

/* Sets db to true or false if it is the default. */
void libxl_defbool_setdefault(libxl_defbool *db, bool b);

/* Whether db is the default. */
bool libxl_defbool_is_default(libxl_defbool db);

/* Whether db is true. It must not be the default.
 *
 * For the default the process is aborted, as in the C library, since no result would be right. */
bool libxl_defbool_val(libxl_defbool db);

/* Returns the value's name, as in JSON. Not to be freed. */
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

/* Requests the abort of the operation that was started with a libxl_asyncop_how equal to *how, or
 * with NULL of a synchronous one; if there are several, of the one that was started last.
 *
 * 0 if the abort was requested: the operation will end soon, usually with ERROR_ABORTED.
 * ERROR_ABORTED if it was requested before; ERROR_NOTFOUND if there is no such operation, or it has
 * completed. */
int libxl_ao_abort(libxl_ctx *ctx,
                   const libxl_asyncop_how *how);

/* ---- The ctx ---- */

/* The version argument of libxl_ctx_alloc. */
#define LIBXL_VERSION 0

/* Creates a ctx and stores it in *pctx; a process may have several. lg must outlive it.
 *
 * ERROR_VERSION if version is not LIBXL_VERSION; ERROR_FAIL if Xen does not run here, the process
 * has no permission to use it, or xenstore does not answer. *pctx is then NULL and nothing is left
 * open. flags is unused, as in C. */
int libxl_ctx_alloc(libxl_ctx **pctx,
                    int version,
                    unsigned int flags,
                    xentoollog_logger *lg);

/* Closes and frees a ctx; NULL is allowed. Always 0.
 *
 * The library's child processes are killed and reaped. In a forked child of the process that
 * created the ctx this does nothing, since the ctx's resources are the parent's.
 *
 * Operations that have not completed, for which the C library's assertion fails, are cancelled with
 * a warning; their completion is not reported. Event generation is disabled. Events in the queue
 * are freed. */
int libxl_ctx_free(libxl_ctx *ctx);

/* ---- Creating domains ---- */

#define INVALID_DOMID ~0
/* Requests a domid that is chosen at random. */
#define RANDOM_DOMID (INVALID_DOMID - 1)

/* Creates a domain, paused, from the configuration d_config. If that succeeds, the defaults of
 * d_config are set and *domid is the domain's number.
 *
 * aop_console_how gets an event DOMAIN_CREATE_CONSOLE_AVAILABLE when a console can be connected to:
 * the bootloader's, if there is one, and then the domain's. NULL: no reports.
 *
 * ERROR_INVAL, or a more specific error, for an invalid configuration; ERROR_FAIL or ERROR_ABORTED
 * for a later failure. After a failure or an abort the incomplete domain is destroyed; *domid is
 * then the number that it had, or INVALID_DOMID. */
int libxl_domain_create_new(libxl_ctx *ctx,
                            libxl_domain_config *d_config,
                            uint32_t *domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how);

/* Creates a domain, paused, from the configuration d_config, and restores its guest from the stream
 * that restore_fd reads, a file, pipe or socket, which libxl_domain_suspend of this or the C
 * library has written. The guest continues when the domain is unpaused. send_back_fd, if not -1, is
 * the back channel to the sender of a stream with checkpoints, as params says. During the call
 * restore_fd is in blocking mode; afterwards its mode is restored.
 *
 * Everything else, including the errors, is as for libxl_domain_create_new. */
int libxl_domain_create_restore(libxl_ctx *ctx,
                                libxl_domain_config *d_config,
                                uint32_t *domid,
                                int restore_fd,
                                int send_back_fd,
                                const libxl_domain_restore_params *params,
                                const libxl_asyncop_how *ao_how,
                                const libxl_asyncprogress_how *aop_console_how);

/* Soft reset: sets up the domain of an HVM or PVH guest again and keeps its memory, for a guest
 * that has shut down to start another kernel (kexec). The domain then has the configuration
 * d_config, whose defaults are set, and is paused.
 *
 * aop_console_how is as for libxl_domain_create_new. ERROR_INVAL for a PV guest, for one that has
 * not shut down for a soft reset, or if d_config is for another type of guest: the domain is
 * unchanged. After a later failure, whose errors are those of a creation, the domain is destroyed. */
int libxl_domain_soft_reset(libxl_ctx *ctx,
                            libxl_domain_config *d_config,
                            uint32_t domid,
                            const libxl_asyncop_how *ao_how,
                            const libxl_asyncprogress_how *aop_console_how);

/* Stores in *d_config the configuration that would create the domain in its present state: the one
 * that it was created with, from the library's userdata, updated from xenstore and the hypervisor.
 * Memory is in KiB.
 *
 * ERROR_LOCK_FAIL if there is no such domain, ERROR_FAIL if no configuration is stored for it; for
 * an HVM guest also errors of QEMU's monitor. d_config can be disposed of in any case; its previous
 * content is not freed. */
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

/* Saves a guest to fd, a file, pipe or socket. If that succeeds, the guest is suspended, and the
 * caller must destroy or resume it. Otherwise it runs (the C library leaves it suspended if the
 * failure comes after its suspension).
 *
 * With LIBXL_SUSPEND_LIVE in flags the guest runs while most of its memory is copied; with
 * LIBXL_SUSPEND_DEBUG its memory is sent again at the end, for the receiver to compare. During the
 * call fd is in blocking mode; afterwards its mode is restored.
 *
 * ERROR_GUEST_TIMEDOUT if the guest has not suspended within 60 s; ERROR_ABORTED; otherwise
 * ERROR_FAIL. */
int libxl_domain_suspend(libxl_ctx *ctx,
                         uint32_t domid,
                         int fd,
                         int flags,
                         const libxl_asyncop_how *ao_how);

/* Suspends a guest without saving it. If that fails, the guest continues to run; errors are as for
 * libxl_domain_suspend. */
int libxl_domain_suspend_only(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Resumes a suspended guest. With suspend_cancel its kernel is told that the suspension was
 * cancelled, which it must support; otherwise it is resumed as in a new domain. Does nothing for a
 * guest that runs (the C library fails, or damages the guest). */
int libxl_domain_resume(libxl_ctx *ctx,
                        uint32_t domid,
                        int suspend_cancel,
                        const libxl_asyncop_how *ao_how);

/* Remus: sends checkpoints of a guest to send_fd, every interval milliseconds, for a receiver that
 * continues to run the guest if this host fails. recv_fd is the back channel from the receiver, or
 * -1. Returns only after a failure; the guest then runs here.
 *
 * ERROR_FAIL for network buffering (netbuf; not in Debian's libxl either) and for COLO, which are
 * not supported. ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED for disk buffering (diskbuf) if the guest
 * has disks: it requires DRBD with a protocol that current versions do not have. */
int libxl_domain_remus_start(libxl_ctx *ctx,
                             libxl_domain_remus_info *info,
                             uint32_t domid,
                             int send_fd,
                             int recv_fd,
                             const libxl_asyncop_how *ao_how);

/* ---- Domains: pause, shutdown, destruction, information ---- */

/* Requests that the guest's kernel powers off, and waits until it has acknowledged the request or
 * has shut down. ERROR_NOPARAVIRT if the guest has no paravirtual drivers; ERROR_TIMEDOUT after 60
 * s, or immediately if it had shut down before. */
int libxl_domain_shutdown(libxl_ctx *ctx,
                          uint32_t domid,
                          const libxl_asyncop_how *ao_how);

/* Requests that the guest's kernel reboots; otherwise as libxl_domain_shutdown. */
int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Destroys the domain without asking the guest, and removes its devices, xenstore nodes and files.
 * ERROR_DOMAIN_NOTFOUND if there is no such domain. */
int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Preserves a domain that has shut down: name_suffix is appended to its name (info->name), and its
 * xenstore directory under /vm becomes that of new_uuid. */
int libxl_domain_preserve(libxl_ctx *ctx,
                          uint32_t domid,
                          libxl_domain_create_info *info,
                          const char *name_suffix,
                          libxl_uuid new_uuid);

/* Renames the domain to new_name. If old_name is not NULL, it must be the present name. ERROR_INVAL
 * if another domain has the new name, unless it is empty. */
int libxl_domain_rename(libxl_ctx *ctx,
                        uint32_t domid,
                        const char *old_name,
                        const char *new_name);

/* Pauses the domain until libxl_domain_unpause. ERROR_FAIL if there is no such domain. */
int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Unpauses the domain. ERROR_FAIL if there is no such domain. */
int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* Writes a core dump of the domain, with memory and registers, to the file filename. ERROR_FAIL if
 * that fails; a partially written file is left. */
int libxl_domain_core_dump(libxl_ctx *ctx,
                           uint32_t domid,
                           const char *filename,
                           const libxl_asyncop_how *ao_how);

/* Fills *info_r, whose previous content is not freed, with Xen's information about a domain; with
 * NULL it only checks whether the domain exists. ERROR_DOMAIN_NOTFOUND if not. Memory is in KiB,
 * time in ns. */
int libxl_domain_info(libxl_ctx *ctx,
                      libxl_dominfo *info_r,
                      uint32_t domid);

/* Returns all domains, ordered by domid, to be freed with libxl_dominfo_list_free, and stores their
 * number in *nb_domain_out; NULL on failure. */
libxl_dominfo *libxl_list_domain(libxl_ctx *ctx,
                                 int *nb_domain_out);

/* As libxl_list_domain, but only uuid and domid, and without stub domains. */
libxl_vminfo *libxl_list_vm(libxl_ctx *ctx, int *nb_vm_out);

/* Sends the guest a power or sleep button event or an interrupt, or wakes an HVM guest from suspend
 * to RAM (S3). ERROR_FAIL if it cannot be delivered; for a wake-up ERROR_INVAL if the guest is not
 * HVM, and errors of QEMU's monitor. */
int libxl_send_trigger(libxl_ctx *ctx,
                       uint32_t domid,
                       libxl_trigger trigger,
                       uint32_t vcpuid,
                       const libxl_asyncop_how *ao_how);

/* Sends the guest's kernel the magic system request key sysrq. Always 0, as in the C library; a
 * failure is logged. */
int libxl_send_sysrq(libxl_ctx *ctx,
                     uint32_t domid,
                     char sysrq);

/* Returns the start time of the domain, in seconds since 1970; 0xffffffff if it is not recorded. */
uint32_t libxl_vm_get_start_time(libxl_ctx *ctx, uint32_t domid);

/* 1 if a guest can have this domid, else 0. Domain 0 and the reserved domids are not guests. */
int libxl_domid_valid_guest(uint32_t domid);

/* Clears the history of recently used domids, so that new domains may reuse them. Only to be called
 * when the host starts. */
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

/* Sets the domain's static maximum, and Xen's limit accordingly, to target_memkb KiB. The memory
 * that the domain has now does not change.
 *
 * 1 if that is less than the domain's target, or the target is unknown; ERROR_LOCK_FAIL if there is
 * no such domain, ERROR_JSON_CONFIG_EMPTY if no configuration is stored for it, ERROR_NONSPECIFIC
 * if Xen refuses. */
int libxl_domain_setmaxmem(libxl_ctx *ctx,
                           uint32_t domid,
                           uint64_t target_memkb);

/* Sets the domain's memory target to target_memkb KiB, including video memory, or with relative
 * changes it by that amount (not below 0). With enforce Xen's limit is set to the target too.
 *
 * ERROR_INVAL if the target is more than the domain's static maximum, negative, or less than 128
 * MiB for domain 0; ERROR_LOCK_FAIL if there is no such domain, ERROR_JSON_CONFIG_EMPTY if no
 * configuration is stored for it. */
int libxl_set_memory_target(libxl_ctx *ctx,
                            uint32_t domid,
                            int64_t target_memkb,
                            int relative,
                            int enforce);

/* Stores a domain's memory target in KiB in *out_target. If domain 0 has none, its target is set to
 * its present memory. */
int libxl_get_memory_target(libxl_ctx *ctx,
                            uint32_t domid,
                            uint64_t *out_target);

/* As libxl_get_memory_target; ERROR_FAIL if the value exceeds 32 bits. */
int libxl_get_memory_target_0x040700(libxl_ctx *ctx, uint32_t domid, uint32_t *out_target);

/* Stores the amount of host memory that a domain with this configuration will need, in KiB, in
 * *need_memkb. The defaults of the configuration are set as libxl_domain_create_new would set them.
 * ERROR_INVAL for an invalid configuration, which is unchanged. */
int libxl_domain_need_memory(libxl_ctx *ctx,
                             libxl_domain_config *config,
                             uint32_t domid_for_logging,
                             uint64_t *need_memkb);

/* As libxl_domain_need_memory, for the API before 4.13: only the build info is known, and it is not
 * changed. Memory for page tables counts only if the build info contains it. */
int libxl_domain_need_memory_0x041200(libxl_ctx *ctx,
                                      const libxl_domain_build_info *b_info_in,
                                      uint64_t *need_memkb);

/* As libxl_domain_need_memory_0x041200; ERROR_FAIL if the value exceeds 32 bits. */
int libxl_domain_need_memory_0x040700(libxl_ctx *ctx,
                                      const libxl_domain_build_info *b_info_in,
                                      uint32_t *need_memkb);

/* Stores the host's free memory in KiB in *memkb, including memory that is not scrubbed yet. */
int libxl_get_free_memory(libxl_ctx *ctx, uint64_t *memkb);

/* As libxl_get_free_memory; ERROR_FAIL if the value exceeds 32 bits. */
int libxl_get_free_memory_0x040700(libxl_ctx *ctx, uint32_t *memkb);

/* Waits until the host has memory_kb KiB of free memory, at most wait_secs seconds. ERROR_NOMEM if
 * it does not have it by then. */
int libxl_wait_for_free_memory(libxl_ctx *ctx,
                               uint32_t domid,
                               uint64_t memory_kb,
                               int wait_secs);

/* Waits until the domain's memory does not exceed its target. ERROR_FAIL if it makes no progress
 * for wait_secs seconds (at least two), or uses more memory than two seconds before. */
int libxl_wait_for_memory_target(libxl_ctx *ctx,
                                 uint32_t domid,
                                 int wait_secs);

/* Amounts of memory have 64 bits since 4.8; libxl_domain_need_memory takes a libxl_domain_config since 4.13. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040800
#define libxl_get_memory_target libxl_get_memory_target_0x040700
#define libxl_domain_need_memory libxl_domain_need_memory_0x040700
#define libxl_get_free_memory libxl_get_free_memory_0x040700
#elif defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x041300
#define libxl_domain_need_memory libxl_domain_need_memory_0x041200
#endif

/* ---- Consoles ---- */

/* Executes (execve) a VNC viewer for the domain's display ($VNCVIEWER, or vncviewer), which gets
 * the password on its standard input if autopass is not 0. Returns only on failure, ERROR_FAIL. */
int libxl_vncviewer_exec(libxl_ctx *ctx,
                         uint32_t domid,
                         int autopass);

/* Executes (execve) the program that connects this terminal to console cons_num of type kind; it
 * writes to notify_fd, unless that is -1, once it is connected. Returns only on failure,
 * ERROR_FAIL. */
int libxl_console_exec(libxl_ctx *ctx,
                       uint32_t domid,
                       int cons_num,
                       libxl_console_type kind,
                       int notify_fd);

/* As libxl_console_exec, for the primary console of the domain. ERROR_INVAL if there is no such
 * domain. */
int libxl_primary_console_exec(libxl_ctx *ctx,
                               uint32_t domid_vm,
                               int notify_fd);

/* Stores the path of the pseudo-terminal of console cons_num of type kind in *path, for the caller
 * to free. ERROR_FAIL if none is recorded, ERROR_INVAL for types that have none. */
int libxl_console_get_tty(libxl_ctx *ctx,
                          uint32_t domid,
                          int cons_num,
                          libxl_console_type kind,
                          char **path);

/* As libxl_console_get_tty, for the primary console of the domain. ERROR_INVAL if there is no such
 * domain. */
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

/* Returns Xen's version and build, which are read once for each ctx and freed with it. NULL on
 * failure. */
const libxl_version_info *libxl_get_version_info(libxl_ctx *ctx);

/* Returns the maximum number of cpus of the host, or ERROR_FAIL. */
int libxl_get_max_cpus(libxl_ctx *ctx);

/* Returns the number of cpus that are online, or ERROR_FAIL. */
int libxl_get_online_cpus(libxl_ctx *ctx);

/* Returns the maximum number of NUMA nodes of the host, or ERROR_FAIL. */
int libxl_get_max_nodes(libxl_ctx *ctx);

/* Returns an array of *nb_cpu_out elements, to be freed with libxl_cputopology_list_free; NULL on
 * failure. Unknown values are LIBXL_CPUTOPOLOGY_INVALID_ENTRY. */
libxl_cputopology *libxl_get_cpu_topology(libxl_ctx *ctx,
                                          int *nb_cpu_out);

/* Returns an array of *num_devs elements, to be freed with libxl_pcitopology_list_free; NULL on
 * failure. An unknown node is LIBXL_PCITOPOLOGY_INVALID_ENTRY. */
libxl_pcitopology *libxl_get_pci_topology(libxl_ctx *ctx,
                                          int *num_devs);

/* Returns an array of *nr elements, to be freed with libxl_numainfo_list_free; NULL on failure.
 * Memory is in bytes, or LIBXL_NUMAINFO_INVALID_ENTRY if there is no such node. */
libxl_numainfo *libxl_get_numainfo(libxl_ctx *ctx,
                                   int *nr);

/* Fills *physinfo: cpus, memory in pages, capabilities. ERROR_FAIL if the hypercall fails. */
int libxl_get_physinfo(libxl_ctx *ctx, libxl_physinfo *physinfo);

/* Sends the debug keys keys to Xen. */
int libxl_send_debug_keys(libxl_ctx *ctx, char *keys);

/* Sets Xen's run-time parameters: name=value or noname, separated by blanks. */
int libxl_set_parameters(libxl_ctx *ctx, char *params);

/* Starts reading Xen's console; with clear the ring is cleared while it is read. To be ended with
 * libxl_xen_console_read_finish. */
libxl_xen_console_reader *libxl_xen_console_read_start(libxl_ctx *ctx, int clear);

/* Stores the next part of Xen's console (usually several lines) in *line_r, valid until the next
 * call, and returns 1; or stores NULL and returns 0 if there is no more; or returns ERROR_FAIL. */
int libxl_xen_console_read_line(libxl_ctx *ctx,
                                libxl_xen_console_reader *cr,
                                char **line_r);

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

/* Removes a disk, which is identified by vdev, backend and backend_domid. */
int libxl_device_disk_remove(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_disk *disk,
                             const libxl_asyncop_how *ao_how);

/* Destroys a disk, which is identified by vdev, backend and backend_domid. */
int libxl_device_disk_destroy(libxl_ctx *ctx,
                              uint32_t domid,
                              libxl_device_disk *disk,
                              const libxl_asyncop_how *ao_how);

/* As libxl_device_disk_remove, but a disk that the guest does not release is not removed:
 * ERROR_TIMEDOUT. */
int libxl_device_disk_safe_remove(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_device_disk *disk,
                                  const libxl_asyncop_how *ao_how);

/* Lists the domain's disks. */
libxl_device_disk *libxl_device_disk_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about the disk with the vdev of disk. */
int libxl_device_disk_getinfo(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_device_disk *disk,
                              libxl_diskinfo *diskinfo);

/* Changes the medium of an HVM guest's CD drive: the drive is disk->vdev, the medium
 * disk->pdev_path in the format disk->format, or none with LIBXL_DISK_FORMAT_EMPTY or without a
 * path. The defaults of disk are set before the function returns.
 *
 * ERROR_INVAL for other guests and for those with a stub domain; ERROR_FAIL if the drive or the
 * file does not exist; ERROR_QMP_* if QEMU refuses, for example because the guest has locked the
 * drive, which is then unchanged; ERROR_TIMEDOUT if QEMU has not made the change within 40 s,
 * without the wait for other changes of the guest's devices. A drive whose new medium QEMU refuses
 * is left empty. */
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

/* Lists the domain's network interfaces. */
libxl_device_nic *libxl_device_nic_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a network interface. */
int libxl_device_nic_getinfo(libxl_ctx *ctx,
                             uint32_t domid,
                             const libxl_device_nic *nic,
                             libxl_nicinfo *nicinfo);

/* USB */

/* Adds a USB controller. The default type is an emulated one for an HVM guest, otherwise one with
 * usbback as back end if that is loaded, else with QEMU; the default version is USB 2. */
int libxl_device_usbctrl_add(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_usbctrl *usbctrl,
                             const libxl_asyncop_how *ao_how);

/* Detaches the devices at the ports of the controller usbctrl->devid, and removes it. If one of
 * them cannot be detached, the controller is not removed. */
int libxl_device_usbctrl_remove(libxl_ctx *ctx,
                                uint32_t domid,
                                libxl_device_usbctrl *usbctrl,
                                const libxl_asyncop_how *ao_how);

/* As libxl_device_usbctrl_remove, without waiting for the guest to release the controller. */
int libxl_device_usbctrl_destroy(libxl_ctx *ctx,
                                 uint32_t domid,
                                 libxl_device_usbctrl *usbctrl,
                                 const libxl_asyncop_how *ao_how);

/* Lists the domain's USB controllers. */
libxl_device_usbctrl *libxl_device_usbctrl_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a USB controller. */
int libxl_device_usbctrl_getinfo(libxl_ctx *ctx,
                                 uint32_t domid,
                                 const libxl_device_usbctrl *usbctrl,
                                 libxl_usbctrlinfo *usbctrlinfo);

/* Attaches a USB device of the host to the guest. Without a controller (ctrl -1) it is attached to
 * the first free port of any controller; if there is none, a controller is added. */
int libxl_device_usbdev_add(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_usbdev *usbdev,
                            const libxl_asyncop_how *ao_how);

/* Detaches the device at the port usbdev->port of the controller usbdev->ctrl. After a failure, a
 * device that the guest may still have is still at its port. */
int libxl_device_usbdev_remove(libxl_ctx *ctx,
                               uint32_t domid,
                               libxl_device_usbdev *usbdev,
                               const libxl_asyncop_how *ao_how);

/* Lists the host's USB devices at the ports of the domain's controllers. */
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

/* Lists the domain's TPMs. */
libxl_device_vtpm *libxl_device_vtpm_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a TPM. */
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

/* Lists the domain's displays, without their connectors. */
libxl_device_vdispl *libxl_device_vdispl_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a display. */
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

/* Lists the domain's sound cards. */
libxl_device_vsnd *libxl_device_vsnd_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a sound card, and about as many streams as vsnd has. */
int libxl_device_vsnd_getinfo(libxl_ctx *ctx,
                              uint32_t domid,
                              const libxl_device_vsnd *vsnd,
                              libxl_vsndinfo *vsndlinfo);

/* Adds a keyboard, and replaces the one with that devid if there is one. Does not wait for the back
 * end. */
int libxl_device_vkb_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_vkb *vkb,
                         const libxl_asyncop_how *ao_how);

/* Removes a keyboard, which is identified by devid, backend_type and backend_domid. */
int libxl_device_vkb_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_vkb *vkb,
                            const libxl_asyncop_how *ao_how);

/* Destroys a keyboard, which is identified by devid, backend_type and backend_domid. */
int libxl_device_vkb_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_vkb *vkb,
                             const libxl_asyncop_how *ao_how);

/* Lists the domain's keyboards. */
libxl_device_vkb *libxl_device_vkb_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about a keyboard. */
int libxl_device_vkb_getinfo(libxl_ctx *ctx,
                             uint32_t domid,
                             const libxl_device_vkb *vkb,
                             libxl_vkbinfo *vkbinfo);

/* Adds a framebuffer, and replaces the one with that devid if there is one. Does not wait for the
 * back end. */
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

/* Passes a PCI function of the host through to the domain. It must be assignable, or with seize is
 * made assignable; with a vfunc_mask of LIBXL_PCI_FUNC_ALL all functions of the device are passed
 * through. If pci has a name, the function is looked up by it. */
int libxl_device_pci_add(libxl_ctx *ctx,
                         uint32_t domid,
                         libxl_device_pci *pci,
                         const libxl_asyncop_how *ao_how);

/* Detaches a PCI function, or all functions of a device, from the domain. If the guest does not
 * release it within 10 s, it remains attached. */
int libxl_device_pci_remove(libxl_ctx *ctx,
                            uint32_t domid,
                            libxl_device_pci *pci,
                            const libxl_asyncop_how *ao_how);

/* As libxl_device_pci_remove, but the function is detached even if the guest does not release it. */
int libxl_device_pci_destroy(libxl_ctx *ctx,
                             uint32_t domid,
                             libxl_device_pci *pci,
                             const libxl_asyncop_how *ao_how);

/* Lists the PCI devices that are passed through to the domain. */
libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Makes a PCI function of the host assignable: unbinds it from its driver and binds it to pciback.
 * If rebind is not 0, the driver is recorded, so that the function can be bound to it again. If pci
 * has a name, it is recorded too. */
int libxl_device_pci_assignable_add(libxl_ctx *ctx,
                                    libxl_device_pci *pci,
                                    int rebind);

/* Makes a PCI function of the host no longer assignable; if rebind is not 0, it is bound to its
 * recorded driver. If pci has a name, the function is looked up by it and its address is stored in
 * *pci; ERROR_NOTFOUND if none has that name. */
int libxl_device_pci_assignable_remove(libxl_ctx *ctx,
                                       libxl_device_pci *pci,
                                       int rebind);

/* Lists the assignable PCI devices of the host that are not assigned to a guest, and stores their
 * number in *num; NULL and 0 if there are none, or if the driver pciback is not loaded. To be freed
 * with libxl_device_pci_assignable_list_free. */
libxl_device_pci *libxl_device_pci_assignable_list(libxl_ctx *ctx,
                                                   int *num);

/* Channels, 9pfs, PV calls, driver domains */

/* Lists the domain's channels. */
libxl_device_channel *libxl_device_channel_list(libxl_ctx *ctx, uint32_t domid, int *num);

/* Information about the channel with the devid and connection of channel; the path of an unknown
 * pseudo-terminal is /NO-SUCH-PATH. */
int libxl_device_channel_getinfo(libxl_ctx *ctx,
                                 uint32_t domid,
                                 const libxl_device_channel *channel,
                                 libxl_channelinfo *channelinfo);

/* Removes a 9pfs device. */
int libxl_device_p9_remove(libxl_ctx *ctx,
                           uint32_t domid,
                           libxl_device_p9 *p9,
                           const libxl_asyncop_how *ao_how);

/* Destroys a 9pfs device. */
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

/* Manages the back ends of guests in a driver domain, as xl devd does: their hotplug scripts run
 * here. Completes only when it is aborted, or when xenstore fails. */
int libxl_device_events_handler(libxl_ctx *ctx,
                                const libxl_asyncop_how *ao_how);

/* ---- CPUID ---- */

/* Adds a setting name=value to the policy, which is created if it is NULL.
 *
 * 0 for success; 1: no =; 2: an unknown name; 3: an invalid value; ERROR_INVAL for NULL. */
int libxl_cpuid_parse_config(libxl_cpuid_policy_list *cpuid, const char *str_);

/* Adds a leaf in xend's syntax, leaf[,subleaf]:eax=<32 bits>,…, to the policy, which is created if
 * it is NULL.
 *
 * 0 for success; 1: no leaf; 2: no subleaf after a comma; 3: no colon; 4: no register; 5: not 32
 * bits; ERROR_INVAL for NULL. */
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

/* Stores datalen bytes under userdata_userid for as long as the domain exists, and replaces earlier
 * data; 0 bytes remove them. ERROR_LOCK_FAIL if there is no such domain. If a removal fails, the
 * positive errno is returned, as in the C library. */
int libxl_userdata_store(libxl_ctx *ctx,
                         uint32_t domid,
                         const char *userdata_userid,
                         const uint8_t *data,
                         int datalen);

/* Stores a copy of the data under userdata_userid in *data_r, for the caller to free, and its
 * length in *datalen_r; either pointer may be NULL. NULL and 0 if there is no data. ERROR_LOCK_FAIL
 * if there is no such domain. */
int libxl_userdata_retrieve(libxl_ctx *ctx,
                            uint32_t domid,
                            const char *userdata_userid,
                            uint8_t **data_r,
                            int *datalen_r);

/* Removes the data under userdata_userid. ERROR_FAIL if there is none, ERROR_LOCK_FAIL if there is
 * no such domain. */
int libxl_userdata_unlink(libxl_ctx *ctx,
                          uint32_t domid,
                          const char *userdata_userid);

/* ---- VCPUs and nodes ---- */

/* Returns a domain's vcpus, to be freed with libxl_vcpuinfo_list_free, and stores their number in
 * *nb_vcpu and the maximum number of cpus of the host in *nr_cpus_out; NULL on failure or if there
 * is no vcpu. Times are in ns. */
libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx,
                                uint32_t domid,
                                int *nb_vcpu,
                                int *nr_cpus_out);

/* Sets the hard and the soft affinity of a vcpu; NULL leaves one unchanged. ERROR_INVAL if both are
 * NULL. */
int libxl_set_vcpuaffinity(libxl_ctx *ctx,
                           uint32_t domid,
                           uint32_t vcpuid,
                           const libxl_bitmap *cpumap_hard,
                           const libxl_bitmap *cpumap_soft);

/* As libxl_set_vcpuaffinity, and overrides a temporary pinning of the vcpu by its domain. */
int libxl_set_vcpuaffinity_force(libxl_ctx *ctx,
                                 uint32_t domid,
                                 uint32_t vcpuid,
                                 const libxl_bitmap *cpumap_hard,
                                 const libxl_bitmap *cpumap_soft);

/* As libxl_set_vcpuaffinity, for vcpus 0 to max_vcpus - 1; ERROR_FAIL if it fails for any of them,
 * after it was done for the others. */
int libxl_set_vcpuaffinity_all(libxl_ctx *ctx,
                               uint32_t domid,
                               unsigned int max_vcpus,
                               const libxl_bitmap *cpumap_hard,
                               const libxl_bitmap *cpumap_soft);

/* Sets the NUMA nodes on which a domain's memory is preferably allocated. */
int libxl_domain_set_nodeaffinity(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *nodemap);

/* Stores in *nodemap, as far as its size suffices, the NUMA nodes on which a domain's memory is
 * preferably allocated. */
int libxl_domain_get_nodeaffinity(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_bitmap *nodemap);

/* Requests that the guest has exactly the vcpus of cpumap online. The guest's kernel acts on it at
 * a time of its own. For an HVM guest vcpus that QEMU does not have are first plugged there.
 *
 * ERROR_FAIL if cpumap is empty, or has more vcpus than the guest's maximum; ERROR_DOMAIN_NOTFOUND;
 * an error of QEMU's monitor. */
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

/* Returns the scheduler that Xen was booted with, a libxl_scheduler, or ERROR_FAIL. */
int libxl_get_scheduler(libxl_ctx *ctx);

/* Reads the parameters of the credit scheduler in cpupool poolid; ERROR_FAIL if it has another
 * scheduler. */
int libxl_sched_credit_params_get(libxl_ctx *ctx,
                                  uint32_t poolid,
                                  libxl_sched_credit_params *scinfo);

/* Sets the parameters of the credit scheduler in cpupool poolid, and stores the values that Xen
 * uses in *scinfo. ERROR_INVAL for values out of range. */
int libxl_sched_credit_params_set(libxl_ctx *ctx,
                                  uint32_t poolid,
                                  libxl_sched_credit_params *scinfo);

/* Reads the parameters of the credit2 scheduler in cpupool poolid; ERROR_FAIL if it has another
 * scheduler. */
int libxl_sched_credit2_params_get(libxl_ctx *ctx,
                                   uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);

/* Sets the parameters of the credit2 scheduler in cpupool poolid, and stores the values that Xen
 * uses in *scinfo. ERROR_INVAL for values out of range. */
int libxl_sched_credit2_params_set(libxl_ctx *ctx,
                                   uint32_t poolid,
                                   libxl_sched_credit2_params *scinfo);

/* Reads a domain's parameters from the scheduler of its cpupool; fields of other schedulers get
 * their defaults. */
int libxl_domain_sched_params_get(libxl_ctx *ctx,
                                  uint32_t domid,
                                  libxl_domain_sched_params *params);

/* Sets a domain's parameters in the scheduler sched, or in that of its cpupool for
 * LIBXL_SCHEDULER_UNKNOWN. -1 leaves a parameter unchanged; ERROR_INVAL if one is out of range. */
int libxl_domain_sched_params_set(libxl_ctx *ctx,
                                  uint32_t domid,
                                  const libxl_domain_sched_params *params);

/* Reads the RTDS parameters of the vcpus in params->vcpus (times in µs). ERROR_INVAL for another
 * scheduler, for no vcpus, and for a vcpu that the domain does not have. */
int libxl_vcpu_sched_params_get(libxl_ctx *ctx,
                                uint32_t domid,
                                libxl_vcpu_sched_params *params);

/* Stores the RTDS parameters of all vcpus of a domain (times in µs) in params->vcpus, which must be
 * empty; ERROR_INVAL for another scheduler. */
int libxl_vcpu_sched_params_get_all(libxl_ctx *ctx,
                                    uint32_t domid,
                                    libxl_vcpu_sched_params *params);

/* Sets the RTDS parameters of the vcpus in params->vcpus (times in µs). ERROR_INVAL for another
 * scheduler, for no vcpus, and for values out of range. */
int libxl_vcpu_sched_params_set(libxl_ctx *ctx,
                                uint32_t domid,
                                const libxl_vcpu_sched_params *params);

/* Sets the RTDS parameters of all vcpus of a domain to those of the single element of params->vcpus
 * (times in µs); errors as for libxl_vcpu_sched_params_set. */
int libxl_vcpu_sched_params_set_all(libxl_ctx *ctx,
                                    uint32_t domid,
                                    const libxl_vcpu_sched_params *params);

/* ---- Cpupools ---- */

/* The hypervisor chooses the number. */
#define LIBXL_CPUPOOL_POOLID_ANY 0xFFFFFFFF

/* Returns all cpupools, to be freed with libxl_cpupoolinfo_list_free, and stores their number in
 * *nb_pool_out; NULL and 0 on failure. */
libxl_cpupoolinfo *libxl_list_cpupool(libxl_ctx *ctx,
                                      int *nb_pool_out);

/* Initialises *cpumap with the free cpus: those that belong to no cpupool. */
int libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap);

/* Creates a cpupool with a scheduler, free cpus, a name and a uuid. *poolid is its id, or 0 or
 * LIBXL_CPUPOOL_POOLID_ANY to let Xen choose one, which is stored there. After a failure there is
 * no new cpupool. */
int libxl_cpupool_create(libxl_ctx *ctx,
                         const char *name,
                         libxl_scheduler sched,
                         libxl_bitmap cpumap,
                         libxl_uuid *uuid,
                         uint32_t *poolid);

/* Destroys a cpupool; its cpus become free. ERROR_INVAL while domains are in it. */
int libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid);

/* Renames a cpupool, without a check whether another one has that name. */
int libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid);

/* Adds a cpu to a cpupool; -1 lets Xen choose. */
int libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu);

/* Adds the free cpus of a NUMA node to a cpupool, and stores their number in *cpus. */
int libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);

/* Adds the cpus of a bitmap to a cpupool; ERROR_FAIL if some cannot be added (the others are). */
int libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap);

/* Removes a cpu from a cpupool; -1 lets Xen choose. */
int libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu);

/* Removes the cpus of a NUMA node from a cpupool, and stores their number in *cpus. */
int libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus);

/* Removes the cpus of a bitmap from a cpupool; ERROR_FAIL if some cannot be removed (the others
 * are). */
int libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx,
                                   uint32_t poolid,
                                   const libxl_bitmap *cpumap);

/* Moves a domain to a cpupool. */
int libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid);

/* Fills *info, whose previous content is not freed, for one cpupool; ERROR_FAIL if there is no such
 * cpupool. */
int libxl_cpupool_info(libxl_ctx *ctx,
                       libxl_cpupoolinfo *info,
                       uint32_t poolid);

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

/* Stores the number of the security label buf, of len bytes, in *ssidref. -1 and errno if Xen has
 * no such label or no Flask. */
int libxl_flask_context_to_sid(libxl_ctx *ctx,
                               char *buf,
                               size_t len,
                               uint32_t *ssidref);

/* Stores the security label with the number ssidref in *buf, for the caller to free, and its length
 * in *len. -1 and errno if Xen has no such number or no Flask. */
int libxl_flask_sid_to_context(libxl_ctx *ctx,
                               uint32_t ssidref,
                               char **buf,
                               size_t *len);

/* 1 if the policy is enforced, 0 if violations are only logged (permissive mode); -1 and errno if
 * the hypercall fails. */
int libxl_flask_getenforce(libxl_ctx *ctx);

/* Enforces the policy (mode 1), or only logs violations (0); -1 and errno if Xen refuses. */
int libxl_flask_setenforce(libxl_ctx *ctx, int mode);

/* Replaces the policy by the size bytes at policy; -1 and errno if Xen refuses it. */
int libxl_flask_loadpolicy(libxl_ctx *ctx, void *policy, uint32_t size);

/* ---- Miscellaneous ---- */

/* Sets or clears close-on-exec. 0 or ERROR_FAIL. */
int libxl_fd_set_cloexec(libxl_ctx *ctx, int fd, int cloexec);

/* Sets or clears non-blocking mode. 0 or ERROR_FAIL. */
int libxl_fd_set_nonblock(libxl_ctx *ctx, int fd, int nonblock);

/* Sets id to a random value. 0, or ERROR_FAIL without a source of random numbers. */
int libxl_ms_vm_genid_generate(libxl_ctx *ctx, libxl_ms_vm_genid *id);

/* Whether all of id is zero; false for NULL. */
bool libxl_ms_vm_genid_is_zero(const libxl_ms_vm_genid *id);

/* Copies a generation id. The ctx is not used and may be NULL. */
void libxl_ms_vm_genid_copy(libxl_ctx *ctx, libxl_ms_vm_genid *dst, const libxl_ms_vm_genid *src);

/* ---- Monitoring and allocation of caches and memory bandwidth ---- */

#if defined(__i386__) || defined(__x86_64__)
typedef enum libxl_psr_cbm_type libxl_psr_type;

/* Starts monitoring of the domain's cache occupancy and memory bandwidth (CMT, MBM). */
int libxl_psr_cmt_attach(libxl_ctx *ctx, uint32_t domid);

/* Stops monitoring of the domain. */
int libxl_psr_cmt_detach(libxl_ctx *ctx, uint32_t domid);

/* 1 if the domain is monitored; 0 if it is not, or does not exist, or the host does not support
 * monitoring. */
int libxl_psr_cmt_domain_attached(libxl_ctx *ctx,
                                  uint32_t domid);

/* Nonzero if monitoring is enabled on the host; 0 also if the hypercall fails. */
int libxl_psr_cmt_enabled(libxl_ctx *ctx);

/* Stores the highest resource monitoring id (RMID) in *total_rmid. RMIDs begin at 1, and each
 * monitored domain has one. */
int libxl_psr_cmt_get_total_rmid(libxl_ctx *ctx,
                                 uint32_t *total_rmid);

/* Stores the size in KiB of the socket's L3 cache in *l3_cache_size. libxenctrl reads it only once
 * in a process, so the result is wrong for sockets whose caches differ in size from the first one
 * that was queried. */
int libxl_psr_cmt_get_l3_cache_size(libxl_ctx *ctx,
                                    uint32_t socketid,
                                    uint32_t *l3_cache_size);

/* Stores the amount of the socket's L3 cache that the domain occupies, in KiB, in
 * *l3_cache_occupancy. */
int libxl_psr_cmt_get_cache_occupancy(libxl_ctx *ctx,
                                      uint32_t domid,
                                      uint32_t socketid,
                                      uint32_t *l3_cache_occupancy);

/* Nonzero if the host supports this type of monitoring; 0 also if the hypercall fails. */
int libxl_psr_cmt_type_supported(libxl_ctx *ctx, libxl_psr_cmt_type kind);

/* Stores a sample for the domain on the socket scope, in bytes, in *sample_r; for memory bandwidth
 * it is a counter that wraps around. Unless tsc_r is NULL, the cpu's time stamp counter at that
 * time is stored in *tsc_r. */
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

/* Stores the properties of cache allocation at level lvl, 2 or 3, of each socket, as
 * libxl_psr_get_hw_info; *info is to be freed with libxl_psr_cat_info_list_free. */
int libxl_psr_cat_get_info(libxl_ctx *ctx,
                           libxl_psr_cat_info **info,
                           unsigned int *nr,
                           unsigned int lvl);

/* As libxl_psr_cat_get_info, for the L3 cache. */
int libxl_psr_cat_get_l3_info(libxl_ctx *ctx, libxl_psr_cat_info **info, int *nr);

/* Sets the domain's allocation on the sockets in *target_map: a capacity bit mask of a cache, or a
 * throttling value of the memory bandwidth. All sockets are tried; ERROR_FAIL if one of them
 * failed. Sockets that the host does not have are ignored. */
int libxl_psr_set_val(libxl_ctx *ctx,
                      uint32_t domid,
                      libxl_psr_type kind,
                      libxl_bitmap *target_map,
                      uint64_t val);

/* Stores the domain's allocation on the socket target in *val. */
int libxl_psr_get_val(libxl_ctx *ctx,
                      uint32_t domid,
                      libxl_psr_type kind,
                      unsigned int target,
                      uint64_t *val);

/* Stores the properties of this kind of allocation of each socket with an online cpu in *info, to
 * be freed with libxl_psr_hw_info_list_free, and their number in *nr. lvl is 2 or 3 for caches, and
 * otherwise ignored. ERROR_FAIL, without an error in the log, if one of the sockets does not
 * support it; ERROR_INVAL for an unknown type or level. */
int libxl_psr_get_hw_info(libxl_ctx *ctx,
                          libxl_psr_feat_type kind,
                          unsigned int lvl,
                          unsigned int *nr,
                          libxl_psr_hw_info **info);
#endif

/* ---- QEMU ---- */

/* Executes command_line in the human monitor of the domain's QEMU, and stores its output in
 * *output, which the caller frees. On failure *output is unchanged: ERROR_LOCK_FAIL if there is no
 * such domain, ERROR_FAIL without QEMU, ERROR_QMP_* if QEMU refuses, ERROR_PROTOCOL_ERROR_QMP and
 * ERROR_QEMU_API if the answer is invalid, ERROR_TIMEDOUT after ten minutes. */
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
