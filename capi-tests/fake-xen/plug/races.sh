# What only our library guarantees. Prints failures.
#
# Devices added by two processes to a domain that a third destroys, again and again: nothing may be left in any order. The
# script is slow, and writes its result at its end, also if the device has gone by then.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@" > /dev/null; }
cat > "$folder/slow" <<'SCRIPT'
#!/bin/sh
sleep 0.03
[ "$1" != online ] || xenstore-write "/local/domain/0/$XENBUS_PATH/hotplug-status" connected
SCRIPT
chmod +x "$folder/slow"
for round in $(seq 25); do
  id=$(LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
  for who in 1 2; do
    (for _ in 1 2 3 4 5 6; do plug add nic "$id" "{\"mac\": \"00:16:3e:00:00:01\", \"script\": \"$folder/slow\"}"; done) &
    adders[who]=$!
  done
  sleep "$(printf 0.%03d $((round * 37 % 250 + 30)))"
  plug end domain "$id" '{}'
  wait "${adders[1]}" "${adders[2]}"
  {
    for path in "/libxl/$id" "/local/domain/$id" "/local/domain/0/backend/vif/$id"; do "$folder/look" "at=$path"; done
    ls /var/lib/xen | grep "^userdata-[a-z]\.$id\."
  } 2> /dev/null | sed "s/^/round $round: /"
done

# A script whose exit status is lost: it may have failed, and the guest would have no network.
printf '#!/bin/sh\nexit 0\n' > "$folder/fine"
chmod +x "$folder/fine"
id=$(LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain guest '{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}')
answer=$(PLUG_STEALS=1 LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" add nic "$id" \
  "{\"mac\": \"00:16:3e:00:00:01\", \"script\": \"$folder/fine\"}" 2> "$folder/log" | head -n 1)
[ "$answer" = "-> -3" ] || echo "a script whose status is lost: $answer"
grep -q "fine.*other code has taken its exit status" "$folder/log" || echo "a script whose status is lost: not in the log"

# A device that is removed while its script runs, which then writes its result: that is undone.
cat > "$folder/waits" <<SCRIPT
#!/bin/sh
echo "\$1" >> "$folder/calls"
[ "\$1" = online ] || exit 0
until [ -e "$folder/go" ]; do sleep 0.02; done
xenstore-write "/local/domain/0/\$XENBUS_PATH/hotplug-status" connected
SCRIPT
chmod +x "$folder/waits"
card="{\"mac\": \"00:16:3e:00:00:02\", \"devid\": 2, \"script\": \"$folder/waits\"}"
(LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" add nic "$id" "$card" 2> /dev/null \
  | head -n 1 > "$folder/answer") & adder=$!
until [ -e "$folder/calls" ]; do sleep 0.02; done
plug destroy nic "$id" "$card"
touch "$folder/go"
wait $adder
answer=$(cat "$folder/answer")
[ "$answer" = "-> -3" ] || echo "a device that was removed while its script ran: $answer"
calls=$(tr '\n' ' ' < "$folder/calls")
[ "$calls" = "online offline offline " ] || echo "a device that was removed while its script ran: the scripts $calls"
"$folder/look" "at=/local/domain/0/backend/vif/$id/2" 2> /dev/null || true
