# The environment of a card's script when the card is attached and detached, and scripts that fail or take too long.
guest a-script pv
id=$(id_of a-script)
cat > /tmp/a-script <<'SCRIPT'
#!/bin/sh
{ echo "== $*"; env | grep -E '^(script|XENBUS_|vif|netdev|INTERFACE)' | sort; } >> /tmp/a-log
case $1 in online) xenstore-write "$XENBUS_PATH/hotplug-status" connected ;; esac
SCRIPT
printf '#!/bin/sh\nxenstore-write "$XENBUS_PATH/hotplug-error" "no luck" "$XENBUS_PATH/hotplug-status" error\nexit 7\n' > /tmp/a-fails
printf '#!/bin/sh\necho $$ > /tmp/a-pid\nexec sleep 100\n' > /tmp/a-hangs
chmod +x /tmp/a-script /tmp/a-fails /tmp/a-hangs
rm -f /tmp/a-log /tmp/a-pid
try xl network-attach a-script mac=00:16:3e:00:00:01 script=/tmp/a-script gatewaydev=eth9
try xl network-attach a-script mac=00:16:3e:00:00:02 script=/tmp/a-fails
devices
try xl network-attach a-script mac=00:16:3e:00:00:03 script=/tmp/a-hangs
kill -0 "$(cat /tmp/a-pid)" 2> /dev/null && echo 'the script still runs'
devices
try xl network-detach a-script 0
try xl network-detach a-script 1
devices
sed "s,/$id/,/ID/,; s/vif$id\\./vifID./" /tmp/a-log
try xl destroy a-script
domains
#: long
