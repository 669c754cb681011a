/*
 * machine NAME|DOMID: what the hypervisor has of a domain that was built and has not run yet, and what lies in its
 * memory: all that a guest could see, and that a toolstack has decided. Not through a libxl.
 *
 * The memory of a PVH guest is shown as a sum of each run of pages that are not empty. A PV guest's
 * holds numbers of the machine's pages; of that the start info is shown.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xenctrl.h>
#include <xenguest.h>
#include <xenforeignmemory.h>
#include <xenstore.h>
#include <xen/hvm/params.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/save.h>

static xc_interface *xch;
static uint32_t domid;
static xc_domaininfo_t info;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        die("calloc");
    return memory;
}

static uint32_t find(const char *name)
{
    struct xs_handle *xs = xs_open(0);
    xc_domaininfo_t all[256];
    char path[64], *end, *value;
    uint32_t number = strtoul(name, &end, 10);
    int count;

    if (!*end)
        return number;
    if (!xs || (count = xc_domain_getinfolist(xch, 0, 256, all)) < 0)
        die("list of domains");
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/local/domain/%u/name", all[i].domain);
        value = xs_read(xs, 0, path, NULL);
        if (value && !strcmp(value, name))
            return all[i].domain;
        free(value);
    }
    fprintf(stderr, "machine: no domain %s\n", name);
    exit(1);
}

static void show_set(const char *what, const unsigned char *set, int size)
{
    printf("%s", what);
    for (int bit = 0; bit < size; bit++)
        if (set[bit / 8] >> bit % 8 & 1)
            printf(" %d", bit);
    putchar('\n');
}

static void show_domain(void)
{
    printf("flags %#x ssidref %u pages %" PRIu64 " outstanding %" PRIu64 " most %" PRIu64 " shared %" PRIu64 "\n",
           info.flags, info.ssidref, (uint64_t)info.tot_pages, (uint64_t)info.outstanding_pages,
           (uint64_t)info.max_pages, (uint64_t)info.shr_pages);
    printf("vcpus %u online %u pool %u bits %u\n", info.max_vcpu_id + 1, info.nr_online_vcpus, info.cpupool,
           info.gpaddr_bits);
    int cpus = xc_get_max_cpus(xch), nodes = xc_get_max_nodes(xch);
    unsigned char *hard = zeroed(cpus / 8 + 1, 1), *soft = zeroed(cpus / 8 + 1, 1), *on = zeroed(nodes / 8 + 1, 1);
    for (unsigned vcpu = 0; vcpu <= info.max_vcpu_id; vcpu++) {
        if (xc_vcpu_getaffinity(xch, domid, vcpu, hard, soft, XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT))
            die("affinity");
        printf("vcpu %u", vcpu);
        show_set(" hard", hard, cpus);
        show_set("  soft", soft, cpus);
    }
    if (xc_domain_node_getaffinity(xch, domid, on))
        die("node affinity");
    show_set("nodes", on, nodes);

    uint32_t mode, khz, incarnation;
    uint64_t elapsed;
    if (xc_domain_get_tsc_info(xch, domid, &mode, &elapsed, &khz, &incarnation))
        die("tsc");
    printf("tsc mode %u khz %u incarnation %u\n", mode, khz, incarnation);
    unsigned int mb;
    uint64_t bytes;
    if (!xc_get_paging_mempool_size(xch, domid, &bytes))
        printf("page tables %" PRIu64 "\n", bytes);
    else if (!xc_shadow_control(xch, domid, XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION, &mb, 0))
        printf("page tables %u MB\n", mb);
    if (info.flags & XEN_DOMINF_hvm_guest)
        for (uint32_t param = 0; param < HVM_NR_PARAMS; param++) {
            uint64_t value;
            if (!xc_hvm_param_get(xch, domid, param, &value) && value)
                printf("parameter %u %#" PRIx64 "\n", param, value);
        }
    struct xen_domctl_sched_credit2 share;
    if (!xc_sched_credit2_domain_get(xch, domid, &share))
        printf("weight %u cap %u\n", share.weight, share.cap);
    for (uint32_t port = 1; port < 8; port++) {
        xc_evtchn_status_t status = { .dom = domid, .port = port };
        if (!xc_evtchn_status(xch, &status) && status.status != EVTCHNSTAT_closed)
            printf("port %u status %u with %u\n", port, status.status, status.u.unbound.dom);
    }
}

static void show_numa(void)
{
    uint32_t nodes = 8, ranges = 32, vcpus = 128;
    xen_vmemrange_t range[32];
    unsigned int distance[64], of_vcpu[128];

    if (xc_domain_getvnuma(xch, domid, &nodes, &ranges, &vcpus, range, distance, of_vcpu))
        return;
    printf("virtual nodes %u\n", nodes);
    for (uint32_t i = 0; i < ranges; i++)
        printf("  %#" PRIx64 " to %#" PRIx64 " node %u flags %u\n", range[i].start, range[i].end, range[i].nid,
               range[i].flags);
    for (uint32_t i = 0; i < nodes * nodes; i++)
        printf("  distance %u\n", distance[i]);
    for (uint32_t i = 0; i < vcpus; i++)
        printf("  vcpu %u of %u\n", i, of_vcpu[i]);
}

static void show_cpuid(void)
{
    uint32_t leaves, msrs;
    xc_cpu_policy_t *policy = xc_cpu_policy_init();

    if (!policy || xc_cpu_policy_get_size(xch, &leaves, &msrs))
        die("size of a policy");
    xen_cpuid_leaf_t *leaf = zeroed(leaves, sizeof *leaf);
    xen_msr_entry_t *msr = zeroed(msrs, sizeof *msr);
    if (xc_cpu_policy_get_domain(xch, domid, policy) ||
        xc_cpu_policy_serialise(xch, policy, leaf, &leaves, msr, &msrs))
        die("policy");
    for (uint32_t i = 0; i < leaves; i++)
        printf("cpuid %08x %08x: %08x %08x %08x %08x\n", leaf[i].leaf, leaf[i].subleaf, leaf[i].a, leaf[i].b,
               leaf[i].c, leaf[i].d);
    for (uint32_t i = 0; i < msrs; i++)
        printf("msr %08x %016" PRIx64 "\n", msr[i].idx, (uint64_t)msr[i].val);
}

static uint64_t sum(uint64_t so_far, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        so_far = (so_far ^ bytes[i]) * 0x100000001b3;
    return so_far;
}

#define BATCH 512

/* Copies out of the guest's memory; whether it is there. */
static bool copy(xenforeignmemory_handle *memory, void *to, uint64_t from, size_t size)
{
    for (size_t done = 0; done < size;) {
        xen_pfn_t page = (from + done) >> XC_PAGE_SHIFT;
        size_t within = (from + done) % XC_PAGE_SIZE, part = XC_PAGE_SIZE - within;
        int missing = 0;
        char *bytes = xenforeignmemory_map(memory, domid, PROT_READ, 1, &page, &missing);

        if (!bytes || missing)
            return false;
        if (part > size - done)
            part = size - done;
        memcpy((char *)to + done, bytes + within, part);
        xenforeignmemory_unmap(memory, bytes, 1);
        done += part;
    }
    return true;
}

/*
 * What the guest's map says of the memory with ACPI tables. Its kind is wanted to differ, so it is shown here, and
 * left out of the sums of memory: `kinds` become the addresses where it stands.
 */
static unsigned show_tables(xenforeignmemory_handle *memory, uint64_t info, uint64_t kinds[8])
{
    struct hvm_start_info start;
    struct hvm_memmap_table_entry entry;
    unsigned count = 0;

    if (!copy(memory, &start, info, sizeof(start)) || start.magic != XEN_HVM_START_MAGIC_VALUE)
        die("start info");
    for (unsigned i = 0; i < start.memmap_entries; i++) {
        uint64_t at = start.memmap_paddr + i * sizeof(entry);

        if (!copy(memory, &entry, at, sizeof(entry)))
            die("memory map");
        if (entry.type != XEN_HVM_MEMMAP_TYPE_ACPI && entry.type != XEN_HVM_MEMMAP_TYPE_NVS)
            continue;
        printf("tables %#" PRIx64 " to %#" PRIx64 ": %s\n", entry.addr, entry.addr + entry.size,
               entry.type == XEN_HVM_MEMMAP_TYPE_ACPI ? "ACPI" : "NVS");
        if (count < 8)
            kinds[count++] = at + offsetof(struct hvm_memmap_table_entry, type);
    }
    return count;
}

static void show_pvh(void)
{
    static const unsigned char empty[XC_PAGE_SIZE];
    unsigned char copied[XC_PAGE_SIZE];
    HVM_SAVE_TYPE(CPU) cpu = { 0 };
    uint64_t kinds[8];
    xen_pfn_t last, first_of_run = 0, populated = 0;
    uint64_t run = 0;
    bool in_run = false;

    if (!xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(CPU), 0, &cpu, sizeof cpu))
        printf("rip %#" PRIx64 " rsp %#" PRIx64 " rbx %#" PRIx64 " cr0 %#" PRIx64 " cr4 %#" PRIx64 "\n", cpu.rip,
               cpu.rsp, cpu.rbx, cpu.cr0, cpu.cr4);
    xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);
    if (!memory || xc_domain_maximum_gpfn(xch, domid, &last) < 0)
        die("memory");
    printf("last page %#lx\n", (unsigned long)last);
    unsigned count = show_tables(memory, cpu.rbx, kinds);
    for (xen_pfn_t base = 0; base <= last + 1; base += BATCH) {
        xen_pfn_t pages[BATCH];
        int missing[BATCH];
        for (int i = 0; i < BATCH; i++)
            pages[i] = base + i;
        unsigned char *bytes = xenforeignmemory_map(memory, domid, PROT_READ, BATCH, pages, missing);
        for (int i = 0; i < BATCH; i++) {
            unsigned char *page = bytes ? bytes + i * XC_PAGE_SIZE : NULL;
            bool there = page && !missing[i], full = there && memcmp(page, empty, XC_PAGE_SIZE);
            populated += there;
            for (unsigned k = 0; full && k < count; k++)
                if (kinds[k] >> XC_PAGE_SHIFT == base + i) {
                    if (page != copied)
                        page = memcpy(copied, page, XC_PAGE_SIZE);
                    memset(page + kinds[k] % XC_PAGE_SIZE, 0, sizeof(uint32_t));
                }
            if (in_run && !full)
                printf("memory %#lx to %#lx: %016" PRIx64 "\n", (unsigned long)first_of_run,
                       (unsigned long)(base + i), run);
            if (full && !in_run)
                first_of_run = base + i, run = 0xcbf29ce484222325;
            if (full)
                run = sum(run, page, XC_PAGE_SIZE);
            in_run = full;
        }
        if (bytes)
            xenforeignmemory_unmap(memory, bytes, BATCH);
    }
    printf("pages there %lu\n", (unsigned long)populated);
}

static void show_pv(void)
{
    vcpu_guest_context_any_t context;

    if (xc_vcpu_getcontext(xch, domid, 0, &context))
        die("context");
    cpu_user_regs_t *regs = &context.c.user_regs;
    printf("rip %#" PRIx64 " rsp %#" PRIx64 " rsi %#" PRIx64 " flags %#" PRIx64 "\n", (uint64_t)regs->rip,
           (uint64_t)regs->rsp, (uint64_t)regs->rsi, (uint64_t)context.c.flags);
    unsigned long frame = xc_translate_foreign_address(xch, domid, 0, regs->rsi);
    xenforeignmemory_handle *memory = xenforeignmemory_open(NULL, 0);
    xen_pfn_t page = frame;
    const start_info_t *start = memory && frame ? xenforeignmemory_map(memory, domid, PROT_READ, 1, &page, NULL) : NULL;
    if (!start)
        die("start info");
    printf("start %.32s pages %lu flags %#x store port %u console port %u\n", start->magic, start->nr_pages,
           start->flags, start->store_evtchn, start->console.domU.evtchn);
    printf("  tables %#lx frames %lu list %#lx module %#lx +%#lx command %.1024s\n", start->pt_base,
           start->nr_pt_frames, start->mfn_list, start->mod_start, start->mod_len, start->cmd_line);
}

int main(int argc, char **argv)
{
    if (argc != 2 || !(xch = xc_interface_open(NULL, NULL, 0)))
        die("libxenctrl");
    domid = find(argv[1]);
    if (xc_domain_getinfolist(xch, domid, 1, &info) != 1 || info.domain != domid)
        die(argv[1]);
    show_domain();
    show_numa();
    show_cpuid();
    if (info.flags & XEN_DOMINF_hvm_guest)
        show_pvh();
    else
        show_pv();
    return 0;
}
