# The cases on this machine, under the fake hypervisor: in namespaces of its own (run), with the run's
# folder in $1. The cases' output goes to $1/out.SIDE.
folder=$1
mount -t tmpfs tmp /mnt && cp -r "$folder"/* /mnt/ || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host /mnt
xenstore-write /local/pool/3/name other
env HOST_CAPS=0 LD_PRELOAD="/mnt/host.so /mnt/fake-xen.so" /mnt/devices < /mnt/devices.txt > "$folder/out.devices" \
  2> "$folder/err.devices" || echo "status $?" >> "$folder/err.devices"
side() { # NAME LIBRARIES WHICH WRAPPER...
  local name=$1 libraries=$2 which=$3
  shift 3
  # shellcheck disable=SC2086 # none or several words
  LD_PRELOAD="/mnt/host.so /mnt/fake-xen.so" LD_LIBRARY_PATH=$libraries "$@" /mnt/driver $which < /mnt/cases.txt > "$folder/out.$name" \
    2> "$folder/err.$name" || echo "status $?" >> "$folder/err.$name"
}
side C /usr/lib/x86_64-linux-gnu C
side ours /mnt/ours ''
[ ! -e /mnt/valgrind ] || side valgrind /mnt/ours '' valgrind -q --leak-check=full --trace-children=no \
  --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99 \
  --child-silent-after-fork=yes
