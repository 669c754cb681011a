# Network cards.
brctl addbr n-br 2> /dev/null || ip link add n-br type bridge
ip link set n-br up
nic() {
  create "$1" "$2" "vif=['${*:3}']"
}
nic n-plain pv 'mac=00:16:3e:00:00:01,bridge=n-br'
nic n-pvh pvh 'mac=00:16:3e:00:00:02,bridge=n-br,rate=1MB/s,vifname=n-name'
nic n-true pv 'mac=00:16:3e:00:00:03,script=/bin/true,ip=10.0.0.1'
nic n-bridge pv 'mac=00:16:3e:00:00:04,bridge=nosuch'
nic n-back pv 'mac=00:16:3e:00:00:05,bridge=n-br,backend=nosuch'
nic n-mac pv 'mac=nonsense,bridge=n-br'
nic n-rate pv 'mac=00:16:3e:00:00:06,bridge=n-br,rate=nonsense'
nic n-type pv 'mac=00:16:3e:00:00:07,bridge=n-br,type=ioemu'
nic n-model pv 'mac=00:16:3e:00:00:08,bridge=n-br,model=nosuch'
nic n-key pv 'mac=00:16:3e:00:00:09,bridge=n-br,nosuch=1'
nic n-script pv 'mac=00:16:3e:00:00:0a,script=nosuch'
nic n-mtu pv 'mac=00:16:3e:00:00:0b,bridge=n-br,mtu=1400'
create n-devids pv "vif=['mac=00:16:3e:00:00:0c,bridge=n-br,devid=3','mac=00:16:3e:00:00:0d,bridge=n-br','mac=00:16:3e:00:00:0e,bridge=n-br,devid=0']"
try reference network-list n-plain n-pvh n-devids
for name in n-plain n-pvh n-true n-mtu n-devids; do try xl destroy $name; done
ip link del n-br
nodes /local/domain/0/backend
# The script left this, which has no domain.
xenstore-rm /local/domain/n-name 2> /dev/null
#: sed stdout /n-mac/s/(00:16:3e)(:[0-9a-f]{2}){3}/\1:ANY/  -- made up where it is nonsense
#: sed xenstore /n-mac/s/(00:16:3e)(:[0-9a-f]{2}){3}/\1:ANY/  -- made up where it is nonsense
#: sed files /n-mac/s/(00:16:3e)(:[0-9a-f]{2}){3}/\1:ANY/  -- made up where it is nonsense
#: long
