# Functions taken from their driver when a guest gets them.
#: pci
pci_host
modprobe e1000e
until_true test -e /sys/bus/pci/drivers/e1000e/0000:00:06.1
create pci-seized pv 'pci=["00:05.0,seize=1"]'
of_pci pci-seized
pcifront pci-seized
connected pci-seized
try xl pci-attach pci-seized 00:06.0,seize=1
connected pci-seized
of_pci pci-seized
try xl pci-detach pci-seized 00:05.0
try xl pci-assignable-remove -r 00:05.0
basename "$(readlink -f /sys/bus/pci/devices/0000:00:05.0/driver)"
try xl destroy pci-seized
of_pci
modprobe -r e1000e
pci_host
