/* What the two files share, beside what is the runtime's (world.c). */
#include "../runtime/harness.h"

/* Connections of this program's own. */
extern struct xs_handle *store_handle;
/* What Xen lets the domain have, in KiB; -1 if there is no such domain. */
long long limit(uint32_t domid);
/* The steps, in a process with one of the libraries; the lines go to `out`. */
int answers(uint32_t domid, const char *config_path, const char *out);
