#!/usr/bin/env bash
# The program, in namespaces of its own (run), with the run's folder in $1; $2: 1 for valgrind too, or nothing.
set -u
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$folder"
# The host's USB and PCI devices.
mount -t tmpfs bus /sys/bus || exit 2
for device in 1-1:1:7 1-2:1:200; do
  IFS=: read -r name bus address <<< "$device"
  mkdir -p "/sys/bus/usb/devices/$name"
  echo "$bus" > "/sys/bus/usb/devices/$name/busnum"
  echo "$address" > "/sys/bus/usb/devices/$name/devnum"
done
mkdir -p /sys/bus/pci/drivers/pciback/{0000:01:00.0,0000:02:1f.3,0000:03:00.0,0000:05:00.1,module,new_id}
xenstore-write /libxl/pci/0000-02-1f-3/domid 0 /libxl/pci/0000-03-00-0/domid 9999 /libxl/pci/0000-05-00-1/name lan
with() { # LIBS OUTPUT WHAT [WRAPPER…]
  local libs=$1 out=$2 what=$3
  shift 3
  LD_LIBRARY_PATH=$libs "$@" env LD_PRELOAD="$folder/fake-xen.so" "$folder/devices" "$what" "$folder/scenes" \
    > "$folder/$out" 2> "$folder/$out.log"
}
with '' filled fill || { cat "$folder/filled.log"; exit 2; }
with '' theirs show || exit 2
with "$folder/ours" ours.txt show || { tail -n 5 "$folder/ours.txt.log"; exit 2; }
if [ -n "$2" ]; then
  # A hash table of the standard library's is known by pointers into its middle: "possibly" says nothing.
  with "$folder/ours" valgrind plain valgrind -q --trace-children=yes --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99
  echo "exit status $?" >> "$folder/valgrind"
fi
exit 0
