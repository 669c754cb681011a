# Domains that start with the daemon.
#: long
libvirt
xml v-auto pvh
try virsh define /tmp/v-auto.xml
try virsh autostart v-auto
try virsh list --all --autostart
stop_libvirtd
# It starts them once in each boot of the host.
rm -f /run/libvirt/libxl/autostarted
start_libvirtd
until_true eval 'domains | grep -q "^v-auto .*-b----"'
made v-auto
try virsh list --all
try virsh autostart v-auto --disable
try virsh list --all --autostart
try virsh destroy v-auto
try virsh undefine v-auto
