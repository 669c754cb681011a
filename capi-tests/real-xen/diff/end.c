/* end ID REASON: shuts a domain down as its own kernel would, with a number of Xen's for why. */
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

int main(int argc, char **argv)
{
    xc_interface *xch = argc == 3 ? xc_interface_open(NULL, NULL, 0) : NULL;

    if (!xch || xc_domain_shutdown(xch, atoi(argv[1]), atoi(argv[2]))) {
        perror("end");
        return 1;
    }
    return 0;
}
