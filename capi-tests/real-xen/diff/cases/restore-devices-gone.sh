# A device of the guest that this host does not have: the disk's file, the card's bridge. No domain is left.
truncate -s 1M /tmp/gone.disk
bridge xengone
config gone pvh 'disk=["/tmp/gone.disk,raw,xvda,rw"]' 'vif=["mac=00:16:3e:11:22:44,bridge=xengone"]'
try xl create -q -e /tmp/gone.cfg
made gone
suspends gone
try xl save gone /tmp/gone.img
rm /tmp/gone.disk
try xl restore -e /tmp/gone.img
domains
truncate -s 1M /tmp/gone.disk
ip link del xengone
try xl restore -e /tmp/gone.img
domains
bridge xengone
try xl restore -e /tmp/gone.img
made gone
domains
id=$(id_of gone)
no_devices
ip link del xengone
rm /tmp/gone.img
#: long
#: sed stdout s,/dev/loop[0-9]+,/dev/loopN,  -- as they come
#: sed stdout s,"7:[0-9]+","7:N",  -- as they come
