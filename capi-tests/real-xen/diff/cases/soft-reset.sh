# A guest starts another kernel (kexec): xl's daemon does a soft reset of its domain, which keeps its domid. The guest continues,
# and the next QEMU has the nodes that the first one kept its mappings in, as one for Xen before 4.11 does.
reset() {
  local name=$1 id
  config "$@"
  rm -f "/var/log/xen/xl-$name.log"
  try xl create -q "/tmp/$name.cfg"
  made "$name"
  until_true eval "domains | grep -q '^$name .*-b----'"
  id=$(id_of "$name")
  physmap=/local/domain/0/device-model/$id/physmap/f0000000
  xenstore-write "$physmap/start_addr" f1000000 "$physmap/size" 1000 "$physmap/name" vga.vram
  ends "$id" 5
  until_true eval "daemon_log $name | grep -q 'is soft-reset'"
  until_true eval "domains | grep -q '^$name .*-b----'"
  echo "the same number: $([ "$(id_of "$name")" = "$id" ] && echo yes)"
  daemon_log "$name"
  domains | grep "^$name"
  of_domain "$name"
  xenstore-ls "$physmap"
}
truncate -s 1M /tmp/sr-disk
reset sr-hvm hvm 'disk=["/tmp/sr-disk,raw,hda,rw"]' 'on_soft_reset="soft-reset"'
qemu sr-hvm
devices
reference qemu-monitor-command sr-hvm 'info status'
try xl destroy sr-hvm
domains
rm -f /tmp/sr-disk
#: long
