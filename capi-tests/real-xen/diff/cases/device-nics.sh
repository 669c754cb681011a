# Network interfaces that only xenstore knows.
guest nics pv -p
id=$(id_of nics)
device vif 0 vif handle 0 mac 00:16:3e:00:00:01 bridge xenbr0 script /etc/xen/scripts/vif-bridge type vif mtu 1400
xenstore-write "$front/state" 4 "$front/event-channel" 11 "$front/tx-ring-ref" 700 "$front/rx-ring-ref" 701
device vif 2 vif handle 2 mac 00:16:3E:AA:bb:03 ip '10.0.0.1 10.0.0.2' type vif_ioemu
xenstore-write "$front/state" -1 "$front/mac" ../../..
device vif 1 vif
try xl network-list nics
try xl network-list nics still "$id"
for n in $(seq 3 9); do device vif "$n" vif handle "$n" mac "$(printf 00:16:3e:00:01:%02x "$n")"; done
try xl network-list nics
no_devices
try xl network-list nics
