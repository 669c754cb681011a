/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of libxl and their functions. Generated from idl/types: change it there. */

#ifndef __LIBXL_TYPES_H
#define __LIBXL_TYPES_H

/* Error codes. A function that returns an int returns one of these, or 0 for success. */
typedef enum libxl_error {
    /* An error of unknown kind. */
    ERROR_NONSPECIFIC = -1,
    /* The application was built for another version of the interface. */
    ERROR_VERSION = -2,
    /* Failure; the log has the reason. */
    ERROR_FAIL = -3,
    /* Not implemented. */
    ERROR_NI = -4,
    ERROR_NOMEM = -5,
    /* An argument is invalid, or not allowed in the present state. */
    ERROR_INVAL = -6,
    /* An internal error of the library. */
    ERROR_BADFAIL = -7,
    /* The guest did not answer in time. */
    ERROR_GUEST_TIMEDOUT = -8,
    /* Something other than a guest did not answer in time. */
    ERROR_TIMEDOUT = -9,
    /* The guest has no paravirtual drivers. */
    ERROR_NOPARAVIRT = -10,
    /* Nothing is available yet; try again later. */
    ERROR_NOT_READY = -11,
    /* The application's hook failed to register a file descriptor or a timeout. */
    ERROR_OSEVENT_REG_FAIL = -12,
    /* The caller's buffer is too small. */
    ERROR_BUFFERFULL = -13,
    /* The process is not one of the library's children. */
    ERROR_UNKNOWN_CHILD = -14,
    /* A lock could not be acquired. */
    ERROR_LOCK_FAIL = -15,
    /* The domain has no stored configuration. */
    ERROR_JSON_CONFIG_EMPTY = -16,
    /* The device exists already. */
    ERROR_DEVICE_EXISTS = -17,
    /* The device is of another kind than this handler's; another handler may match. */
    ERROR_CHECKPOINT_DEVOPS_DOES_NOT_MATCH = -18,
    /* The device cannot be checkpointed. */
    ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED = -19,
    /* The virtual NUMA configuration is invalid. */
    ERROR_VNUMA_CONFIG_INVALID = -20,
    /* The domain does not exist. */
    ERROR_DOMAIN_NOTFOUND = -21,
    /* The operation was aborted. */
    ERROR_ABORTED = -22,
    /* The object was not found. */
    ERROR_NOTFOUND = -23,
    /* The domain was destroyed during the operation. */
    ERROR_DOMAIN_DESTROYED = -24,
    /* A feature that earlier versions had and that was removed. */
    ERROR_FEATURE_REMOVED = -25,
    /* QEMU violated the QMP protocol. */
    ERROR_PROTOCOL_ERROR_QMP = -26,
    /* QEMU reported an error of an unknown class. */
    ERROR_UNKNOWN_QMP_ERROR = -27,
    /* QEMU reported an error of the class GenericError. */
    ERROR_QMP_GENERIC_ERROR = -28,
    /* QEMU does not know the command. */
    ERROR_QMP_COMMAND_NOT_FOUND = -29,
    /* QEMU could not activate the device. */
    ERROR_QMP_DEVICE_NOT_ACTIVE = -30,
    /* QEMU does not have the device. */
    ERROR_QMP_DEVICE_NOT_FOUND = -31,
    /* QEMU's answer lacks an expected member. */
    ERROR_QEMU_API = -32,
} libxl_error;
char *libxl_error_to_json(libxl_ctx *ctx, libxl_error p);
int libxl_error_from_json(libxl_ctx *ctx, libxl_error *p, const char *s);
const char *libxl_error_to_string(libxl_error p);
int libxl_error_from_string(const char *s, libxl_error *e);
extern libxl_enum_string_table libxl_error_string_table[];

/* The version of the running Xen, and how it was built. */
typedef struct libxl_version_info {
    int xen_version_major;
    int xen_version_minor;
    /* What follows the major and minor version, such as .7 or -rc1. */
    char *xen_version_extra;
    char *compiler;
    /* Who built Xen; compile_domain and compile_date say where and when. */
    char *compile_by;
    char *compile_domain;
    char *compile_date;
    /* The guest types that Xen supports, separated by spaces. */
    char *capabilities;
    /* Revision of the source code. */
    char *changeset;
    /* Virtual address at which Xen's part of the address space begins. */
    uint64_t virt_start;
    /* Page size in bytes. */
    int pagesize;
    /* Xen's command line. */
    char *commandline;
    /* The linker's build id, as hexadecimal text. */
    char *build_id;
} libxl_version_info;
void libxl_version_info_init(libxl_version_info *p);
void libxl_version_info_dispose(libxl_version_info *p);
void libxl_version_info_copy(libxl_ctx *ctx, libxl_version_info *dst, const libxl_version_info *src);
char *libxl_version_info_to_json(libxl_ctx *ctx, libxl_version_info *p);
int libxl_version_info_from_json(libxl_ctx *ctx, libxl_version_info *p, const char *s);

/* Processors and memory of the host. */
typedef struct libxl_physinfo {
    uint32_t threads_per_core;
    uint32_t cores_per_socket;
    /* Highest number that a CPU may have. */
    uint32_t max_cpu_id;
    /* CPUs that are online. */
    uint32_t nr_cpus;
    uint32_t cpu_khz;
    /* Memory, here and below, in pages of 4 KiB. */
    uint64_t total_pages;
    uint64_t free_pages;
    /* Free pages that are not scrubbed yet. */
    uint64_t scrub_pages;
    /* Claimed for domains and not yet allocated. */
    uint64_t outstanding_pages;
    /* Saved by sharing equal pages between domains. */
    uint64_t sharing_freed_pages;
    /* Frames that hold such shared pages. */
    uint64_t sharing_used_frames;
    /* Highest frame number that memory may have. */
    uint64_t max_possible_mfn;
    /* NUMA nodes. */
    uint32_t nr_nodes;
    libxl_hwcap hw_cap;
    /* Whether HVM guests can run. */
    bool cap_hvm;
    bool cap_pv;
    /* Whether PCI passthrough is possible (there is an IOMMU), to guests of any type. */
    bool cap_hvm_directio;
    /* Whether hardware assisted paging is available. */
    bool cap_hap;
    /* Whether shadow page tables are available. */
    bool cap_shadow;
    /* Whether the IOMMU can share the second-level page tables of hardware assisted paging. */
    bool cap_iommu_hap_pt_share;
    /* Whether processor trace is available for guests. */
    bool cap_vmtrace;
    /* Whether guests can have a virtual performance monitoring unit (vPMU). */
    bool cap_vpmu;
    /* Whether version 1 of the grant table interface is available; cap_gnttab_v2: version 2. */
    bool cap_gnttab_v1;
    bool cap_gnttab_v2;
} libxl_physinfo;
void libxl_physinfo_init(libxl_physinfo *p);
void libxl_physinfo_dispose(libxl_physinfo *p);
void libxl_physinfo_copy(libxl_ctx *ctx, libxl_physinfo *dst, const libxl_physinfo *src);
char *libxl_physinfo_to_json(libxl_ctx *ctx, libxl_physinfo *p);
int libxl_physinfo_from_json(libxl_ctx *ctx, libxl_physinfo *p, const char *s);

/* Position of a CPU in the host. All ones if there is no such CPU. */
typedef struct libxl_cputopology {
    uint32_t core;
    uint32_t socket;
    uint32_t node;
} libxl_cputopology;
void libxl_cputopology_init(libxl_cputopology *p);
void libxl_cputopology_dispose(libxl_cputopology *p);
void libxl_cputopology_copy(libxl_ctx *ctx, libxl_cputopology *dst, const libxl_cputopology *src);
char *libxl_cputopology_to_json(libxl_ctx *ctx, libxl_cputopology *p);
int libxl_cputopology_from_json(libxl_ctx *ctx, libxl_cputopology *p, const char *s);

/* The NUMA node that a PCI device is attached to. */
typedef struct libxl_pcitopology {
    /* PCI segment, called domain in device_pci. */
    uint16_t seg;
    uint8_t bus;
    /* Device in the upper five bits, function in the lower three. */
    uint8_t devfn;
    uint32_t node;
} libxl_pcitopology;
void libxl_pcitopology_init(libxl_pcitopology *p);
void libxl_pcitopology_dispose(libxl_pcitopology *p);
void libxl_pcitopology_copy(libxl_ctx *ctx, libxl_pcitopology *dst, const libxl_pcitopology *src);
char *libxl_pcitopology_to_json(libxl_ctx *ctx, libxl_pcitopology *p);
int libxl_pcitopology_from_json(libxl_ctx *ctx, libxl_pcitopology *p, const char *s);

/* Memory of a NUMA node. */
typedef struct libxl_numainfo {
    /* In bytes. */
    uint64_t size;
    /* In bytes. */
    uint64_t free;
    /* Distance to every node; 10 is the node itself. */
    int num_dists;
    uint32_t *dists;
} libxl_numainfo;
void libxl_numainfo_init(libxl_numainfo *p);
void libxl_numainfo_dispose(libxl_numainfo *p);
void libxl_numainfo_copy(libxl_ctx *ctx, libxl_numainfo *dst, const libxl_numainfo *src);
char *libxl_numainfo_to_json(libxl_ctx *ctx, libxl_numainfo *p);
int libxl_numainfo_from_json(libxl_ctx *ctx, libxl_numainfo *p, const char *s);

/* What libxl_send_trigger sends to a domain. */
typedef enum libxl_trigger {
    LIBXL_TRIGGER_UNKNOWN = 0,
    /* The power button. */
    LIBXL_TRIGGER_POWER = 1,
    /* The sleep button. */
    LIBXL_TRIGGER_SLEEP = 2,
    /* A non-maskable interrupt. */
    LIBXL_TRIGGER_NMI = 3,
    /* An INIT signal to a virtual CPU. */
    LIBXL_TRIGGER_INIT = 4,
    LIBXL_TRIGGER_RESET = 5,
    /* Wakes the guest from suspend to RAM. */
    LIBXL_TRIGGER_S3RESUME = 6,
} libxl_trigger;
char *libxl_trigger_to_json(libxl_ctx *ctx, libxl_trigger p);
int libxl_trigger_from_json(libxl_ctx *ctx, libxl_trigger *p, const char *s);
const char *libxl_trigger_to_string(libxl_trigger p);
int libxl_trigger_from_string(const char *s, libxl_trigger *e);
extern libxl_enum_string_table libxl_trigger_string_table[];

/* What can be monitored for a domain. */
typedef enum libxl_psr_cmt_type {
    /* Cache occupancy: the amount of last-level cache that it uses. */
    LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY = 1,
    /* Total memory bandwidth. */
    LIBXL_PSR_CMT_TYPE_TOTAL_MEM_COUNT = 2,
    /* Memory bandwidth of the socket's local memory. */
    LIBXL_PSR_CMT_TYPE_LOCAL_MEM_COUNT = 3,
} libxl_psr_cmt_type;
char *libxl_psr_cmt_type_to_json(libxl_ctx *ctx, libxl_psr_cmt_type p);
int libxl_psr_cmt_type_from_json(libxl_ctx *ctx, libxl_psr_cmt_type *p, const char *s);
const char *libxl_psr_cmt_type_to_string(libxl_psr_cmt_type p);
int libxl_psr_cmt_type_from_string(const char *s, libxl_psr_cmt_type *e);
extern libxl_enum_string_table libxl_psr_cmt_type_string_table[];

/* What can be limited for a domain. */
typedef enum libxl_psr_cbm_type {
    LIBXL_PSR_CBM_TYPE_UNKNOWN = 0,
    /* Portion of the L3 cache, as a capacity bit mask. */
    LIBXL_PSR_CBM_TYPE_L3_CBM = 1,
    /* The same, for code only. */
    LIBXL_PSR_CBM_TYPE_L3_CBM_CODE = 2,
    /* The same, for data only. */
    LIBXL_PSR_CBM_TYPE_L3_CBM_DATA = 3,
    /* Portion of the L2 cache. */
    LIBXL_PSR_CBM_TYPE_L2_CBM = 4,
    /* Throttling of the memory bandwidth. */
    LIBXL_PSR_CBM_TYPE_MBA_THRTL = 5,
} libxl_psr_cbm_type;
char *libxl_psr_cbm_type_to_json(libxl_ctx *ctx, libxl_psr_cbm_type p);
int libxl_psr_cbm_type_from_json(libxl_ctx *ctx, libxl_psr_cbm_type *p, const char *s);
const char *libxl_psr_cbm_type_to_string(libxl_psr_cbm_type p);
int libxl_psr_cbm_type_from_string(const char *s, libxl_psr_cbm_type *e);
extern libxl_enum_string_table libxl_psr_cbm_type_string_table[];

/* Properties of a socket's cache allocation. */
typedef struct libxl_psr_cat_info {
    /* The socket. */
    uint32_t id;
    /* Highest class of service (COS) number. */
    uint32_t cos_max;
    /* Number of bits in a capacity bit mask. */
    uint32_t cbm_len;
    /* Whether code and data have separate masks (CDP). */
    bool cdp_enabled;
} libxl_psr_cat_info;
void libxl_psr_cat_info_init(libxl_psr_cat_info *p);
void libxl_psr_cat_info_dispose(libxl_psr_cat_info *p);
void libxl_psr_cat_info_copy(libxl_ctx *ctx, libxl_psr_cat_info *dst, const libxl_psr_cat_info *src);
char *libxl_psr_cat_info_to_json(libxl_ctx *ctx, libxl_psr_cat_info *p);
int libxl_psr_cat_info_from_json(libxl_ctx *ctx, libxl_psr_cat_info *p, const char *s);

/* Kinds of allocation. */
typedef enum libxl_psr_feat_type {
    /* Cache allocation. */
    LIBXL_PSR_FEAT_TYPE_CAT = 1,
    /* Memory bandwidth allocation. */
    LIBXL_PSR_FEAT_TYPE_MBA = 2,
} libxl_psr_feat_type;
char *libxl_psr_feat_type_to_json(libxl_ctx *ctx, libxl_psr_feat_type p);
int libxl_psr_feat_type_from_json(libxl_ctx *ctx, libxl_psr_feat_type *p, const char *s);
const char *libxl_psr_feat_type_to_string(libxl_psr_feat_type p);
int libxl_psr_feat_type_from_string(const char *s, libxl_psr_feat_type *e);
extern libxl_enum_string_table libxl_psr_feat_type_string_table[];

/* Properties of one kind of allocation on a socket. */
typedef struct libxl_psr_hw_info {
    /* The socket. */
    uint32_t id;
    libxl_psr_feat_type type;
    union {
        struct {
            /* Highest class of service (COS) number. */
            uint32_t cos_max;
            /* Number of bits in a capacity bit mask. */
            uint32_t cbm_len;
            /* Whether code and data have separate masks (CDP). */
            bool cdp_enabled;
        } cat;
        struct {
            /* Highest class of service (COS) number. */
            uint32_t cos_max;
            /* Highest throttling value. */
            uint32_t thrtl_max;
            /* Whether throttling is linear in the value. */
            bool linear;
        } mba;
    } u;
} libxl_psr_hw_info;
void libxl_psr_hw_info_init(libxl_psr_hw_info *p);
void libxl_psr_hw_info_init_type(libxl_psr_hw_info *p, libxl_psr_feat_type type);
void libxl_psr_hw_info_dispose(libxl_psr_hw_info *p);
void libxl_psr_hw_info_copy(libxl_ctx *ctx, libxl_psr_hw_info *dst, const libxl_psr_hw_info *src);
char *libxl_psr_hw_info_to_json(libxl_ctx *ctx, libxl_psr_hw_info *p);
int libxl_psr_hw_info_from_json(libxl_ctx *ctx, libxl_psr_hw_info *p, const char *s);

/* A scheduler of Xen. The numbers are Xen's, except for unknown. */
typedef enum libxl_scheduler {
    LIBXL_SCHEDULER_UNKNOWN = 0,
    /* Removed from Xen; kept for compatibility. */
    LIBXL_SCHEDULER_SEDF = 4,
    LIBXL_SCHEDULER_CREDIT = 5,
    LIBXL_SCHEDULER_CREDIT2 = 6,
    LIBXL_SCHEDULER_ARINC653 = 7,
    LIBXL_SCHEDULER_RTDS = 8,
    LIBXL_SCHEDULER_NULL = 9,
} libxl_scheduler;
char *libxl_scheduler_to_json(libxl_ctx *ctx, libxl_scheduler p);
int libxl_scheduler_from_json(libxl_ctx *ctx, libxl_scheduler *p, const char *s);
const char *libxl_scheduler_to_string(libxl_scheduler p);
int libxl_scheduler_from_string(const char *s, libxl_scheduler *e);
extern libxl_enum_string_table libxl_scheduler_string_table[];

/* A cpupool: a set of CPUs with a scheduler of its own. */
typedef struct libxl_cpupoolinfo {
    uint32_t poolid;
    char *pool_name;
    libxl_scheduler sched;
    /* Number of domains in the cpupool. */
    uint32_t n_dom;
    /* CPUs in the cpupool. */
    libxl_bitmap cpumap;
} libxl_cpupoolinfo;
void libxl_cpupoolinfo_init(libxl_cpupoolinfo *p);
void libxl_cpupoolinfo_dispose(libxl_cpupoolinfo *p);
void libxl_cpupoolinfo_copy(libxl_ctx *ctx, libxl_cpupoolinfo *dst, const libxl_cpupoolinfo *src);
char *libxl_cpupoolinfo_to_json(libxl_ctx *ctx, libxl_cpupoolinfo *p);
int libxl_cpupoolinfo_from_json(libxl_ctx *ctx, libxl_cpupoolinfo *p, const char *s);

/* Scheduling parameters of one virtual CPU. -1 leaves a parameter unchanged. */
typedef struct libxl_sched_params {
    /* Number of the virtual CPU. */
    int vcpuid;
    /* Relative share of CPU time; credit and credit2. */
    int weight;
    /* Upper limit in percent of one CPU, 0 for none; credit and credit2. */
    int cap;
    /* Period in microseconds, in each of which budget may be used; rtds. */
    int period;
    /* Whether idle time may be used in addition to the budget; rtds. */
    int extratime;
    /* In microseconds; rtds. */
    int budget;
} libxl_sched_params;
void libxl_sched_params_init(libxl_sched_params *p);
void libxl_sched_params_dispose(libxl_sched_params *p);
void libxl_sched_params_copy(libxl_ctx *ctx, libxl_sched_params *dst, const libxl_sched_params *src);
char *libxl_sched_params_to_json(libxl_ctx *ctx, libxl_sched_params *p);
int libxl_sched_params_from_json(libxl_ctx *ctx, libxl_sched_params *p, const char *s);

/* Scheduling parameters of a domain's virtual CPUs. */
typedef struct libxl_vcpu_sched_params {
    libxl_scheduler sched;
    int num_vcpus;
    libxl_sched_params *vcpus;
} libxl_vcpu_sched_params;
void libxl_vcpu_sched_params_init(libxl_vcpu_sched_params *p);
void libxl_vcpu_sched_params_dispose(libxl_vcpu_sched_params *p);
void libxl_vcpu_sched_params_copy(libxl_ctx *ctx, libxl_vcpu_sched_params *dst, const libxl_vcpu_sched_params *src);
char *libxl_vcpu_sched_params_to_json(libxl_ctx *ctx, libxl_vcpu_sched_params *p);
int libxl_vcpu_sched_params_from_json(libxl_ctx *ctx, libxl_vcpu_sched_params *p, const char *s);

/* Scheduling parameters of a domain. -1 leaves a parameter unchanged. */
typedef struct libxl_domain_sched_params {
    libxl_scheduler sched;
    /* Relative share of CPU time; credit and credit2. */
    int weight;
    /* Upper limit in percent of one CPU, 0 for none; credit and credit2. */
    int cap;
    /* Period in microseconds, in each of which budget may be used; rtds. */
    int period;
    /* In microseconds; rtds. */
    int budget;
    /* Whether idle time may be used in addition to the budget; rtds. */
    int extratime;
    /* Parameter of the removed scheduler sedf, without effect; latency likewise. */
    int slice;
    int latency;
} libxl_domain_sched_params;
void libxl_domain_sched_params_init(libxl_domain_sched_params *p);
void libxl_domain_sched_params_dispose(libxl_domain_sched_params *p);
void libxl_domain_sched_params_copy(libxl_ctx *ctx, libxl_domain_sched_params *dst, const libxl_domain_sched_params *src);
char *libxl_domain_sched_params_to_json(libxl_ctx *ctx, libxl_domain_sched_params *p);
int libxl_domain_sched_params_from_json(libxl_ctx *ctx, libxl_domain_sched_params *p, const char *s);

/* Parameters of the credit scheduler of a cpupool. */
typedef struct libxl_sched_credit_params {
    /* Time slice of a virtual CPU, in milliseconds. */
    int tslice_ms;
    /* Minimum time that a virtual CPU runs before it may be preempted, in microseconds. */
    int ratelimit_us;
    /* How long a virtual CPU that has run counts as cache-hot and is not moved, in microseconds. */
    int vcpu_migr_delay_us;
} libxl_sched_credit_params;
void libxl_sched_credit_params_init(libxl_sched_credit_params *p);
void libxl_sched_credit_params_copy(libxl_ctx *ctx, libxl_sched_credit_params *dst, const libxl_sched_credit_params *src);
char *libxl_sched_credit_params_to_json(libxl_ctx *ctx, libxl_sched_credit_params *p);
int libxl_sched_credit_params_from_json(libxl_ctx *ctx, libxl_sched_credit_params *p, const char *s);

/* Parameters of the credit2 scheduler of a cpupool. */
typedef struct libxl_sched_credit2_params {
    /* Minimum time that a virtual CPU runs before it may be preempted, in microseconds. */
    int ratelimit_us;
} libxl_sched_credit2_params;
void libxl_sched_credit2_params_init(libxl_sched_credit2_params *p);
void libxl_sched_credit2_params_copy(libxl_ctx *ctx, libxl_sched_credit2_params *dst, const libxl_sched_credit2_params *src);
char *libxl_sched_credit2_params_to_json(libxl_ctx *ctx, libxl_sched_credit2_params *p);
int libxl_sched_credit2_params_from_json(libxl_ctx *ctx, libxl_sched_credit2_params *p, const char *s);

/* The current state of a virtual CPU. */
typedef struct libxl_vcpuinfo {
    uint32_t vcpuid;
    /* The CPU that it runs on, or ran on last. */
    uint32_t cpu;
    bool online;
    bool blocked;
    bool running;
    /* CPU time in nanoseconds. */
    uint64_t vcpu_time;
    /* Hard affinity: CPUs that it may run on. */
    libxl_bitmap cpumap;
    /* Soft affinity: CPUs that it prefers to run on. */
    libxl_bitmap cpumap_soft;
} libxl_vcpuinfo;
void libxl_vcpuinfo_init(libxl_vcpuinfo *p);
void libxl_vcpuinfo_dispose(libxl_vcpuinfo *p);
void libxl_vcpuinfo_copy(libxl_ctx *ctx, libxl_vcpuinfo *dst, const libxl_vcpuinfo *src);
char *libxl_vcpuinfo_to_json(libxl_ctx *ctx, libxl_vcpuinfo *p);
int libxl_vcpuinfo_from_json(libxl_ctx *ctx, libxl_vcpuinfo *p, const char *s);

/* Format of the file or device behind a disk. */
typedef enum libxl_disk_format {
    LIBXL_DISK_FORMAT_UNKNOWN = 0,
    LIBXL_DISK_FORMAT_QCOW = 1,
    LIBXL_DISK_FORMAT_QCOW2 = 2,
    LIBXL_DISK_FORMAT_VHD = 3,
    /* A raw image. */
    LIBXL_DISK_FORMAT_RAW = 4,
    /* A drive without a medium. */
    LIBXL_DISK_FORMAT_EMPTY = 5,
    LIBXL_DISK_FORMAT_QED = 6,
} libxl_disk_format;
char *libxl_disk_format_to_json(libxl_ctx *ctx, libxl_disk_format p);
int libxl_disk_format_from_json(libxl_ctx *ctx, libxl_disk_format *p, const char *s);
const char *libxl_disk_format_to_string(libxl_disk_format p);
int libxl_disk_format_from_string(const char *s, libxl_disk_format *e);
extern libxl_enum_string_table libxl_disk_format_string_table[];

/* The back end of a disk. */
typedef enum libxl_disk_backend {
    /* The library chooses. */
    LIBXL_DISK_BACKEND_UNKNOWN = 0,
    /* The kernel's back end (blkback), from a block device. */
    LIBXL_DISK_BACKEND_PHY = 1,
    /* Blktap, which Xen serves from 4.19 on. */
    LIBXL_DISK_BACKEND_TAP = 2,
    /* QEMU. */
    LIBXL_DISK_BACKEND_QDISK = 3,
    /* A program that the library does not start, and that reads its configuration from xenstore. */
    LIBXL_DISK_BACKEND_STANDALONE = 4,
} libxl_disk_backend;
char *libxl_disk_backend_to_json(libxl_ctx *ctx, libxl_disk_backend p);
int libxl_disk_backend_from_json(libxl_ctx *ctx, libxl_disk_backend *p, const char *s);
const char *libxl_disk_backend_to_string(libxl_disk_backend p);
int libxl_disk_backend_from_string(const char *s, libxl_disk_backend *e);
extern libxl_enum_string_table libxl_disk_backend_string_table[];

/* The interface by which the guest uses a disk. */
typedef enum libxl_disk_specification {
    LIBXL_DISK_SPECIFICATION_UNKNOWN = 0,
    /* Xen's paravirtual block device. */
    LIBXL_DISK_SPECIFICATION_XEN = 1,
    /* A virtio block device. */
    LIBXL_DISK_SPECIFICATION_VIRTIO = 2,
} libxl_disk_specification;
char *libxl_disk_specification_to_json(libxl_ctx *ctx, libxl_disk_specification p);
int libxl_disk_specification_from_json(libxl_ctx *ctx, libxl_disk_specification *p, const char *s);
const char *libxl_disk_specification_to_string(libxl_disk_specification p);
int libxl_disk_specification_from_string(const char *s, libxl_disk_specification *e);
extern libxl_enum_string_table libxl_disk_specification_string_table[];

/* The transport of a virtio disk. */
typedef enum libxl_disk_transport {
    LIBXL_DISK_TRANSPORT_UNKNOWN = 0,
    LIBXL_DISK_TRANSPORT_MMIO = 1,
} libxl_disk_transport;
char *libxl_disk_transport_to_json(libxl_ctx *ctx, libxl_disk_transport p);
int libxl_disk_transport_from_json(libxl_ctx *ctx, libxl_disk_transport *p, const char *s);
const char *libxl_disk_transport_to_string(libxl_disk_transport p);
int libxl_disk_transport_from_string(const char *s, libxl_disk_transport *e);
extern libxl_enum_string_table libxl_disk_transport_string_table[];

/* A disk of a guest. */
typedef struct libxl_device_disk {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    /* The file or block device; with a script, its argument. */
    char *pdev_path;
    /* Virtual device name in the guest, such as xvda, hdc or d0p1. */
    char *vdev;
    libxl_disk_backend backend;
    libxl_disk_format format;
    /* Hotplug script that sets up the disk; NULL: the default one. */
    char *script;
    /* Whether the medium can be changed. 0: no, here and in the next two fields. */
    int removable;
    int readwrite;
    int is_cdrom;
    /* Whether O_DIRECT is safe: no buffer is read after its request has completed. */
    bool direct_io_safe;
    /* Whether the guest may discard blocks. */
    libxl_defbool discard_enable;
    libxl_disk_specification specification;
    libxl_disk_transport transport;
    /* Interrupt and address (base) of a virtio disk, which the library chooses. */
    uint32_t irq;
    uint64_t base;
    /* Whether COLO replicates the disk. The COLO fields are experimental. */
    libxl_defbool colo_enable;
    libxl_defbool colo_restore_enable;
    char *colo_host;
    int colo_port;
    char *colo_export;
    char *active_disk;
    char *hidden_disk;
    /* Whether the guest may trust the back end. */
    libxl_defbool trusted;
} libxl_device_disk;
void libxl_device_disk_init(libxl_device_disk *p);
void libxl_device_disk_dispose(libxl_device_disk *p);
void libxl_device_disk_copy(libxl_ctx *ctx, libxl_device_disk *dst, const libxl_device_disk *src);
char *libxl_device_disk_to_json(libxl_ctx *ctx, libxl_device_disk *p);
int libxl_device_disk_from_json(libxl_ctx *ctx, libxl_device_disk *p, const char *s);

/* A disk's state and its xenstore directories. */
typedef struct libxl_diskinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
} libxl_diskinfo;
void libxl_diskinfo_init(libxl_diskinfo *p);
void libxl_diskinfo_dispose(libxl_diskinfo *p);
void libxl_diskinfo_copy(libxl_ctx *ctx, libxl_diskinfo *dst, const libxl_diskinfo *src);
char *libxl_diskinfo_to_json(libxl_ctx *ctx, libxl_diskinfo *p);
int libxl_diskinfo_from_json(libxl_ctx *ctx, libxl_diskinfo *p, const char *s);

/* Type of a network interface. */
typedef enum libxl_nic_type {
    LIBXL_NIC_TYPE_UNKNOWN = 0,
    /* An emulated card, and a paravirtual interface that replaces it. */
    LIBXL_NIC_TYPE_VIF_IOEMU = 1,
    /* A paravirtual interface only. */
    LIBXL_NIC_TYPE_VIF = 2,
} libxl_nic_type;
char *libxl_nic_type_to_json(libxl_ctx *ctx, libxl_nic_type p);
int libxl_nic_type_from_json(libxl_ctx *ctx, libxl_nic_type *p, const char *s);
const char *libxl_nic_type_to_string(libxl_nic_type p);
int libxl_nic_type_from_string(const char *s, libxl_nic_type *e);
extern libxl_enum_string_table libxl_nic_type_string_table[];

/* A network interface of a guest. */
typedef struct libxl_device_nic {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* In bytes; 0 lets the library choose. */
    int mtu;
    /* Model of the emulated card, by QEMU's name. */
    char *model;
    libxl_mac mac;
    /* IP address, which is passed to the hotplug script. */
    char *ip;
    /* Bridge or switch of the backend domain that the interface is connected to. */
    char *bridge;
    /* Name of the interface in the backend domain. */
    char *ifname;
    /* Hotplug script that sets up the interface in the backend domain; NULL: the default one. */
    char *script;
    libxl_nic_type nictype;
    /* Number of bytes that the guest may send in rate_interval_usecs; 0: no limit. */
    uint64_t rate_bytes_per_interval;
    uint32_t rate_interval_usecs;
    /* For the hotplug script: the network device that forwards the traffic. */
    char *gatewaydev;
    /*
     * The fields from here up to, and without, trusted are for COLO: names of QEMU objects and
     * sockets. They are experimental.
     */
    char *coloft_forwarddev;
    char *colo_sock_mirror_id;
    char *colo_sock_mirror_ip;
    char *colo_sock_mirror_port;
    char *colo_sock_compare_pri_in_id;
    char *colo_sock_compare_pri_in_ip;
    char *colo_sock_compare_pri_in_port;
    char *colo_sock_compare_sec_in_id;
    char *colo_sock_compare_sec_in_ip;
    char *colo_sock_compare_sec_in_port;
    char *colo_sock_compare_notify_id;
    char *colo_sock_compare_notify_ip;
    char *colo_sock_compare_notify_port;
    char *colo_sock_redirector0_id;
    char *colo_sock_redirector0_ip;
    char *colo_sock_redirector0_port;
    char *colo_sock_redirector1_id;
    char *colo_sock_redirector1_ip;
    char *colo_sock_redirector1_port;
    char *colo_sock_redirector2_id;
    char *colo_sock_redirector2_ip;
    char *colo_sock_redirector2_port;
    char *colo_filter_mirror_queue;
    char *colo_filter_mirror_outdev;
    char *colo_filter_redirector0_queue;
    char *colo_filter_redirector0_indev;
    char *colo_filter_redirector0_outdev;
    char *colo_filter_redirector1_queue;
    char *colo_filter_redirector1_indev;
    char *colo_filter_redirector1_outdev;
    char *colo_compare_pri_in;
    char *colo_compare_sec_in;
    char *colo_compare_out;
    char *colo_compare_notify_dev;
    char *colo_sock_sec_redirector0_id;
    char *colo_sock_sec_redirector0_ip;
    char *colo_sock_sec_redirector0_port;
    char *colo_sock_sec_redirector1_id;
    char *colo_sock_sec_redirector1_ip;
    char *colo_sock_sec_redirector1_port;
    char *colo_filter_sec_redirector0_queue;
    char *colo_filter_sec_redirector0_indev;
    char *colo_filter_sec_redirector0_outdev;
    char *colo_filter_sec_redirector1_queue;
    char *colo_filter_sec_redirector1_indev;
    char *colo_filter_sec_redirector1_outdev;
    char *colo_filter_sec_rewriter0_queue;
    char *colo_checkpoint_host;
    char *colo_checkpoint_port;
    /* Whether the guest may trust the back end. */
    libxl_defbool trusted;
} libxl_device_nic;
void libxl_device_nic_init(libxl_device_nic *p);
void libxl_device_nic_dispose(libxl_device_nic *p);
void libxl_device_nic_copy(libxl_ctx *ctx, libxl_device_nic *dst, const libxl_device_nic *src);
char *libxl_device_nic_to_json(libxl_ctx *ctx, libxl_device_nic *p);
int libxl_device_nic_from_json(libxl_ctx *ctx, libxl_device_nic *p, const char *s);

/* A network interface's state and its xenstore directories. */
typedef struct libxl_nicinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the transmit ring. */
    int rref_tx;
    /* Grant reference of the receive ring. */
    int rref_rx;
} libxl_nicinfo;
void libxl_nicinfo_init(libxl_nicinfo *p);
void libxl_nicinfo_dispose(libxl_nicinfo *p);
void libxl_nicinfo_copy(libxl_ctx *ctx, libxl_nicinfo *dst, const libxl_nicinfo *src);
char *libxl_nicinfo_to_json(libxl_ctx *ctx, libxl_nicinfo *p);
int libxl_nicinfo_from_json(libxl_ctx *ctx, libxl_nicinfo *p, const char *s);

/* Which reserved device memory regions (RDM) of the host a guest's memory map leaves free. */
typedef enum libxl_rdm_reserve_strategy {
    /* Only those of the devices that are passed through to the guest. */
    LIBXL_RDM_RESERVE_STRATEGY_IGNORE = 0,
    /* All regions of the host. */
    LIBXL_RDM_RESERVE_STRATEGY_HOST = 1,
} libxl_rdm_reserve_strategy;
char *libxl_rdm_reserve_strategy_to_json(libxl_ctx *ctx, libxl_rdm_reserve_strategy p);
int libxl_rdm_reserve_strategy_from_json(libxl_ctx *ctx, libxl_rdm_reserve_strategy *p, const char *s);
const char *libxl_rdm_reserve_strategy_to_string(libxl_rdm_reserve_strategy p);
int libxl_rdm_reserve_strategy_from_string(const char *s, libxl_rdm_reserve_strategy *e);
extern libxl_enum_string_table libxl_rdm_reserve_strategy_string_table[];

/* What happens if a region conflicts with the guest's memory. */
typedef enum libxl_rdm_reserve_policy {
    /* Not set. */
    LIBXL_RDM_RESERVE_POLICY_INVALID = -1,
    /* The guest or the device is refused. */
    LIBXL_RDM_RESERVE_POLICY_STRICT = 0,
    /* A warning is logged. */
    LIBXL_RDM_RESERVE_POLICY_RELAXED = 1,
} libxl_rdm_reserve_policy;
char *libxl_rdm_reserve_policy_to_json(libxl_ctx *ctx, libxl_rdm_reserve_policy p);
int libxl_rdm_reserve_policy_from_json(libxl_ctx *ctx, libxl_rdm_reserve_policy *p, const char *s);
const char *libxl_rdm_reserve_policy_to_string(libxl_rdm_reserve_policy p);
int libxl_rdm_reserve_policy_from_string(const char *s, libxl_rdm_reserve_policy *e);
extern libxl_enum_string_table libxl_rdm_reserve_policy_string_table[];

/* How a guest's memory map treats reserved device memory regions. */
typedef struct libxl_rdm_reserve {
    libxl_rdm_reserve_strategy strategy;
    libxl_rdm_reserve_policy policy;
} libxl_rdm_reserve;
void libxl_rdm_reserve_init(libxl_rdm_reserve *p);
void libxl_rdm_reserve_dispose(libxl_rdm_reserve *p);
void libxl_rdm_reserve_copy(libxl_ctx *ctx, libxl_rdm_reserve *dst, const libxl_rdm_reserve *src);
char *libxl_rdm_reserve_to_json(libxl_ctx *ctx, libxl_rdm_reserve *p);
int libxl_rdm_reserve_from_json(libxl_ctx *ctx, libxl_rdm_reserve *p, const char *s);

/* A memory region that is reserved for a device. */
typedef struct libxl_device_rdm {
    /* In bytes. */
    uint64_t start;
    /* In bytes. */
    uint64_t size;
    libxl_rdm_reserve_policy policy;
} libxl_device_rdm;
void libxl_device_rdm_init(libxl_device_rdm *p);
void libxl_device_rdm_dispose(libxl_device_rdm *p);
void libxl_device_rdm_copy(libxl_ctx *ctx, libxl_device_rdm *dst, const libxl_device_rdm *src);
char *libxl_device_rdm_to_json(libxl_ctx *ctx, libxl_device_rdm *p);
int libxl_device_rdm_from_json(libxl_ctx *ctx, libxl_device_rdm *p, const char *s);

/* A PCI device of the host that is passed through to a guest. */
typedef struct libxl_device_pci {
    /* Address on the host: function, device, bus and domain (segment). */
    uint8_t func;
    uint8_t dev;
    uint8_t bus;
    int domain;
    /* Slot and function in the guest; 0 lets QEMU choose. */
    uint32_t vdevfn;
    /* The functions that are passed through, one bit each. */
    uint32_t vfunc_mask;
    /* Whether the device's MSIs may be translated to line interrupts of the guest. */
    bool msitranslate;
    /* Whether the guest may change the device's power state. */
    bool power_mgmt;
    /* Whether the guest may write all of the configuration space. */
    bool permissive;
    /* Whether the device is unbound from its driver in dom0 if it is not assignable. */
    bool seize;
    libxl_rdm_reserve_policy rdm_policy;
    /* A name that the application chose when it made the device assignable. */
    char *name;
} libxl_device_pci;
void libxl_device_pci_init(libxl_device_pci *p);
void libxl_device_pci_dispose(libxl_device_pci *p);
void libxl_device_pci_copy(libxl_ctx *ctx, libxl_device_pci *dst, const libxl_device_pci *src);
char *libxl_device_pci_to_json(libxl_ctx *ctx, libxl_device_pci *p);
int libxl_device_pci_from_json(libxl_ctx *ctx, libxl_device_pci *p, const char *s);

/* A device of the host's device tree that is passed through to a guest. */
typedef struct libxl_device_dtdev {
    char *path;
} libxl_device_dtdev;
void libxl_device_dtdev_init(libxl_device_dtdev *p);
void libxl_device_dtdev_dispose(libxl_device_dtdev *p);
void libxl_device_dtdev_copy(libxl_ctx *ctx, libxl_device_dtdev *dst, const libxl_device_dtdev *src);
char *libxl_device_dtdev_to_json(libxl_ctx *ctx, libxl_device_dtdev *p);
int libxl_device_dtdev_from_json(libxl_ctx *ctx, libxl_device_dtdev *p, const char *s);

/* x86 I/O ports that a guest may use. */
typedef struct libxl_ioport_range {
    uint32_t first;
    uint32_t number;
} libxl_ioport_range;
void libxl_ioport_range_init(libxl_ioport_range *p);
void libxl_ioport_range_dispose(libxl_ioport_range *p);
void libxl_ioport_range_copy(libxl_ctx *ctx, libxl_ioport_range *dst, const libxl_ioport_range *src);
char *libxl_ioport_range_to_json(libxl_ctx *ctx, libxl_ioport_range *p);
int libxl_ioport_range_from_json(libxl_ctx *ctx, libxl_ioport_range *p, const char *s);

/* Frames of the host's device memory that a guest may map. */
typedef struct libxl_iomem_range {
    /* The host's first frame. */
    uint64_t start;
    /* Number of frames. */
    uint64_t number;
    /* First frame number in the guest; all ones: as on the host. */
    uint64_t gfn;
} libxl_iomem_range;
void libxl_iomem_range_init(libxl_iomem_range *p);
void libxl_iomem_range_dispose(libxl_iomem_range *p);
void libxl_iomem_range_copy(libxl_ctx *ctx, libxl_iomem_range *dst, const libxl_iomem_range *src);
char *libxl_iomem_range_to_json(libxl_ctx *ctx, libxl_iomem_range *p);
int libxl_iomem_range_from_json(libxl_ctx *ctx, libxl_iomem_range *p, const char *s);

/* Whether and how a domain's memory is mapped in the IOMMU. */
typedef enum libxl_passthrough {
    LIBXL_PASSTHROUGH_DEFAULT = 0,
    LIBXL_PASSTHROUGH_DISABLED = 1,
    /* share_pt if the host supports it, else sync_pt. */
    LIBXL_PASSTHROUGH_ENABLED = 2,
    /* The IOMMU has page tables of its own, which Xen keeps synchronised. */
    LIBXL_PASSTHROUGH_SYNC_PT = 3,
    /* The IOMMU shares the domain's second-level page tables. */
    LIBXL_PASSTHROUGH_SHARE_PT = 4,
} libxl_passthrough;
char *libxl_passthrough_to_json(libxl_ctx *ctx, libxl_passthrough p);
int libxl_passthrough_from_json(libxl_ctx *ctx, libxl_passthrough *p, const char *s);
const char *libxl_passthrough_to_string(libxl_passthrough p);
int libxl_passthrough_from_string(const char *s, libxl_passthrough *e);
extern libxl_enum_string_table libxl_passthrough_string_table[];

/* Type of a USB controller. */
typedef enum libxl_usbctrl_type {
    /* The library chooses. */
    LIBXL_USBCTRL_TYPE_AUTO = 0,
    /* A paravirtual controller with a back end in the kernel (usbback). */
    LIBXL_USBCTRL_TYPE_PV = 1,
    /* A controller emulated by the device model. */
    LIBXL_USBCTRL_TYPE_DEVICEMODEL = 2,
    /* A paravirtual controller with QEMU as its back end. */
    LIBXL_USBCTRL_TYPE_QUSB = 3,
} libxl_usbctrl_type;
char *libxl_usbctrl_type_to_json(libxl_ctx *ctx, libxl_usbctrl_type p);
int libxl_usbctrl_type_from_json(libxl_ctx *ctx, libxl_usbctrl_type *p, const char *s);
const char *libxl_usbctrl_type_to_string(libxl_usbctrl_type p);
int libxl_usbctrl_type_from_string(const char *s, libxl_usbctrl_type *e);
extern libxl_enum_string_table libxl_usbctrl_type_string_table[];

/* Type of a USB device. */
typedef enum libxl_usbdev_type {
    /* A device of the host. */
    LIBXL_USBDEV_TYPE_HOSTDEV = 1,
} libxl_usbdev_type;
char *libxl_usbdev_type_to_json(libxl_ctx *ctx, libxl_usbdev_type p);
int libxl_usbdev_type_from_json(libxl_ctx *ctx, libxl_usbdev_type *p, const char *s);
const char *libxl_usbdev_type_to_string(libxl_usbdev_type p);
int libxl_usbdev_type_from_string(const char *s, libxl_usbdev_type *e);
extern libxl_enum_string_table libxl_usbdev_type_string_table[];

/* A USB controller of a guest. */
typedef struct libxl_device_usbctrl {
    libxl_usbctrl_type type;
    libxl_devid devid;
    /* USB version: 1, 2 or 3; 0 lets the library choose. */
    int version;
    /* Number of ports; 0 lets the library choose. */
    int ports;
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
} libxl_device_usbctrl;
void libxl_device_usbctrl_init(libxl_device_usbctrl *p);
void libxl_device_usbctrl_dispose(libxl_device_usbctrl *p);
void libxl_device_usbctrl_copy(libxl_ctx *ctx, libxl_device_usbctrl *dst, const libxl_device_usbctrl *src);
char *libxl_device_usbctrl_to_json(libxl_ctx *ctx, libxl_device_usbctrl *p);
int libxl_device_usbctrl_from_json(libxl_ctx *ctx, libxl_device_usbctrl *p, const char *s);

/* A USB device that is attached to a controller of a guest. */
typedef struct libxl_device_usbdev {
    /* The controller's devid. */
    libxl_devid ctrl;
    /* Port, counted from 1; 0: the first free one. */
    int port;
    libxl_usbdev_type type;
    union {
        struct {
            /* Bus and address on the host, as lsusb shows them. */
            uint8_t hostbus;
            uint8_t hostaddr;
        } hostdev;
    } u;
} libxl_device_usbdev;
void libxl_device_usbdev_init(libxl_device_usbdev *p);
void libxl_device_usbdev_init_type(libxl_device_usbdev *p, libxl_usbdev_type type);
void libxl_device_usbdev_dispose(libxl_device_usbdev *p);
void libxl_device_usbdev_copy(libxl_ctx *ctx, libxl_device_usbdev *dst, const libxl_device_usbdev *src);
char *libxl_device_usbdev_to_json(libxl_ctx *ctx, libxl_device_usbdev *p);
int libxl_device_usbdev_from_json(libxl_ctx *ctx, libxl_device_usbdev *p, const char *s);

/* A USB controller's state and its xenstore directories. */
typedef struct libxl_usbctrlinfo {
    libxl_usbctrl_type type;
    libxl_devid devid;
    int version;
    int ports;
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the ring for URBs (transfers). */
    int ref_urb;
    /* Grant reference of the ring for connection events. */
    int ref_conn;
} libxl_usbctrlinfo;
void libxl_usbctrlinfo_init(libxl_usbctrlinfo *p);
void libxl_usbctrlinfo_dispose(libxl_usbctrlinfo *p);
void libxl_usbctrlinfo_copy(libxl_ctx *ctx, libxl_usbctrlinfo *dst, const libxl_usbctrlinfo *src);
char *libxl_usbctrlinfo_to_json(libxl_ctx *ctx, libxl_usbctrlinfo *p);
int libxl_usbctrlinfo_from_json(libxl_ctx *ctx, libxl_usbctrlinfo *p, const char *s);

/* The type of a guest's console. */
typedef enum libxl_console_type {
    LIBXL_CONSOLE_TYPE_UNKNOWN = 0,
    /* The emulated serial port. */
    LIBXL_CONSOLE_TYPE_SERIAL = 1,
    /* The paravirtual one. */
    LIBXL_CONSOLE_TYPE_PV = 2,
    /* The virtual UART of Arm guests. */
    LIBXL_CONSOLE_TYPE_VUART = 3,
} libxl_console_type;
char *libxl_console_type_to_json(libxl_ctx *ctx, libxl_console_type p);
int libxl_console_type_from_json(libxl_ctx *ctx, libxl_console_type *p, const char *s);
const char *libxl_console_type_to_string(libxl_console_type p);
int libxl_console_type_from_string(const char *s, libxl_console_type *e);
extern libxl_enum_string_table libxl_console_type_string_table[];

/* What a channel is connected to on the host. */
typedef enum libxl_channel_connection {
    LIBXL_CHANNEL_CONNECTION_UNKNOWN = 0,
    /* A pseudo-terminal. */
    LIBXL_CHANNEL_CONNECTION_PTY = 1,
    /* A listening Unix socket. */
    LIBXL_CHANNEL_CONNECTION_SOCKET = 2,
} libxl_channel_connection;
char *libxl_channel_connection_to_json(libxl_ctx *ctx, libxl_channel_connection p);
int libxl_channel_connection_from_json(libxl_ctx *ctx, libxl_channel_connection *p, const char *s);
const char *libxl_channel_connection_to_string(libxl_channel_connection p);
int libxl_channel_connection_from_string(const char *s, libxl_channel_connection *e);
extern libxl_enum_string_table libxl_channel_connection_string_table[];

/* A channel: a console with a name, for a program in the guest. */
typedef struct libxl_device_channel {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    char *name;
    libxl_channel_connection connection;
    union {
        struct {
            /* Path of the socket. */
            char *path;
        } socket;
    } u;
} libxl_device_channel;
void libxl_device_channel_init(libxl_device_channel *p);
void libxl_device_channel_init_connection(libxl_device_channel *p, libxl_channel_connection connection);
void libxl_device_channel_dispose(libxl_device_channel *p);
void libxl_device_channel_copy(libxl_ctx *ctx, libxl_device_channel *dst, const libxl_device_channel *src);
char *libxl_device_channel_to_json(libxl_ctx *ctx, libxl_device_channel *p);
int libxl_device_channel_from_json(libxl_ctx *ctx, libxl_device_channel *p, const char *s);

/* A channel's state and its xenstore directories. */
typedef struct libxl_channelinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
    libxl_channel_connection connection;
    union {
        struct {
            /* Path of the pseudo-terminal. */
            char *path;
        } pty;
    } u;
} libxl_channelinfo;
void libxl_channelinfo_init(libxl_channelinfo *p);
void libxl_channelinfo_init_connection(libxl_channelinfo *p, libxl_channel_connection connection);
void libxl_channelinfo_dispose(libxl_channelinfo *p);
void libxl_channelinfo_copy(libxl_ctx *ctx, libxl_channelinfo *dst, const libxl_channelinfo *src);
char *libxl_channelinfo_to_json(libxl_ctx *ctx, libxl_channelinfo *p);
int libxl_channelinfo_from_json(libxl_ctx *ctx, libxl_channelinfo *p, const char *s);

/* The virtual UART of an Arm guest. */
typedef enum libxl_vuart_type {
    LIBXL_VUART_TYPE_UNKNOWN = 0,
    LIBXL_VUART_TYPE_SBSA_UART = 1,
} libxl_vuart_type;
char *libxl_vuart_type_to_json(libxl_ctx *ctx, libxl_vuart_type p);
int libxl_vuart_type_from_json(libxl_ctx *ctx, libxl_vuart_type *p, const char *s);
const char *libxl_vuart_type_to_string(libxl_vuart_type p);
int libxl_vuart_type_from_string(const char *s, libxl_vuart_type *e);
extern libxl_enum_string_table libxl_vuart_type_string_table[];

/* The emulated graphics card. */
typedef enum libxl_vga_interface_type {
    LIBXL_VGA_INTERFACE_TYPE_UNKNOWN = 0,
    LIBXL_VGA_INTERFACE_TYPE_CIRRUS = 1,
    LIBXL_VGA_INTERFACE_TYPE_STD = 2,
    LIBXL_VGA_INTERFACE_TYPE_NONE = 3,
    LIBXL_VGA_INTERFACE_TYPE_QXL = 4,
} libxl_vga_interface_type;
char *libxl_vga_interface_type_to_json(libxl_ctx *ctx, libxl_vga_interface_type p);
int libxl_vga_interface_type_from_json(libxl_ctx *ctx, libxl_vga_interface_type *p, const char *s);
const char *libxl_vga_interface_type_to_string(libxl_vga_interface_type p);
int libxl_vga_interface_type_from_string(const char *s, libxl_vga_interface_type *e);
extern libxl_enum_string_table libxl_vga_interface_type_string_table[];

/* The emulated graphics card. */
typedef struct libxl_vga_interface_info {
    libxl_vga_interface_type kind;
} libxl_vga_interface_info;
void libxl_vga_interface_info_init(libxl_vga_interface_info *p);
void libxl_vga_interface_info_dispose(libxl_vga_interface_info *p);
void libxl_vga_interface_info_copy(libxl_ctx *ctx, libxl_vga_interface_info *dst, const libxl_vga_interface_info *src);
char *libxl_vga_interface_info_to_json(libxl_ctx *ctx, libxl_vga_interface_info *p);
int libxl_vga_interface_info_from_json(libxl_ctx *ctx, libxl_vga_interface_info *p, const char *s);

/* Settings of QEMU's VNC server. */
typedef struct libxl_vnc_info {
    libxl_defbool enable;
    /* Address to listen on, optionally with a colon and a display number. */
    char *listen;
    char *passwd;
    /* Display number: the port less 5900. */
    int display;
    /* Whether the next free port is used if the display number's is taken. */
    libxl_defbool findunused;
} libxl_vnc_info;
void libxl_vnc_info_init(libxl_vnc_info *p);
void libxl_vnc_info_dispose(libxl_vnc_info *p);
void libxl_vnc_info_copy(libxl_ctx *ctx, libxl_vnc_info *dst, const libxl_vnc_info *src);
char *libxl_vnc_info_to_json(libxl_ctx *ctx, libxl_vnc_info *p);
int libxl_vnc_info_from_json(libxl_ctx *ctx, libxl_vnc_info *p, const char *s);

/* Settings of QEMU's SPICE server. */
typedef struct libxl_spice_info {
    libxl_defbool enable;
    /* Port without encryption; this or tls_port must be set. */
    int port;
    int tls_port;
    /* Address to listen on. */
    char *host;
    /* Whether clients connect without a password. */
    libxl_defbool disable_ticketing;
    char *passwd;
    /* Whether the SPICE agent in the guest positions the pointer. */
    libxl_defbool agent_mouse;
    libxl_defbool vdagent;
    libxl_defbool clipboard_sharing;
    /* How many USB devices of the client can be redirected to the guest at once. */
    int usbredirection;
    char *image_compression;
    char *streaming_video;
} libxl_spice_info;
void libxl_spice_info_init(libxl_spice_info *p);
void libxl_spice_info_dispose(libxl_spice_info *p);
void libxl_spice_info_copy(libxl_ctx *ctx, libxl_spice_info *dst, const libxl_spice_info *src);
char *libxl_spice_info_to_json(libxl_ctx *ctx, libxl_spice_info *p);
int libxl_spice_info_from_json(libxl_ctx *ctx, libxl_spice_info *p, const char *s);

/* Settings of QEMU's SDL window on the host. */
typedef struct libxl_sdl_info {
    libxl_defbool enable;
    libxl_defbool opengl;
    /* The X display. */
    char *display;
    char *xauthority;
} libxl_sdl_info;
void libxl_sdl_info_init(libxl_sdl_info *p);
void libxl_sdl_info_dispose(libxl_sdl_info *p);
void libxl_sdl_info_copy(libxl_ctx *ctx, libxl_sdl_info *dst, const libxl_sdl_info *src);
char *libxl_sdl_info_to_json(libxl_ctx *ctx, libxl_sdl_info *p);
int libxl_sdl_info_from_json(libxl_ctx *ctx, libxl_sdl_info *p, const char *s);

/* The kind of graphics card that is passed through. */
typedef enum libxl_gfx_passthru_kind {
    /* Detected from the card. */
    LIBXL_GFX_PASSTHRU_KIND_DEFAULT = 0,
    /* Intel's integrated graphics. */
    LIBXL_GFX_PASSTHRU_KIND_IGD = 1,
} libxl_gfx_passthru_kind;
char *libxl_gfx_passthru_kind_to_json(libxl_ctx *ctx, libxl_gfx_passthru_kind p);
int libxl_gfx_passthru_kind_from_json(libxl_ctx *ctx, libxl_gfx_passthru_kind *p, const char *s);
const char *libxl_gfx_passthru_kind_to_string(libxl_gfx_passthru_kind p);
int libxl_gfx_passthru_kind_from_string(const char *s, libxl_gfx_passthru_kind *e);
extern libxl_enum_string_table libxl_gfx_passthru_kind_string_table[];

/* A paravirtual frame buffer. */
typedef struct libxl_device_vfb {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    libxl_vnc_info vnc;
    libxl_sdl_info sdl;
    /* Keyboard layout, by QEMU's name; NULL for en-us. */
    char *keymap;
} libxl_device_vfb;
void libxl_device_vfb_init(libxl_device_vfb *p);
void libxl_device_vfb_dispose(libxl_device_vfb *p);
void libxl_device_vfb_copy(libxl_ctx *ctx, libxl_device_vfb *dst, const libxl_device_vfb *src);
char *libxl_device_vfb_to_json(libxl_ctx *ctx, libxl_device_vfb *p);
int libxl_device_vfb_from_json(libxl_ctx *ctx, libxl_device_vfb *p, const char *s);

/* The back end of a paravirtual keyboard. */
typedef enum libxl_vkb_backend {
    LIBXL_VKB_BACKEND_UNKNOWN = 0,
    LIBXL_VKB_BACKEND_QEMU = 1,
    LIBXL_VKB_BACKEND_LINUX = 2,
} libxl_vkb_backend;
char *libxl_vkb_backend_to_json(libxl_ctx *ctx, libxl_vkb_backend p);
int libxl_vkb_backend_from_json(libxl_ctx *ctx, libxl_vkb_backend *p, const char *s);
const char *libxl_vkb_backend_to_string(libxl_vkb_backend p);
int libxl_vkb_backend_from_string(const char *s, libxl_vkb_backend *e);
extern libxl_enum_string_table libxl_vkb_backend_string_table[];

/* A paravirtual keyboard, pointer and touch screen. */
typedef struct libxl_device_vkb {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    libxl_vkb_backend backend_type;
    /* Identifies the device to a back end other than QEMU. */
    char *unique_id;
    bool feature_disable_keyboard;
    bool feature_disable_pointer;
    bool feature_abs_pointer;
    bool feature_raw_pointer;
    bool feature_multi_touch;
    /* Range of the pointer's coordinates, with height. */
    uint32_t width;
    uint32_t height;
    /* Range of the touch coordinates, with multi_touch_height. */
    uint32_t multi_touch_width;
    uint32_t multi_touch_height;
    /* Maximum number of simultaneous contacts. */
    uint32_t multi_touch_num_contacts;
} libxl_device_vkb;
void libxl_device_vkb_init(libxl_device_vkb *p);
void libxl_device_vkb_dispose(libxl_device_vkb *p);
void libxl_device_vkb_copy(libxl_ctx *ctx, libxl_device_vkb *dst, const libxl_device_vkb *src);
char *libxl_device_vkb_to_json(libxl_ctx *ctx, libxl_device_vkb *p);
int libxl_device_vkb_from_json(libxl_ctx *ctx, libxl_device_vkb *p, const char *s);

/* A paravirtual keyboard's state and its xenstore directories. */
typedef struct libxl_vkbinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
} libxl_vkbinfo;
void libxl_vkbinfo_init(libxl_vkbinfo *p);
void libxl_vkbinfo_dispose(libxl_vkbinfo *p);
void libxl_vkbinfo_copy(libxl_ctx *ctx, libxl_vkbinfo *dst, const libxl_vkbinfo *src);
char *libxl_vkbinfo_to_json(libxl_ctx *ctx, libxl_vkbinfo *p);
int libxl_vkbinfo_from_json(libxl_ctx *ctx, libxl_vkbinfo *p, const char *s);

/* A connector (screen) of a paravirtual display. */
typedef struct libxl_connector_param {
    /* Identifies the connector to the back end. */
    char *unique_id;
    uint32_t width;
    uint32_t height;
} libxl_connector_param;
void libxl_connector_param_init(libxl_connector_param *p);
void libxl_connector_param_dispose(libxl_connector_param *p);
void libxl_connector_param_copy(libxl_ctx *ctx, libxl_connector_param *dst, const libxl_connector_param *src);
char *libxl_connector_param_to_json(libxl_ctx *ctx, libxl_connector_param *p);
int libxl_connector_param_from_json(libxl_ctx *ctx, libxl_connector_param *p, const char *s);

/* A paravirtual display with any number of connectors. */
typedef struct libxl_device_vdispl {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* Whether the back end allocates the display buffers. */
    bool be_alloc;
    int num_connectors;
    libxl_connector_param *connectors;
} libxl_device_vdispl;
void libxl_device_vdispl_init(libxl_device_vdispl *p);
void libxl_device_vdispl_dispose(libxl_device_vdispl *p);
void libxl_device_vdispl_copy(libxl_ctx *ctx, libxl_device_vdispl *dst, const libxl_device_vdispl *src);
char *libxl_device_vdispl_to_json(libxl_ctx *ctx, libxl_device_vdispl *p);
int libxl_device_vdispl_from_json(libxl_ctx *ctx, libxl_device_vdispl *p, const char *s);

/* A connector's event channels and grant references: for requests, and for events. */
typedef struct libxl_connectorinfo {
    char *unique_id;
    uint32_t width;
    uint32_t height;
    int req_evtch;
    int req_rref;
    int evt_evtch;
    int evt_rref;
} libxl_connectorinfo;
void libxl_connectorinfo_init(libxl_connectorinfo *p);
void libxl_connectorinfo_dispose(libxl_connectorinfo *p);
void libxl_connectorinfo_copy(libxl_ctx *ctx, libxl_connectorinfo *dst, const libxl_connectorinfo *src);
char *libxl_connectorinfo_to_json(libxl_ctx *ctx, libxl_connectorinfo *p);
int libxl_connectorinfo_from_json(libxl_ctx *ctx, libxl_connectorinfo *p, const char *s);

/* A paravirtual display's state and its xenstore directories. */
typedef struct libxl_vdisplinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    bool be_alloc;
    int num_connectors;
    libxl_connectorinfo *connectors;
} libxl_vdisplinfo;
void libxl_vdisplinfo_init(libxl_vdisplinfo *p);
void libxl_vdisplinfo_dispose(libxl_vdisplinfo *p);
void libxl_vdisplinfo_copy(libxl_ctx *ctx, libxl_vdisplinfo *dst, const libxl_vdisplinfo *src);
char *libxl_vdisplinfo_to_json(libxl_ctx *ctx, libxl_vdisplinfo *p);
int libxl_vdisplinfo_from_json(libxl_ctx *ctx, libxl_vdisplinfo *p, const char *s);

/* Format of a sound sample. */
typedef enum libxl_vsnd_pcm_format {
    LIBXL_VSND_PCM_FORMAT_S8 = 1,
    LIBXL_VSND_PCM_FORMAT_U8 = 2,
    LIBXL_VSND_PCM_FORMAT_S16_LE = 3,
    LIBXL_VSND_PCM_FORMAT_S16_BE = 4,
    LIBXL_VSND_PCM_FORMAT_U16_LE = 5,
    LIBXL_VSND_PCM_FORMAT_U16_BE = 6,
    LIBXL_VSND_PCM_FORMAT_S24_LE = 7,
    LIBXL_VSND_PCM_FORMAT_S24_BE = 8,
    LIBXL_VSND_PCM_FORMAT_U24_LE = 9,
    LIBXL_VSND_PCM_FORMAT_U24_BE = 10,
    LIBXL_VSND_PCM_FORMAT_S32_LE = 11,
    LIBXL_VSND_PCM_FORMAT_S32_BE = 12,
    LIBXL_VSND_PCM_FORMAT_U32_LE = 13,
    LIBXL_VSND_PCM_FORMAT_U32_BE = 14,
    LIBXL_VSND_PCM_FORMAT_F32_LE = 15,
    LIBXL_VSND_PCM_FORMAT_F32_BE = 16,
    LIBXL_VSND_PCM_FORMAT_F64_LE = 17,
    LIBXL_VSND_PCM_FORMAT_F64_BE = 18,
    LIBXL_VSND_PCM_FORMAT_IEC958_SUBFRAME_LE = 19,
    LIBXL_VSND_PCM_FORMAT_IEC958_SUBFRAME_BE = 20,
    LIBXL_VSND_PCM_FORMAT_MU_LAW = 21,
    LIBXL_VSND_PCM_FORMAT_A_LAW = 22,
    LIBXL_VSND_PCM_FORMAT_IMA_ADPCM = 23,
    LIBXL_VSND_PCM_FORMAT_MPEG = 24,
    LIBXL_VSND_PCM_FORMAT_GSM = 25,
} libxl_vsnd_pcm_format;
char *libxl_vsnd_pcm_format_to_json(libxl_ctx *ctx, libxl_vsnd_pcm_format p);
int libxl_vsnd_pcm_format_from_json(libxl_ctx *ctx, libxl_vsnd_pcm_format *p, const char *s);
const char *libxl_vsnd_pcm_format_to_string(libxl_vsnd_pcm_format p);
int libxl_vsnd_pcm_format_from_string(const char *s, libxl_vsnd_pcm_format *e);
extern libxl_enum_string_table libxl_vsnd_pcm_format_string_table[];

/* Capabilities of a card, a device or a stream; what is not set is inherited from the level above. */
typedef struct libxl_vsnd_params {
    /* Sample rates in Hz. */
    int num_sample_rates;
    uint32_t *sample_rates;
    int num_sample_formats;
    libxl_vsnd_pcm_format *sample_formats;
    uint32_t channels_min;
    uint32_t channels_max;
    /* Size in bytes. */
    uint32_t buffer_size;
} libxl_vsnd_params;
void libxl_vsnd_params_init(libxl_vsnd_params *p);
void libxl_vsnd_params_dispose(libxl_vsnd_params *p);
void libxl_vsnd_params_copy(libxl_ctx *ctx, libxl_vsnd_params *dst, const libxl_vsnd_params *src);
char *libxl_vsnd_params_to_json(libxl_ctx *ctx, libxl_vsnd_params *p);
int libxl_vsnd_params_from_json(libxl_ctx *ctx, libxl_vsnd_params *p, const char *s);

/* Direction of a stream. */
typedef enum libxl_vsnd_stream_type {
    /* Playback. */
    LIBXL_VSND_STREAM_TYPE_P = 1,
    /* Capture. */
    LIBXL_VSND_STREAM_TYPE_C = 2,
} libxl_vsnd_stream_type;
char *libxl_vsnd_stream_type_to_json(libxl_ctx *ctx, libxl_vsnd_stream_type p);
int libxl_vsnd_stream_type_from_json(libxl_ctx *ctx, libxl_vsnd_stream_type *p, const char *s);
const char *libxl_vsnd_stream_type_to_string(libxl_vsnd_stream_type p);
int libxl_vsnd_stream_type_from_string(const char *s, libxl_vsnd_stream_type *e);
extern libxl_enum_string_table libxl_vsnd_stream_type_string_table[];

/* A sound stream. */
typedef struct libxl_vsnd_stream {
    /* Identifies the stream to the back end. */
    char *unique_id;
    libxl_vsnd_stream_type type;
    libxl_vsnd_params params;
} libxl_vsnd_stream;
void libxl_vsnd_stream_init(libxl_vsnd_stream *p);
void libxl_vsnd_stream_dispose(libxl_vsnd_stream *p);
void libxl_vsnd_stream_copy(libxl_ctx *ctx, libxl_vsnd_stream *dst, const libxl_vsnd_stream *src);
char *libxl_vsnd_stream_to_json(libxl_ctx *ctx, libxl_vsnd_stream *p);
int libxl_vsnd_stream_from_json(libxl_ctx *ctx, libxl_vsnd_stream *p, const char *s);

/* A device of a sound card. */
typedef struct libxl_vsnd_pcm {
    char *name;
    libxl_vsnd_params params;
    int num_vsnd_streams;
    libxl_vsnd_stream *streams;
} libxl_vsnd_pcm;
void libxl_vsnd_pcm_init(libxl_vsnd_pcm *p);
void libxl_vsnd_pcm_dispose(libxl_vsnd_pcm *p);
void libxl_vsnd_pcm_copy(libxl_ctx *ctx, libxl_vsnd_pcm *dst, const libxl_vsnd_pcm *src);
char *libxl_vsnd_pcm_to_json(libxl_ctx *ctx, libxl_vsnd_pcm *p);
int libxl_vsnd_pcm_from_json(libxl_ctx *ctx, libxl_vsnd_pcm *p, const char *s);

/* A paravirtual sound card. */
typedef struct libxl_device_vsnd {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    char *short_name;
    char *long_name;
    libxl_vsnd_params params;
    int num_vsnd_pcms;
    libxl_vsnd_pcm *pcms;
} libxl_device_vsnd;
void libxl_device_vsnd_init(libxl_device_vsnd *p);
void libxl_device_vsnd_dispose(libxl_device_vsnd *p);
void libxl_device_vsnd_copy(libxl_ctx *ctx, libxl_device_vsnd *dst, const libxl_device_vsnd *src);
char *libxl_device_vsnd_to_json(libxl_ctx *ctx, libxl_device_vsnd *p);
int libxl_device_vsnd_from_json(libxl_ctx *ctx, libxl_device_vsnd *p, const char *s);

/* A stream's event channel and grant reference. */
typedef struct libxl_streaminfo {
    int req_evtch;
    int req_rref;
} libxl_streaminfo;
void libxl_streaminfo_init(libxl_streaminfo *p);
void libxl_streaminfo_dispose(libxl_streaminfo *p);
void libxl_streaminfo_copy(libxl_ctx *ctx, libxl_streaminfo *dst, const libxl_streaminfo *src);
char *libxl_streaminfo_to_json(libxl_ctx *ctx, libxl_streaminfo *p);
int libxl_streaminfo_from_json(libxl_ctx *ctx, libxl_streaminfo *p, const char *s);

/* The streams of a device of a sound card. */
typedef struct libxl_pcminfo {
    int num_vsnd_streams;
    libxl_streaminfo *streams;
} libxl_pcminfo;
void libxl_pcminfo_init(libxl_pcminfo *p);
void libxl_pcminfo_dispose(libxl_pcminfo *p);
void libxl_pcminfo_copy(libxl_ctx *ctx, libxl_pcminfo *dst, const libxl_pcminfo *src);
char *libxl_pcminfo_to_json(libxl_ctx *ctx, libxl_pcminfo *p);
int libxl_pcminfo_from_json(libxl_ctx *ctx, libxl_pcminfo *p, const char *s);

/* A sound card's state and its xenstore directories. */
typedef struct libxl_vsndinfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    int num_vsnd_pcms;
    libxl_pcminfo *pcms;
} libxl_vsndinfo;
void libxl_vsndinfo_init(libxl_vsndinfo *p);
void libxl_vsndinfo_dispose(libxl_vsndinfo *p);
void libxl_vsndinfo_copy(libxl_ctx *ctx, libxl_vsndinfo *dst, const libxl_vsndinfo *src);
char *libxl_vsndinfo_to_json(libxl_ctx *ctx, libxl_vsndinfo *p);
int libxl_vsndinfo_from_json(libxl_ctx *ctx, libxl_vsndinfo *p, const char *s);

/* A trusted platform module. */
typedef struct libxl_device_vtpm {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* Identifies the vTPM to the vTPM manager. */
    libxl_uuid uuid;
} libxl_device_vtpm;
void libxl_device_vtpm_init(libxl_device_vtpm *p);
void libxl_device_vtpm_dispose(libxl_device_vtpm *p);
void libxl_device_vtpm_copy(libxl_ctx *ctx, libxl_device_vtpm *dst, const libxl_device_vtpm *src);
char *libxl_device_vtpm_to_json(libxl_ctx *ctx, libxl_device_vtpm *p);
int libxl_device_vtpm_from_json(libxl_ctx *ctx, libxl_device_vtpm *p, const char *s);

/* A trusted platform module's state and its xenstore directories. */
typedef struct libxl_vtpminfo {
    /* The back end's xenstore directory, and the backend domain. */
    char *backend;
    uint32_t backend_id;
    /* The front end's xenstore directory, and the guest. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* The front end's state: a value of xenbus_state, where 4 is connected. */
    int state;
    /* Event channel: the guest's port. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
    libxl_uuid uuid;
} libxl_vtpminfo;
void libxl_vtpminfo_init(libxl_vtpminfo *p);
void libxl_vtpminfo_dispose(libxl_vtpminfo *p);
void libxl_vtpminfo_copy(libxl_ctx *ctx, libxl_vtpminfo *dst, const libxl_vtpminfo *src);
char *libxl_vtpminfo_to_json(libxl_ctx *ctx, libxl_vtpminfo *p);
int libxl_vtpminfo_from_json(libxl_ctx *ctx, libxl_vtpminfo *p, const char *s);

/* A directory of the backend domain, shared over 9P. */
typedef struct libxl_device_p9 {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    /* The mount tag: the name by which the guest mounts it. */
    char *tag;
    /* Path of the directory in the backend domain. */
    char *path;
    /* How file owners and modes are stored: QEMU's 9p security model. */
    char *security_model;
    libxl_devid devid;
} libxl_device_p9;
void libxl_device_p9_init(libxl_device_p9 *p);
void libxl_device_p9_dispose(libxl_device_p9 *p);
void libxl_device_p9_copy(libxl_ctx *ctx, libxl_device_p9 *dst, const libxl_device_p9 *src);
char *libxl_device_p9_to_json(libxl_ctx *ctx, libxl_device_p9 *p);
int libxl_device_p9_from_json(libxl_ctx *ctx, libxl_device_p9 *p, const char *s);

/* PV calls: the guest uses sockets of the backend domain. */
typedef struct libxl_device_pvcallsif {
    /* The backend domain; backend_domname, if set, names it instead. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
} libxl_device_pvcallsif;
void libxl_device_pvcallsif_init(libxl_device_pvcallsif *p);
void libxl_device_pvcallsif_dispose(libxl_device_pvcallsif *p);
void libxl_device_pvcallsif_copy(libxl_ctx *ctx, libxl_device_pvcallsif *dst, const libxl_device_pvcallsif *src);
char *libxl_device_pvcallsif_to_json(libxl_ctx *ctx, libxl_device_pvcallsif *p);
int libxl_device_pvcallsif_from_json(libxl_ctx *ctx, libxl_device_pvcallsif *p, const char *s);

/* Type of a guest. */
typedef enum libxl_domain_type {
    LIBXL_DOMAIN_TYPE_INVALID = -1,
    /* A complete machine, with hardware virtualisation and devices emulated by QEMU. */
    LIBXL_DOMAIN_TYPE_HVM = 1,
    /* A paravirtual kernel, without hardware virtualisation. */
    LIBXL_DOMAIN_TYPE_PV = 2,
    /* A paravirtual kernel with hardware virtualisation and without emulated devices. */
    LIBXL_DOMAIN_TYPE_PVH = 3,
} libxl_domain_type;
char *libxl_domain_type_to_json(libxl_ctx *ctx, libxl_domain_type p);
int libxl_domain_type_from_json(libxl_ctx *ctx, libxl_domain_type *p, const char *s);
const char *libxl_domain_type_to_string(libxl_domain_type p);
int libxl_domain_type_from_string(const char *s, libxl_domain_type *e);
extern libxl_enum_string_table libxl_domain_type_string_table[];

/* Why a guest shut down. The numbers are Xen's, except for unknown. */
typedef enum libxl_shutdown_reason {
    LIBXL_SHUTDOWN_REASON_UNKNOWN = -1,
    LIBXL_SHUTDOWN_REASON_POWEROFF = 0,
    LIBXL_SHUTDOWN_REASON_REBOOT = 1,
    LIBXL_SHUTDOWN_REASON_SUSPEND = 2,
    LIBXL_SHUTDOWN_REASON_CRASH = 3,
    LIBXL_SHUTDOWN_REASON_WATCHDOG = 4,
    /* Soft reset: the guest starts anew in the same domain. */
    LIBXL_SHUTDOWN_REASON_SOFT_RESET = 5,
} libxl_shutdown_reason;
char *libxl_shutdown_reason_to_json(libxl_ctx *ctx, libxl_shutdown_reason p);
int libxl_shutdown_reason_from_json(libxl_ctx *ctx, libxl_shutdown_reason *p, const char *s);
const char *libxl_shutdown_reason_to_string(libxl_shutdown_reason p);
int libxl_shutdown_reason_from_string(const char *s, libxl_shutdown_reason *e);
extern libxl_enum_string_table libxl_shutdown_reason_string_table[];

/* What a toolstack does with a guest that has shut down. */
typedef enum libxl_action_on_shutdown {
    LIBXL_ACTION_ON_SHUTDOWN_DESTROY = 1,
    LIBXL_ACTION_ON_SHUTDOWN_RESTART = 2,
    /* Start the guest anew, and keep the old domain under another name. */
    LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME = 3,
    LIBXL_ACTION_ON_SHUTDOWN_PRESERVE = 4,
    /* Dump its memory to a file, then destroy it. */
    LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY = 5,
    LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART = 6,
    /* Reset the domain and start the guest anew in it. */
    LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET = 7,
} libxl_action_on_shutdown;
char *libxl_action_on_shutdown_to_json(libxl_ctx *ctx, libxl_action_on_shutdown p);
int libxl_action_on_shutdown_from_json(libxl_ctx *ctx, libxl_action_on_shutdown *p, const char *s);
const char *libxl_action_on_shutdown_to_string(libxl_action_on_shutdown p);
int libxl_action_on_shutdown_from_string(const char *s, libxl_action_on_shutdown *e);
extern libxl_enum_string_table libxl_action_on_shutdown_string_table[];

/* The current state of a domain. */
typedef struct libxl_dominfo {
    libxl_uuid uuid;
    libxl_domid domid;
    /* Its XSM security label as a number; ssid_label as text, if the label has one. */
    uint32_t ssidref;
    char *ssid_label;
    /* Whether one of its virtual CPUs runs on a CPU. */
    bool running;
    /* Whether all its virtual CPUs are blocked. */
    bool blocked;
    bool paused;
    bool shutdown;
    bool dying;
    /* Whether it must not be stopped: it is the xenstore domain. */
    bool never_stop;
    /* unknown until the domain has shut down. */
    libxl_shutdown_reason shutdown_reason;
    /* Memory that is claimed for it and not yet allocated. */
    uint64_t outstanding_memkb;
    uint64_t current_memkb;
    uint64_t shared_memkb;
    /* Memory that is paged out to a file. */
    uint64_t paged_memkb;
    uint64_t max_memkb;
    /* CPU time of all its virtual CPUs together, in nanoseconds. */
    uint64_t cpu_time;
    /* Highest number of a virtual CPU. */
    uint32_t vcpu_max_id;
    /* Number of virtual CPUs that are online. */
    uint32_t vcpu_online;
    /* Its cpupool. */
    uint32_t cpupool;
    /* Number of bits of its guest physical addresses. */
    uint8_t gpaddr_bits;
    libxl_domain_type domain_type;
} libxl_dominfo;
void libxl_dominfo_init(libxl_dominfo *p);
void libxl_dominfo_dispose(libxl_dominfo *p);
void libxl_dominfo_copy(libxl_ctx *ctx, libxl_dominfo *dst, const libxl_dominfo *src);
char *libxl_dominfo_to_json(libxl_ctx *ctx, libxl_dominfo *p);
int libxl_dominfo_from_json(libxl_ctx *ctx, libxl_dominfo *p, const char *s);

/* A domain's two identifiers. */
typedef struct libxl_vminfo {
    libxl_uuid uuid;
    libxl_domid domid;
} libxl_vminfo;
void libxl_vminfo_init(libxl_vminfo *p);
void libxl_vminfo_dispose(libxl_vminfo *p);
void libxl_vminfo_copy(libxl_ctx *ctx, libxl_vminfo *dst, const libxl_vminfo *src);
char *libxl_vminfo_to_json(libxl_ctx *ctx, libxl_vminfo *p);
int libxl_vminfo_from_json(libxl_ctx *ctx, libxl_vminfo *p, const char *s);

/* The parameters with which a domain is created, before it is built. */
typedef struct libxl_domain_create_info {
    libxl_domain_type type;
    /* Whether hardware assisted paging is used. */
    libxl_defbool hap;
    /* Whether shadow page tables may be temporarily out of sync with the guest's. */
    libxl_defbool oos;
    /* XSM security label as a number, or ssid_label as text. */
    uint32_t ssidref;
    char *ssid_label;
    char *name;
    /* The domid to use, if it is one that a guest may have; otherwise Xen chooses one. */
    libxl_domid domid;
    libxl_uuid uuid;
    /* Written to xenstore under the guest's data. */
    libxl_key_value_list xsdata;
    /* Written to xenstore under the guest's platform. */
    libxl_key_value_list platformdata;
    /* The cpupool to start in; pool_name, if set, names it instead. */
    uint32_t poolid;
    char *pool_name;
    /* Whether the library runs the hotplug scripts, or udev does. */
    libxl_defbool run_hotplug_scripts;
    /* Whether the domain is a driver domain: it will have back ends for other domains. */
    libxl_defbool driver_domain;
    libxl_passthrough passthrough;
    /* Whether the domain gets the suspend event channel that some old guests expect. */
    libxl_defbool xend_suspend_evtchn_compat;
} libxl_domain_create_info;
void libxl_domain_create_info_init(libxl_domain_create_info *p);
void libxl_domain_create_info_dispose(libxl_domain_create_info *p);
void libxl_domain_create_info_copy(libxl_ctx *ctx, libxl_domain_create_info *dst, const libxl_domain_create_info *src);
char *libxl_domain_create_info_to_json(libxl_ctx *ctx, libxl_domain_create_info *p);
int libxl_domain_create_info_from_json(libxl_ctx *ctx, libxl_domain_create_info *p, const char *s);

/* The kind of checkpoints in a migration stream. The numbers are those in the stream. */
typedef enum libxl_checkpointed_stream {
    LIBXL_CHECKPOINTED_STREAM_NONE = 0,
    LIBXL_CHECKPOINTED_STREAM_REMUS = 1,
    LIBXL_CHECKPOINTED_STREAM_COLO = 2,
} libxl_checkpointed_stream;
char *libxl_checkpointed_stream_to_json(libxl_ctx *ctx, libxl_checkpointed_stream p);
int libxl_checkpointed_stream_from_json(libxl_ctx *ctx, libxl_checkpointed_stream *p, const char *s);
const char *libxl_checkpointed_stream_to_string(libxl_checkpointed_stream p);
int libxl_checkpointed_stream_from_string(const char *s, libxl_checkpointed_stream *e);
extern libxl_enum_string_table libxl_checkpointed_stream_string_table[];

/* How a saved guest is restored. */
typedef struct libxl_domain_restore_params {
    /* A value of checkpointed_stream. */
    int checkpointed_stream;
    /* Version of the stream: 1 for those of Xen 4.5 and earlier, otherwise 2. */
    uint32_t stream_version;
    char *colo_proxy_script;
    libxl_defbool userspace_colo_proxy;
} libxl_domain_restore_params;
void libxl_domain_restore_params_init(libxl_domain_restore_params *p);
void libxl_domain_restore_params_dispose(libxl_domain_restore_params *p);
void libxl_domain_restore_params_copy(libxl_ctx *ctx, libxl_domain_restore_params *dst, const libxl_domain_restore_params *src);
char *libxl_domain_restore_params_to_json(libxl_ctx *ctx, libxl_domain_restore_params *p);
int libxl_domain_restore_params_from_json(libxl_ctx *ctx, libxl_domain_restore_params *p, const char *s);

/* How Remus or COLO replicates a guest. */
typedef struct libxl_domain_remus_info {
    /* Milliseconds between checkpoints. */
    int interval;
    /* Whether replication without a network buffer or without replicated disks is allowed. */
    libxl_defbool allow_unsafe;
    /* Whether the stream is written to /dev/null. */
    libxl_defbool blackhole;
    libxl_defbool compression;
    /* Whether outgoing packets are held back until the next checkpoint is complete. */
    libxl_defbool netbuf;
    /* Script that sets up the network buffer; NULL: the default one. */
    char *netbufscript;
    /* Whether the disks are replicated. */
    libxl_defbool diskbuf;
    /* COLO instead of Remus. */
    libxl_defbool colo;
    libxl_defbool userspace_colo_proxy;
} libxl_domain_remus_info;
void libxl_domain_remus_info_init(libxl_domain_remus_info *p);
void libxl_domain_remus_info_dispose(libxl_domain_remus_info *p);
void libxl_domain_remus_info_copy(libxl_ctx *ctx, libxl_domain_remus_info *dst, const libxl_domain_remus_info *src);
char *libxl_domain_remus_info_to_json(libxl_ctx *ctx, libxl_domain_remus_info *p);
int libxl_domain_remus_info_from_json(libxl_ctx *ctx, libxl_domain_remus_info *p, const char *s);

/* Which QEMU serves as device model. */
typedef enum libxl_device_model_version {
    LIBXL_DEVICE_MODEL_VERSION_UNKNOWN = 0,
    /* qemu-xen-traditional, Xen's old fork. */
    LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL = 1,
    /* qemu-xen, upstream QEMU. */
    LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN = 2,
} libxl_device_model_version;
char *libxl_device_model_version_to_json(libxl_ctx *ctx, libxl_device_model_version p);
int libxl_device_model_version_from_json(libxl_ctx *ctx, libxl_device_model_version *p, const char *s);
const char *libxl_device_model_version_to_string(libxl_device_model_version p);
int libxl_device_model_version_from_string(const char *s, libxl_device_model_version *e);
extern libxl_enum_string_table libxl_device_model_version_string_table[];

/* How a guest reads the processor's time stamp counter (TSC). */
typedef enum libxl_tsc_mode {
    /* The hardware's TSC if its rate is constant, otherwise an emulated one. */
    LIBXL_TSC_MODE_DEFAULT = 0,
    LIBXL_TSC_MODE_ALWAYS_EMULATE = 1,
    LIBXL_TSC_MODE_NATIVE = 2,
    /* The hardware's TSC, with the parameters of the PVRDTSCP interface for guests that use it. */
    LIBXL_TSC_MODE_NATIVE_PARAVIRT = 3,
} libxl_tsc_mode;
char *libxl_tsc_mode_to_json(libxl_ctx *ctx, libxl_tsc_mode p);
int libxl_tsc_mode_from_json(libxl_ctx *ctx, libxl_tsc_mode *p, const char *s);
const char *libxl_tsc_mode_to_string(libxl_tsc_mode p);
int libxl_tsc_mode_from_string(const char *s, libxl_tsc_mode *e);
extern libxl_enum_string_table libxl_tsc_mode_string_table[];

/*
 * How timer ticks reach a virtual CPU that was not running. The numbers are Xen's, but for
 * unknown.
 */
typedef enum libxl_timer_mode {
    LIBXL_TIMER_MODE_UNKNOWN = -1,
    LIBXL_TIMER_MODE_DELAY_FOR_MISSED_TICKS = 0,
    LIBXL_TIMER_MODE_NO_DELAY_FOR_MISSED_TICKS = 1,
    LIBXL_TIMER_MODE_NO_MISSED_TICKS_PENDING = 2,
    LIBXL_TIMER_MODE_ONE_MISSED_TICK_PENDING = 3,
} libxl_timer_mode;
char *libxl_timer_mode_to_json(libxl_ctx *ctx, libxl_timer_mode p);
int libxl_timer_mode_from_json(libxl_ctx *ctx, libxl_timer_mode *p, const char *s);
const char *libxl_timer_mode_to_string(libxl_timer_mode p);
int libxl_timer_mode_from_string(const char *s, libxl_timer_mode *e);
extern libxl_enum_string_table libxl_timer_mode_string_table[];

/* The firmware of an HVM guest. */
typedef enum libxl_bios_type {
    LIBXL_BIOS_TYPE_UNKNOWN = 0,
    LIBXL_BIOS_TYPE_ROMBIOS = 1,
    LIBXL_BIOS_TYPE_SEABIOS = 2,
    LIBXL_BIOS_TYPE_OVMF = 3,
} libxl_bios_type;
char *libxl_bios_type_to_json(libxl_ctx *ctx, libxl_bios_type p);
int libxl_bios_type_from_json(libxl_ctx *ctx, libxl_bios_type *p, const char *s);
const char *libxl_bios_type_to_string(libxl_bios_type p);
int libxl_bios_type_from_string(const char *s, libxl_bios_type *e);
extern libxl_enum_string_table libxl_bios_type_string_table[];

/* A PCI device by which Windows Update finds paravirtual drivers. */
typedef enum libxl_vendor_device {
    LIBXL_VENDOR_DEVICE_NONE = 0,
    LIBXL_VENDOR_DEVICE_XENSERVER = 1,
} libxl_vendor_device;
char *libxl_vendor_device_to_json(libxl_ctx *ctx, libxl_vendor_device p);
int libxl_vendor_device_from_json(libxl_ctx *ctx, libxl_vendor_device *p, const char *s);
const char *libxl_vendor_device_to_string(libxl_vendor_device p);
int libxl_vendor_device_from_string(const char *s, libxl_vendor_device *e);
extern libxl_enum_string_table libxl_vendor_device_string_table[];

/* Parts of Hyper-V's interface, by bit number in two bitmaps. */
typedef enum libxl_viridian_enlightenment {
    LIBXL_VIRIDIAN_ENLIGHTENMENT_BASE = 0,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_FREQ = 1,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_TIME_REF_COUNT = 2,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_REFERENCE_TSC = 3,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_HCALL_REMOTE_TLB_FLUSH = 4,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_APIC_ASSIST = 5,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_CRASH_CTL = 6,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_SYNIC = 7,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_STIMER = 8,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_HCALL_IPI = 9,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_EX_PROCESSOR_MASKS = 10,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_NO_VP_LIMIT = 11,
    LIBXL_VIRIDIAN_ENLIGHTENMENT_CPU_HOTPLUG = 12,
} libxl_viridian_enlightenment;
char *libxl_viridian_enlightenment_to_json(libxl_ctx *ctx, libxl_viridian_enlightenment p);
int libxl_viridian_enlightenment_from_json(libxl_ctx *ctx, libxl_viridian_enlightenment *p, const char *s);
const char *libxl_viridian_enlightenment_to_string(libxl_viridian_enlightenment p);
int libxl_viridian_enlightenment_from_string(const char *s, libxl_viridian_enlightenment *e);
extern libxl_enum_string_table libxl_viridian_enlightenment_string_table[];

/* The emulated disk controller. */
typedef enum libxl_hdtype {
    LIBXL_HDTYPE_IDE = 1,
    LIBXL_HDTYPE_AHCI = 2,
} libxl_hdtype;
char *libxl_hdtype_to_json(libxl_ctx *ctx, libxl_hdtype p);
int libxl_hdtype_from_json(libxl_ctx *ctx, libxl_hdtype *p, const char *s);
const char *libxl_hdtype_to_string(libxl_hdtype p);
int libxl_hdtype_from_string(const char *s, libxl_hdtype *e);
extern libxl_enum_string_table libxl_hdtype_string_table[];

/* The interrupt controller of an Arm guest. */
typedef enum libxl_gic_version {
    LIBXL_GIC_VERSION_DEFAULT = 0,
    LIBXL_GIC_VERSION_V2 = 32,
    LIBXL_GIC_VERSION_V3 = 48,
} libxl_gic_version;
char *libxl_gic_version_to_json(libxl_ctx *ctx, libxl_gic_version p);
int libxl_gic_version_from_json(libxl_ctx *ctx, libxl_gic_version *p, const char *s);
const char *libxl_gic_version_to_string(libxl_gic_version p);
int libxl_gic_version_from_string(const char *s, libxl_gic_version *e);
extern libxl_enum_string_table libxl_gic_version_string_table[];

/* The trusted execution environment that an Arm guest may use. */
typedef enum libxl_tee_type {
    LIBXL_TEE_TYPE_NONE = 0,
    LIBXL_TEE_TYPE_OPTEE = 1,
} libxl_tee_type;
char *libxl_tee_type_to_json(libxl_ctx *ctx, libxl_tee_type p);
int libxl_tee_type_from_json(libxl_ctx *ctx, libxl_tee_type *p, const char *s);
const char *libxl_tee_type_to_string(libxl_tee_type p);
int libxl_tee_type_from_string(const char *s, libxl_tee_type *e);
extern libxl_enum_string_table libxl_tee_type_string_table[];

/* Who may use altp2m, alternative views of a guest's memory. The numbers are Xen's. */
typedef enum libxl_altp2m_mode {
    LIBXL_ALTP2M_MODE_DISABLED = 0,
    LIBXL_ALTP2M_MODE_MIXED = 1,
    /* Only the toolstack's domain. */
    LIBXL_ALTP2M_MODE_EXTERNAL = 2,
    /* The guest, with a subset of the operations; the toolstack's domain, with all. */
    LIBXL_ALTP2M_MODE_LIMITED = 3,
} libxl_altp2m_mode;
char *libxl_altp2m_mode_to_json(libxl_ctx *ctx, libxl_altp2m_mode p);
int libxl_altp2m_mode_from_json(libxl_ctx *ctx, libxl_altp2m_mode *p, const char *s);
const char *libxl_altp2m_mode_to_string(libxl_altp2m_mode p);
int libxl_altp2m_mode_from_string(const char *s, libxl_altp2m_mode *e);
extern libxl_enum_string_table libxl_altp2m_mode_string_table[];

/* A virtual NUMA node. */
typedef struct libxl_vnode_info {
    uint64_t memkb;
    /* Distance to every virtual node; 10 is the node itself. */
    int num_distances;
    uint32_t *distances;
    /* The physical node that the memory of this virtual node is allocated from. */
    uint32_t pnode;
    libxl_bitmap vcpus;
} libxl_vnode_info;
void libxl_vnode_info_init(libxl_vnode_info *p);
void libxl_vnode_info_dispose(libxl_vnode_info *p);
void libxl_vnode_info_copy(libxl_ctx *ctx, libxl_vnode_info *dst, const libxl_vnode_info *src);
char *libxl_vnode_info_to_json(libxl_ctx *ctx, libxl_vnode_info *p);
int libxl_vnode_info_from_json(libxl_ctx *ctx, libxl_vnode_info *p, const char *s);

/* How a domain is built: its memory, virtual CPUs, firmware and virtual hardware. */
typedef struct libxl_domain_build_info {
    int max_vcpus;
    /* Virtual CPUs that are online at the start. */
    libxl_bitmap avail_vcpus;
    /* Deprecated: the hard affinity of all virtual CPUs; vcpu_hard_affinity sets it for each. */
    libxl_bitmap cpumap;
    /* The physical NUMA nodes that memory is allocated from. */
    libxl_bitmap nodemap;
    /* For each virtual CPU, the CPUs that it may run on. */
    int num_vcpu_hard_affinity;
    libxl_bitmap *vcpu_hard_affinity;
    /* For each virtual CPU, the CPUs that it prefers to run on. */
    int num_vcpu_soft_affinity;
    libxl_bitmap *vcpu_soft_affinity;
    /* Whether the library chooses NUMA nodes if no affinity is set. */
    libxl_defbool numa_placement;
    libxl_tsc_mode tsc_mode;
    /* Maximum memory of the domain. */
    uint64_t max_memkb;
    /* Memory at the start, including the video memory. */
    uint64_t target_memkb;
    uint64_t video_memkb;
    /* For shadow page tables and the like. */
    uint64_t shadow_memkb;
    /* For page tables of the IOMMU. */
    uint64_t iommu_memkb;
    /* Offset of the guest's real-time clock from the host's, in seconds. */
    uint32_t rtc_timeoffset;
    /* XSM security label of the running domain, if not the one that it is built with. */
    uint32_t exec_ssidref;
    char *exec_ssid_label;
    /* Whether the guest's real-time clock is set to local time. */
    libxl_defbool localtime;
    /* Whether migration is refused, which allows the guest to see CPU features that prevent one. */
    libxl_defbool disable_migrate;
    libxl_cpuid_policy_list cpuid;
    /* First vdev to try for the disk that the bootloader reads, while this domain has it. */
    char *blkdev_start;
    /* Empty: the guest has no virtual NUMA nodes. */
    int num_vnuma_nodes;
    libxl_vnode_info *vnuma_nodes;
    /* All ones: the host's setting; the same holds for the next field. */
    uint32_t max_grant_frames;
    uint32_t max_maptrack_frames;
    /* Highest version of the grant table interface; 0 disables grant tables. */
    int max_grant_version;
    libxl_device_model_version device_model_version;
    /* Whether QEMU runs in a domain of its own. */
    libxl_defbool device_model_stubdomain;
    uint64_t stubdomain_memkb;
    char *stubdomain_kernel;
    char *stubdomain_cmdline;
    char *stubdomain_ramdisk;
    /* Path of QEMU, or NULL; needs device_model_version. */
    char *device_model;
    uint32_t device_model_ssidref;
    char *device_model_ssid_label;
    /* User account that QEMU runs as. */
    char *device_model_user;
    /* Arguments passed to QEMU unchanged: for every guest, for PV guests only, for HVM guests only. */
    libxl_string_list extra;
    libxl_string_list extra_pv;
    libxl_string_list extra_hvm;
    libxl_domain_sched_params sched_params;
    int num_ioports;
    libxl_ioport_range *ioports;
    /* Physical interrupts that the guest may use. */
    int num_irqs;
    uint32_t *irqs;
    int num_iomem;
    libxl_iomem_range *iomem;
    /* Whether the domain's memory is claimed before it is populated. */
    libxl_defbool claim_mode;
    /* Maximum number of event channels; 0 lets the library choose. */
    uint32_t event_channels;
    char *kernel;
    char *cmdline;
    char *ramdisk;
    /* File with a partial device tree, which is not validated; Arm. */
    char *device_tree;
    libxl_defbool acpi;
    /* Program that reads kernel and ramdisk from the guest's disk. */
    char *bootloader;
    libxl_string_list bootloader_args;
    libxl_timer_mode timer_mode;
    /* Whether the guest may run a hypervisor (nested virtualisation). */
    libxl_defbool nested_hvm;
    libxl_defbool apic;
    /* Whether QEMU drops its privileges once it has started. */
    libxl_defbool dm_restrict;
    libxl_tee_type tee;
    libxl_domain_type type;
    union {
        struct {
            /* Name or path of the firmware file. */
            char *firmware;
            libxl_bios_type bios;
            /* Whether PAE is offered: a 32-bit guest can then address more than 4 GiB. */
            libxl_defbool pae;
            libxl_defbool apic;
            /* Deprecated: use acpi of the outer struct, which Arm guests have too. */
            libxl_defbool acpi;
            libxl_defbool acpi_s3;
            libxl_defbool acpi_s4;
            libxl_defbool acpi_laptop_slate;
            /* Whether the NX bit is offered: pages can then be marked as not executable. */
            libxl_defbool nx;
            /* Whether the default set of Hyper-V enlightenments is offered. */
            libxl_defbool viridian;
            /* Hyper-V enlightenments to add to the default set; viridian_disable: to remove. */
            libxl_bitmap viridian_enable;
            libxl_bitmap viridian_disable;
            /* Offset of the guest's real-time clock from the host's, in seconds, as text. */
            char *timeoffset;
            libxl_defbool hpet;
            /* Whether a guest's periodic timers are aligned, which saves interrupts. */
            libxl_defbool vpt_align;
            /* Size of the MMIO hole below 4 GiB, in KiB. */
            uint64_t mmio_hole_memkb;
            libxl_timer_mode timer_mode;
            libxl_defbool nested_hvm;
            /* Deprecated: use altp2m of the outer struct. */
            libxl_defbool altp2m;
            /* File with the firmware to load instead of the default one. */
            char *system_firmware;
            /* File with additional SMBIOS structures. */
            char *smbios_firmware;
            /* File with additional ACPI tables. */
            char *acpi_firmware;
            libxl_hdtype hdtype;
            /* Whether the guest has no graphical console. */
            libxl_defbool nographic;
            libxl_vga_interface_info vga;
            libxl_vnc_info vnc;
            /* Keyboard layout, by QEMU's name; NULL for en-us. */
            char *keymap;
            libxl_sdl_info sdl;
            libxl_spice_info spice;
            /* Whether a graphics card of the host is passed through. */
            libxl_defbool gfx_passthru;
            libxl_gfx_passthru_kind gfx_passthru_kind;
            /* Back end of the serial port, in the syntax of QEMU's -serial; serial_list: of several. */
            char *serial;
            /* Boot order: c disk, d CD, n network, a floppy. */
            char *boot;
            libxl_defbool usb;
            int usbversion;
            /* An emulated USB device by QEMU's name, such as tablet; usbdevice_list for several. */
            char *usbdevice;
            libxl_defbool vkb_device;
            char *soundhw;
            /* Whether the guest has the Xen platform PCI device, which paravirtual drivers look for. */
            libxl_defbool xen_platform_pci;
            libxl_string_list usbdevice_list;
            libxl_vendor_device vendor_device;
            /* VM generation ID: a new value tells the guest that it has been rolled back. */
            libxl_ms_vm_genid ms_vm_genid;
            libxl_string_list serial_list;
            libxl_rdm_reserve rdm;
            /* Limit below which guest memory is relocated to avoid reserved memory regions. */
            uint64_t rdm_mem_boundary_memkb;
            /* Bits of the machine check capabilities (MCG_CAP) to offer. */
            uint64_t mca_caps;
        } hvm;
        struct {
            char *kernel;
            /* Difference between maximum memory and target that is left for the firmware. */
            uint64_t slack_memkb;
            char *bootloader;
            libxl_string_list bootloader_args;
            char *cmdline;
            char *ramdisk;
            /* Features that the kernel must support; owned by the application and ignored. */
            const char *features;
            /* Whether the guest's memory map (e820) is derived from the host's, for PCI passthrough. */
            libxl_defbool e820_host;
        } pv;
        struct {
            /* Whether a PV kernel runs on the PV shim, a small Xen inside the guest. */
            libxl_defbool pvshim;
            char *pvshim_path;
            char *pvshim_cmdline;
            char *pvshim_extra;
        } pvh;
    } u;
    /* For Arm guests. */
    struct {
        libxl_gic_version gic_version;
        libxl_vuart_type vuart;
    } arch_arm;
    /* For x86 guests. */
    struct {
        /* Whether a read of an MSR that Xen does not handle returns 0 instead of a fault. */
        libxl_defbool msr_relaxed;
    } arch_x86;
    libxl_altp2m_mode altp2m;
    /* Size of each virtual CPU's buffer for processor trace, in KiB; 0 disables it. */
    int vmtrace_buf_kb;
    /* Whether the guest has a virtual performance monitoring unit (vPMU). */
    libxl_defbool vpmu;
} libxl_domain_build_info;
void libxl_domain_build_info_init(libxl_domain_build_info *p);
void libxl_domain_build_info_init_type(libxl_domain_build_info *p, libxl_domain_type type);
void libxl_domain_build_info_dispose(libxl_domain_build_info *p);
void libxl_domain_build_info_copy(libxl_ctx *ctx, libxl_domain_build_info *dst, const libxl_domain_build_info *src);
char *libxl_domain_build_info_to_json(libxl_ctx *ctx, libxl_domain_build_info *p);
int libxl_domain_build_info_from_json(libxl_ctx *ctx, libxl_domain_build_info *p, const char *s);

/* The complete configuration of a guest. */
typedef struct libxl_domain_config {
    libxl_domain_create_info c_info;
    libxl_domain_build_info b_info;
    int num_disks;
    libxl_device_disk *disks;
    int num_nics;
    libxl_device_nic *nics;
    int num_pcidevs;
    libxl_device_pci *pcidevs;
    int num_rdms;
    libxl_device_rdm *rdms;
    int num_dtdevs;
    libxl_device_dtdev *dtdevs;
    int num_vfbs;
    libxl_device_vfb *vfbs;
    int num_vkbs;
    libxl_device_vkb *vkbs;
    int num_vtpms;
    libxl_device_vtpm *vtpms;
    int num_p9s;
    libxl_device_p9 *p9s;
    int num_pvcallsifs;
    libxl_device_pvcallsif *pvcallsifs;
    int num_vdispls;
    libxl_device_vdispl *vdispls;
    int num_vsnds;
    libxl_device_vsnd *vsnds;
    /* Each appears in the guest as a console with a name. */
    int num_channels;
    libxl_device_channel *channels;
    int num_usbctrls;
    libxl_device_usbctrl *usbctrls;
    int num_usbdevs;
    libxl_device_usbdev *usbdevs;
    /* What the toolstack does when the guest shuts down, for each reason. */
    libxl_action_on_shutdown on_poweroff;
    libxl_action_on_shutdown on_reboot;
    libxl_action_on_shutdown on_watchdog;
    libxl_action_on_shutdown on_crash;
    libxl_action_on_shutdown on_soft_reset;
} libxl_domain_config;
void libxl_domain_config_init(libxl_domain_config *p);
void libxl_domain_config_dispose(libxl_domain_config *p);
void libxl_domain_config_copy(libxl_ctx *ctx, libxl_domain_config *dst, const libxl_domain_config *src);
char *libxl_domain_config_to_json(libxl_ctx *ctx, libxl_domain_config *p);
int libxl_domain_config_from_json(libxl_ctx *ctx, libxl_domain_config *p, const char *s);

/* Type of an event. */
typedef enum libxl_event_type {
    /* A domain has shut down. */
    LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN = 1,
    /* A domain has been destroyed. */
    LIBXL_EVENT_TYPE_DOMAIN_DEATH = 2,
    /* A guest has ejected a medium. */
    LIBXL_EVENT_TYPE_DISK_EJECT = 3,
    /* An asynchronous operation has completed. */
    LIBXL_EVENT_TYPE_OPERATION_COMPLETE = 4,
    /* The first console of a domain that is being created is available. */
    LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE = 5,
} libxl_event_type;
char *libxl_event_type_to_json(libxl_ctx *ctx, libxl_event_type p);
int libxl_event_type_from_json(libxl_ctx *ctx, libxl_event_type *p, const char *s);
const char *libxl_event_type_to_string(libxl_event_type p);
int libxl_event_type_from_string(const char *s, libxl_event_type *e);
extern libxl_enum_string_table libxl_event_type_string_table[];

/* An event. */
typedef struct libxl_event {
    /* Used by the library until it delivers the event, then free for the application's use. */
    libxl_ev_link link;
    libxl_domid domid;
    libxl_uuid domuuid;
    /* The value that the application gave when it enabled such events. */
    uint64_t for_user;
    libxl_event_type type;
    union {
        struct {
            /* A value of shutdown_reason. */
            uint8_t shutdown_reason;
        } domain_shutdown;
        struct {
            /* The disk's vdev, as in device_disk. */
            char *vdev;
            libxl_device_disk disk;
        } disk_eject;
        struct {
            /* The result: 0 or an error code. */
            int rc;
        } operation_complete;
    } u;
} libxl_event;
void libxl_event_init(libxl_event *p);
void libxl_event_init_type(libxl_event *p, libxl_event_type type);
void libxl_event_dispose(libxl_event *p);
void libxl_event_copy(libxl_ctx *ctx, libxl_event *dst, const libxl_event *src);
char *libxl_event_to_json(libxl_ctx *ctx, libxl_event *p);
int libxl_event_from_json(libxl_ctx *ctx, libxl_event *p, const char *s);

#endif /* __LIBXL_TYPES_H */
