# A pretended host for programs under pretend.c (sourced, in namespaces of its own, with their folder in $1, which
# becomes /tmp): empty /run and /var/lib, and a real xenstored. Leaves what is to be preloaded in HARNESS_PRELOAD.
folder=$1
mount -t tmpfs tmp /mnt && cp -r "$folder"/* /mnt/ && mount --move /mnt /tmp || exit 2
mount -t tmpfs run /run && mount -t tmpfs lib /var/lib || exit 2
mkdir -p /var/lib/xen /run/xen /run/lock /tmp/ours /var/log/xen
[ ! -e /tmp/libxenlight.so.4.17 ] || mv /tmp/libxenlight.so.4.17 /tmp/ours/
export PRETEND=/tmp/pretend XENSTORED_RUNDIR=/tmp/pretend XENSTORED_PATH=/tmp/pretend/socket HARNESS_PRELOAD=/tmp/pretend.so
mkdir -p $PRETEND
daemon=/usr/lib/xen-4.17/bin/xenstored
[ -x $daemon ] || daemon=/usr/sbin/xenstored
env -u XENSTORED_PATH LD_PRELOAD=/tmp/pretend.so $daemon --no-fork --internal-db --pid-file /tmp/pretend/pid &
for _ in $(seq 100); do [ -S $PRETEND/socket ] || sleep 0.1; done
[ -S $PRETEND/socket ] || { echo "xenstored does not start" >&2; exit 2; }
xenstore-write /local/domain/0/name Domain-0 /local/domain/0/domid 0 /local/domain/0/vm /vm/0 /vm/0/uuid 0
