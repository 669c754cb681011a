#: long
# Guests that start paused, and what may be asked of them then.
libvirt
xml v-paused pvh
try virsh create /tmp/v-paused.xml --paused
made v-paused
try virsh domstate --reason v-paused
domains
try virsh vcpuinfo v-paused
try virsh setmem v-paused 6144
try virsh suspend v-paused
try virsh resume v-paused
try virsh domstate --reason v-paused
try virsh destroy v-paused
try virsh define /tmp/v-paused.xml
try virsh start v-paused --paused
made v-paused
try virsh domstate --reason v-paused
try virsh start v-paused --autodestroy
try virsh destroy v-paused
try virsh undefine v-paused --managed-save --nvram
