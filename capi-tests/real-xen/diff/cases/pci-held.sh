# Functions of guests without a driver for them, of which one is taken: the back end's driver releases it, so that another guest
# gets it.
#: pci
#: long
pci_host
assignable 05.0 06.0
# back_end NAME: its state: 3 when its driver has all functions, 5 when it has not got one.
back_end() {
  local state
  state="/local/domain/0/backend/pci/$(id_of "$1")/0/state"
  until_true eval '[[ $(xenstore-read '"$state"') = [345] ]]'
  echo "the back end of $1 is in state $(xenstore-read "$state")"
}
create pci-idle pv 'pci=["00:05.0", "00:06.0"]'
back_end pci-idle
try xl pci-detach pci-idle 00:05.0
create pci-next pv 'pci=["00:05.0"]'
back_end pci-next
# The first one's driver connects now, and releases the other function.
pcifront pci-idle
connected pci-idle
try xl pci-detach pci-idle 00:06.0
for guest in pci-idle pci-next; do xl destroy $guest 2> /dev/null; done
# An HVM guest, to which the second function was attached while it ran.
options='passthrough="enabled"' guest pci-hold hvm -p 'passthrough="enabled"'
reference pci-attach pci-hold 00:05.0
back_end pci-hold
reference pci-attach pci-hold 00:06.0
try xl pci-detach -f pci-hold 00:05.0
create pci-then pv 'pci=["00:05.0"]'
back_end pci-then
for guest in pci-then pci-hold; do xl destroy $guest 2> /dev/null; done
# What the back end's driver notes down when it does not get a function.
xenstore-rm /local/domain/0/error 2> /dev/null
pci_host
