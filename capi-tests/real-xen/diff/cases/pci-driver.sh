# Functions that have a driver in dom0: taken from it, given back to it, and not given back where that is not asked for.
#: pci
pci_host
modprobe e1000e
driver() { basename "$(readlink -f "/sys/bus/pci/devices/0000:00:$1/driver")"; }
until_true test -e /sys/bus/pci/drivers/e1000e/0000:00:06.1
driver 05.0
try xl pci-assignable-add 00:05.0
try xl pci-assignable-add 00:06.0
driver 05.0
of_pci
try xl pci-assignable-remove -r 00:05.0
try xl pci-assignable-remove 00:06.0
driver 05.0
driver 06.0
of_pci
# Without a driver now, but with a note of the one it had.
try xl pci-assignable-add 00:06.0
try xl pci-assignable-remove -r 00:06.0
driver 06.0
# A driver that is not there any more.
try xl pci-assignable-add 00:05.0
modprobe -r e1000e
try xl pci-assignable-remove -r 00:05.0
of_pci
pci_host
