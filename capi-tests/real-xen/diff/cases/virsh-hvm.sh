# An HVM guest with its QEMU under libvirt.
#: long
#: sed stdout s/^(CPU time: +)[0-9.]+s/\1N/ -- they run for so long
libvirt
head -c 65536 /dev/zero > /tmp/v-disk
started v-hvm hvm "<disk type='file' device='disk'><source file='/tmp/v-disk'/><target dev='hda'/></disk>" "<graphics type='vnc' port='5999' listen='127.0.0.1'/>"
try virsh dumpxml v-hvm
try virsh dominfo v-hvm
qemu v-hvm
try virsh domdisplay v-hvm
try virsh suspend v-hvm
try virsh resume v-hvm
try virsh domblklist v-hvm
try virsh destroy v-hvm
