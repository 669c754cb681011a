# Disks that only xenstore knows: of every back end, an empty drive, states that a guest made up.
guest disks pv -p
id=$(id_of disks)
device vbd 51712 vbd dev xvda params /dev/vg/root type phy removable 0 mode w device-type disk
xenstore-write "$front/state" 4 "$front/event-channel" 17 "$front/ring-ref" 8
device vbd 5632 qdisk dev hdc params aio:/srv/a:b.iso type qdisk removable 1 mode r device-type cdrom
xenstore-write "$front/state" 1
device vbd 51728 vbd dev xvdb params '' type file removable 1 mode r device-type cdrom
xenstore-write "$front/state" 'many states' "$front/event-channel" ''
try xl block-list disks
try xl block-list disks "$id" nosuch
device vbd 51744 vbd dev xvdc type phy removable 0 mode w
try xl block-detach disks nosuch
xenstore-rm "/libxl/$id/device/vbd/51744"
xenstore-rm "/libxl/$id/device/vbd/5632"
try xl block-list disks
no_devices
device virtio_disk 51712 virtio_disk dev xvda params /a type standalone specification virtio transport mmio \
  base 33554432 irq 34 removable 0 mode w device-type disk
xenstore-write "$front/state" 2
try xl block-list disks
device vbd 51728 vbd dev xvdb params '' type phy removable 0 mode w device-type disk
try xl block-list disks
no_devices
try xl block-list disks
