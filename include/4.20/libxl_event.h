/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events, event loops and child processes. Generated from idl/headers and src/capi: change it there. */

#ifndef LIBXL_EVENT_H
#define LIBXL_EVENT_H

#include <libxl.h>

#include <poll.h>
#include <sys/time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Events about domains ----
 *
 * An event is generated only if it was enabled with a libxl_evenable_ function. If its type is in the mask of
 * the event_occurs hook, it is passed to that hook; otherwise it is queued until libxl_event_check or
 * libxl_event_wait returns it. The receiver frees it with libxl_event_free. The queue has no limit.
 */

/* A mask has the bit 1 << type for each type that is requested. */
#define LIBXL_EVENTMASK_ALL (~(unsigned long)0)

/* Selects events: returns nonzero if this event is requested. It cannot fail. */
typedef int libxl_event_predicate(const libxl_event *event, void *user);

/* Removes the oldest event from the queue whose type is in typemask and that predicate accepts
 * (NULL: any), and stores it in *event_r, to be freed with libxl_event_free. ERROR_NOT_READY if
 * there is none. It generates no events: that happens in functions that wait or dispatch. */
int libxl_event_check(libxl_ctx *ctx,
                      libxl_event **event_r,
                      uint64_t typemask,
                      libxl_event_predicate *predicate,
                      void *predicate_user);

/* As libxl_event_check, but waits until there is such an event, and dispatches for the ctx
 * meanwhile. */
int libxl_event_wait(libxl_ctx *ctx,
                     libxl_event **event_r,
                     uint64_t typemask,
                     libxl_event_predicate *predicate,
                     void *predicate_user);

/* Frees an event; NULL, and a NULL ctx, are allowed. */
void libxl_event_free(libxl_ctx *ctx, libxl_event *event);

typedef struct libxl_event_hooks {
    /* The types that are passed to event_occurs instead of the queue; if 0, event_occurs may be NULL. */
    uint64_t event_occurs_mask;
    /* Receives an event and owns it. Called in any thread that is inside libxl; may call libxl. */
    void (*event_occurs)(void *user,
#ifndef LIBXL_HAVE_NONCONST_EVENT_OCCURS_EVENT_ARG
                         const
#endif
                         libxl_event *event);
    /* An unrecoverable error occurred, and events of this type (0: of any type) may be lost; msg with the
     * errno value was logged as critical. Must not call libxl. Without this hook the process is aborted. */
    void (*disaster)(void *user, libxl_event_type type, const char *msg, int errnoval);
} libxl_event_hooks;

/* The hooks remain the application's and must outlive the ctx. Not to be called while events are enabled
 * or any other thread is inside libxl with this ctx. */

/* From now on, events whose type is in hooks->event_occurs_mask are passed to hooks->event_occurs
 * instead of the queue, and hooks->disaster is called when events may have been lost. NULL
 * unregisters the hooks. */
void libxl_event_register_callbacks(libxl_ctx *ctx,
                                    const libxl_event_hooks *hooks,
                                    void *user);

/* Each pair enables and disables one type of event. `user` is returned in each event; `*evgen_out` is the
 * argument of the function that disables. An event that occurred before may still be reported after that. When
 * the ctx is freed, all are disabled. */
typedef struct libxl__evgen_domain_death libxl_evgen_domain_death;

/* Enables the events DOMAIN_SHUTDOWN, when the domain has shut down (again after it was resumed),
 * and DOMAIN_DEATH, when it has been destroyed, each with user. For a domain that is destroyed
 * before it shuts down only the latter is generated. Both are generated also for what happened
 * before the call: a domain that does not exist counts as destroyed.
 *
 * *evgen_out is the argument for libxl_evdisable_domain_death. Returns the error of the
 * application's fd_register hook if that fails; ERROR_FAIL without xenstore. */
int libxl_evenable_domain_death(libxl_ctx *ctx,
                                uint32_t domid,
                                libxl_ev_user user,
                                libxl_evgen_domain_death **evgen_out);

/* Disables what libxl_evenable_domain_death enabled: no event is generated afterwards, but one that
 * is in the queue or is just being delivered may still be reported. NULL is allowed. */
void libxl_evdisable_domain_death(libxl_ctx *ctx,
                                  libxl_evgen_domain_death *generator);

typedef struct libxl__evgen_disk_eject libxl_evgen_disk_eject;

/* Enables the event DISK_EJECT, for each request of the guest to eject the medium of the disk vdev,
 * which is copied; the library acknowledges the request. The event contains that copy and the drive
 * without its medium. Neither the domain nor the disk need exist.
 *
 * *evgen_out is the argument for libxl_evdisable_disk_eject. ERROR_INVAL if vdev is not a valid
 * vdev; the error of the application's fd_register hook if that fails; ERROR_FAIL without xenstore. */
int libxl_evenable_disk_eject(libxl_ctx *ctx,
                              uint32_t domid,
                              const char *vdev,
                              libxl_ev_user user,
                              libxl_evgen_disk_eject **evgen_out);

/* Disables what libxl_evenable_disk_eject enabled, as libxl_evdisable_domain_death does. */
void libxl_evdisable_disk_eject(libxl_ctx *ctx, libxl_evgen_disk_eject *generator);

/* ---- The application's event loop ----
 *
 * With poll: beforepoll returns the descriptors and the timeout; after poll, afterpoll processes what is ready;
 * then libxl_event_check is called until it returns ERROR_NOT_READY. With an event library: the application
 * registers hooks, and calls the occurred functions when a descriptor is ready or a timeout has expired. Both may
 * be used at once.
 */

struct pollfd;

/* Stores what to poll for before the next libxl_osevent_afterpoll: one descriptor. It is the same
 * for the lifetime of the ctx, and becomes readable also for what other threads begin to wait for
 * while the application sleeps. *timeout_upd and now are not used, since the descriptor also covers
 * timeouts.
 *
 * ERROR_BUFFERFULL if fds is too small; the required number is stored in *nfds_io in any case. */
int libxl_osevent_beforepoll(libxl_ctx *ctx,
                             int *nfds_io,
                             struct pollfd *fds,
                             int *timeout_upd,
                             struct timeval now);

/* Dispatches: processes everything that is ready, whether poll reported it or not. Events can then
 * be fetched with libxl_event_check. */
void libxl_osevent_afterpoll(libxl_ctx *ctx,
                             int nfds,
                             const struct pollfd *fds,
                             struct timeval now);

/* How libxl requests that the application watches a descriptor or a timeout.
 *
 * `for_libxl` is an argument of the occurred call. The application may store a value of its own in
 * *for_app_registration_out (NULL on entry) or _update, which is passed to later calls for that registration.
 * register and modify return 0, or ERROR_OSEVENT_REG_FAIL or any positive number, in which case nothing
 * has changed; the number is returned to the caller of libxl. `events` is as for poll and may be 0.
 *
 * Hooks run with locks held and must not call the occurred functions. A lock of the application that a
 * hook takes must be either always or never held when the application calls libxl.
 */
typedef struct libxl_osevent_hooks {
    int (*fd_register)(void *user, int fd, void **for_app_registration_out, short events,
                       void *for_libxl);
    int (*fd_modify)(void *user, int fd, void **for_app_registration_update, short events);
    void (*fd_deregister)(void *user, int fd, void *for_app_registration);
    int (*timeout_register)(void *user, void **for_app_registration_out, struct timeval abs,
                            void *for_libxl);
    /* Only with abs == {0, 0}: the timeout is to occur as soon as possible. It may be occurring already. */
    int (*timeout_modify)(void *user, void **for_app_registration_update, struct timeval abs);
    /* Never called. */
    void (*timeout_deregister)(void *user, void *for_app_registration);
} libxl_osevent_hooks;

/* To be called once for each ctx; the hooks remain the application's and must outlive the ctx. */

/* Registers the functions by which the application watches descriptors for the library. The library
 * registers one descriptor when the ctx has something that the application must drive, and
 * deregisters it when there is nothing any more. Timeouts are never registered. */
void libxl_osevent_register_hooks(libxl_ctx *ctx,
                                  const libxl_osevent_hooks *hooks,
                                  void *user);

/* Not to be called from inside a hook. A timeout that has occurred is no longer registered. */

/* Reports that a descriptor that the application watches for the library is ready. The arguments
 * are not used, and a superfluous call is harmless. */
void libxl_osevent_occurred_fd(libxl_ctx *ctx,
                               void *for_libxl,
                               int fd,
                               short events,
                               short revents);

/* As libxl_osevent_occurred_fd; the library never registers a timeout. */
void libxl_osevent_occurred_timeout(libxl_ctx *ctx, void *for_libxl);

/* ---- Child processes ---- */

/* Who handles SIGCHLD, and who reaps children. */
typedef enum {
    /* libxl, while it has children; it reaps every child of the process. The application has no children. */
    libxl_sigchld_owner_libxl,
    /* The application, which calls libxl_childproc_reaped or libxl_childproc_sigchld_occurred, never
     * from a signal handler. */
    libxl_sigchld_owner_mainloop,
    /* libxl, always, also for the application's children, which it reports to reaped_callback. One ctx only. */
    libxl_sigchld_owner_libxl_always,
    /* libxl handles the signal but reaps only its own children; the application waits for its own. If one ctx
     * has this mode, all must have it. */
    libxl_sigchld_owner_libxl_always_selective_reap,
} libxl_sigchld_owner;

typedef struct {
    libxl_sigchld_owner chldowner;
    /* Called instead of fork, with fork's result and errno; must not call libxl. May be NULL. */
    pid_t (*fork_replacement)(void *user);
    /* Called for a child that libxl reaped and that is not its own: returns 0 if it is the application's, else
     * ERROR_UNKNOWN_CHILD. Not called from a signal handler. May be NULL. */
    int (*reaped_callback)(pid_t pid, int status, void *user);
} libxl_childproc_hooks;

/* NULL hooks mean libxl_sigchld_owner_libxl. The hooks remain the application's and must outlive the ctx. To be
 * called only while libxl has no children. */

/* Sets who reaps children (hooks->chldowner), a replacement for fork, and a callback for children
 * that are not the library's. NULL sets the default, libxl_sigchld_owner_libxl without functions.
 *
 * *hooks is not copied. An unknown chldowner is logged and changes nothing. */
void libxl_childproc_setmode(libxl_ctx *ctx,
                             const libxl_childproc_hooks *hooks,
                             void *user);

/* Reports that the application, which reaps all children (libxl_sigchld_owner_mainloop), has reaped
 * pid. 0 if it was a child of this ctx, ERROR_UNKNOWN_CHILD if not. */
int libxl_childproc_reaped(libxl_ctx *ctx,
                           pid_t pid,
                           int status);

/* Reports that the application, which handles SIGCHLD (libxl_sigchld_owner_mainloop), has received
 * the signal: the library reaps the children of this ctx that have ended, and no others. */
void libxl_childproc_sigchld_occurred(libxl_ctx *ctx);

/* To be called in a forked child that does not exec, before any other function of libxl. Every ctx of the parent
 * is invalid in the child and must not be freed there. */

/* To be called in a forked child that does not immediately execute another program: closes the
 * descriptors of all the parent's ctxs, so that a new ctx can be created. The parent's ctxs must
 * not be used or freed. ctx may be NULL.
 *
 * It does not block and takes no lock; the handler of SIGCHLD is the one from before the library
 * installed its own. In a process that was not forked it does nothing. */
void libxl_postfork_child_noexec(libxl_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif /* LIBXL_EVENT_H */
