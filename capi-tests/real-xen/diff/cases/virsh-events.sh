# The events that libvirt reports for a guest, and its actions for guests that shut down by themselves.
libvirt
virsh event --all --loop --timeout 50 > /tmp/v-events 2>&1 &
xml v-events pvh
try virsh define /tmp/v-events.xml
try virsh start v-events
made v-events
try virsh suspend v-events
try virsh resume v-events
ends "$(id_of v-events)" 1
until_true eval "domains | grep -q '^v-events .*-b----'"
made v-events
try virsh domstate --reason v-events
ends "$(id_of v-events)" 0
until_true eval "virsh domstate v-events | grep -q 'shut off'"
try virsh domstate --reason v-events
try virsh start v-events
made v-events
ends "$(id_of v-events)" 3
until_true eval "virsh domstate v-events | grep -q 'shut off'"
try virsh domstate --reason v-events
try virsh undefine v-events
stop_libvirtd
cat /tmp/v-events
