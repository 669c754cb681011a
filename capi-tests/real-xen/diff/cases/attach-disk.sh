# Disks for a guest that knows nothing of them, and disks that cannot be.
guest a-disk pv
id=$(id_of a-disk)
for name in one two; do dd if=/dev/zero of=/tmp/a-$name bs=1M count=1 2> /dev/null; done
loop=$(losetup -f --show /tmp/a-two)
try xl block-attach a-disk file:/tmp/a-one,xvdb,w
try xl block-attach a-disk "phy:$loop,xvdc,r"
try xl block-attach a-disk 'format=raw, vdev=hdc, access=ro, devtype=cdrom, target=/tmp/a-one'
try xl block-list a-disk
devices
losetup -a | sed -E 's/:.*\(/ (/' | sort
try xl list -l a-disk
# What cannot be.
try xl block-attach a-disk file:/tmp/a-one,xvdb,w
try xl block-attach a-disk file:/tmp/no-such-file,xvdd,w
try xl block-attach a-disk file:/tmp/a-one,nonsense,w
try xl block-attach a-disk 'format=raw, vdev=xvdd, access=rw, backendtype=tap, target=/tmp/a-one'
try xl block-attach a-disk 'format=qcow2, vdev=xvdd, access=rw, backendtype=phy, target=/tmp/a-one'
try xl block-attach a-disk 'format=raw, vdev=xvdd, access=rw, backendtype=qdisk, target=/tmp/a-one'
try xl block-attach a-disk 'format=raw, vdev=xvdd, access=rw, backend=no-such-domain, target=/tmp/a-one'
try xl block-attach a-disk 'format=raw, vdev=xvdd, access=rw, script=no-such-script, target=/tmp/a-one'
try xl block-attach a-disk 'vdev=xvdd, access=rw, target=/tmp'
try xl block-attach a-disk ',,xvdd,w'
try xl block-attach 12345 file:/tmp/a-one,xvdb,w
devices
# The guest's front ends do not close: one disk stays, the others are removed by force.
try xl block-detach a-disk xvdb
devices
try xl block-detach --force a-disk xvdb
try xl block-detach --force a-disk 51744
try xl block-detach --force a-disk hdc
try xl block-detach --force a-disk xvdd
try xl block-detach a-disk xvde
devices
losetup -a | sed -E 's/:.*\(/ (/' | sort
try xl destroy a-disk
losetup -d "$loop"
domains
#: long
