# A PVH guest is saved, is gone, and is restored; its image, its nodes and devices.
guest saved pvh
suspends saved
try xl save saved /tmp/saved.img
domains
image /tmp/saved.img
xenstore-list /local/domain | grep -x "$id"
try xl restore -e /tmp/saved.img
made saved
domains
id=$(id_of saved)
nodes "/local/domain/$id"
nodes "/libxl/$id"
devices
rm /tmp/saved.img
