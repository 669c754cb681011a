/*
 * dump DOMID DIR: what a PVH guest that has not run yet is given of ACPI.
 *
 * DIR/ADDRESS (hexadecimal) for the root pointer, the page of facts and the tables, found from the start
 * info that the first vcpu's ebx points to; DIR/map has the ACPI entries of the memory map, a line each.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/save.h>

#define FACTS 0xfc000000u
#define MOST_PAGES 16

static xenforeignmemory_handle *memory;
static uint32_t domid;

/* Copies guest memory; whether all of it is there. */
static int copy(void *to, uint64_t from, size_t size)
{
    char *out = to;

    while (size) {
        size_t within = from & 4095, part = 4096 - within;
        xen_pfn_t page = from >> 12;
        int error = 0;
        char *mapped = xenforeignmemory_map(memory, domid, PROT_READ, 1, &page, &error);

        if (!mapped || error) {
            if (mapped)
                xenforeignmemory_unmap(memory, mapped, 1);
            return 0;
        }
        if (part > size)
            part = size;
        memcpy(out, mapped + within, part);
        xenforeignmemory_unmap(memory, mapped, 1);
        out += part, from += part, size -= part;
    }
    return 1;
}

static void save(const char *dir, uint64_t address, const void *bytes, size_t size)
{
    char name[4096];
    FILE *f;

    snprintf(name, sizeof(name), "%s/%" PRIx64, dir, address);
    f = fopen(name, "w");
    if (!f || fwrite(bytes, 1, size, f) != size || fclose(f))
        err(1, "%s", name);
}

int main(int argc, char **argv)
{
    static char root[64], facts[4096], tables[MOST_PAGES][4096];
    struct hvm_hw_cpu cpu;
    struct hvm_start_info start;
    struct hvm_memmap_table_entry entry;
    xc_interface *xch = xc_interface_open(NULL, NULL, 0);
    char name[4096];
    FILE *map;
    unsigned i, pages;

    if (argc != 3)
        errx(2, "dump DOMID DIR");
    domid = atoi(argv[1]);
    memory = xenforeignmemory_open(NULL, 0);
    if (!xch || !memory)
        err(1, "no hypervisor");
    if (mkdir(argv[2], 0777))
        err(1, "%s", argv[2]);
    if (xc_domain_hvm_getcontext_partial(xch, domid, HVM_SAVE_CODE(CPU), 0, &cpu, sizeof(cpu)))
        err(1, "vcpu 0");
    if (!copy(&start, cpu.rbx, sizeof(start)) || start.magic != XEN_HVM_START_MAGIC_VALUE)
        errx(1, "no start info at %#" PRIx64, cpu.rbx);
    if (!copy(root, start.rsdp_paddr, sizeof(root)))
        errx(1, "no root pointer at %#" PRIx64, start.rsdp_paddr);
    save(argv[2], start.rsdp_paddr, root, sizeof(root));
    if (!copy(facts, FACTS, sizeof(facts)))
        errx(1, "no page of facts");
    save(argv[2], FACTS, facts, sizeof(facts));
    for (pages = 0; pages < MOST_PAGES; pages++) {
        uint64_t at = FACTS + 4096 * (pages + 1);

        if (at == start.rsdp_paddr || !copy(tables[pages], at, 4096))
            break;
    }
    save(argv[2], FACTS + 4096, tables, pages * 4096);

    snprintf(name, sizeof(name), "%s/map", argv[2]);
    map = fopen(name, "w");
    if (!map)
        err(1, "%s", name);
    for (i = 0; i < start.memmap_entries; i++) {
        if (!copy(&entry, start.memmap_paddr + i * sizeof(entry), sizeof(entry)))
            errx(1, "no memory map");
        if (entry.type == XEN_HVM_MEMMAP_TYPE_ACPI || entry.type == XEN_HVM_MEMMAP_TYPE_NVS)
            fprintf(map, "%" PRIx64 " %" PRIx64 " %s\n", entry.addr, entry.size,
                    entry.type == XEN_HVM_MEMMAP_TYPE_ACPI ? "ACPI" : "NVS");
    }
    if (fclose(map))
        err(1, "%s", name);
    return 0;
}
