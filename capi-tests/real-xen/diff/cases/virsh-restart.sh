# The daemon ends, in order and killed, while a guest runs; the next one finds the guest.
#: long
libvirt
started v-restart pvh
stop_libvirtd
start_libvirtd
try virsh list --all
try virsh dumpxml v-restart
try virsh suspend v-restart
stop_libvirtd KILL
start_libvirtd
try virsh domstate --reason v-restart
try virsh resume v-restart
stop_libvirtd KILL
ends "$(id_of v-restart)" 0
start_libvirtd
# With the C library it depends on the moment whether the daemon notices that the guest has ended: see docs/behaviour/libvirt.md.
# Ours notices, always.
if [ "$side" = ours ]; then
  until_true eval '! domains | grep -q ^v-restart'
else
  reference destroy v-restart 2> /dev/null
fi
domains
