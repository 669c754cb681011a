# While a function is being detached from a PV guest, which takes its time, another is attached, and the same detached again.
#: pci
pci_host
assignable 05.0 06.0
rm -f /tmp/pci-answers
guest pci-dd pv -p 'passthrough="enabled"'
pcifront pci-dd /tmp/pci-answers
reference pci-attach pci-dd 00:05.0
connected pci-dd
later one xl pci-detach pci-dd 00:05.0
until_state "/local/domain/$(id_of pci-dd)/device/pci/0" 4
until_state "/local/domain/0/backend/pci/$(id_of pci-dd)/0" 7
later two xl pci-attach pci-dd 00:06.0
sleep 2
: > /tmp/pci-answers
finished one
# What the C library answers to two operations at once, and leaves of them, is luck (docs/behaviour/pci.md): its xl may crash
# on it in the next detachment, and in the domain's destruction.
if [ "$side" = debian ]; then
  finished two > /dev/null 2>&1
  xenstore-rm "/local/domain/0/backend/pci/$(id_of pci-dd)" 2> /dev/null
  xenstore-rm "/libxl/$(id_of pci-dd)/device/pci" 2> /dev/null
else
  finished two > /tmp/pci-two
  grep -q -- '-> 0$' /tmp/pci-two || cat /tmp/pci-two
  xl pci-detach pci-dd 00:05.0 2> /dev/null && echo "05.0 was still there"
  connected pci-dd
  xl pci-list pci-dd | grep -q 06.0 || echo "06.0 is not there"
fi
reference destroy pci-dd 2> /dev/null
pci_host
