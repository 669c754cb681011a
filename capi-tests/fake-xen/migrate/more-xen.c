/* What a domain that is restored needs of the hypervisor, beside fake-xen.c. */
#include <errno.h>
#include <stdbool.h>
#include <xenctrl.h>
#include <xenguest.h>

#define FINE(name, ...) int name(__VA_ARGS__) { return 0; }
#pragma GCC diagnostic ignored "-Wunused-parameter"
FINE(xc_domain_max_vcpus, xc_interface *x, uint32_t d, unsigned n)
FINE(xc_domain_set_memmap_limit, xc_interface *x, uint32_t d, unsigned long kb)
FINE(xc_domain_set_tsc_info, xc_interface *x, uint32_t d, uint32_t mode, uint64_t ns, uint32_t khz, uint32_t incarnation)
FINE(xc_shadow_control, xc_interface *x, uint32_t d, unsigned int sop, unsigned int *mb, unsigned int mode)
FINE(xc_sched_credit2_domain_set, xc_interface *x, uint32_t d, struct xen_domctl_sched_credit2 *p)

int xc_domain_getvnuma(xc_interface *x, uint32_t d, uint32_t *n, uint32_t *r, uint32_t *c, xen_vmemrange_t *v,
                       unsigned int *distance, unsigned int *node)
{
    errno = EOPNOTSUPP;
    return -1;
}
