#: long
# Emulated disks under libvirt, as QEMU is told of them.
libvirt
head -c 1048576 /dev/zero > /tmp/v-a
head -c 1048576 /dev/zero > /tmp/v-b
started v-hdisks hvm \
  "<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none' discard='unmap'/><source file='/tmp/v-a'/><target dev='hda' bus='ide'/></disk>" \
  "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/tmp/v-b'/><target dev='sda' bus='scsi'/></disk>" \
  "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/><readonly/></disk>"
qemu v-hdisks
devices
try virsh attach-disk v-hdisks /tmp/v-b xvdd --live
try virsh attach-disk v-hdisks /tmp/v-b hdd --live
try virsh detach-disk v-hdisks xvdd --live
try virsh detach-disk v-hdisks hda --live
try virsh domblklist v-hdisks
try virsh destroy v-hdisks
