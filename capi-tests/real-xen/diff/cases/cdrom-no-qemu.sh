# A QEMU that has stopped, for as long as one waits for it, and one that is dead.
with_drives c-none "'format=raw,vdev=hdc,access=ro,devtype=cdrom,target=/tmp/cd-one'"
pid=$(xenstore-read "/local/domain/$id/image/device-model-pid")
kill -STOP "$pid"
try xl cd-insert c-none hdc /tmp/cd-two
devices
kill -CONT "$pid"
try xl cd-insert c-none hdc /tmp/cd-two
drives c-none
kill -9 "$pid"
try xl cd-insert c-none hdc /tmp/cd-one
try xl cd-eject c-none hdc
devices
reference destroy c-none
#: long
