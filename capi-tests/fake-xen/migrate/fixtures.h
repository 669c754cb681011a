/* What the cases of all subjects share: domains on a host whose hypervisor is fake, a guest's kernel, and one save and one
 * restore, held to what all of them are. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#include <xenctrl.h>
#include <xenstore.h>
#include <xentoollog.h>

/* The lengths of the helper's image, of what comes before it in a stream, and of a whole stream. */
enum { IMAGE = 64, BEGINS = 24, WHOLE = BEGINS + IMAGE + 8 };

extern libxl_ctx *ctx;
extern struct xs_handle *xs;
extern xc_interface *xch;
extern int failed, cases;
/* Lines of the log that tell an error. */
extern atomic_int errors;
/* The errno of the last error in the log, or -1. */
extern int last_errno;

int open_all(void);

/* The first that is not so is what the case fails with; done ends it, with its name. */
void expect(bool is_so, const char *format, ...) __attribute__((format(printf, 2, 3)));
void done(const char *format, ...) __attribute__((format(printf, 1, 2)));

void nap(int ms);
double now(void);

/* A new domain that runs; `flags` are XEN_DOMCTL_CDF_*. */
uint32_t made_with(uint32_t flags);
uint32_t made(void);

/* -1: no such domain; else whether it has shut down. */
int state(uint32_t domid);
/* How many domains there are. */
unsigned count(void);

/* A guest's kernel: answers a request to suspend after so many milliseconds, and then shuts down. */
extern struct guest {
    uint32_t domid;
    int answers_after, suspends_after;
    atomic_bool stop;
    atomic_int times; /* that it has suspended */
    pthread_t thread;
} guest;

void begin_guest(uint32_t domid, int answers_after, int suspends_after);
/* And its domain. */
void end_guest(void);

/* The operation is aborted when it has waited so often, if that is not negative. */
extern int abort_turn;

/* Waits for the operation that was begun with `how`; aborts it after `abort_after` ms, if that is not negative. */
int finished(int rc, libxl_asyncop_how *how, int abort_after);

/* All that has been written into a socket. */
size_t taken(int fd, unsigned char *buffer, size_t size);

/* What a stream begins with. */
extern const unsigned char begins[BEGINS];

/* What a helper may do instead of its work: helper.c. */
enum { WAYS = 6 };
extern const char *const ways[WAYS];

/* Saves a new guest, which is `guest` then. */
int save(const char *helper, int answers_after, int suspends_after, int abort_after, bool *whole);

/* A configuration of a domain that is restored, a stream for it, and the kind of the stream. */
extern const char json[];
extern unsigned char whole[WHOLE];
extern libxl_checkpointed_stream checkpointed;
extern int stream_version;

/* Before the first restore and after the last: consoles are served meanwhile. */
void begin_restores(void);
void end_restores(void);

/* Restores a domain from these bytes; then the sender stays, or closes the stream. */
int restore(const char *helper, const void *bytes, size_t length, bool closes, int abort_after, uint32_t *domid);

/* The subjects. */
void saves(void);
void restores(void);
void resets(void);
void rounds(void);
