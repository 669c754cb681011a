# A disk and a card for a Linux guest, whose front ends connect and close.
#: sed stdout s,(ring-ref|event-channel-?[tr]?x?) = "[0-9]+",\1 = "N", -- as they come
#: sed stdout s,(request-rx-copy|feature-[a-z0-9-]*|multi-queue-[a-z-]*) = .*,\1, -- the kernel's
#: sed stdout s,^[0-9]+ +0 +[0-9]+ +4 +[0-9]+ +[0-9]+ ,DISK 4 , -- as they come
guest a-linux linux-pv
id=$(id_of a-linux)
sleep 3
bridge xenbr0
dd if=/dev/zero of=/tmp/a-linux bs=1M count=1 2> /dev/null
try xl block-attach a-linux file:/tmp/a-linux,xvdb,w
until_state "/local/domain/$id/device/vbd/51728" 4
try xl network-attach a-linux mac=00:16:3e:00:00:01
until_state "/local/domain/$id/device/vif/0" 4
devices
try xl network-detach a-linux 0
try xl block-detach a-linux xvdb
devices
losetup -a
try xl block-attach a-linux file:/tmp/a-linux,xvdb,r
try xl network-attach a-linux mac=00:16:3e:00:00:01
try xl destroy a-linux
losetup -a
domains
#: long
#: linux
