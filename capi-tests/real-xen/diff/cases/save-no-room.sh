# The disk is full before, and in, the guest's memory: it runs on, and is saved elsewhere afterwards.
guest room pvh
suspends room
mkdir -p /tmp/room
mount -t tmpfs -o size=4k room /tmp/room
try xl save room /tmp/room/image
domains
mount -o remount,size=64k /tmp/room
try xl save room /tmp/room/image
domains
mount -o remount,size=2m /tmp/room
try xl save room /tmp/room/image
domains
nodes "/local/domain/$id/control"
umount /tmp/room
try xl save room /tmp/room/image
domains
image /tmp/room/image
rm -r /tmp/room
