# Devices whose back end is in a driver domain, domain 1, with our library alone; the driver domain is here. Prints failures.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
expect() { # WHAT OUTPUT COMMAND…
  local what=$1 wanted=$2 got
  got=$("${@:3}" 2> "$folder/log" | head -n 1)
  [ "$got" = "$wanted" ] || echo "$what: $got; $(tail -n 1 "$folder/log")"
}
domain() { LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain "$@"; }
left() { # WHAT
  for path in "/libxl/$id/device" "/local/domain/$id/device" /local/domain/1/backend; do
    "$folder/look" "at=$path" 2> /dev/null | sed "s/^/$1 leaves: /"
  done
}
# serve PATH CONDITION…: gets the back end ready, and removes it when its state and `online` are one of these.
serve() {
  local path=$1 now condition
  shift
  while sleep 0.01; do
    now=$(xenstore-read "$path/state" 2> /dev/null)-$(xenstore-read "$path/online" 2> /dev/null)
    [ "$now" != 1-1 ] || xenstore-write "$path/state" 2
    for condition in "$@"; do
      if [ "$now" = "$condition" ]; then xenstore-rm "$path" && return; fi
    done
  done
}
id=$(domain driver)
guest() { domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}'; }

# As its toolstack sees it, the back end never closes: it is removed as soon as it is asked to.
id=$(guest)
serve "/local/domain/1/backend/vif/$id/3" 5-0 6-0 & server=$!
card='{"mac": "00:16:3e:00:00:01", "devid": 3, "backend_domid": 1, "script": "/bin/true"}'
expect "a card elsewhere is added" "-> 0" plug add nic "$id" "$card"
expect "a card elsewhere is removed by its back end" "-> 0" plug remove nic "$id" "$card"
wait $server
left "a card elsewhere"

# A daemon removes only what is offline.
disk='{"vdev": "xvdb", "backend_domid": 1, "backend": "qdisk", "format": "raw", "pdev_path": "/disk"}'
expect "a disk of a QEMU elsewhere is added" "-> 0" plug add disk "$id" "$disk"
serve "/local/domain/1/backend/qdisk/$id/51728" 6-0 & server=$!
expect "a disk of a QEMU elsewhere is removed" "-> 0" plug destroy disk "$id" "$disk"
kill $server 2> /dev/null
left "a disk of a QEMU elsewhere"
