#: long
# A guest's memory in a file, by libvirt.
libvirt
started v-dump pvh
try virsh dump v-dump /tmp/v-core
head -c 4 /tmp/v-core | od -c | head -n 1
try virsh domstate --reason v-dump
try virsh dump v-dump /nowhere/v-core
try virsh domstate --reason v-dump
try virsh dump v-dump /tmp/v-core --reset
try virsh dump v-dump /tmp/v-core --crash
try virsh domstate v-dump
domains
rm -f /tmp/v-core
