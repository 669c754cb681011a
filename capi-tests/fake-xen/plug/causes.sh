# What an operation that fails ends its log with, with our library alone: one line that says what was asked for and why it
# failed. Prints the last error of each (or the last line of $level), without numbers that change.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
new_domain() { LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain "$@"; }
last() {
  grep -aF " libxl: ${level:-error}: " "$folder/log" | tail -n 1 \
    | sed -E "s,.* libxl: (warning|error): [a-z_]+\.rs:[0-9]+: ,\1: ,; s,Domain [0-9]+:,,; s,\[[0-9]+\],[PID],g
              s,$folder,FOLDER,g; s,(bootloader|domain|backend/vif)([./])[0-9]+,\1\2N,g"
}
# ends WHAT COMMAND…
ends() {
  local what=$1
  "${@:2}" > "$folder/answer" 2> "$folder/log" || true
  printf '%s: %s %s\n' "$what" "$(grep -aoe '-> .*' "$folder/answer")" "$(last)"
}
program() { printf '#!/bin/sh\n%s\n' "$2" > "$folder/$1" && chmod +x "$folder/$1"; }
program fine :
program fails 'xenstore-write $XENBUS_PATH/hotplug-error "File /x does not exist"; exit 1'
program mute 'exit 3'
program dies 'kill -9 $$'
program hangs '[ $1 != online ] || exec sleep 100'
program bootloader 'echo "Could not find /boot"; exit 1'
nic() { echo "{\"mac\": \"00:16:3e:00:00:01\", \"script\": \"$folder/$1\", \"devid\": $2}"; }
disk() { echo "{\"vdev\": \"$1\", \"readwrite\": 1, \"format\": \"raw\", \"pdev_path\": \"$2\", \"script\": \"$folder/$3\", \"backend\": \"phy\"}"; }
config() { # NAME MORE-OF-B_INFO MORE
  echo "{\"c_info\": {\"type\": \"pv\", \"name\": \"$1\"}, \"b_info\": {\"max_memkb\": 65536, \"target_memkb\": 65536, ${2:-}
    \"type.pv\": {}}${3:-}}"
}
truncate -s 1M "$folder/image"

id=$(new_domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
ends 'a script that says why' plug add nic "$id" "$(nic fails 1)"
ends 'a script that does not' plug add nic "$id" "$(nic mute 2)"
ends 'a script that is killed' plug add nic "$id" "$(nic dies 3)"
ends 'no script' plug add nic "$id" "$(nic nowhere 4)"
ends 'the device exists' plug add nic "$id" "$(nic fine 1)"
ends 'no such backend domain' plug add nic "$id" '{"mac": "00:16:3e:00:00:01", "devid": 5, "backend_domname": "nobody"}'
ends 'no such domain' plug add nic 999 "$(nic fine 1)"
ends 'a silent back end' plug add nic "$id" "$(nic fine 666)"
level=warning ends 'an abort' plug add nic "$id" "$(nic hangs 6)" 1000
ends 'a disk with a script that says why' plug add disk "$id" "$(disk xvdb /x fails)"
plug add nic "$id" "$(nic fine 667)" > "$folder/answer" 2> "$folder/log"
ends 'a back end that does not close' plug remove nic "$id" '{"devid": 667}'

ends 'destroy' plug end domain "$id" '{}'
ends 'destroy, again' plug end domain "$id" '{}'
ends 'destroy, none' plug end domain 999 '{}'

ends 'a configuration that cannot be' plug create domain 0 "$(config bad '"avail_vcpus": [1000000], ')"
ends 'no file for a disk' plug create domain 0 "$(config no-disk '' ', "disks": [{"vdev": "xvda", "readwrite": 1, "format": "raw", "pdev_path": "/no/such"}]')"
ends 'a hypervisor that refuses' plug create domain 0 "$(config refused)"
ends 'a bootloader that fails' plug create domain 0 \
  "$(config booted "\"bootloader\": \"$folder/bootloader\", " ", \"disks\": [{\"vdev\": \"xvda\", \"readwrite\": 1, \"format\": \"raw\", \"pdev_path\": \"$folder/image\"}]")"
new_domain taken > "$folder/answer"
ends 'a name that is taken' plug create domain 0 "$(config taken)"
