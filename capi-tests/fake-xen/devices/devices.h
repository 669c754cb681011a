/* What the two halves of the program share: making the scenes, and asking the library about them. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libxl.h>
#include <libxl_utils.h>

void scenes(const char *file, int making, void each(const char *name, uint32_t domid));
