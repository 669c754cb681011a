#: long
# A guest without drivers is asked by the power button.
libvirt
started v-button hvm
try virsh shutdown v-button --mode paravirt
try virsh shutdown v-button --mode acpi
try virsh shutdown v-button
try virsh reboot v-button
try virsh reboot v-button --mode acpi
try virsh domstate --reason v-button
try virsh destroy v-button
