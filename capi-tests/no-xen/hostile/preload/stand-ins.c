/* What the unit tests of applications preload where there is no Xen, so that a ctx can be made: dummy
 * connections, over which no call is made. */
#include <xenctrl.h>
#include <xenstore.h>

static int handle;

xc_interface *xc_interface_open(xentoollog_logger *l, xentoollog_logger *d, unsigned f)
{
    (void)l, (void)d, (void)f;
    return (void *)&handle;
}

int xc_interface_close(xc_interface *xch)
{
    (void)xch;
    return 0;
}

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    return (void *)&handle;
}

void xs_close(struct xs_handle *xsh) { (void)xsh; }
