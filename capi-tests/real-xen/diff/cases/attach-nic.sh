# Network cards for a guest that knows nothing of them, and cards that cannot be.
guest a-nic pv
id=$(id_of a-nic)
bridge xenbr0
bridge xenbr9
try xl network-attach a-nic mac=00:16:3e:00:00:01
devices
try xl network-attach a-nic mac=00:16:3e:00:00:02 bridge=xenbr9 rate=1Mb/s ip=10.0.0.2 mtu=1400 vifname=a-card
try xl network-list a-nic
devices
ip -o link show master xenbr9 | grep -c a-card
try xl list -l a-nic
# What cannot be.
try xl network-attach a-nic mac=00:16:3e:00:00:03 bridge=no-such-bridge
try xl network-attach a-nic mac=00:16:3e:00:00:04 type=ioemu
try xl network-attach a-nic mac=00:16:3e:00:00:05 script=/no/such/script
try xl network-attach a-nic mac=00:16:3e:00:00:06 backend=no-such-domain
try xl network-attach a-nic mac=nonsense
try xl network-attach no-such-domain mac=00:16:3e:00:00:07
devices
# The guest's front ends do not close.
try xl network-detach a-nic 0
try xl network-detach a-nic 00:16:3e:00:00:02
try xl network-detach a-nic 7
devices
try xl destroy a-nic
domains
# The script left this, which has no domain.
xenstore-rm /local/domain/a-card 2> /dev/null
#: long
