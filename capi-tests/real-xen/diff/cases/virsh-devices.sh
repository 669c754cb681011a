# Disks and network cards that come and go under libvirt.
#: long
libvirt
bridge xenbr0
head -c 1048576 /dev/zero > /tmp/v-extra
started v-devices pv
try virsh attach-disk v-devices /tmp/v-extra xvdb --sourcetype file
try virsh domblklist v-devices
devices
try virsh detach-disk v-devices xvdb
try virsh domblklist v-devices
try virsh attach-interface v-devices bridge xenbr0 --mac 00:16:3e:00:00:03
try virsh domiflist v-devices
devices
try virsh attach-interface v-devices bridge xenbr0 --mac 00:16:3e:00:00:03
try virsh detach-interface v-devices bridge --mac 00:16:3e:00:00:03
try virsh domiflist v-devices
try virsh dumpxml v-devices
devices
