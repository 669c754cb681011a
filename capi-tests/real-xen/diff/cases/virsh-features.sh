#: long
# What the guest's machine has and has not: features, clock, timers, processor.
libvirt
variant() {
  own_features=$([[ $2 != *'<features>'* ]] || echo 1) xml v-features "$1"
  sed -i "s,</os>,</os>$2," /tmp/v-features.xml
  try virsh create /tmp/v-features.xml
  made v-features
  [ -n "$(id_of v-features)" ] || return 0
  tr -d '\0' < "$(echo /var/lib/xen/userdata-d."$(id_of v-features)".*.libxl-json)"
  of_domain v-features
  virsh destroy v-features
}
variant hvm "<features><acpi/><apic/><pae/><hap state='off'/></features>"
variant hvm "<features><acpi/><viridian/></features><clock offset='localtime'/>"
variant pv "<features><xen><e820_host state='on'/></xen></features>"
variant pvh "<features><xen><passthrough state='on'/></xen></features>"
variant hvm "<clock offset='utc'><timer name='tsc' mode='emulate'/><timer name='hpet' present='no'/></clock>"
variant hvm "<clock offset='variable' adjustment='-60' basis='localtime'/>"
variant hvm "<cpu mode='host-passthrough'><feature policy='disable' name='svm'/><feature policy='require' name='vmx'/></cpu>"
variant hvm "<cpu mode='custom'><model>qemu64</model></cpu>"
variant hvm "<devices/><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'/>"
