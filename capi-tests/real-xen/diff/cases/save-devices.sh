# A guest with a disk and a card, which the restored one has again.
truncate -s 1M /tmp/disk-1.img
bridge xenbr0
config devices pvh 'disk=["/tmp/disk-1.img,raw,xvda,rw"]' 'vif=["mac=00:16:3e:11:22:33,bridge=xenbr0"]'
try xl create -q -e /tmp/devices.cfg
made devices
suspends devices
try xl save devices /tmp/devices.img
domains
try xl restore -e -p /tmp/devices.img
made devices
id=$(id_of devices)
devices
try xl block-list devices | awk '{ print $1, $2, $5 }'
try xl network-list devices | awk '{ print $1, $2, $3, $5 }'
no_devices
rm /tmp/devices.img
#: long
#: sed stdout s,/dev/loop[0-9]+,/dev/loopN,  -- as they come
#: sed stdout s,"7:[0-9]+","7:N",  -- as they come
