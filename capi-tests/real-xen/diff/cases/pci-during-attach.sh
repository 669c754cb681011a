# While a function is being attached to a PV guest, which takes its time, another is detached and a third attached.
#: pci
#: long
pci_host
assignable 05.0 06.0 06.1
rm -f /tmp/pci-answers
guest pci-da pv -p 'passthrough="enabled"'
pcifront pci-da /tmp/pci-answers
reference pci-attach pci-da 00:05.0
connected pci-da
# The guest has not looked at this one yet when the next is attached, which waits for that.
reference pci-attach pci-da 00:06.0
later one xl pci-attach pci-da 00:06.1
sleep 1
later two xl pci-detach pci-da 00:05.0
sleep 1
: > /tmp/pci-answers
finished one
finished two
connected pci-da
xl pci-list pci-da | grep -v 06.1
# The C library loses this one if both go on at once: it numbers it as if the other were still there (docs/behaviour/pci.md).
[ "$side" = debian ] || xl pci-list pci-da | grep -q 06.1 || echo "06.1 is not there"
reference destroy pci-da 2> /dev/null
pci_host
