# The monitor of a guest's QEMU: what it prints, and who has none.
truncate -s 1M /tmp/m-disk
guest m-qemu pv -p "disk=['format=raw,backendtype=qdisk,vdev=xvda,target=/tmp/m-disk']"
id=$(id_of m-qemu)
try xl qemu-monitor-command m-qemu 'info status'
try xl qemu-monitor-command m-qemu 'info version'
try xl qemu-monitor-command m-qemu 'info chardev'
try xl qemu-monitor-command m-qemu help
try xl qemu-monitor-command m-qemu 'no such thing'
try xl qemu-monitor-command m-qemu 'print "ä\ö'
try xl qemu-monitor-command m-qemu ''
try xl qemu-monitor-command m-qemu stop
try xl qemu-monitor-command m-qemu 'info status'
try xl qemu-monitor-command nosuch 'info status'
try xl qemu-monitor-command 99 'info status'
try xl qemu-monitor-command 0 'info status'
try xl qemu-monitor-command still 'info status'
try xl qemu-monitor-command m-qemu
snapshot with
# One that has ended leaves its socket.
kill -9 "$(xenstore-read "/local/domain/$id/image/device-model-pid")"
try xl qemu-monitor-command m-qemu 'info status'
reference destroy m-qemu
#: sed stdout s/tcp::[^']*'/tcp::PORT'/   -- looks like a domain's number
#: long
