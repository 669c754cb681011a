#!/usr/bin/env bash
# One turn, in namespaces of its own (run): the run's folder in $1, the library's folder or nothing in $2, what to do in
# $3.
# Turns go on at once: each has the programs in a folder of its own that has the same name in all of them.
set -u
folder=$1/turn libs=$2
mount -t tmpfs turn "$folder" || exit 2
cp "$1"/{stubdom,helper,look,fake-xen.so,more-xen.so,qemu.py} "$folder/" || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$folder"
export LIBXL_SAVE_HELPER=$folder/helper HELPER=fine CALLS=$folder/calls
preloaded="$folder/more-xen.so $folder/fake-xen.so"
LD_PRELOAD=$preloaded "$folder/stubdom" pciback &
domain() { LD_PRELOAD=$preloaded "$folder/stubdom" domain "$@"; }
# operation KIND WHAT [ARGUMENT]: of domain $id, with the library of this turn.
operation() {
  local began=$SECONDS
  local shown=${3-}
  echo "\$ $1 $2 ${shown#"$folder/"}"
  : > "$CALLS"
  LD_LIBRARY_PATH=$libs LD_PRELOAD=$preloaded timeout 90 "$folder/stubdom" "$1" "$2" "$id" "${3--}"
  # Time limits are part of the behaviour.
  local took=$((SECONDS - began))
  if [ $took -lt 40 ]; then echo "   after $((took / 8 * 8)) s"; else echo "   after a minute"; fi
}
# What the hypervisor and QEMU were told since the last time, and what xenstore has of functions.
told() {
  cat "$CALLS"
  [ ! -e "$folder/told" ] || cat "$folder/told"
  [ ! -e "$folder/told" ] || : > "$folder/told"
}
nodes() { for at; do "$folder/look" "at=$at"; done 2> /dev/null | sort -u; }
functions() {
  nodes /libxl/pci /local/domain/0/backend/pci/{"$id","$stub"} /local/domain/{"$id","$stub"}/device/pci
}
tree() { told; functions; }
stored() { tr -d '\0' < "$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)" | grep -aE '"(dev|func|vdevfn|vfunc_mask)"'; }
# The host's functions: one with ports, memory and an interrupt, and two of one device.
host_pci() {
  local bdf
  mount -t tmpfs bus /sys/bus || exit 2
  mkdir -p /sys/bus/pci/drivers/pciback
  touch /sys/bus/pci/drivers/pciback/permissive
  for bdf in 0000:00:05.0 0000:00:06.0 0000:00:06.1; do
    mkdir -p "/sys/bus/pci/devices/$bdf"
    touch "/sys/bus/pci/devices/$bdf/reset"
    echo 0 > "/sys/bus/pci/devices/$bdf/irq"
    echo 0x020000 > "/sys/bus/pci/devices/$bdf/class"
    printf '0x%016x 0x%016x 0x%016x\n' 0 0 0 > "/sys/bus/pci/devices/$bdf/resource"
    ln -s "../../devices/$bdf" "/sys/bus/pci/drivers/pciback/$bdf"
  done
  printf '0x%016x 0x%016x 0x%016x\n' 0xe000 0xe03f 0x101 0xfe000000 0xfe003fff 0x200 0 0 0 \
    > /sys/bus/pci/devices/0000:00:05.0/resource
  echo 11 > /sys/bus/pci/devices/0000:00:05.0/irq
}
# As the kernel shows it, and what was written to it.
written() {
  local file
  for file in /sys/bus/pci/devices/*/reset /sys/bus/pci/drivers/pciback/permissive; do
    [ ! -s "$file" ] || echo "written to ${file#/sys/bus/pci/}: $(cat "$file")"
    : > "$file"
  done
}
# host_usb: one device.
host_usb() {
  mkdir -p /sys/bus/usb/devices/1-1 /sys/bus/usb/devices/1-1:1.0 /sys/bus/usb/drivers/usbhid
  echo 1 > /sys/bus/usb/devices/1-1/busnum
  echo 7 > /sys/bus/usb/devices/1-1/devnum
  echo 00 > /sys/bus/usb/devices/1-1/bDeviceClass
  ln -s ../../drivers/usbhid /sys/bus/usb/devices/1-1:1.0/driver
}
# guest: a new HVM guest $id whose device model is in $stub.
guest() {
  byte=$((${byte-0} + 1))
  id=$(domain guest hvm "$byte" '{"c_info": {"type": "hvm", "name": "guest"}, "b_info": {"max_vcpus": 1, "avail_vcpus": [0],
    "device_model_stubdomain": "True", "max_memkb": 4096, "target_memkb": 4096, "type.hvm": {}}}')
  byte=$((byte + 1))
  stub=$(domain guest-dm pv "$byte")
  xenstore-write "/local/domain/$id/image/device-model-domid" "$stub" "/local/domain/$stub/target" "$id" \
    "/local/domain/$stub/device-model/$id/state" running "/libxl/$id/dm-version" qemu_xen "/libxl/$id/type" hvm \
    "/libxl/$stub/type" pv "/local/domain/$id/memory/target" 4096 "/local/domain/$id/memory/static-max" 4096
  qemu
}
# old_guest: a new one with the traditional device model, in this domain.
old_guest() {
  byte=$((byte + 1))
  stub=none
  id=$(domain guest hvm "$byte" '{"c_info": {"type": "hvm", "name": "guest"}, "b_info": {"max_vcpus": 1, "avail_vcpus": [0],
    "max_memkb": 4096, "target_memkb": 4096, "type.hvm": {}}}')
  xenstore-write "/libxl/$id/dm-version" qemu_xen_traditional "/libxl/$id/type" hvm
  "$folder/stubdom" traditional "$id" >> "$folder/told" &
  qemu=$!
  until [ "$(xenstore-read "/local/domain/0/device-model/$id/state" 2> /dev/null)" = running ]; do sleep 0.05; done
}
qemu() {
  python3 "$folder/qemu.py" "$id" "$folder" &
  qemu=$!
  for _ in $(seq 200); do [ ! -S "/run/xen/qmp-libxl-$id" ] || return 0; sleep 0.05; done
  echo "QEMU does not start"
}
. "$1/$3.sh"
