# Network cards of an HVM guest: emulated ones beside paravirtual ones, their interfaces, and their end.
bridge xenbr0
create hn hvm 'vif=["mac=00:16:3e:00:00:11,model=e1000", "mac=00:16:3e:00:00:12,type=vif", "mac=00:16:3e:00:00:13,model=rtl8139"]'
id=$(id_of hn)
qemu hn
devices | numberless "$id"
ip -o link | sed -nE "s/^[0-9]+: (vif${id}[^:@]*).* master ([^ ]*).*/\1 \2/p" | sed "s/vif$id/vifID/" | sort
try xl network-list hn
try xl network-detach hn 1
try xl network-attach hn mac=00:16:3e:00:00:14
try xl network-list hn
try xl destroy hn
ip -o link | grep -c "vif$id"
ip link del xenbr0
#: long
