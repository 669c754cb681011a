#: long
# Names of disks, disks that are QEMU's without one, and scripts of one's own.
guest a-forms pvh
id=$(id_of a-forms)
dd if=/dev/zero of=/tmp/a-form bs=1M count=1 2> /dev/null
for name in xvda1 hda sdb2 d5p2 xvdaa 51968 0xca50; do
  try xl block-attach a-forms "file:/tmp/a-form,$name,r"
done
devices
try xl block-attach a-forms 'format=qcow2, vdev=xvdx, access=rw, target=/tmp/a-form'
try xl block-attach a-forms 'format=raw, vdev=xvdy, access=ro, direct-io-safe, no-discard, target=/tmp/a-form'
try xl block-attach a-forms 'vdev=hdd, access=ro, devtype=cdrom, format=empty, target='
cat > /tmp/a-block <<'SCRIPT'
#!/bin/sh
{ echo "== $*"; env | grep -E '^(script|XENBUS_)' | sort; } >> /tmp/a-log
case $1 in
  add) xenstore-write "$XENBUS_PATH/physical-device" 7:0 "$XENBUS_PATH/hotplug-status" connected ;;
esac
SCRIPT
printf '#!/bin/sh\n[ "$1" = remove ] || exit 3\n' > /tmp/a-fails
chmod +x /tmp/a-block /tmp/a-fails
rm -f /tmp/a-log
try xl block-attach a-forms 'format=raw, vdev=xvdu, access=rw, script=/tmp/a-block, target=what-only-it:knows'
try xl block-attach a-forms 'format=raw, vdev=xvdv, access=rw, script=/tmp/a-fails, target=what-only-it:knows'
devices
try xl block-detach --force a-forms xvdu
try xl block-detach --force a-forms xvdv
try xl block-detach --force a-forms xvdx
devices
sed "s,/$id/,/ID/," /tmp/a-log
try xl destroy a-forms
losetup -a | sed -E 's/:.*\(/ (/' | sort
domains
#: long
