# Addresses in forms that are none, and in those that are one: attached, detached, made assignable and no longer.
#: pci
pci_host
assignable 05.0
guest pci-forms pv -p 'passthrough="enabled"'
pcifront pci-forms
try_each xl pci-attach pci-forms -- : 05.0 00:05.8 00:20.0 10000:00:05.0 '00:05.0 ' 00:05.0@ vslot=7 bdf=00:05.0,name=x ffff:ff:1f.7 \
  0001:00:05.0 00:05.7
try_each xl pci-detach pci-forms -- 00:05.9 00:05.0@7 ffff:ff:1f.7
try xl pci-attach pci-forms bdf=0:5.0,vslot=7
connected pci-forms
of_pci pci-forms
try xl pci-detach pci-forms 0000:0:05.00
try_each xl pci-assignable-add -- : 10000:00:06.0 0001:00:06.0 '00:06.*' '00:06.1 '
try_each xl pci-assignable-remove -- 0001:00:05.0 00:1f.7 '' '00:06.*'
try xl pci-assignable-list
of_pci pci-forms
reference destroy pci-forms
pci_host
