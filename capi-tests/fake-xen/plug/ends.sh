# Domains that are destroyed on a host with a fault: with any of these faults, the domain is destroyed, and everything that
# can be removed is removed. With our library alone. Prints a line for each fault: the result, whether the hypervisor has the
# domain, what is left of it, and whether the hotplug script of its card has run.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
printf '#!/bin/sh\necho $* >> %s/said\n' "$folder" > "$folder/script"
chmod +x "$folder/script"
config='{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}'
# A folder of its own for each fault, which may be full, read-only or away; with options for mount.
disk() { mount -t tmpfs ${2:+-o "$2"} disk "$1"; }
fault() {
  local name=$1 break=$2 mend=$3
  disk /var/lib/xen && disk /run/xen size=64k || exit 2
  id=$(plug domain guest "$config")
  plug add nic "$id" "{\"mac\": \"00:16:3e:00:00:01\", \"script\": \"$folder/script\"}" > "$folder/log"
  rm -f "$folder/said"
  $break
  answer=$(plug end domain "$id" '{}' 2>> "$folder/log")
  $mend
  ! grep -q "cannot remove /var/lib/xen/qemu-.*: Read-only" "$folder/log" || echo "$name files that are not there are missed"
  left=$({
    for path in "/libxl/$id" "/local/domain/$id" /local/domain/0/{backend/vif,device-model}/"$id"; do
      "$folder/look" "at=$path"
    done
    ls /run/xen | grep "^qmp-.*-$id\$"
    ls /var/lib/xen | grep "\.$id\b" | sed "s/\.$id\b.*\./.N.UUID./"
  } 2> /dev/null)
  echo "$name $answer, $(plug there "$id"), left: ${left:-nothing}, script: $(tr '\n' ' ' < "$folder/said")"
  umount -q /var/lib/xen /run/xen || true
}
fill() { dd if=/dev/zero of="$1/filler" bs=4k > /dev/null 2>&1; }
no_inode() { mount -o "remount,nr_inodes=$(df --output=iused "$1" | tail -n 1 | tr -d ' ')" "$1"; }
away() { umount "$1" && mv "$1" "$1.away"; }
back() { mv "$1.away" "$1"; }
read_only() { mount -o remount,ro "$1"; }

fault 'nothing fails:' : :
fault '/var/lib/xen missing:' 'away /var/lib/xen' 'back /var/lib/xen'
fault '/var/lib/xen read-only:' 'read_only /var/lib/xen' :
fault '/var/lib/xen has no room for the lock:' 'no_inode /var/lib/xen' :
fault '/run/xen missing:' 'away /run/xen' 'back /run/xen'
fault '/run/xen read-only:' 'read_only /run/xen' :
fault '/run/xen full:' 'fill /run/xen' :
fault '/run/xen has no room for a file:' 'no_inode /run/xen' :
no_domid() { xenstore-rm /local/domain/0/domid; }
fault "dom0's domid missing:" no_domid 'xenstore-write /local/domain/0/domid 0'
no_disk() { read_only /var/lib/xen && read_only /run/xen && no_domid; }
fault 'all of these:' no_disk 'xenstore-write /local/domain/0/domid 0'
in_the_way() { mkdir "/var/lib/xen/qemu-save.$id" "/var/lib/xen/qemu-resume.$id"; }
fault 'a file of QEMU cannot be removed:' in_the_way :
no_script() { printf '#!/bin/sh\necho $* >> %s/said\nexit 3\n' "$folder" > "$folder/script"; }
fault 'the script fails:' no_script :
nonsense() { xenstore-write "/local/domain/$id/image/device-model-pid" nonsense; }
fault 'the device model is not known:' nonsense :
stranger() { nonsense; xenstore-write "/local/domain/$id/image/device-model-kill-uid" 0; }
fault 'the device model has no user:' stranger :
# What a start of QEMU leaves that ends before the process is recorded.
unrecorded() {
  xenstore-write "/local/domain/0/device-model/$id/state" starting
  touch "/run/xen/qmp-libxl-$id"
}
fault 'the device model is not recorded yet:' unrecorded :
# A deprivileged device model is killed where the lock of those who kill cannot be made.
deprivileged() {
  setpriv --reuid 54321 sleep 300 &
  model=$!
  until grep -qs '^Uid:.54321' /proc/$model/status; do sleep 0.01; done
  xenstore-write "/local/domain/$id/image/device-model-pid" $model "/local/domain/$id/image/device-model-kill-uid" 54321
  away /run/xen
}
is_dead() { back /run/xen; ! grep -qs 'State:.[^ZX]' "/proc/$model/status" || echo "the device model lives"; }
fault 'no lock to kill the device model under:' deprivileged is_dead
