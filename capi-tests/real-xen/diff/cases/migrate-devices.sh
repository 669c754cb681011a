# A guest with a disk and a card, on the same host: its disk is used by both for a moment.
truncate -s 1M /tmp/md.disk
bridge xenbr0
config md pvh 'disk=["/tmp/md.disk,raw,xvda,rw"]' 'vif=["mac=00:16:3e:11:22:55,bridge=xenbr0"]'
try xl create -q -e /tmp/md.cfg
made md
suspends md
try move md --
made md
domains
id=$(id_of md)
devices
no_devices
rm /tmp/md.disk
#: long
#: sed stdout s,/dev/loop[0-9]+,/dev/loopN,  -- as they come
#: sed stdout s,"7:[0-9]+","7:N",  -- as they come
