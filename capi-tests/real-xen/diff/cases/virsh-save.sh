# Saved and restored by libvirt: a file, and what it keeps itself.
libvirt
xml v-save pvh
try virsh define /tmp/v-save.xml
try virsh start v-save
made v-save
suspends v-save
try virsh save v-save /tmp/v-save.image
try virsh domstate --reason v-save
try virsh save-image-dumpxml /tmp/v-save.image
try virsh restore /tmp/v-save.image
made v-save
try virsh domstate --reason v-save
suspends v-save
try virsh managedsave v-save
try virsh list --all --managed-save
try virsh start v-save
made v-save
try virsh domstate --reason v-save
try virsh restore /tmp/none
try virsh destroy v-save
try virsh undefine v-save
