# Disks of the kind tap, which blktap's daemon serves: a script and a loop stand in for tap-ctl and tapback, which Debian does
# not have. Before Xen 4.19 there are none, and they are refused.
guest taps pv -p
id=$(id_of taps)
cat > /tmp/tap-script <<'SCRIPT'
#!/bin/sh
{ echo "== $*"; env | grep -E '^(script|XENBUS_)' | sort; xenstore-read "$XENBUS_PATH/params"; } >> /tmp/tap-log
case $1 in
  add) xenstore-write "$XENBUS_PATH/physical-device-path" "/run/tap$2.sock" "$XENBUS_PATH/hotplug-status" connected ;;
esac
SCRIPT
chmod +x /tmp/tap-script
rm -f /tmp/tap-log
xenstore-watch /local/domain/0/backend/vbd3 | while read -r path; do
  case $path:$(xenstore-read "$path" 2> /dev/null) in
    */state:1) xenstore-write "$path" 2 ;;
    */state:5) xenstore-write "$path" 6 ;;
  esac
done &
tapback=$!
try xl block-attach taps 'vdev=xvdf, backendtype=tap, format=vhd, script=/tmp/tap-script, target=/tmp/tap.vhd'
try xl block-attach taps 'vdev=xvdg, backendtype=tap, format=raw, access=ro, script=/tmp/tap-script, target=/tmp/tap.raw'
try xl block-attach taps 'vdev=xvdh, backendtype=tap, format=qcow2, script=/tmp/tap-script, target=/tmp/tap.qcow2'
# Neither phy nor qdisk can serve these, and so tap does.
try xl block-attach taps 'vdev=xvdi, format=vhd, script=/tmp/tap-script, target=/tmp/tap-1'
try xl block-attach taps 'vdev=xvdj, format=qcow2, script=/tmp/tap-script, target=/tmp/tap-2'
devices | numberless "$id"
try xl block-list taps
try xl block-detach taps xvdf
try xl block-detach taps xvdg
try xl block-detach taps xvdi
devices | numberless "$id"
[ ! -e /tmp/tap-log ] || sed "s,/$id/,/ID/," /tmp/tap-log
# An HVM guest's QEMU has them by NBD.
create hvm-taps hvm "$stand_in" 'disk=["vdev=hda, backendtype=tap, format=vhd, script=/tmp/tap-script, target=/tmp/tap.vhd",
  "vdev=hdb, backendtype=tap, format=raw, script=/tmp/tap-script, target=/tmp/tap.raw"]'
if [ -n "$(id_of hvm-taps)" ]; then
  qemu hvm-taps
  try xl destroy hvm-taps
fi
kill -- $tapback
pkill -x xenstore-watch
domains
