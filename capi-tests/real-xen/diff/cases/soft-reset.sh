# A guest starts another kernel (kexec): xl's daemon does a soft reset of its domain, which keeps its domid. The guest continues.
reset() {
  local name=$1 id
  config "$@"
  rm -f "/var/log/xen/xl-$name.log"
  try xl create -q "/tmp/$name.cfg"
  made "$name"
  until_true eval "domains | grep -q '^$name .*-b----'"
  id=$(id_of "$name")
  ends "$id" 5
  until_true eval "daemon_log $name | grep -q 'is soft-reset'"
  until_true eval "domains | grep -q '^$name .*-b----'"
  echo "the same number: $([ "$(id_of "$name")" = "$id" ] && echo yes)"
  daemon_log "$name"
  domains | grep "^$name"
  of_domain "$name"
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
