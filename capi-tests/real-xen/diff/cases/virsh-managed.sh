#: long
# Managed saves: what is left of them.
libvirt
xml v-managed pvh
try virsh define /tmp/v-managed.xml
try virsh start v-managed
made v-managed
suspends v-managed
try virsh managedsave v-managed --bypass-cache
try virsh managedsave v-managed
try virsh dominfo v-managed
find /var/lib/libvirt/libxl/save -type f
try virsh undefine v-managed
try virsh start v-managed --force-boot
made v-managed
try virsh dominfo v-managed
try virsh destroy v-managed
try virsh managedsave-remove v-managed
try virsh managedsave v-managed
try virsh undefine v-managed --managed-save
