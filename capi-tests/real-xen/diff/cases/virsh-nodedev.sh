#: long
# The host's devices that guests could be given.
libvirt
try virsh nodedev-list --cap pci
try virsh nodedev-dumpxml pci_0000_00_1e_0
try virsh nodedev-detach pci_0000_00_1e_0
try virsh nodedev-detach none
try virsh nodedev-reattach pci_0000_00_1e_0
try virsh nodedev-reset none
