# Devices removed while their guest, or their back end, keeps writing its state, with our library alone: they are removed as
# usual, and can be added again. Prints failures. (The C library tries for as long as the writing lasts.)
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
expect() { # WHAT OUTPUT COMMAND…
  local what=$1 wanted=$2 got
  got=$("${@:3}" | head -n 1)
  [ "$got" = "$wanted" ] || echo "$what: $got"
}
# restless HALF VALUE…: its state, and beside it nodes enough that every transaction meets one that is written.
restless() {
  local half=$1 node
  shift
  writers=
  for node in state a b c d e f g h i j k; do
    [ $node = state ] || xenstore-write "$half/$node" 0
    "$folder/plug" restless "$half/$node" "$@" &
    writers+=" $!"
  done
  sleep 0.2
}
rest() {
  # shellcheck disable=SC2086 # numbers
  kill $writers 2> /dev/null
  # shellcheck disable=SC2086
  wait $writers 2> /dev/null
}
left() { # WHAT
  for path in "/libxl/$id/device" "/local/domain/$id/device" /local/domain/0/backend/vif; do
    "$folder/look" "at=$path" 2> /dev/null | sed "s/^/$1 leaves: /"
  done
}
id=$(LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
printf '#!/bin/sh\n' > "$folder/script" && chmod +x "$folder/script"
nic() { echo "{\"mac\": \"00:16:3e:00:00:01\", \"devid\": $1, \"script\": \"$folder/script\"}"; }
front() { echo "/local/domain/$id/device/vif/$1"; }
back() { echo "/local/domain/0/backend/vif/$id/$1"; }

for how in remove destroy; do
  expect "add before $how" "-> 0" plug add nic "$id" "$(nic 1)"
  restless "$(front 1)" 6 5
  expect "$how, the guest writing" "-> 0" plug $how nic "$id" "$(nic 1)"
  rest
  left "$how, the guest writing,"
done
# One that never closes is removed by force, with an error.
expect "add" "-> 0" plug add nic "$id" "$(nic 667)"
restless "$(back 667)" 4 5
expect "destroy, the back end writing" "-> -9" plug destroy nic "$id" "$(nic 667)"
rest
left "destroy, the back end writing,"
expect "add again" "-> 0" plug add nic "$id" "$(nic 667)"
