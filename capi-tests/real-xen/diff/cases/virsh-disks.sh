#: long
# Disks of every kind at creation, and with what they are served.
libvirt
head -c 1048576 /dev/zero > /tmp/v-a
head -c 1048576 /dev/zero > /tmp/v-b
loop=$(losetup -f --show /tmp/v-b)
qemu-img create -q -f qcow2 /tmp/v-c 1M 2> /dev/null || : > /tmp/v-c
started v-disks pv \
  "<disk type='file' device='disk'><driver name='file' type='raw'/><source file='/tmp/v-a'/><target dev='xvda'/></disk>" \
  "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/tmp/v-a'/><target dev='xvdb'/><readonly/></disk>" \
  "<disk type='block' device='disk'><driver name='phy' type='raw'/><source dev='$loop'/><target dev='xvdc'/><shareable/></disk>"
devices
try virsh domblklist v-disks --details
try virsh domblkinfo v-disks xvda
try virsh destroy v-disks
for disk in "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/v-a'/><target dev='xvda'/></disk>" \
  "<disk type='file' device='floppy'><source file='/tmp/v-a'/><target dev='fda'/></disk>" \
  "<disk type='file' device='disk'><driver name='tap' type='aio'/><source file='/tmp/v-a'/><target dev='xvda'/></disk>" \
  "<disk type='block' device='disk'><driver name='phy'/><source dev='/dev/none'/><target dev='xvda'/></disk>" \
  "<disk type='file' device='disk'><source file='/tmp/v-a'/><target dev='nonsense'/></disk>" \
  "<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='a/b'/><target dev='xvda'/></disk>"; do
  started v-disks pv "$disk"
  virsh destroy v-disks > /dev/null 2>&1
done
losetup -d "$loop"
