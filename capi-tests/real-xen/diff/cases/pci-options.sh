# Options of functions in a configuration: of one, of all of the domain, both, and such as there are not.
#: pci
pci_host
assignable 05.0 06.0 06.1 07.0
create pci-opt1 pv 'pci_permissive=1' 'pci_msitranslate=1' 'pci_power_mgmt=1' \
  'pci=["00:05.0", "00:06.0,permissive=0,msitranslate=0", "bdf=00:06.1,vslot=7,power_mgmt=0", "0000:00:07.0@1f,rdm_policy=relaxed"]'
of_pci pci-opt1
try xl pci-list pci-opt1
pcifront pci-opt1
connected pci-opt1
try xl destroy pci-opt1
create pci-opt2 pv 'pci_seize=1' 'pci_permissive=0' 'pci=["00:05.0,permissive=1,seize=0", "00:07.0,msitranslate=7,power_mgmt=x"]'
of_pci pci-opt2 | LC_ALL=C sort
pcifront pci-opt2
connected pci-opt2
try xl destroy pci-opt2
create pci-opt3 pv 'pci=["00:05.0,odd=1"]'
create pci-opt4 pv 'pci=["00:05.0,rdm_policy=odd"]'
create pci-opt5 pv 'pci=["00:05.0", "nonsense"]'
create pci-opt6 pv 'pci=["name=none"]'
create pci-opt7 pv 'pci="00:05.0"'
create pci-opt8 pv 'pci=[]'
of_pci
pci_host
