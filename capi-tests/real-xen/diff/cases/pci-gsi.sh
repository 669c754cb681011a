# Functions where domain 0 has no physical interrupts, as a PVH one: since Xen 4.20 their interrupts are given by GSI. Domain 0 is a
# PV one here, and looks like one of that kind to xl.
#: pci
pci_host
assignable 05.0 06.0
rm -f /tmp/gsi-calls
pvh() { LD_PRELOAD=/share/pvh-dom0.so "$@"; }
calls() { sed "s/domain $id,/domain ID,/" /tmp/gsi-calls 2> /dev/null; rm -f /tmp/gsi-calls; }

pvh create pci-gsi pv 'pci=["00:05.0"]'
id=$(id_of pci-gsi)
of_pci pci-gsi
calls
pcifront pci-gsi
connected pci-gsi
pvh try xl pci-attach pci-gsi 00:06.0
calls
of_pci pci-gsi
pvh try xl pci-detach pci-gsi 00:06.0
calls
of_pci pci-gsi
pvh try xl destroy pci-gsi
calls
pci_host
