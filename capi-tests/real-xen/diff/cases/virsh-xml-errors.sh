#: long
# Descriptions that cannot be.
libvirt
broken() {
  xml v-broken "$1"
  sed -i -E "$2" /tmp/v-broken.xml
  try virsh create /tmp/v-broken.xml
  virsh destroy v-broken > /dev/null 2>&1
}
broken pvh 's,<vcpu>1</vcpu>,<vcpu>0</vcpu>,'
broken pvh 's,<vcpu>1</vcpu>,<vcpu>9999</vcpu>,'
broken pvh 's,<memory unit=.KiB.>8192<,<memory unit="KiB">0<,'
broken pvh 's,<domain type=.xen.>,<domain type="kvm">,'
broken pvh 's,</domain>,,'
broken pvh 's,<on_crash>destroy<,<on_crash>nonsense<,'
broken pvh 's,<uuid>.*</uuid>,<uuid>nonsense</uuid>,'
broken pv 's,<kernel>/guest/tiny</kernel>,<kernel>/etc/passwd</kernel>,'
broken pvh 's,<kernel>/guest/tiny</kernel>,<kernel>/etc/passwd</kernel>,'
broken hvm 's,</devices>,<emulator>/nowhere</emulator></devices>,'
broken hvm 's,</devices>,<emulator>/bin/false</emulator></devices>,'
broken pv "s,</devices>,<filesystem type='mount'><source dir='/tmp'/><target dir='t'/></filesystem></devices>,"
broken pv "s,</devices>,<tpm model='tpm-tis'><backend type='emulator'/></tpm></devices>,"
broken pv "s,</devices>,<watchdog model='i6300esb'/></devices>,"
try virsh list --all
domains
