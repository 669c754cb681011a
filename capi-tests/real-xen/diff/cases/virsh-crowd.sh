#: long
# What clients ask of the host and all its guests.
libvirt
started v-crowd-a pvh
started v-crowd-b pv
xml v-crowd-c pvh
try virsh define /tmp/v-crowd-c.xml
try_each virsh list -- --all --inactive --persistent --transient --state-running --state-shutoff --autostart --no-autostart --with-managed-save --with-snapshot
try virsh list --table --title
try virsh nodememstats
try virsh nodecpustats > /dev/null
try virsh hostname > /dev/null
try virsh sysinfo > /dev/null
try virsh domid v-crowd-c
try virsh domuuid v-crowd-a
try virsh domcontrol v-crowd-a
try virsh dominfo v-crowd-c
try virsh pool-list --all
try virsh net-list --all
try virsh iface-list
try virsh undefine v-crowd-c
