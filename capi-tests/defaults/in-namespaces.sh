# The cases on this machine, under the pretended hypervisor: in namespaces of its own (run), with the run's
# folder in $1. The cases' output goes to $1/out.SIDE.
folder=$1
mkdir -p /tmp/out && mount -t tmpfs tmp /mnt && cp -r "$folder"/* /mnt/ || exit 2
mount -t tmpfs run /run && mount -t tmpfs lib /var/lib || exit 2
mkdir -p /var/lib/xen /run/xen /run/lock /mnt/pretend
export PRETEND=/mnt/pretend XENSTORED_RUNDIR=/mnt/pretend XENSTORED_PATH=/mnt/pretend/socket
daemon=/usr/lib/xen-4.17/bin/xenstored
[ -x $daemon ] || daemon=/usr/sbin/xenstored
env -u XENSTORED_PATH LD_PRELOAD=/mnt/pretend.so $daemon --no-fork --internal-db --pid-file /mnt/pretend/pid &
for _ in $(seq 200); do [ -S $PRETEND/socket ] || sleep 0.05; done
[ -S $PRETEND/socket ] || { echo "xenstored does not start" >&2; exit 2; }
xenstore-write /local/domain/0/name Domain-0 /local/pool/0/name Pool-0 /local/pool/3/name other
env HOST_CAPS=0 LD_PRELOAD="/mnt/host.so /mnt/pretend.so" /mnt/devices < /mnt/devices.txt > "$folder/out.devices" \
  2> "$folder/err.devices" || echo "status $?" >> "$folder/err.devices"
side() { # NAME LIBRARIES WHICH WRAPPER...
  local name=$1 libraries=$2 which=$3
  shift 3
  # shellcheck disable=SC2086 # none or several words
  LD_PRELOAD="/mnt/host.so /mnt/pretend.so" LD_LIBRARY_PATH=$libraries "$@" /mnt/driver $which < /mnt/cases.txt > "$folder/out.$name" \
    2> "$folder/err.$name" || echo "status $?" >> "$folder/err.$name"
}
side C /usr/lib/x86_64-linux-gnu C
side ours /mnt/ours ''
[ ! -e /mnt/valgrind ] || side valgrind /mnt/ours '' valgrind -q --leak-check=full --trace-children=no \
  --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
  --child-silent-after-fork=yes
