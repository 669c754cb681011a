# A core dump that libvirt asks for; guests that are saved paused, and restored with another description.
#: long
libvirt
started v-dump pvh
try virsh dump v-dump /tmp/v-dump.core
head -c 4 /tmp/v-dump.core | od -c | head -1
try virsh domstate --reason v-dump
try virsh dump v-dump /tmp/v-dump.core --crash
try virsh domstate --reason v-dump
started v-saved pvh
suspends v-saved
try virsh save v-saved /tmp/v-saved.image --paused
try virsh save-image-define /tmp/v-saved.image /tmp/v-saved.xml
try virsh restore /tmp/v-saved.image --paused
made v-saved
try virsh domstate --reason v-saved
domains
