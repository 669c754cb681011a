# Bootloaders, with our library alone: hostile ones, and what is left when their toolstack is killed. Prints what is wrong.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
truncate -s 1M "$folder/image"
bootloader=$folder/bootloader
cat > "$bootloader" <<'SCRIPT'
#!/bin/bash
for arg; do
  case $arg in
    --output=*) output=${arg#*=} ;;
    --output-directory=*) directory=${arg#*=} ;;
  esac
done
disk=$arg
. "$0.does"
SCRIPT
chmod +x "$bootloader"
# does TEXT: what the bootloader does; $output, $directory and $disk are what it was told.
does() { turn=$1; echo "$1" > "$bootloader.does"; }
# config [DISK [MORE]]: the configuration of a domain that has that bootloader.
config() {
  echo "{\"c_info\": {${2:-}\"type\": \"pv\", \"name\": \"guest\"}, \"b_info\": {\"max_memkb\": 65536, \"target_memkb\": 65536,
    \"bootloader\": \"$bootloader\", \"type.pv\": {}}, \"disks\": [{\"vdev\": \"xvda\", \"readwrite\": 1, \"pdev_path\": \"$folder/image\",
    ${1:-\"format\": \"raw\"}}]}"
}
create() { plug create domain 0 "$(config "$@")" > "$folder/answer" 2> "$folder/log"; }
wrong() { echo "$turn: $*"; tail -n 8 "$folder/log" | sed 's/^/  /'; }
# A domain is built no further here than to where the kernel is known.
is_used() { grep -q 'domain_max_vcpus failed' "$folder/log" || wrong "what the bootloader gives is not used"; }
is_refused() {
  grep -qe '-> -3' "$folder/answer" || wrong "answer $(cat "$folder/answer")"
  ! grep -q 'domain_max_vcpus failed' "$folder/log" || wrong "what the bootloader gives is used"
}
# nothing_left WHAT: neither files nor nodes of bootloaders.
nothing_left() {
  local left
  left=$({
    ls /var/lib/xen | grep bootloader
    xenstore-ls -f | grep -E 'bootloader|^/libxl/0/device/|^/local/domain/0/(backend|device)/'
  })
  [ -z "$left" ] || wrong "$1 leaves $left"
}
next_id() { echo $(($(plug domain number) + 1)); }
domain_of_c() { LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
ends_with() { "$@" end domain "$id" '{}' > "$folder/answer" 2> "$folder/log"; }

# A restricted one, as if its guest had taken it over. It has no file but its own.
canary=$folder/canary
export LIBXL_BOOTLOADER_USER=daemon
kernel='echo k > "$directory/k"; printf "kernel %s\0" "$directory/k" > "$output"; '
does "$kernel"
create
is_used
for ramdisk in \
  "printf 'ramdisk $canary\0' >> \"\$output\"" \
  "printf 'args x\0ramdisk $canary\0' >> \"\$output\"" \
  "printf 'ramdisk %s/../../../..$canary\0' \"\$directory\" >> \"\$output\"" \
  "ln -s $canary \"\$directory/r\"; printf 'ramdisk %s/r\0' \"\$directory\" >> \"\$output\"" \
  "ln -s / \"\$directory/r\"; printf 'ramdisk %s/r$canary\0' \"\$directory\" >> \"\$output\"" \
  "printf 'kernel %s/k\0' \"\$directory\" >> \"\$output\"" \
  "printf 'anything\0' >> \"\$output\"" \
  "printf '\0args x\0' >> \"\$output\"" \
  "head -c 100000 /dev/zero >> \"\$output\"" \
  "rm \"\$output\"; ln -s $canary \"\$output\""; do
  does "$kernel$ramdisk"
  echo secret > "$canary"
  create
  is_refused
  [ "$(cat "$canary")" = secret ] || wrong "the canary is gone"
  nothing_left "a refused one"
done
unset LIBXL_BOOTLOADER_USER

# What it says reaches a terminal as text, in one line.
does "$kernel printf 'x\n2026-01-01 libxl: error: forged\033]0;title\007\302\2332J\0' >> \"\$output\""
create
is_used
grep -qF 'unknown or repeated: x\n2026-01-01 libxl: error: forged\u{1b}]0;title\u{7}\u{9b}2J' "$folder/log" || wrong "it is not shown as it is"
! LC_ALL=C grep -qP '^2026-01-01|[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$folder/log" || wrong "a terminal obeys it"

# Images have a limit, trusted or not.
does 'truncate -s 2M "$directory/k"; printf "kernel %s\0" "$directory/k" > "$output"'
create
is_used
LIBXL_BOOTLOADER_MAX_FILE_SIZE_MB=1 create
is_refused
grep -q LIBXL_BOOTLOADER_MAX_FILE_SIZE_MB "$folder/log" || wrong "nobody learns how to change the limit"

# An image that cannot be removed is used, and the log names it.
mkdir -p "$folder/fixed" && mount -t tmpfs fixed "$folder/fixed" && echo k > "$folder/fixed/k" && mount -o remount,ro "$folder/fixed"
does "printf 'kernel $folder/fixed/k\\0' > \"\$output\""
create
is_used
grep -q "cannot remove the bootloader's $folder/fixed/k: Read-only" "$folder/log" || wrong "nobody learns that the image stays"
umount "$folder/fixed"

# What was left and cannot go is not in the way, and what is mounted there is not emptied.
does "$kernel"
id=$(next_id)
busy=/var/lib/xen/bootloader.$id.d
mkdir -p "$busy/root" && mount -t tmpfs guest "$busy/root" && touch "$busy/root/precious"
create
is_used
[ -e "$busy/root/precious" ] || wrong "what was mounted is emptied"
grep -q "cannot remove.*$busy.*mount point" "$folder/log" || wrong "nobody learns of $busy"
umount "$busy/root"
ends_with plug
rm -rf "$busy"
nothing_left "one beside a mount"

# A toolstack that is killed. The disk is not one that can be read as it is, so domain 0 has it.
image='"format": "qcow2"'
does "echo \"\$disk\" > $folder/disk; exec sleep 60"
begun() {
  id=$(next_id)
  rm -f "$folder/disk"
  LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" create domain 0 "$(config "$image")" \
    > "$folder/answer" 2> "$folder/log" &
  for _ in $(seq 200); do [ -s "$folder/disk" ] && break; sleep 0.05; done
  [ "$(cat "$folder/disk")" = /dev/xvda ] || wrong "the bootloader has $(cat "$folder/disk")"
}
killed() {
  begun
  kill -9 $! && wait $! 2> /dev/null
  [ -d "/var/lib/xen/bootloader.$id.d" ] || wrong "it was not killed in time"
}
killed
ends_with plug
nothing_left "a destroy"

# One that is not killed: both take the disk away.
begun
plug end domain "$id" '{}' > "$folder/destroyed" 2>&1
grep -qe '-> 0' "$folder/destroyed" || wrong "its domain cannot be destroyed: $(cat "$folder/destroyed")"
wait $!
is_refused
nothing_left "a destroy beside it"

# Its domain vanishes, and another has the number.
killed
plug vanish "$id"
does "$kernel"
create '"format": "raw"' "\"domid\": $id, "
is_used
nothing_left "the next domain of that number"

# Its domain vanishes during the creation, and another has the number when the bootloader fails.
rm -f "$folder/go"
does "echo \"\$disk\" > $folder/disk; until [ -e $folder/go ]; do sleep 0.05; done; exit 1"
begun
plug vanish "$id"
plug domain other '{}' "$id" > "$folder/answer.other"
touch "$folder/go"
wait $!
is_refused
[ "$(plug there "$id")" = there ] || wrong "the other domain is destroyed"
[ "$(xenstore-read "/local/domain/$id/name")" = other ] || wrong "the other domain has lost its nodes"
ends_with plug
nothing_left "a creation whose domain vanished"

# The name is another disk's by now.
does "echo \"\$disk\" > $folder/disk; exec sleep 60"
killed
xenstore-rm /libxl/0/device/vbd/51712/bootloader-of
ends_with plug
xenstore-exists /libxl/0/device/vbd/51712/backend || wrong "the disk of somebody else is gone"
echo '{"vdev": "xvda", "backend": "qdisk", "format": "qcow2", "pdev_path": "/x"}' | plug destroy disk 0 "$(cat)" > /dev/null 2> "$folder/log"
nothing_left "that"

# The C library's destroy knows nothing of it: the next bootloader that wants the name does.
killed
ends_with domain_of_c
does "$kernel"
create "$image"
is_used
rm -rf "/var/lib/xen/bootloader.$id."*
nothing_left "the next bootloader"

# Disks that bootloaders have left and whose back ends do not close: a creation waits for the first of them, and takes
# the next free name.
turn="disks that do not close"
for number in 0 1 2 3 4 5 6 7; do
  devid=$((51712 + 16 * number)) back=/local/domain/0/backend/qdisk/0/$devid
  xenstore-write "/libxl/0/device/vbd/$devid/backend" "$back" "/libxl/0/device/vbd/$devid/bootloader-of" \
    '30000 01112131-4151-6171-8191-a1b1c1d1e1f1' "$back/frontend" /tool/front "$back/frontend-id" 9 "$back/state" 4
done
xenstore-write /tool/front/state 4
does "echo \"\$disk\" > $folder/disk; $kernel"
rm -f "$folder/disk"
began=$SECONDS
create "$image"
is_used
[ "$(cat "$folder/disk")" = /dev/xvdi ] || wrong "the bootloader has $(cat "$folder/disk")"
[ $((SECONDS - began)) -lt 50 ] || wrong "the creation takes $((SECONDS - began)) s"
xenstore-rm /libxl/0/device/vbd
xenstore-rm /local/domain/0/backend/qdisk
nothing_left "that"
