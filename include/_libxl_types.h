/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The types of libxl and what each of them can do. Generated from idl/types: change it there. */

#ifndef __LIBXL_TYPES_H
#define __LIBXL_TYPES_H

/* What went wrong. Functions that answer with an int give one of these, or 0. */
typedef enum libxl_error {
    /* Nothing more is known. */
    ERROR_NONSPECIFIC = -1,
    /* The application was built for another version of the interface. */
    ERROR_VERSION = -2,
    /* The usual failure; the log tells more. */
    ERROR_FAIL = -3,
    /* Not implemented. */
    ERROR_NI = -4,
    ERROR_NOMEM = -5,
    /* An argument makes no sense, or does not fit the state of things. */
    ERROR_INVAL = -6,
    /* The library itself is at fault. */
    ERROR_BADFAIL = -7,
    /* The guest did not answer in time. */
    ERROR_GUEST_TIMEDOUT = -8,
    /* Something other than a guest did not answer in time. */
    ERROR_TIMEDOUT = -9,
    /* The guest has no paravirtual drivers. */
    ERROR_NOPARAVIRT = -10,
    /* Nothing to hand out yet; ask again later. */
    ERROR_NOT_READY = -11,
    /* The application's hook refused a file descriptor or a timeout. */
    ERROR_OSEVENT_REG_FAIL = -12,
    /* The caller's buffer is too small. */
    ERROR_BUFFERFULL = -13,
    /* The process is not one of the library's children. */
    ERROR_UNKNOWN_CHILD = -14,
    /* A lock could not be had. */
    ERROR_LOCK_FAIL = -15,
    /* The domain has no stored configuration. */
    ERROR_JSON_CONFIG_EMPTY = -16,
    /* There is such a device already. */
    ERROR_DEVICE_EXISTS = -17,
    /* Another kind of device is meant, and another handler may fit. */
    ERROR_CHECKPOINT_DEVOPS_DOES_NOT_MATCH = -18,
    /* The device cannot be checkpointed. */
    ERROR_CHECKPOINT_DEVICE_NOT_SUPPORTED = -19,
    /* The virtual NUMA layout contradicts itself. */
    ERROR_VNUMA_CONFIG_INVALID = -20,
    /* There is no such domain. */
    ERROR_DOMAIN_NOTFOUND = -21,
    /* The operation ended because it was told to. */
    ERROR_ABORTED = -22,
    /* What was looked for is not there. */
    ERROR_NOTFOUND = -23,
    /* The domain went away meanwhile. */
    ERROR_DOMAIN_DESTROYED = -24,
    /* It existed in older versions. */
    ERROR_FEATURE_REMOVED = -25,
    /* QEMU broke the rules of its protocol. */
    ERROR_PROTOCOL_ERROR_QMP = -26,
    /* QEMU reported an error of a class not known here. */
    ERROR_UNKNOWN_QMP_ERROR = -27,
    /* QEMU reported an error of no class in particular. */
    ERROR_QMP_GENERIC_ERROR = -28,
    /* QEMU does not know the command. */
    ERROR_QMP_COMMAND_NOT_FOUND = -29,
    /* QEMU could not make the device work. */
    ERROR_QMP_DEVICE_NOT_ACTIVE = -30,
    /* QEMU does not have the device. */
    ERROR_QMP_DEVICE_NOT_FOUND = -31,
    /* QEMU's answer lacks what it should hold. */
    ERROR_QEMU_API = -32,
} libxl_error;
char *libxl_error_to_json(libxl_ctx *ctx, libxl_error p);
int libxl_error_from_json(libxl_ctx *ctx, libxl_error *p, const char *s);
const char *libxl_error_to_string(libxl_error p);
int libxl_error_from_string(const char *s, libxl_error *e);
extern libxl_enum_string_table libxl_error_string_table[];

/* Which Xen runs here, and how it was built. */
typedef struct libxl_version_info {
    int xen_version_major;
    int xen_version_minor;
    /* What follows major and minor, such as .7 or -rc1. */
    char *xen_version_extra;
    char *compiler;
    /* Who built it; compile_domain and compile_date say where and when. */
    char *compile_by;
    char *compile_domain;
    char *compile_date;
    /* The kinds of guest that it runs, parted by spaces. */
    char *capabilities;
    /* The source's revision. */
    char *changeset;
    /* Where Xen's own address space begins. */
    uint64_t virt_start;
    /* In bytes. */
    int pagesize;
    /* Xen's own boot options. */
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
    /* Free, but still to be wiped. */
    uint64_t scrub_pages;
    /* Claimed by domains, not yet given to them. */
    uint64_t outstanding_pages;
    /* Saved by sharing equal pages between domains. */
    uint64_t sharing_freed_pages;
    /* Frames that stand for such shared pages. */
    uint64_t sharing_used_frames;
    /* Highest frame number that memory may have. */
    uint64_t max_possible_mfn;
    /* NUMA nodes. */
    uint32_t nr_nodes;
    libxl_hwcap hw_cap;
    /* Whether HVM guests can run. */
    bool cap_hvm;
    bool cap_pv;
    /* Whether devices can be passed through, to any kind of guest. */
    bool cap_hvm_directio;
    /* Whether the processor helps with the guests' page tables. */
    bool cap_hap;
    /* Whether Xen can keep shadow page tables. */
    bool cap_shadow;
    /* Whether the IOMMU can use the guest's own second-level tables. */
    bool cap_iommu_hap_pt_share;
    /* Whether guests can be traced by the processor. */
    bool cap_vmtrace;
    /* Whether guests can have performance counters. */
    bool cap_vpmu;
    /* Whether version 1 of grant tables is offered; cap_gnttab_v2 likewise. */
    bool cap_gnttab_v1;
    bool cap_gnttab_v2;
} libxl_physinfo;
void libxl_physinfo_init(libxl_physinfo *p);
void libxl_physinfo_dispose(libxl_physinfo *p);
void libxl_physinfo_copy(libxl_ctx *ctx, libxl_physinfo *dst, const libxl_physinfo *src);
char *libxl_physinfo_to_json(libxl_ctx *ctx, libxl_physinfo *p);
int libxl_physinfo_from_json(libxl_ctx *ctx, libxl_physinfo *p, const char *s);

/* Where a CPU sits. All ones where there is no such CPU. */
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

/* Which NUMA node a PCI device is near. */
typedef struct libxl_pcitopology {
    /* PCI segment, elsewhere called domain. */
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

/* What libxl_send_trigger presses. */
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

/* What can be measured for a domain. */
typedef enum libxl_psr_cmt_type {
    /* How much of the last-level cache it holds. */
    LIBXL_PSR_CMT_TYPE_CACHE_OCCUPANCY = 1,
    /* Memory traffic, all of it. */
    LIBXL_PSR_CMT_TYPE_TOTAL_MEM_COUNT = 2,
    /* Memory traffic of the socket's own memory. */
    LIBXL_PSR_CMT_TYPE_LOCAL_MEM_COUNT = 3,
} libxl_psr_cmt_type;
char *libxl_psr_cmt_type_to_json(libxl_ctx *ctx, libxl_psr_cmt_type p);
int libxl_psr_cmt_type_from_json(libxl_ctx *ctx, libxl_psr_cmt_type *p, const char *s);
const char *libxl_psr_cmt_type_to_string(libxl_psr_cmt_type p);
int libxl_psr_cmt_type_from_string(const char *s, libxl_psr_cmt_type *e);
extern libxl_enum_string_table libxl_psr_cmt_type_string_table[];

/* What can be set for a domain. */
typedef enum libxl_psr_cbm_type {
    LIBXL_PSR_CBM_TYPE_UNKNOWN = 0,
    /* Ways of the third-level cache, as a bit mask. */
    LIBXL_PSR_CBM_TYPE_L3_CBM = 1,
    /* The same, for code only. */
    LIBXL_PSR_CBM_TYPE_L3_CBM_CODE = 2,
    /* The same, for data only. */
    LIBXL_PSR_CBM_TYPE_L3_CBM_DATA = 3,
    /* Ways of the second-level cache. */
    LIBXL_PSR_CBM_TYPE_L2_CBM = 4,
    /* How much memory traffic is slowed down. */
    LIBXL_PSR_CBM_TYPE_MBA_THRTL = 5,
} libxl_psr_cbm_type;
char *libxl_psr_cbm_type_to_json(libxl_ctx *ctx, libxl_psr_cbm_type p);
int libxl_psr_cbm_type_from_json(libxl_ctx *ctx, libxl_psr_cbm_type *p, const char *s);
const char *libxl_psr_cbm_type_to_string(libxl_psr_cbm_type p);
int libxl_psr_cbm_type_from_string(const char *s, libxl_psr_cbm_type *e);
extern libxl_enum_string_table libxl_psr_cbm_type_string_table[];

/* What a socket's cache allocation offers. */
typedef struct libxl_psr_cat_info {
    /* The socket. */
    uint32_t id;
    /* Highest number of a class of service. */
    uint32_t cos_max;
    /* Bits in a mask. */
    uint32_t cbm_len;
    /* Whether code and data have masks of their own. */
    bool cdp_enabled;
} libxl_psr_cat_info;
void libxl_psr_cat_info_init(libxl_psr_cat_info *p);
void libxl_psr_cat_info_dispose(libxl_psr_cat_info *p);
void libxl_psr_cat_info_copy(libxl_ctx *ctx, libxl_psr_cat_info *dst, const libxl_psr_cat_info *src);
char *libxl_psr_cat_info_to_json(libxl_ctx *ctx, libxl_psr_cat_info *p);
int libxl_psr_cat_info_from_json(libxl_ctx *ctx, libxl_psr_cat_info *p, const char *s);

/* Ways to share out. */
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

/* What a socket offers for one of the ways to share out. */
typedef struct libxl_psr_hw_info {
    /* The socket. */
    uint32_t id;
    libxl_psr_feat_type type;
    union {
        struct {
            /* Highest number of a class of service. */
            uint32_t cos_max;
            /* Bits in a mask. */
            uint32_t cbm_len;
            /* Whether code and data have masks of their own. */
            bool cdp_enabled;
        } cat;
        struct {
            /* Highest number of a class of service. */
            uint32_t cos_max;
            /* Highest value of the throttle. */
            uint32_t thrtl_max;
            /* Whether the throttle's effect grows evenly. */
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

/* A scheduler of Xen's. The numbers are Xen's, but for unknown. */
typedef enum libxl_scheduler {
    LIBXL_SCHEDULER_UNKNOWN = 0,
    /* Gone from Xen; the name is still known. */
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

/* A pool of CPUs with a scheduler of its own. */
typedef struct libxl_cpupoolinfo {
    uint32_t poolid;
    char *pool_name;
    libxl_scheduler sched;
    /* Domains in it. */
    uint32_t n_dom;
    /* CPUs in it. */
    libxl_bitmap cpumap;
} libxl_cpupoolinfo;
void libxl_cpupoolinfo_init(libxl_cpupoolinfo *p);
void libxl_cpupoolinfo_dispose(libxl_cpupoolinfo *p);
void libxl_cpupoolinfo_copy(libxl_ctx *ctx, libxl_cpupoolinfo *dst, const libxl_cpupoolinfo *src);
char *libxl_cpupoolinfo_to_json(libxl_ctx *ctx, libxl_cpupoolinfo *p);
int libxl_cpupoolinfo_from_json(libxl_ctx *ctx, libxl_cpupoolinfo *p, const char *s);

/* How one virtual CPU is scheduled. -1 leaves a parameter as it is. */
typedef struct libxl_sched_params {
    /* Which virtual CPU. */
    int vcpuid;
    /* Share under contention; credit and credit2. */
    int weight;
    /* Upper limit in percent of one CPU, 0 for none; credit and credit2. */
    int cap;
    /* Microseconds in which budget may be used up; rtds. */
    int period;
    /* Whether idle time may be used beyond the budget; rtds. */
    int extratime;
    /* Microseconds; rtds. */
    int budget;
} libxl_sched_params;
void libxl_sched_params_init(libxl_sched_params *p);
void libxl_sched_params_dispose(libxl_sched_params *p);
void libxl_sched_params_copy(libxl_ctx *ctx, libxl_sched_params *dst, const libxl_sched_params *src);
char *libxl_sched_params_to_json(libxl_ctx *ctx, libxl_sched_params *p);
int libxl_sched_params_from_json(libxl_ctx *ctx, libxl_sched_params *p, const char *s);

/* How the virtual CPUs of a domain are scheduled, one by one. */
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

/* How a domain is scheduled. -1 leaves a parameter as it is. */
typedef struct libxl_domain_sched_params {
    libxl_scheduler sched;
    /* Share under contention; credit and credit2. */
    int weight;
    /* Upper limit in percent of one CPU, 0 for none; credit and credit2. */
    int cap;
    /* Microseconds in which budget may be used up; rtds. */
    int period;
    /* Microseconds; rtds. */
    int budget;
    /* Whether idle time may be used beyond the budget; rtds. */
    int extratime;
    /* Of the scheduler sedf, and without effect; latency likewise. */
    int slice;
    int latency;
} libxl_domain_sched_params;
void libxl_domain_sched_params_init(libxl_domain_sched_params *p);
void libxl_domain_sched_params_dispose(libxl_domain_sched_params *p);
void libxl_domain_sched_params_copy(libxl_ctx *ctx, libxl_domain_sched_params *dst, const libxl_domain_sched_params *src);
char *libxl_domain_sched_params_to_json(libxl_ctx *ctx, libxl_domain_sched_params *p);
int libxl_domain_sched_params_from_json(libxl_ctx *ctx, libxl_domain_sched_params *p, const char *s);

/* How the credit scheduler works in a pool. */
typedef struct libxl_sched_credit_params {
    /* Longest run of a virtual CPU in one go, in milliseconds. */
    int tslice_ms;
    /* Shortest run before another may take its place, in microseconds. */
    int ratelimit_us;
    /* How long a virtual CPU stays where its cache is warm, in microseconds. */
    int vcpu_migr_delay_us;
} libxl_sched_credit_params;
void libxl_sched_credit_params_init(libxl_sched_credit_params *p);
void libxl_sched_credit_params_copy(libxl_ctx *ctx, libxl_sched_credit_params *dst, const libxl_sched_credit_params *src);
char *libxl_sched_credit_params_to_json(libxl_ctx *ctx, libxl_sched_credit_params *p);
int libxl_sched_credit_params_from_json(libxl_ctx *ctx, libxl_sched_credit_params *p, const char *s);

/* How the credit2 scheduler works in a pool. */
typedef struct libxl_sched_credit2_params {
    /* Shortest run before another may take its place, in microseconds. */
    int ratelimit_us;
} libxl_sched_credit2_params;
void libxl_sched_credit2_params_init(libxl_sched_credit2_params *p);
void libxl_sched_credit2_params_copy(libxl_ctx *ctx, libxl_sched_credit2_params *dst, const libxl_sched_credit2_params *src);
char *libxl_sched_credit2_params_to_json(libxl_ctx *ctx, libxl_sched_credit2_params *p);
int libxl_sched_credit2_params_from_json(libxl_ctx *ctx, libxl_sched_credit2_params *p, const char *s);

/* A virtual CPU as it is now. */
typedef struct libxl_vcpuinfo {
    uint32_t vcpuid;
    /* Where it runs, or ran last. */
    uint32_t cpu;
    bool online;
    bool blocked;
    bool running;
    /* Nanoseconds that it has run. */
    uint64_t vcpu_time;
    /* CPUs that it may run on. */
    libxl_bitmap cpumap;
    /* CPUs that it runs on if it can. */
    libxl_bitmap cpumap_soft;
} libxl_vcpuinfo;
void libxl_vcpuinfo_init(libxl_vcpuinfo *p);
void libxl_vcpuinfo_dispose(libxl_vcpuinfo *p);
void libxl_vcpuinfo_copy(libxl_ctx *ctx, libxl_vcpuinfo *dst, const libxl_vcpuinfo *src);
char *libxl_vcpuinfo_to_json(libxl_ctx *ctx, libxl_vcpuinfo *p);
int libxl_vcpuinfo_from_json(libxl_ctx *ctx, libxl_vcpuinfo *p, const char *s);

/* What the file or device behind a disk holds. */
typedef enum libxl_disk_format {
    LIBXL_DISK_FORMAT_UNKNOWN = 0,
    LIBXL_DISK_FORMAT_QCOW = 1,
    LIBXL_DISK_FORMAT_QCOW2 = 2,
    LIBXL_DISK_FORMAT_VHD = 3,
    /* The guest's bytes as they are. */
    LIBXL_DISK_FORMAT_RAW = 4,
    /* Nothing: a drive without a medium. */
    LIBXL_DISK_FORMAT_EMPTY = 5,
    LIBXL_DISK_FORMAT_QED = 6,
} libxl_disk_format;
char *libxl_disk_format_to_json(libxl_ctx *ctx, libxl_disk_format p);
int libxl_disk_format_from_json(libxl_ctx *ctx, libxl_disk_format *p, const char *s);
const char *libxl_disk_format_to_string(libxl_disk_format p);
int libxl_disk_format_from_string(const char *s, libxl_disk_format *e);
extern libxl_enum_string_table libxl_disk_format_string_table[];

/* Who serves a disk. */
typedef enum libxl_disk_backend {
    /* The library chooses. */
    LIBXL_DISK_BACKEND_UNKNOWN = 0,
    /* The kernel, from a block device. */
    LIBXL_DISK_BACKEND_PHY = 1,
    /* Blktap; gone. */
    LIBXL_DISK_BACKEND_TAP = 2,
    /* QEMU. */
    LIBXL_DISK_BACKEND_QDISK = 3,
    /* A program that nobody starts here and that goes by xenstore alone. */
    LIBXL_DISK_BACKEND_STANDALONE = 4,
} libxl_disk_backend;
char *libxl_disk_backend_to_json(libxl_ctx *ctx, libxl_disk_backend p);
int libxl_disk_backend_from_json(libxl_ctx *ctx, libxl_disk_backend *p, const char *s);
const char *libxl_disk_backend_to_string(libxl_disk_backend p);
int libxl_disk_backend_from_string(const char *s, libxl_disk_backend *e);
extern libxl_enum_string_table libxl_disk_backend_string_table[];

/* What a disk looks like to the guest. */
typedef enum libxl_disk_specification {
    LIBXL_DISK_SPECIFICATION_UNKNOWN = 0,
    /* Xen's paravirtual disk. */
    LIBXL_DISK_SPECIFICATION_XEN = 1,
    /* A virtio disk. */
    LIBXL_DISK_SPECIFICATION_VIRTIO = 2,
} libxl_disk_specification;
char *libxl_disk_specification_to_json(libxl_ctx *ctx, libxl_disk_specification p);
int libxl_disk_specification_from_json(libxl_ctx *ctx, libxl_disk_specification *p, const char *s);
const char *libxl_disk_specification_to_string(libxl_disk_specification p);
int libxl_disk_specification_from_string(const char *s, libxl_disk_specification *e);
extern libxl_enum_string_table libxl_disk_specification_string_table[];

/* How a virtio disk is reached. */
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
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    /* The file or device on the host, or what script makes one from. */
    char *pdev_path;
    /* The guest's name for it, such as xvda, hdc or d0p1. */
    char *vdev;
    libxl_disk_backend backend;
    libxl_disk_format format;
    /* Hotplug script that sets it up; NULL for the usual one. */
    char *script;
    /* Whether a drive whose medium can be changed. 0 is no, here and in the next two. */
    int removable;
    int readwrite;
    int is_cdrom;
    /* Whether O_DIRECT is safe here: no buffer is still read once its request has ended. */
    bool direct_io_safe;
    /* Whether the guest can give back blocks. */
    libxl_defbool discard_enable;
    libxl_disk_specification specification;
    libxl_disk_transport transport;
    /* Interrupt and address (base) of a virtio disk: chosen by the library. */
    uint32_t irq;
    uint64_t base;
    /* Whether COLO replicates the disk. The COLO fields are not settled. */
    libxl_defbool colo_enable;
    libxl_defbool colo_restore_enable;
    char *colo_host;
    int colo_port;
    char *colo_export;
    char *active_disk;
    char *hidden_disk;
    /* Whether the backend is believed to be harmless to the guest. */
    libxl_defbool trusted;
} libxl_device_disk;
void libxl_device_disk_init(libxl_device_disk *p);
void libxl_device_disk_dispose(libxl_device_disk *p);
void libxl_device_disk_copy(libxl_ctx *ctx, libxl_device_disk *dst, const libxl_device_disk *src);
char *libxl_device_disk_to_json(libxl_ctx *ctx, libxl_device_disk *p);
int libxl_device_disk_from_json(libxl_ctx *ctx, libxl_device_disk *p, const char *s);

/* A disk's state, and where it stands in xenstore. */
typedef struct libxl_diskinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
} libxl_diskinfo;
void libxl_diskinfo_init(libxl_diskinfo *p);
void libxl_diskinfo_dispose(libxl_diskinfo *p);
void libxl_diskinfo_copy(libxl_ctx *ctx, libxl_diskinfo *dst, const libxl_diskinfo *src);
char *libxl_diskinfo_to_json(libxl_ctx *ctx, libxl_diskinfo *p);
int libxl_diskinfo_from_json(libxl_ctx *ctx, libxl_diskinfo *p, const char *s);

/* What a network interface looks like to the guest. */
typedef enum libxl_nic_type {
    LIBXL_NIC_TYPE_UNKNOWN = 0,
    /* An emulated card, and a paravirtual one beside it. */
    LIBXL_NIC_TYPE_VIF_IOEMU = 1,
    /* A paravirtual one alone. */
    LIBXL_NIC_TYPE_VIF = 2,
} libxl_nic_type;
char *libxl_nic_type_to_json(libxl_ctx *ctx, libxl_nic_type p);
int libxl_nic_type_from_json(libxl_ctx *ctx, libxl_nic_type *p, const char *s);
const char *libxl_nic_type_to_string(libxl_nic_type p);
int libxl_nic_type_from_string(const char *s, libxl_nic_type *e);
extern libxl_enum_string_table libxl_nic_type_string_table[];

/* A network interface of a guest. */
typedef struct libxl_device_nic {
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* Bytes; 0 lets the library choose. */
    int mtu;
    /* The emulated card, by QEMU's name. */
    char *model;
    libxl_mac mac;
    /* For the hotplug script. */
    char *ip;
    /* The host's bridge or switch that it is put into. */
    char *bridge;
    /* The host's name for its end. */
    char *ifname;
    /* Hotplug script that sets up the host's end; NULL for the usual one. */
    char *script;
    libxl_nic_type nictype;
    /* How many bytes the guest may send in rate_interval_usecs; 0 for any number. */
    uint64_t rate_bytes_per_interval;
    uint32_t rate_interval_usecs;
    /* For the hotplug script: the device that traffic leaves by. */
    char *gatewaydev;
    /*
     * The fields from here to the last but one are COLO's, names of QEMU objects and sockets, and
     * not settled.
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
    /* Whether the backend is believed to be harmless to the guest. */
    libxl_defbool trusted;
} libxl_device_nic;
void libxl_device_nic_init(libxl_device_nic *p);
void libxl_device_nic_dispose(libxl_device_nic *p);
void libxl_device_nic_copy(libxl_ctx *ctx, libxl_device_nic *dst, const libxl_device_nic *src);
char *libxl_device_nic_to_json(libxl_ctx *ctx, libxl_device_nic *p);
int libxl_device_nic_from_json(libxl_ctx *ctx, libxl_device_nic *p, const char *s);

/* A network interface's state, and where it stands in xenstore. */
typedef struct libxl_nicinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
    int evtch;
    /* Grant reference of the ring for sending. */
    int rref_tx;
    /* Grant reference of the ring for receiving. */
    int rref_rx;
} libxl_nicinfo;
void libxl_nicinfo_init(libxl_nicinfo *p);
void libxl_nicinfo_dispose(libxl_nicinfo *p);
void libxl_nicinfo_copy(libxl_ctx *ctx, libxl_nicinfo *dst, const libxl_nicinfo *src);
char *libxl_nicinfo_to_json(libxl_ctx *ctx, libxl_nicinfo *p);
int libxl_nicinfo_from_json(libxl_ctx *ctx, libxl_nicinfo *p, const char *s);

/* Which of the host's reserved memory regions a guest's memory map leaves free. */
typedef enum libxl_rdm_reserve_strategy {
    /* None but those of its own devices. */
    LIBXL_RDM_RESERVE_STRATEGY_IGNORE = 0,
    /* All. */
    LIBXL_RDM_RESERVE_STRATEGY_HOST = 1,
} libxl_rdm_reserve_strategy;
char *libxl_rdm_reserve_strategy_to_json(libxl_ctx *ctx, libxl_rdm_reserve_strategy p);
int libxl_rdm_reserve_strategy_from_json(libxl_ctx *ctx, libxl_rdm_reserve_strategy *p, const char *s);
const char *libxl_rdm_reserve_strategy_to_string(libxl_rdm_reserve_strategy p);
int libxl_rdm_reserve_strategy_from_string(const char *s, libxl_rdm_reserve_strategy *e);
extern libxl_enum_string_table libxl_rdm_reserve_strategy_string_table[];

/* What to do if a region cannot be left free. */
typedef enum libxl_rdm_reserve_policy {
    /* Not chosen. */
    LIBXL_RDM_RESERVE_POLICY_INVALID = -1,
    /* Refuse. */
    LIBXL_RDM_RESERVE_POLICY_STRICT = 0,
    /* Warn and go on. */
    LIBXL_RDM_RESERVE_POLICY_RELAXED = 1,
} libxl_rdm_reserve_policy;
char *libxl_rdm_reserve_policy_to_json(libxl_ctx *ctx, libxl_rdm_reserve_policy p);
int libxl_rdm_reserve_policy_from_json(libxl_ctx *ctx, libxl_rdm_reserve_policy *p, const char *s);
const char *libxl_rdm_reserve_policy_to_string(libxl_rdm_reserve_policy p);
int libxl_rdm_reserve_policy_from_string(const char *s, libxl_rdm_reserve_policy *e);
extern libxl_enum_string_table libxl_rdm_reserve_policy_string_table[];

/* How a guest's memory map treats reserved memory regions. */
typedef struct libxl_rdm_reserve {
    libxl_rdm_reserve_strategy strategy;
    libxl_rdm_reserve_policy policy;
} libxl_rdm_reserve;
void libxl_rdm_reserve_init(libxl_rdm_reserve *p);
void libxl_rdm_reserve_dispose(libxl_rdm_reserve *p);
void libxl_rdm_reserve_copy(libxl_ctx *ctx, libxl_rdm_reserve *dst, const libxl_rdm_reserve *src);
char *libxl_rdm_reserve_to_json(libxl_ctx *ctx, libxl_rdm_reserve *p);
int libxl_rdm_reserve_from_json(libxl_ctx *ctx, libxl_rdm_reserve *p, const char *s);

/* A memory region that a device reserves for itself. */
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

/* A PCI device of the host, given to a guest. */
typedef struct libxl_device_pci {
    /* Function, device, bus and domain (segment) on the host. */
    uint8_t func;
    uint8_t dev;
    uint8_t bus;
    int domain;
    /* Slot and function in the guest; 0 lets QEMU choose. */
    uint32_t vdevfn;
    /* Which functions are given, one bit each; a single bit for just one. */
    uint32_t vfunc_mask;
    /* Whether the guest's line interrupts may come from the device's messages. */
    bool msitranslate;
    /* Whether the guest may switch the device's power states. */
    bool power_mgmt;
    /* Whether the guest may write all of the configuration space. */
    bool permissive;
    /* Whether to take the device from its driver on the host. */
    bool seize;
    libxl_rdm_reserve_policy rdm_policy;
    /* A name for it that the application chose. */
    char *name;
} libxl_device_pci;
void libxl_device_pci_init(libxl_device_pci *p);
void libxl_device_pci_dispose(libxl_device_pci *p);
void libxl_device_pci_copy(libxl_ctx *ctx, libxl_device_pci *dst, const libxl_device_pci *src);
char *libxl_device_pci_to_json(libxl_ctx *ctx, libxl_device_pci *p);
int libxl_device_pci_from_json(libxl_ctx *ctx, libxl_device_pci *p, const char *s);

/* A device of the host's device tree, given to a guest. */
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
    /* How many. */
    uint64_t number;
    /* Where the guest sees them; all ones for the same number. */
    uint64_t gfn;
} libxl_iomem_range;
void libxl_iomem_range_init(libxl_iomem_range *p);
void libxl_iomem_range_dispose(libxl_iomem_range *p);
void libxl_iomem_range_copy(libxl_ctx *ctx, libxl_iomem_range *dst, const libxl_iomem_range *src);
char *libxl_iomem_range_to_json(libxl_ctx *ctx, libxl_iomem_range *p);
int libxl_iomem_range_from_json(libxl_ctx *ctx, libxl_iomem_range *p, const char *s);

/* Whether and how a domain's memory is mapped for devices. */
typedef enum libxl_passthrough {
    LIBXL_PASSTHROUGH_DEFAULT = 0,
    LIBXL_PASSTHROUGH_DISABLED = 1,
    /* In the better of the two ways below. */
    LIBXL_PASSTHROUGH_ENABLED = 2,
    /* By tables of the IOMMU's own, kept in step. */
    LIBXL_PASSTHROUGH_SYNC_PT = 3,
    /* By the domain's second-level tables. */
    LIBXL_PASSTHROUGH_SHARE_PT = 4,
} libxl_passthrough;
char *libxl_passthrough_to_json(libxl_ctx *ctx, libxl_passthrough p);
int libxl_passthrough_from_json(libxl_ctx *ctx, libxl_passthrough *p, const char *s);
const char *libxl_passthrough_to_string(libxl_passthrough p);
int libxl_passthrough_from_string(const char *s, libxl_passthrough *e);
extern libxl_enum_string_table libxl_passthrough_string_table[];

/* Who plays the controller. */
typedef enum libxl_usbctrl_type {
    /* The library chooses. */
    LIBXL_USBCTRL_TYPE_AUTO = 0,
    /* A paravirtual one, served by the kernel. */
    LIBXL_USBCTRL_TYPE_PV = 1,
    /* An emulated one. */
    LIBXL_USBCTRL_TYPE_DEVICEMODEL = 2,
    /* A paravirtual one, served by QEMU. */
    LIBXL_USBCTRL_TYPE_QUSB = 3,
} libxl_usbctrl_type;
char *libxl_usbctrl_type_to_json(libxl_ctx *ctx, libxl_usbctrl_type p);
int libxl_usbctrl_type_from_json(libxl_ctx *ctx, libxl_usbctrl_type *p, const char *s);
const char *libxl_usbctrl_type_to_string(libxl_usbctrl_type p);
int libxl_usbctrl_type_from_string(const char *s, libxl_usbctrl_type *e);
extern libxl_enum_string_table libxl_usbctrl_type_string_table[];

/* Where a USB device comes from. */
typedef enum libxl_usbdev_type {
    /* It is plugged into the host. */
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
    /* Of USB: 1, 2 or 3; 0 lets the library choose. */
    int version;
    /* 0 lets the library choose. */
    int ports;
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
} libxl_device_usbctrl;
void libxl_device_usbctrl_init(libxl_device_usbctrl *p);
void libxl_device_usbctrl_dispose(libxl_device_usbctrl *p);
void libxl_device_usbctrl_copy(libxl_ctx *ctx, libxl_device_usbctrl *dst, const libxl_device_usbctrl *src);
char *libxl_device_usbctrl_to_json(libxl_ctx *ctx, libxl_device_usbctrl *p);
int libxl_device_usbctrl_from_json(libxl_ctx *ctx, libxl_device_usbctrl *p, const char *s);

/* A USB device in a controller of a guest. */
typedef struct libxl_device_usbdev {
    /* The controller's devid. */
    libxl_devid ctrl;
    /* From 1; 0 for the first free one. */
    int port;
    libxl_usbdev_type type;
    union {
        struct {
            /* Bus and address, as lsusb shows them. */
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

/* A USB controller's state, and where it stands in xenstore. */
typedef struct libxl_usbctrlinfo {
    libxl_usbctrl_type type;
    libxl_devid devid;
    int version;
    int ports;
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
    int evtch;
    /* Grant reference of the ring for transfers. */
    int ref_urb;
    /* Grant reference of the ring for plugging in and out. */
    int ref_conn;
} libxl_usbctrlinfo;
void libxl_usbctrlinfo_init(libxl_usbctrlinfo *p);
void libxl_usbctrlinfo_dispose(libxl_usbctrlinfo *p);
void libxl_usbctrlinfo_copy(libxl_ctx *ctx, libxl_usbctrlinfo *dst, const libxl_usbctrlinfo *src);
char *libxl_usbctrlinfo_to_json(libxl_ctx *ctx, libxl_usbctrlinfo *p);
int libxl_usbctrlinfo_from_json(libxl_ctx *ctx, libxl_usbctrlinfo *p, const char *s);

/* Which of a guest's consoles. */
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

/* What the host's end of a channel is. */
typedef enum libxl_channel_connection {
    LIBXL_CHANNEL_CONNECTION_UNKNOWN = 0,
    /* A pseudo-terminal. */
    LIBXL_CHANNEL_CONNECTION_PTY = 1,
    /* A Unix socket that listens. */
    LIBXL_CHANNEL_CONNECTION_SOCKET = 2,
} libxl_channel_connection;
char *libxl_channel_connection_to_json(libxl_ctx *ctx, libxl_channel_connection p);
int libxl_channel_connection_from_json(libxl_ctx *ctx, libxl_channel_connection *p, const char *s);
const char *libxl_channel_connection_to_string(libxl_channel_connection p);
int libxl_channel_connection_from_string(const char *s, libxl_channel_connection *e);
extern libxl_enum_string_table libxl_channel_connection_string_table[];

/* A channel: a console with a name, for a program in the guest. */
typedef struct libxl_device_channel {
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    char *name;
    libxl_channel_connection connection;
    union {
        struct {
            /* Where the socket is made. */
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

/* A channel's state, and where it stands in xenstore. */
typedef struct libxl_channelinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
    libxl_channel_connection connection;
    union {
        struct {
            /* The terminal to open. */
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

/* A screen served over VNC. */
typedef struct libxl_vnc_info {
    libxl_defbool enable;
    /* Address, with a display number after a colon if wanted. */
    char *listen;
    char *passwd;
    /* Display number: the port less 5900. */
    int display;
    /* Whether to look for a free port. */
    libxl_defbool findunused;
} libxl_vnc_info;
void libxl_vnc_info_init(libxl_vnc_info *p);
void libxl_vnc_info_dispose(libxl_vnc_info *p);
void libxl_vnc_info_copy(libxl_ctx *ctx, libxl_vnc_info *dst, const libxl_vnc_info *src);
char *libxl_vnc_info_to_json(libxl_ctx *ctx, libxl_vnc_info *p);
int libxl_vnc_info_from_json(libxl_ctx *ctx, libxl_vnc_info *p, const char *s);

/* A screen served over SPICE. */
typedef struct libxl_spice_info {
    libxl_defbool enable;
    /* One of this and tls_port is due. */
    int port;
    int tls_port;
    /* Address to listen on. */
    char *host;
    /* Whether anyone may connect without a password. */
    libxl_defbool disable_ticketing;
    char *passwd;
    /* Whether the guest's agent moves the pointer. */
    libxl_defbool agent_mouse;
    libxl_defbool vdagent;
    libxl_defbool clipboard_sharing;
    /* How many of the client's USB devices may be lent at once. */
    int usbredirection;
    char *image_compression;
    char *streaming_video;
} libxl_spice_info;
void libxl_spice_info_init(libxl_spice_info *p);
void libxl_spice_info_dispose(libxl_spice_info *p);
void libxl_spice_info_copy(libxl_ctx *ctx, libxl_spice_info *dst, const libxl_spice_info *src);
char *libxl_spice_info_to_json(libxl_ctx *ctx, libxl_spice_info *p);
int libxl_spice_info_from_json(libxl_ctx *ctx, libxl_spice_info *p, const char *s);

/* A screen in a window on the host. */
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

/* Which kind of the host's graphics card is given to a guest. */
typedef enum libxl_gfx_passthru_kind {
    /* What the card turns out to be. */
    LIBXL_GFX_PASSTHRU_KIND_DEFAULT = 0,
    /* Intel's integrated graphics. */
    LIBXL_GFX_PASSTHRU_KIND_IGD = 1,
} libxl_gfx_passthru_kind;
char *libxl_gfx_passthru_kind_to_json(libxl_ctx *ctx, libxl_gfx_passthru_kind p);
int libxl_gfx_passthru_kind_from_json(libxl_ctx *ctx, libxl_gfx_passthru_kind *p, const char *s);
const char *libxl_gfx_passthru_kind_to_string(libxl_gfx_passthru_kind p);
int libxl_gfx_passthru_kind_from_string(const char *s, libxl_gfx_passthru_kind *e);
extern libxl_enum_string_table libxl_gfx_passthru_kind_string_table[];

/* A paravirtual screen. */
typedef struct libxl_device_vfb {
    /* The domain that serves it, or backend_domname to find it by name. */
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

/* Who serves a paravirtual keyboard. */
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
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    libxl_vkb_backend backend_type;
    /* By which a backend outside QEMU knows it. */
    char *unique_id;
    bool feature_disable_keyboard;
    bool feature_disable_pointer;
    bool feature_abs_pointer;
    bool feature_raw_pointer;
    bool feature_multi_touch;
    /* Range of the pointer's positions, with height. */
    uint32_t width;
    uint32_t height;
    /* Range of touches, with multi_touch_height. */
    uint32_t multi_touch_width;
    uint32_t multi_touch_height;
    /* Most touches at once. */
    uint32_t multi_touch_num_contacts;
} libxl_device_vkb;
void libxl_device_vkb_init(libxl_device_vkb *p);
void libxl_device_vkb_dispose(libxl_device_vkb *p);
void libxl_device_vkb_copy(libxl_ctx *ctx, libxl_device_vkb *dst, const libxl_device_vkb *src);
char *libxl_device_vkb_to_json(libxl_ctx *ctx, libxl_device_vkb *p);
int libxl_device_vkb_from_json(libxl_ctx *ctx, libxl_device_vkb *p, const char *s);

/* A paravirtual keyboard's state, and where it stands in xenstore. */
typedef struct libxl_vkbinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
    int evtch;
    /* Grant reference of the ring. */
    int rref;
} libxl_vkbinfo;
void libxl_vkbinfo_init(libxl_vkbinfo *p);
void libxl_vkbinfo_dispose(libxl_vkbinfo *p);
void libxl_vkbinfo_copy(libxl_ctx *ctx, libxl_vkbinfo *dst, const libxl_vkbinfo *src);
char *libxl_vkbinfo_to_json(libxl_ctx *ctx, libxl_vkbinfo *p);
int libxl_vkbinfo_from_json(libxl_ctx *ctx, libxl_vkbinfo *p, const char *s);

/* A screen of a paravirtual display. */
typedef struct libxl_connector_param {
    /* By which the backend knows it. */
    char *unique_id;
    uint32_t width;
    uint32_t height;
} libxl_connector_param;
void libxl_connector_param_init(libxl_connector_param *p);
void libxl_connector_param_dispose(libxl_connector_param *p);
void libxl_connector_param_copy(libxl_ctx *ctx, libxl_connector_param *dst, const libxl_connector_param *src);
char *libxl_connector_param_to_json(libxl_ctx *ctx, libxl_connector_param *p);
int libxl_connector_param_from_json(libxl_ctx *ctx, libxl_connector_param *p, const char *s);

/* A paravirtual display with any number of screens. */
typedef struct libxl_device_vdispl {
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* Whether the backend provides the buffers. */
    bool be_alloc;
    int num_connectors;
    libxl_connector_param *connectors;
} libxl_device_vdispl;
void libxl_device_vdispl_init(libxl_device_vdispl *p);
void libxl_device_vdispl_dispose(libxl_device_vdispl *p);
void libxl_device_vdispl_copy(libxl_ctx *ctx, libxl_device_vdispl *dst, const libxl_device_vdispl *src);
char *libxl_device_vdispl_to_json(libxl_ctx *ctx, libxl_device_vdispl *p);
int libxl_device_vdispl_from_json(libxl_ctx *ctx, libxl_device_vdispl *p, const char *s);

/* A screen's event channels and grant references, for requests and for events. */
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

/* A paravirtual display's state, and where it stands in xenstore. */
typedef struct libxl_vdisplinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
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

/* How a sample of sound is stored. */
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

/* What a stream can do; a level that says nothing takes the one above it. */
typedef struct libxl_vsnd_params {
    /* In Hz. */
    int num_sample_rates;
    uint32_t *sample_rates;
    int num_sample_formats;
    libxl_vsnd_pcm_format *sample_formats;
    uint32_t channels_min;
    uint32_t channels_max;
    /* In bytes. */
    uint32_t buffer_size;
} libxl_vsnd_params;
void libxl_vsnd_params_init(libxl_vsnd_params *p);
void libxl_vsnd_params_dispose(libxl_vsnd_params *p);
void libxl_vsnd_params_copy(libxl_ctx *ctx, libxl_vsnd_params *dst, const libxl_vsnd_params *src);
char *libxl_vsnd_params_to_json(libxl_ctx *ctx, libxl_vsnd_params *p);
int libxl_vsnd_params_from_json(libxl_ctx *ctx, libxl_vsnd_params *p, const char *s);

/* Which way sound goes. */
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

/* A stream of sound. */
typedef struct libxl_vsnd_stream {
    /* By which the backend knows it. */
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
    /* The domain that serves it, or backend_domname to find it by name. */
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

/* A sound card's state, and where it stands in xenstore. */
typedef struct libxl_vsndinfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
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
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
    /* By which its manager knows it. */
    libxl_uuid uuid;
} libxl_device_vtpm;
void libxl_device_vtpm_init(libxl_device_vtpm *p);
void libxl_device_vtpm_dispose(libxl_device_vtpm *p);
void libxl_device_vtpm_copy(libxl_ctx *ctx, libxl_device_vtpm *dst, const libxl_device_vtpm *src);
char *libxl_device_vtpm_to_json(libxl_ctx *ctx, libxl_device_vtpm *p);
int libxl_device_vtpm_from_json(libxl_ctx *ctx, libxl_device_vtpm *p, const char *s);

/* A trusted platform module's state, and where it stands in xenstore. */
typedef struct libxl_vtpminfo {
    /* The backend's directory in xenstore, and its domain. */
    char *backend;
    uint32_t backend_id;
    /* The guest's directory in xenstore, and its domain. */
    char *frontend;
    uint32_t frontend_id;
    libxl_devid devid;
    /* A number of Xen's xenbus_state; 4 is connected. */
    int state;
    /* Event channel, the guest's end. */
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

/* A directory of the host's, shared over 9P. */
typedef struct libxl_device_p9 {
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    /* By which the guest mounts it. */
    char *tag;
    /* The directory. */
    char *path;
    /* How the guest's owners and modes are kept, as QEMU names it. */
    char *security_model;
    libxl_devid devid;
} libxl_device_p9;
void libxl_device_p9_init(libxl_device_p9 *p);
void libxl_device_p9_dispose(libxl_device_p9 *p);
void libxl_device_p9_copy(libxl_ctx *ctx, libxl_device_p9 *dst, const libxl_device_p9 *src);
char *libxl_device_p9_to_json(libxl_ctx *ctx, libxl_device_p9 *p);
int libxl_device_p9_from_json(libxl_ctx *ctx, libxl_device_p9 *p, const char *s);

/* Sockets of the backend's, for the guest to use. */
typedef struct libxl_device_pvcallsif {
    /* The domain that serves it, or backend_domname to find it by name. */
    libxl_domid backend_domid;
    char *backend_domname;
    libxl_devid devid;
} libxl_device_pvcallsif;
void libxl_device_pvcallsif_init(libxl_device_pvcallsif *p);
void libxl_device_pvcallsif_dispose(libxl_device_pvcallsif *p);
void libxl_device_pvcallsif_copy(libxl_ctx *ctx, libxl_device_pvcallsif *dst, const libxl_device_pvcallsif *src);
char *libxl_device_pvcallsif_to_json(libxl_ctx *ctx, libxl_device_pvcallsif *p);
int libxl_device_pvcallsif_from_json(libxl_ctx *ctx, libxl_device_pvcallsif *p, const char *s);

/* Kind of a guest. */
typedef enum libxl_domain_type {
    LIBXL_DOMAIN_TYPE_INVALID = -1,
    /* A whole machine, emulated by QEMU where there is no better way. */
    LIBXL_DOMAIN_TYPE_HVM = 1,
    /* A kernel that knows Xen, without help of the processor. */
    LIBXL_DOMAIN_TYPE_PV = 2,
    /* A kernel that knows Xen, with help of the processor and no emulated devices. */
    LIBXL_DOMAIN_TYPE_PVH = 3,
} libxl_domain_type;
char *libxl_domain_type_to_json(libxl_ctx *ctx, libxl_domain_type p);
int libxl_domain_type_from_json(libxl_ctx *ctx, libxl_domain_type *p, const char *s);
const char *libxl_domain_type_to_string(libxl_domain_type p);
int libxl_domain_type_from_string(const char *s, libxl_domain_type *e);
extern libxl_enum_string_table libxl_domain_type_string_table[];

/* Why a guest stopped. The numbers are Xen's, but for unknown. */
typedef enum libxl_shutdown_reason {
    LIBXL_SHUTDOWN_REASON_UNKNOWN = -1,
    LIBXL_SHUTDOWN_REASON_POWEROFF = 0,
    LIBXL_SHUTDOWN_REASON_REBOOT = 1,
    LIBXL_SHUTDOWN_REASON_SUSPEND = 2,
    LIBXL_SHUTDOWN_REASON_CRASH = 3,
    LIBXL_SHUTDOWN_REASON_WATCHDOG = 4,
    /* To start afresh in the same domain. */
    LIBXL_SHUTDOWN_REASON_SOFT_RESET = 5,
} libxl_shutdown_reason;
char *libxl_shutdown_reason_to_json(libxl_ctx *ctx, libxl_shutdown_reason p);
int libxl_shutdown_reason_from_json(libxl_ctx *ctx, libxl_shutdown_reason *p, const char *s);
const char *libxl_shutdown_reason_to_string(libxl_shutdown_reason p);
int libxl_shutdown_reason_from_string(const char *s, libxl_shutdown_reason *e);
extern libxl_enum_string_table libxl_shutdown_reason_string_table[];

/* What a toolstack does with a guest that stopped. */
typedef enum libxl_action_on_shutdown {
    LIBXL_ACTION_ON_SHUTDOWN_DESTROY = 1,
    LIBXL_ACTION_ON_SHUTDOWN_RESTART = 2,
    /* Start it anew, and keep the old domain under another name. */
    LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME = 3,
    LIBXL_ACTION_ON_SHUTDOWN_PRESERVE = 4,
    /* Write its memory to a file, then destroy it. */
    LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY = 5,
    LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART = 6,
    /* Start it afresh in the same domain. */
    LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET = 7,
} libxl_action_on_shutdown;
char *libxl_action_on_shutdown_to_json(libxl_ctx *ctx, libxl_action_on_shutdown p);
int libxl_action_on_shutdown_from_json(libxl_ctx *ctx, libxl_action_on_shutdown *p, const char *s);
const char *libxl_action_on_shutdown_to_string(libxl_action_on_shutdown p);
int libxl_action_on_shutdown_from_string(const char *s, libxl_action_on_shutdown *e);
extern libxl_enum_string_table libxl_action_on_shutdown_string_table[];

/* A domain as it is now. */
typedef struct libxl_dominfo {
    libxl_uuid uuid;
    libxl_domid domid;
    /* Its XSM security label as a number; ssid_label as text, if there is one. */
    uint32_t ssidref;
    char *ssid_label;
    /* Whether one of its virtual CPUs has a CPU. */
    bool running;
    /* Whether all of them wait. */
    bool blocked;
    bool paused;
    bool shutdown;
    bool dying;
    /* Whether it is one that must not be destroyed. */
    bool never_stop;
    /* unknown while it has not stopped. */
    libxl_shutdown_reason shutdown_reason;
    /* Claimed, not yet given to it. */
    uint64_t outstanding_memkb;
    uint64_t current_memkb;
    uint64_t shared_memkb;
    /* Moved out to a file. */
    uint64_t paged_memkb;
    uint64_t max_memkb;
    /* Nanoseconds that it has run, all virtual CPUs together. */
    uint64_t cpu_time;
    /* Highest number of a virtual CPU. */
    uint32_t vcpu_max_id;
    /* Virtual CPUs that are on. */
    uint32_t vcpu_online;
    /* The CPU pool that it is in. */
    uint32_t cpupool;
    /* Width of its physical addresses. */
    uint8_t gpaddr_bits;
    libxl_domain_type domain_type;
} libxl_dominfo;
void libxl_dominfo_init(libxl_dominfo *p);
void libxl_dominfo_dispose(libxl_dominfo *p);
void libxl_dominfo_copy(libxl_ctx *ctx, libxl_dominfo *dst, const libxl_dominfo *src);
char *libxl_dominfo_to_json(libxl_ctx *ctx, libxl_dominfo *p);
int libxl_dominfo_from_json(libxl_ctx *ctx, libxl_dominfo *p, const char *s);

/* A guest's two names for the library. */
typedef struct libxl_vminfo {
    libxl_uuid uuid;
    libxl_domid domid;
} libxl_vminfo;
void libxl_vminfo_init(libxl_vminfo *p);
void libxl_vminfo_dispose(libxl_vminfo *p);
void libxl_vminfo_copy(libxl_ctx *ctx, libxl_vminfo *dst, const libxl_vminfo *src);
char *libxl_vminfo_to_json(libxl_ctx *ctx, libxl_vminfo *p);
int libxl_vminfo_from_json(libxl_ctx *ctx, libxl_vminfo *p, const char *s);

/* What a domain is, before it has memory. */
typedef struct libxl_domain_create_info {
    libxl_domain_type type;
    /* Whether the processor shall help with the page tables. */
    libxl_defbool hap;
    /* Whether shadow page tables may lag behind. */
    libxl_defbool oos;
    /* XSM security label as a number, or ssid_label as text. */
    uint32_t ssidref;
    char *ssid_label;
    char *name;
    /* The number to take, if it is one that a guest may have; otherwise Xen chooses. */
    libxl_domid domid;
    libxl_uuid uuid;
    /* Written to xenstore under the guest's data. */
    libxl_key_value_list xsdata;
    /* Written to xenstore under the guest's platform. */
    libxl_key_value_list platformdata;
    /* The CPU pool to start in, or pool_name to find it by name. */
    uint32_t poolid;
    char *pool_name;
    /* Whether the library runs them, or udev does. */
    libxl_defbool run_hotplug_scripts;
    /* Whether it will serve devices to other domains. */
    libxl_defbool driver_domain;
    libxl_passthrough passthrough;
    /* Whether it gets the event channel for suspending that some old guests look for. */
    libxl_defbool xend_suspend_evtchn_compat;
} libxl_domain_create_info;
void libxl_domain_create_info_init(libxl_domain_create_info *p);
void libxl_domain_create_info_dispose(libxl_domain_create_info *p);
void libxl_domain_create_info_copy(libxl_ctx *ctx, libxl_domain_create_info *dst, const libxl_domain_create_info *src);
char *libxl_domain_create_info_to_json(libxl_ctx *ctx, libxl_domain_create_info *p);
int libxl_domain_create_info_from_json(libxl_ctx *ctx, libxl_domain_create_info *p, const char *s);

/* Whether a migration stream goes on after the guest has started. The numbers are the stream's. */
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

/* How a saved guest is brought back. */
typedef struct libxl_domain_restore_params {
    /* A number of checkpointed_stream. */
    int checkpointed_stream;
    /* 1 for streams of Xen 4.5 and before. */
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
    /* Whether network or disks may be left without buffer. */
    libxl_defbool allow_unsafe;
    /* Whether the copy goes to /dev/null. */
    libxl_defbool blackhole;
    libxl_defbool compression;
    /* Whether packets wait for the checkpoint that they belong to. */
    libxl_defbool netbuf;
    /* Script that sets up their buffer; NULL for the usual one. */
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

/* Which QEMU. */
typedef enum libxl_device_model_version {
    LIBXL_DEVICE_MODEL_VERSION_UNKNOWN = 0,
    /* Xen's old fork. */
    LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL = 1,
    /* Today's. */
    LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN = 2,
} libxl_device_model_version;
char *libxl_device_model_version_to_json(libxl_ctx *ctx, libxl_device_model_version p);
int libxl_device_model_version_from_json(libxl_ctx *ctx, libxl_device_model_version *p, const char *s);
const char *libxl_device_model_version_to_string(libxl_device_model_version p);
int libxl_device_model_version_from_string(const char *s, libxl_device_model_version *e);
extern libxl_enum_string_table libxl_device_model_version_string_table[];

/* What a guest sees of the processor's time stamp counter. */
typedef enum libxl_tsc_mode {
    /* The counter itself if it is steady, otherwise an emulated one. */
    LIBXL_TSC_MODE_DEFAULT = 0,
    LIBXL_TSC_MODE_ALWAYS_EMULATE = 1,
    LIBXL_TSC_MODE_NATIVE = 2,
    /* The counter itself, and help for a guest that knows Xen. */
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

/* A PCI device that makes an operating system fetch drivers. */
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

/* The emulated controller of disks. */
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

/* Who may switch between views of a guest's memory. The numbers are Xen's. */
typedef enum libxl_altp2m_mode {
    LIBXL_ALTP2M_MODE_DISABLED = 0,
    LIBXL_ALTP2M_MODE_MIXED = 1,
    /* The toolstack's domain alone. */
    LIBXL_ALTP2M_MODE_EXTERNAL = 2,
    /* The guest, but not in all ways. */
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
    /* The host's node that its memory comes from. */
    uint32_t pnode;
    libxl_bitmap vcpus;
} libxl_vnode_info;
void libxl_vnode_info_init(libxl_vnode_info *p);
void libxl_vnode_info_dispose(libxl_vnode_info *p);
void libxl_vnode_info_copy(libxl_ctx *ctx, libxl_vnode_info *dst, const libxl_vnode_info *src);
char *libxl_vnode_info_to_json(libxl_ctx *ctx, libxl_vnode_info *p);
int libxl_vnode_info_from_json(libxl_ctx *ctx, libxl_vnode_info *p, const char *s);

/* What a domain is built from, and what it sees. */
typedef struct libxl_domain_build_info {
    int max_vcpus;
    /* Virtual CPUs that are on from the start. */
    libxl_bitmap avail_vcpus;
    /* Old way to say where all virtual CPUs may run. */
    libxl_bitmap cpumap;
    /* The host's NUMA nodes that memory comes from. */
    libxl_bitmap nodemap;
    /* CPUs that each virtual CPU may run on. */
    int num_vcpu_hard_affinity;
    libxl_bitmap *vcpu_hard_affinity;
    /* CPUs that each virtual CPU runs on if it can. */
    int num_vcpu_soft_affinity;
    libxl_bitmap *vcpu_soft_affinity;
    /* Whether the library may choose nodes where nothing else does. */
    libxl_defbool numa_placement;
    libxl_tsc_mode tsc_mode;
    /* Most memory that it may ever have. */
    uint64_t max_memkb;
    /* Memory at the start, that of the graphics card with it. */
    uint64_t target_memkb;
    uint64_t video_memkb;
    /* For shadow page tables and the like. */
    uint64_t shadow_memkb;
    /* For page tables of the IOMMU. */
    uint64_t iommu_memkb;
    /* The guest's clock less that of the host, in seconds. */
    uint32_t rtc_timeoffset;
    /* XSM security label once it runs, if another than while it is built. */
    uint32_t exec_ssidref;
    char *exec_ssid_label;
    /* Whether the guest's clock shows local time. */
    libxl_defbool localtime;
    /* Whether migrating is refused, so that it may see more of the host. */
    libxl_defbool disable_migrate;
    libxl_cpuid_policy_list cpuid;
    /* The first name for disks that the bootloader attaches here. */
    char *blkdev_start;
    /* None for no virtual NUMA. */
    int num_vnuma_nodes;
    libxl_vnode_info *vnuma_nodes;
    /* All ones leave it to the host's setting, in the next two as well. */
    uint32_t max_grant_frames;
    uint32_t max_maptrack_frames;
    /* Highest version of grant tables; 0 for no grant tables. */
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
    /* Account that QEMU runs as. */
    char *device_model_user;
    /* Arguments that QEMU gets as they are; then those for PV and for HVM alone. */
    libxl_string_list extra;
    libxl_string_list extra_pv;
    libxl_string_list extra_hvm;
    libxl_domain_sched_params sched_params;
    int num_ioports;
    libxl_ioport_range *ioports;
    /* The host's interrupts that are given to the guest. */
    int num_irqs;
    uint32_t *irqs;
    int num_iomem;
    libxl_iomem_range *iomem;
    /* Whether memory is set aside before it is filled. */
    libxl_defbool claim_mode;
    /* Most event channels; 0 lets the library choose. */
    uint32_t event_channels;
    char *kernel;
    char *cmdline;
    char *ramdisk;
    /* File with a part of a device tree, believed as it is; Arm. */
    char *device_tree;
    libxl_defbool acpi;
    /* Program that finds kernel and ramdisk in the guest's disk. */
    char *bootloader;
    libxl_string_list bootloader_args;
    libxl_timer_mode timer_mode;
    /* Whether the guest may run a hypervisor. */
    libxl_defbool nested_hvm;
    libxl_defbool apic;
    /* Whether QEMU gives up its rights once it has started. */
    libxl_defbool dm_restrict;
    libxl_tee_type tee;
    libxl_domain_type type;
    union {
        struct {
            /* Its name, or path. */
            char *firmware;
            libxl_bios_type bios;
            /* Whether 32-bit guests can use more than 4 GiB. */
            libxl_defbool pae;
            libxl_defbool apic;
            /* The field of the outer struct holds for Arm too, and is the one to use. */
            libxl_defbool acpi;
            libxl_defbool acpi_s3;
            libxl_defbool acpi_s4;
            libxl_defbool acpi_laptop_slate;
            /* Whether pages can be marked as data alone. */
            libxl_defbool nx;
            /* Whether Hyper-V's interface is offered, with its usual parts. */
            libxl_defbool viridian;
            /* Parts to offer; viridian_disable: parts to leave out. */
            libxl_bitmap viridian_enable;
            libxl_bitmap viridian_disable;
            /* The guest's clock less that of the host, in seconds, as text. */
            char *timeoffset;
            libxl_defbool hpet;
            /* Whether periodic timers of a guest tick together. */
            libxl_defbool vpt_align;
            /* Room below 4 GiB for devices. */
            uint64_t mmio_hole_memkb;
            libxl_timer_mode timer_mode;
            libxl_defbool nested_hvm;
            /* The field of the outer struct is the one to use. */
            libxl_defbool altp2m;
            /* File to use instead of the firmware. */
            char *system_firmware;
            /* File with more SMBIOS structures. */
            char *smbios_firmware;
            /* File with more ACPI tables. */
            char *acpi_firmware;
            libxl_hdtype hdtype;
            /* Whether there is no screen at all. */
            libxl_defbool nographic;
            libxl_vga_interface_info vga;
            libxl_vnc_info vnc;
            /* Keyboard layout, by QEMU's name; NULL for en-us. */
            char *keymap;
            libxl_sdl_info sdl;
            libxl_spice_info spice;
            /* Whether the host's graphics card is the guest's. */
            libxl_defbool gfx_passthru;
            libxl_gfx_passthru_kind gfx_passthru_kind;
            /* Where the serial port leads, in QEMU's words; serial_list for several. */
            char *serial;
            /* Order of drives: c disk, d CD, n network, a floppy. */
            char *boot;
            libxl_defbool usb;
            int usbversion;
            /* QEMU's name of a USB device, such as tablet; usbdevice_list for several. */
            char *usbdevice;
            libxl_defbool vkb_device;
            char *soundhw;
            /* Whether there is the PCI device that paravirtual drivers look for. */
            libxl_defbool xen_platform_pci;
            libxl_string_list usbdevice_list;
            libxl_vendor_device vendor_device;
            /* Changes when the guest goes back in time, so that it can tell. */
            libxl_ms_vm_genid ms_vm_genid;
            libxl_string_list serial_list;
            libxl_rdm_reserve rdm;
            /* Below this, memory gives way to reserved regions. */
            uint64_t rdm_mem_boundary_memkb;
            /* Bits of the machine check capabilities to offer. */
            uint64_t mca_caps;
        } hvm;
        struct {
            char *kernel;
            /* Room to leave between target and most memory. */
            uint64_t slack_memkb;
            char *bootloader;
            libxl_string_list bootloader_args;
            char *cmdline;
            char *ramdisk;
            /* What the kernel must support; the application's, and not looked at. */
            const char *features;
            /* Whether the guest's memory map follows the host's, for devices. */
            libxl_defbool e820_host;
        } pv;
        struct {
            /* Whether a small Xen inside runs a PV kernel. */
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
        /* Whether reading an unknown MSR is no fault. */
        libxl_defbool msr_relaxed;
    } arch_x86;
    libxl_altp2m_mode altp2m;
    /* KiB for processor traces of each virtual CPU; 0 for none. */
    int vmtrace_buf_kb;
    /* Whether the guest has performance counters. */
    libxl_defbool vpmu;
} libxl_domain_build_info;
void libxl_domain_build_info_init(libxl_domain_build_info *p);
void libxl_domain_build_info_init_type(libxl_domain_build_info *p, libxl_domain_type type);
void libxl_domain_build_info_dispose(libxl_domain_build_info *p);
void libxl_domain_build_info_copy(libxl_ctx *ctx, libxl_domain_build_info *dst, const libxl_domain_build_info *src);
char *libxl_domain_build_info_to_json(libxl_ctx *ctx, libxl_domain_build_info *p);
int libxl_domain_build_info_from_json(libxl_ctx *ctx, libxl_domain_build_info *p, const char *s);

/* All that a guest is made from. */
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
    /* Each shows up as a console with a name. */
    int num_channels;
    libxl_device_channel *channels;
    int num_usbctrls;
    libxl_device_usbctrl *usbctrls;
    int num_usbdevs;
    libxl_device_usbdev *usbdevs;
    /* What to do when the guest stops, by reason. */
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

/* Kind of an event. */
typedef enum libxl_event_type {
    /* A domain stopped. */
    LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN = 1,
    /* A domain is gone. */
    LIBXL_EVENT_TYPE_DOMAIN_DEATH = 2,
    /* A guest ejected a medium. */
    LIBXL_EVENT_TYPE_DISK_EJECT = 3,
    /* An asynchronous operation ended. */
    LIBXL_EVENT_TYPE_OPERATION_COMPLETE = 4,
    /* A domain that is being created has its first console. */
    LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE = 5,
} libxl_event_type;
char *libxl_event_type_to_json(libxl_ctx *ctx, libxl_event_type p);
int libxl_event_type_from_json(libxl_ctx *ctx, libxl_event_type *p, const char *s);
const char *libxl_event_type_to_string(libxl_event_type p);
int libxl_event_type_from_string(const char *s, libxl_event_type *e);
extern libxl_enum_string_table libxl_event_type_string_table[];

/* Something that happened. */
typedef struct libxl_event {
    /* The library's until the application gets the event, then the application's. */
    libxl_ev_link link;
    libxl_domid domid;
    libxl_uuid domuuid;
    /* What the application gave when it asked for such events. */
    uint64_t for_user;
    libxl_event_type type;
    union {
        struct {
            /* A number of shutdown_reason. */
            uint8_t shutdown_reason;
        } domain_shutdown;
        struct {
            /* As in device_disk. */
            char *vdev;
            libxl_device_disk disk;
        } disk_eject;
        struct {
            /* 0 or an error. */
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
