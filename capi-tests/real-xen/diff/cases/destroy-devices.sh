# Devices made up in xenstore: what their scripts are told, and what is left.
guest d-devices pv -p
id=$(id_of d-devices)
cat > /tmp/d-script <<'SCRIPT'
#!/bin/sh
{ echo "== $XENBUS_TYPE $*"; env | grep -E '^(script|XENBUS_|vif|netdev|INTERFACE)' | sort; } > /tmp/d-log.$$
[ -z "$D_FAILS" ] || exit 3
SCRIPT
chmod +x /tmp/d-script
# device KIND BACKEND DEVID STATE [NODE VALUE]…
device() {
  local kind=$1 backend=$2 devid=$3 state=$4 be fe node
  be=/local/domain/0/backend/$backend/$id/$devid fe=/local/domain/$id/device/$kind/$devid
  shift 4
  xenstore-write "/libxl/$id/device/$kind/$devid/backend" "$be" "/libxl/$id/device/$kind/$devid/frontend" "$fe" \
    "$fe/backend" "$be" "$fe/backend-id" 0 "$be/frontend" "$fe" "$be/online" 1 "$be/state" "$state"
  while [ $# -gt 0 ]; do
    node=$be/$1
    xenstore-write "$node" "$2"
    shift 2
  done
}
device vbd vbd 51712 6 script /tmp/d-script
device vbd qdisk 51728 4 script /tmp/d-script
device vif vif 0 6 script /tmp/d-script type vif
device vif vif 1 6 script /tmp/d-script type vif_ioemu gatewaydev eth9
device vbd vbd 51744 6
device vif vif 2 6 script /tmp/d-script
device vbd vbd 51760 6 script /nosuch
device vbd vbd 51776 6 script relative
device 9pfs 9pfs 0 4
device vkbd vkbd 0 4
rm -f /tmp/d-log.*
snapshot during
try xl destroy d-devices
cat /tmp/d-log.* | sed "s,/$id/,/ID/,; s/vif$id\\./vifID./" | paste -sd' ' | sed 's/ == /\n== /g' | sort
domains
