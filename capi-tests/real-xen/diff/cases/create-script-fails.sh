# Scripts that fail, and what is left then: nothing.
head -c 1048576 /dev/zero > /tmp/disk.img
cat > /tmp/fails <<'SCRIPT'
#!/bin/sh
echo "$XENBUS_TYPE $*" >> /tmp/fails.log
[ "$1" != add ] && [ "$1" != online ] || exit 3
SCRIPT
cat > /tmp/says <<'SCRIPT'
#!/bin/sh
echo "$XENBUS_TYPE $*" >> /tmp/fails.log
[ "$1" != add ] && [ "$1" != online ] || xenstore-write "$XENBUS_PATH/hotplug-error" "no such thing" "$XENBUS_PATH/hotplug-status" error
exit 1
SCRIPT
chmod +x /tmp/fails /tmp/says
rm -f /tmp/fails.log
for script in /tmp/fails /tmp/says; do
  create sf-disk pv "disk=['vdev=xvda,format=raw,target=/tmp/disk.img,script=$script']"
  create sf-nic pvh "vif=['mac=00:16:3e:00:00:01,script=$script']"
  create sf-second pv "vif=['mac=00:16:3e:00:00:01,script=/bin/true','mac=00:16:3e:00:00:02,script=$script']"
done
cat /tmp/fails.log
domains
nodes /local/domain/0/backend
#: long
