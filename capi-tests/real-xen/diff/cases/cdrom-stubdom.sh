#: long
# Other media where the device model is in a stub domain: since Xen 4.20. The stub domain's kernel does nothing: the case says
# in its place that the device model runs, and answers for it, and for the driver of its disk.
stubdom_host
truncate -s 1M /tmp/stub-cd-1 /tmp/stub-cd-2
drive='vdev=hdc, backendtype=phy, access=ro, devtype=cdrom'
in_place_of stub-cd
create stub-cd hvm "${in_stubdom[@]}" "$stand_in" "disk=[\"$drive, format=raw, target=/tmp/stub-cd-1\"]"
# Before Xen 4.19 libxl refuses an HVM guest whose CD drive has a phy back end, so no stub domain is created.
if [ "$XEN" = 4.17 ]; then kill "$in_place"; else was_in_place stub-cd; fi

# changed COMMAND…: and what comes of it, in QEMU, in xenstore and in the stored configuration.
changed() {
  : > /tmp/stub-qemu.told
  try "$@"
  cat /tmp/stub-qemu.told
  devices | numberless "$id"
  {
    nodes "/local/domain/0/backend/vbd/$stub" | grep -v -e hotplug -e physical -e /node
    nodes "/libxl/$stub/device"
  } | numberless "$stub" | sort
}

# The driver of the stub domain's disk: it closes when the back end does.
blkfront() {
  local front=/local/domain/$stub/device/vbd/5632/state back=/local/domain/0/backend/vbd/$stub/5632
  xenstore-watch "$back" 2> /dev/null | while read -r _; do
    [ "$(xenstore-read "$back/state" 2> /dev/null)$(xenstore-read "$front" 2> /dev/null)" != 51 ] || xenstore-write "$front" 6
  done
}
if [ -n "$(id_of stub-cd)" ]; then
  made stub-cd-dm
  id=$(id_of stub-cd) stub=$(id_of stub-cd-dm)
  blkfront &
  driver=$!
  pkill vchan-socket
  until_true eval '! pgrep vchan-socket'
  rm "/run/xen/qmp-libxl-$id"
  /share/stand-in-qemu --monitor "/run/xen/qmp-libxl-$id" 5632 >> /tmp/stub-qemu.told 2>&1 &
  monitor=$!
  until_true test -S "/run/xen/qmp-libxl-$id"
  changed xl cd-insert stub-cd hdc /tmp/stub-cd-2
  changed xl cd-eject stub-cd hdc
  changed xl cd-eject stub-cd hdc
  changed xl cd-insert stub-cd hdc /tmp/stub-cd-1
  touch /tmp/refuses-media
  changed xl cd-insert stub-cd hdc /tmp/stub-cd-2
  rm /tmp/refuses-media
  changed xl cd-insert stub-cd hdc /tmp/none
  changed xl cd-insert stub-cd hdb /tmp/stub-cd-2
  changed xl cd-insert stub-cd hdc /tmp/stub-cd-2
  try xl destroy stub-cd
  kill $monitor $driver
  pkill xenstore-watch
fi
domains
ls /run/xen
