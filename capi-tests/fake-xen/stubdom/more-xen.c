/*
 * Preloaded before ../../support/fake-xen/fake-xen.c: a hypervisor that assigns the host's functions and resources to
 * domains, and writes each such call to the file $CALLS.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

__attribute__((format(printf, 1, 2))) static int called(const char *format, ...)
{
    const char *path = getenv("CALLS");
    FILE *file = path ? fopen(path, "a") : NULL;
    va_list args;

    if (!file)
        return 0;
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
    return 0;
}

static const char *verb(uint32_t allow) { return allow ? "gets" : "loses"; }

int xc_test_assign_device(xc_interface *x, uint32_t d, uint32_t sbdf) { return 0; }

int xc_assign_device(xc_interface *x, uint32_t d, uint32_t sbdf, uint32_t flag)
{
    return called("domain %u gets function %06x, flags %x\n", d, sbdf, flag);
}

int xc_deassign_device(xc_interface *x, uint32_t d, uint32_t sbdf)
{
    return called("domain %u loses function %06x\n", d, sbdf);
}

int xc_domain_ioport_permission(xc_interface *x, uint32_t d, uint32_t first, uint32_t n, uint32_t allow)
{
    return called("domain %u %s ports %x, %u\n", d, verb(allow), first, n);
}

int xc_domain_iomem_permission(xc_interface *x, uint32_t d, unsigned long first, unsigned long n, uint8_t allow)
{
    return called("domain %u %s pages %lx, %lu\n", d, verb(allow), first, n);
}

int xc_physdev_map_pirq(xc_interface *x, uint32_t d, int irq, int *pirq)
{
    return called("domain %u gets pirq %d\n", d, irq);
}

int xc_physdev_unmap_pirq(xc_interface *x, uint32_t d, int pirq)
{
    return called("domain %u loses pirq %d\n", d, pirq);
}

int xc_domain_irq_permission(xc_interface *x, uint32_t d, uint32_t pirq, bool allow)
{
    return called("domain %u %s irq %u\n", d, verb(allow), pirq);
}

/* A guest without PV drivers, and without vNUMA. */
int xc_hvm_param_get(xc_interface *x, uint32_t d, uint32_t param, uint64_t *value)
{
    *value = 0;
    return 0;
}

int xc_domain_getvnuma(xc_interface *x, uint32_t d, uint32_t *n, uint32_t *r, uint32_t *c, xen_vmemrange_t *v,
                       unsigned int *distance, unsigned int *node)
{
    errno = EOPNOTSUPP;
    return -1;
}
