# What libvirt says when the library refuses.
#: long
libvirt
try virsh create /tmp/none.xml
xml v-errors pv
sed -i 's,/guest/tiny,/guest/none,' /tmp/v-errors.xml
try virsh create /tmp/v-errors.xml
xml v-errors pv "<disk type='file' device='disk'><source file='/tmp/none'/><target dev='xvda'/></disk>"
try virsh create /tmp/v-errors.xml
xml v-errors pv "<interface type='bridge'><source bridge='nobridge'/></interface>"
try virsh create /tmp/v-errors.xml
xml v-errors pv
sed -i 's,8192,999999999,' /tmp/v-errors.xml
try virsh create /tmp/v-errors.xml
try virsh list --all
started v-errors pvh
started v-errors pvh
try virsh setvcpus v-errors 0
try virsh detach-disk v-errors xvdz
try virsh shutdown v-errors
try virsh reboot v-errors
try virsh reset v-errors
try virsh managedsave-remove v-errors
try virsh console v-errors --devname none < /dev/null
