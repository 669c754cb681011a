/*
 * Saving and restoring with a helper that may do anything (helper.c), on a host whose hypervisor is fake: what the
 * operation gives, and that the guest runs, or is gone, as it must.
 *
 *   migrate save|restore|reset|rounds    every case; one line each; status 1 if any has failed
 */
#include "fixtures.h"

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "save";

    setenv("LIBXL_SAVE_HELPER", "/tmp/helper", 1);
    if (open_all())
        return 2;
    if (!strcmp(what, "restore"))
        restores();
    else if (!strcmp(what, "reset"))
        resets();
    else if (!strcmp(what, "rounds"))
        rounds();
    else
        saves();
    libxl_ctx_free(ctx);
    return failed || !cases;
}
