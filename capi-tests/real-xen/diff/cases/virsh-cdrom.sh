# Media of an HVM guest's CD drive under libvirt.
#: long
libvirt
for n in one two; do head -c 65536 /dev/zero > /tmp/v-$n.iso; done
started v-cdrom hvm "<disk type='file' device='cdrom'><source file='/tmp/v-one.iso'/><target dev='hdc'/><readonly/></disk>"
# Its state would be chance.
try virsh suspend v-cdrom
try virsh domblklist v-cdrom
try virsh change-media v-cdrom hdc /tmp/v-two.iso --update
try virsh domblklist v-cdrom
drives v-cdrom
try virsh change-media v-cdrom hdc --eject
try virsh domblklist v-cdrom
drives v-cdrom
try virsh change-media v-cdrom hdc /tmp/v-one.iso --insert
try virsh change-media v-cdrom hdc /tmp/none.iso --update
try virsh change-media v-cdrom hdd /tmp/v-one.iso --update
drives v-cdrom
