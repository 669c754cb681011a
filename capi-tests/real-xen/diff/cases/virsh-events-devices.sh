#: long
# What clients are told of devices that come and go.
libvirt
bridge xenbr0
head -c 1048576 /dev/zero > /tmp/v-a
virsh event --all --loop --timeout 40 > /tmp/v-events 2>&1 &
started v-evdev pvh
try virsh attach-disk v-evdev /tmp/v-a xvdb
try virsh detach-disk v-evdev xvdb
try virsh attach-interface v-evdev bridge xenbr0 --mac 00:16:3e:00:00:0b
try virsh detach-interface v-evdev bridge
try virsh setmem v-evdev 6144
try virsh setvcpus v-evdev 1
try virsh destroy v-evdev
stop_libvirtd
sort /tmp/v-events
