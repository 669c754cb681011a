#: long
# Emulated network cards under libvirt, as QEMU is told of them.
libvirt
bridge xenbr0
started v-hnics hvm "<interface type='bridge'><mac address='00:16:3e:00:00:07'/><source bridge='xenbr0'/><model type='e1000'/></interface>" \
  "<interface type='bridge'><mac address='00:16:3e:00:00:08'/><source bridge='xenbr0'/><model type='netfront'/></interface>" \
  "<interface type='bridge'><mac address='00:16:3e:00:00:09'/><source bridge='xenbr0'/></interface>"
qemu v-hnics
devices
try virsh domif-getlink v-hnics 00:16:3e:00:00:07
try virsh domif-setlink v-hnics 00:16:3e:00:00:07 down
try virsh destroy v-hnics
