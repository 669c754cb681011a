# The cases under pretend.c, in namespaces of its own (run), with the run's folder in $1.
folder=$1
mount -t tmpfs tmp /mnt && cp "$folder"/* /mnt/ && mount --move /mnt /tmp || exit 2
# Small, for the case of a full disk.
mount -t tmpfs run /run && mount -t tmpfs -o size=2m lib /var/lib || exit 2
mkdir -p /var/lib/xen /run/xen /run/lock /tmp/ours /var/log/xen
mv /tmp/libxenlight.so.4.17 /tmp/ours/
. /tmp/settings
export PRETEND=/tmp/pretend XENSTORED_RUNDIR=/tmp/pretend XENSTORED_PATH=/tmp/pretend/socket LOCKS_SECONDS=$seconds
mkdir -p $PRETEND
daemon=/usr/lib/xen-4.17/bin/xenstored
[ -x $daemon ] || daemon=/usr/sbin/xenstored
env -u XENSTORED_PATH LD_PRELOAD=/tmp/pretend.so $daemon --no-fork --internal-db --pid-file /tmp/pretend/pid &
for _ in $(seq 100); do [ -S $PRETEND/socket ] || sleep 0.1; done
[ -S $PRETEND/socket ] || { echo "xenstored does not start" >&2; exit 2; }
xenstore-write /local/domain/0/name Domain-0 /local/domain/0/domid 0 /local/domain/0/vm /vm/0 /vm/0/uuid 0
status=0
for side in $sides; do
  # shellcheck disable=SC2086 # one word each
  LD_PRELOAD=/tmp/pretend.so /tmp/locks sides "$side" $cases || status=1
done
exit $status
