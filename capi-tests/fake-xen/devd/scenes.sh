# What a driver domain's daemon does as devices are added and removed, and when it is started again, with either library. This
# domain is number 5; the toolstack's part and that of the kernel's back ends are here.
own=5
base=/local/domain/$own/backend
# Where the daemon finds its own nodes, and the socket of a xenstored that knows which domain it is; without one, it has
# domain 0's privileges and directory.
home=/local/domain/0 proxy=
xenstore-write /local/domain/0/domid $own
cat > "$folder/script" <<SCRIPT
#!/bin/sh
echo "\$* for \$XENBUS_PATH" >> "$folder/said"
case \$1 in online|add) xenstore-write "/local/domain/$own/\$XENBUS_PATH/hotplug-status" connected ;; esac
SCRIPT
printf '#!/bin/sh\necho "$* for $XENBUS_PATH, which fails" >> %s/said\nexit 3\n' "$folder" > "$folder/fails"
chmod +x "$folder/script" "$folder/fails"

killed() { kill -9 $daemon; wait $daemon 2> /dev/null; }
# until CONDITION…, or five seconds.
until_so() { for _ in $(seq 250); do "$@" 2> /dev/null && return; sleep 0.02; done; echo "in vain: $*"; }
exists() { [ -n "$(xenstore-ls "$1" 2> /dev/null)" ]; }
gone() { ! exists "$1"; }
said() { grep -qs "$1" "$folder/said"; }
joined() { [ "$(xenstore-read "$base/$1/hotplug-status")" = connected ]; }
# scripted DEVICE: waits until its script has ended, which notes that it runs and then says that it has.
scripted() { until_so said "$1"; until_so joined "$1"; }
state() { xenstore-write "$base/$1/state" "$2"; }
# device KIND/DOMID/DEVID STATE [SCRIPT]: as the toolstack writes it.
device() {
  local path=$base/$1 domid=${1#*/}
  [ -z "$proxy" ] || { xenstore-write "$path" "" && xenstore-chmod "$path" "n$own" "r${domid%/*}"; }
  xenstore-write "$path/frontend" "/local/domain/${domid%/*}/device/x/${1##*/}" "$path/frontend-id" "${domid%/*}" \
    "$path/script" "$folder/${3:-script}" "$path/type" "$([ "${1%%/*}" = vif ] && echo vif || echo phy)" "$path/hotplug-status" ""
  xenstore-write "$path/online" 1 "$path/state" "$2"
}
take_back() { xenstore-write "$base/$1/online" 0; state "$1" 6; }
# A device of another guest, added and removed: when that is done, all earlier changes have been handled.
probe() {
  device vif/99/0 2
  until_so said 'online.*vif/99/0'
  # Its script writes that last, which would make the node again.
  until_so joined vif/99/0
  take_back vif/99/0
  until_so gone "$base/vif/99/0"
  sed -i '/vif\/99\/0/d' "$folder/said" 2> /dev/null
}
# The daemon; it has looked at what there is when this ends.
start() {
  XENSTORED_PATH=${proxy:-$XENSTORED_PATH} LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" \
    "$folder/devd" 2>> "$folder/log" &
  daemon=$!
  probe
}
qemus() {
  local line
  for line in /proc/[0-9]*/cmdline; do
    tr '\0' ' ' < "$line" 2> /dev/null | sed -n 's/^[^ ]* \(.*-xen-attach.*\)/QEMU \1\n/p'
  done | sort
}
has_qemus() { [ "$(qemus | grep -c -- "-xen-domid $1 ")" = "$2" ]; }
show() {
  sort "$folder/said" 2> /dev/null; rm -f "$folder/said"
  "$folder/look" "at=$base" 2> /dev/null | grep -E '/(state|online|hotplug-status) ' | sort
  { "$folder/look" "at=$home/libxl"; "$folder/look" "at=$home/device-model"; } 2> /dev/null \
    | sed 's/pid = "[0-9]*"/pid = NUMBER/' | sort
  qemus
}
# What one library does and the other does not takes a moment more.
in_c() { [ -n "$libs" ] || until_so "$@"; }
in_ours() { [ -z "$libs" ] || until_so "$@"; }
scene() { echo "== $*"; }
# What one library leaves is not to be seen in the scenes that follow.
clean() {
  killed
  for path in libxl device-model "$base"; do xenstore-rm $path 2> /dev/null; done
  for line in /proc/[0-9]*/cmdline; do
    if grep -qs -- -xen-attach "$line"; then line=${line%/cmdline}; kill -9 "${line#/proc/}"; fi
  done
  rm -f "$folder/said"
  start
}

start
scene devices come
device vif/7/0 1
device vbd/7/51712 2
state vif/7/0 2
scripted vif/7/0
scripted vbd/7/51712
device qdisk/7/51728 1
until_so has_qemus 7 1
device qdisk/7/51744 1
state vif/7/0 4
probe
show
scene devices go
take_back vif/7/0
take_back qdisk/7/51728
until_so gone $base/vif/7
until_so gone $base/qdisk/7/51728
probe
show
take_back qdisk/7/51744
until_so has_qemus 7 0
until_so gone $base/qdisk/7
take_back vbd/7/51712
until_so gone $base/vbd/7
probe
show
scene a back end closes for a while
device vif/7/0 2
scripted vif/7/0
for state in 4 5 6 2 4; do state vif/7/0 $state; done
probe
show
clean
scene a script fails
device vif/7/0 2 fails
until_so said vif/7/0
device vif/7/1 2
scripted vif/7/1
take_back vif/7/0
take_back vif/7/1
until_so gone $base/vif/7
probe
show
scene a change among many devices
for devid in $(seq 20); do device "vif/15/$devid" 2; done
for devid in $(seq 20); do until_so joined "vif/15/$devid"; done
probe
rm -f "$folder/said"
"$folder/devd" control logfile "$folder/trace" && "$folder/devd" control log on || echo "no trace of xenstored's is to be had"
# One that leads to nothing, and one that ends the device.
state vif/15/7 4
probe
take_back vif/15/9
until_so gone $base/vif/15/9
probe
"$folder/devd" control log off
for devid in 7 9 8; do
  grep -Eqs "IN .* READ \(.*backend/vif/15/$devid/state" "$folder/trace" && echo "state of device $devid was read"
done
echo "$(grep -E 'IN .* (READ|DIRECTORY) \(.*backend/vif/15/' "$folder/trace" | grep -Evc 'vif/15/[79][/ ]') requests for other devices"
show
clean
scene names that are none of a device
xenstore-write $base/nonsense/7/0/state 2 $base/vif/x/0/state 2 $base/vif/7/x/state 2 $base/vif/8/state 2
# With /state behind it longer than a path may be.
xenstore-write "$base/vif/7/$(printf '%02030d' 0 | tr 0 x)" ""
probe
xenstore-rm $base/nonsense $base/vif/x $base/vif/7 $base/vif/8
show
clean

# What is above the back ends' directories is domain 0's, and a guest's nodes are hidden, as in a real driver domain. The
# toolstack removes the directories that are empty.
scene a domain without privileges
killed
xenstore-rm "/local/domain/$own"
home=/local/domain/$own proxy=$folder/proxy
for domid in $own 7; do LD_PRELOAD="$folder/fake-xen.so" "$folder/devd" domain "$domid"; done
xenstore-write "$home/domid" $own "$home/libxl" "" "$home/device-model" "" /local/domain/7/vm /vm/7
xenstore-chmod "$home" n0 r$own
xenstore-chmod -r "$home/domid" n0 r$own
for path in libxl device-model; do xenstore-chmod "$home/$path" n$own; done
xenstore-chmod -r /local/domain/7 n0 r7
python3 "$folder/unprivileged.py" $own "$proxy" "$XENSTORED_PATH" &
proxied=$!
until_so test -S "$proxy"
: > "$folder/log"
start
device vif/7/0 2
device vbd/7/51712 2
device qdisk/7/51728 1
scripted vif/7/0
scripted vbd/7/51712
until_so has_qemus 7 1
probe
show
take_back vif/7/0
take_back vbd/7/51712
take_back qdisk/7/51728
until_so has_qemus 7 0
for device in vif/7/0 vbd/7/51712 qdisk/7/51728; do until_so gone "$base/$device"; done
probe
show
"$folder/look" "at=$base"
grep -o ' error: .*' "$folder/log"
killed
kill $proxied
xenstore-rm "/local/domain/$own"; xenstore-rm /local/domain/7
home=/local/domain/0 proxy=
clean

scene it is started again
device vif/8/0 2
device vbd/8/51712 2
device qdisk/8/51728 1
scripted vif/8/0
scripted vbd/8/51712
until_so has_qemus 8 1
probe
# One is connected; one has had its script, and the guest does not run yet.
state vif/8/0 4
state qdisk/8/51728 4
killed
rm -f "$folder/said"
device vif/8/1 2
device vbd/8/51728 1
start
scripted vif/8/1
state vbd/8/51728 2
scripted vbd/8/51728
in_c said vbd/8/51712
probe
# C starts a second QEMU, which the first one's "running" confirms, and then may forget it or not.
show | grep -v ^/local/domain/0/libxl
[ -z "$libs" ] || [ -n "$(xenstore-read libxl/8/qdisk-backend-pid 2> /dev/null)" ] || echo "the QEMU is not recorded"
if [ -n "$libs" ]; then
  scene another disk for its QEMU
  device qdisk/8/51744 1
  probe
  show
  scene all go
  devices="vif/8/0 vif/8/1 vbd/8/51712 vbd/8/51728 qdisk/8/51728 qdisk/8/51744"
  for device in $devices; do xenstore-write "$base/$device/online" 0 "$base/$device/state" 5; done
  probe
  for device in $devices; do state "$device" 6; done
  probe
  until_so has_qemus 8 0
  show
fi
clean

scene devices are taken back while it is away
device vif/9/0 2
device qdisk/9/51728 1
scripted vif/9/0
until_so has_qemus 9 1
probe
killed
rm -f "$folder/said"
take_back vif/9/0
take_back qdisk/9/51728
start
probe
in_ours gone $base/vif/9
in_ours gone $base/qdisk/9
in_ours has_qemus 9 0
show
clean
scene devices vanish while it is away, and QEMU\'s number is another\'s
device qdisk/10/51728 1
device qdisk/11/51728 1
until_so has_qemus 10 1
until_so has_qemus 11 1
probe
killed
xenstore-rm $base/qdisk
sleep 300 &
stranger=$!
for pid in $(xenstore-read libxl/11/qdisk-backend-pid); do kill -9 "$pid"; done
until_so has_qemus 11 0
xenstore-write libxl/11/qdisk-backend-pid $stranger
start
probe
in_ours has_qemus 10 0
show
kill -0 $stranger || echo "the stranger was ended"
clean
scene a device vanishes, and another comes in its place
device vif/13/0 2
device qdisk/13/51728 1
scripted vif/13/0
until_so has_qemus 13 1
rm -f "$folder/said"
xenstore-rm $base/vif/13 $base/qdisk/13
probe
in_ours has_qemus 13 0
show
device vif/13/0 2
device qdisk/13/51728 1
in_ours joined vif/13/0
in_ours has_qemus 13 1
probe
show
clean

# In C a QEMU that is started where one has left its "running" behind may be forgotten before it is recorded, and a daemon that
# has lost xenstored serves nothing any more.
[ -n "$libs" ] || { kill $stranger; exit 0; }
scene QEMU has ended while it was away, and its number is another\'s
device qdisk/12/51728 1
until_so has_qemus 12 1
probe
killed
kill -9 "$(xenstore-read libxl/12/qdisk-backend-pid)"
xenstore-write libxl/12/qdisk-backend-pid $stranger
start
device qdisk/12/51744 1
until_so has_qemus 12 1
probe
show
take_back qdisk/12/51728
take_back qdisk/12/51744
until_so has_qemus 12 0
kill -0 $stranger || echo "the stranger was ended"
clean

scene a device is taken back while its script runs
printf '#!/bin/sh\necho "$* for $XENBUS_PATH, which waits" >> %s/said\nuntil [ -e %s/go ]; do sleep 0.02; done\n' "$folder" "$folder" \
  > "$folder/waits"
chmod +x "$folder/waits"
device vif/16/0 2 waits
until_so said vif/16/0
take_back vif/16/0
probe
exists $base/vif/16/0 || echo "it has gone before its script has ended"
touch "$folder/go"
until_so gone $base/vif/16
probe
show
clean

# Domain 0 removes what the daemon has not removed in time, and adds the next device.
scene a device is replaced while its script runs
rm -f "$folder/go"
device vif/17/0 2 waits
until_so said vif/17/0
take_back vif/17/0
xenstore-rm $base/vif/17/0
probe
device vif/17/0 2
probe
touch "$folder/go"
scripted vif/17/0
probe
show
take_back vif/17/0
until_so gone $base/vif/17
clean

scene a device is replaced while its script for the removal runs
rm -f "$folder/go"
device vif/18/0 2
scripted vif/18/0
xenstore-write $base/vif/18/0/script "$folder/waits"
rm -f "$folder/said"
take_back vif/18/0
until_so said vif/18/0
xenstore-rm $base/vif/18/0
probe
device vif/18/0 2
probe
touch "$folder/go"
scripted vif/18/0
probe
show
clean

scene xenstored is started again
device vif/14/0 2
scripted vif/14/0
probe
kill -9 "$(cat "$FAKE_XEN/pid")"
rm "$XENSTORED_PATH" "$folder/said"
start_xenstored "$folder"
xenstore-write /local/domain/0/domid $own
device vif/14/0 2
probe
show
kill $stranger
