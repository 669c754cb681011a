# A PV guest made with functions, with all that may be said of them; what is left when it is destroyed.
#: pci
pci_host
assignable 05.0 06.0 06.1
create pci-pvc pv 'pci=["00:05.0,permissive=1,power_mgmt=1,msitranslate=1", "0000:00:06.1@1f,rdm_policy=relaxed", "00:06.0"]'
of_pci pci-pvc
try xl pci-list pci-pvc
try xl list -l pci-pvc
pcifront pci-pvc
connected pci-pvc
try xl destroy pci-pvc
of_pci
# Others can have them.
create pci-pvd pv 'pci=["00:06.1"]'
of_pci pci-pvd
pcifront pci-pvd
connected pci-pvd
try xl destroy pci-pvd
of_pci
pci_host
