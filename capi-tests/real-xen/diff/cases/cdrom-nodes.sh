# Nodes that are odd or missing, a stored configuration that is, and device models of other kinds.
#: long
with_drives c-nodes "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
kept=/libxl/$id/device/vbd/5632
try xl cd-insert c-nodes hdc /tmp/cd-two
xenstore-rm "$kept/params"
try xl cd-insert c-nodes hdc /tmp/cd-one
xenstore-write "$kept/type" phy
try xl cd-insert c-nodes hdc /tmp/cd-two
xenstore-write "$kept/type" qdisk "$kept/device-type" disk
try xl cd-insert c-nodes hdc /tmp/cd-two
xenstore-write "$kept/device-type" cdrom "/libxl/$id/dm-version" nonsense
try xl cd-insert c-nodes hdc /tmp/cd-one
xenstore-write "/libxl/$id/dm-version" qemu_xen_traditional
try xl cd-insert c-nodes hdc /tmp/cd-one
drives c-nodes
try xl cd-eject c-nodes hdc
xenstore-rm "/libxl/$id/dm-version"
try xl cd-insert c-nodes hdc /tmp/cd-two
drives c-nodes
xenstore-write "/libxl/$id/dm-version" qemu_xen "/local/domain/$id/image/device-model-domid" 77
try xl cd-insert c-nodes hdc /tmp/cd-one
xenstore-rm "/local/domain/$id/image/device-model-domid"
xenstore-write "/libxl/$id/type" pvh
try xl cd-insert c-nodes hdc /tmp/cd-one
xenstore-write "/libxl/$id/type" hvm
drives c-nodes
# What was written because of the false type is nobody's.
xenstore-rm "/local/domain/0/backend/vbd/$id"
[ -n "$(xenstore-list /local/domain/0/backend/vbd)" ] || xenstore-rm /local/domain/0/backend/vbd
