# An HVM guest without ACPI: QEMU is told by an option that QEMU 9 has no longer, or by a property of the machine.
config hvm-no-acpi hvm 'acpi=0'
try xl create -q -e -p /tmp/hvm-no-acpi.cfg
made hvm-no-acpi
if [ -n "$(id_of hvm-no-acpi)" ]; then qemu hvm-no-acpi | grep -A 1 -e acpi -e '^-machine'; fi
try xl destroy hvm-no-acpi
domains
