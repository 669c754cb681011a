# Guests whose kernel takes requests in.
for kind in pv pvh; do
  for request in shutdown reboot; do
    name=linux-$request-$kind
    guest "$name" "linux-$kind"
  done
done
for kind in pv pvh; do
  for request in shutdown reboot; do
    name=linux-$request-$kind
    for _ in $(seq 300); do grep -q 'GUEST UP' "/var/log/xen/guest-$name.log" && break; sleep 0.2; done
    try xl "$request" "$name"
    xenstore-read "/local/domain/$(id_of "$name")/control/shutdown"
    reference destroy "$name"
  done
done
#: long
#: linux
