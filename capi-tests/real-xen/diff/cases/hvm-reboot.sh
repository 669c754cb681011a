# A guest that reboots is made again by xl's daemon, with a QEMU of its own; one that crashes is kept if told so.
another() {
  local id
  id=$(id_of "$1")
  [ -n "$id" ] && [ "$id" != "$2" ]
}
config hb hvm 'on_reboot="restart"' 'on_crash="preserve"'
rm -f /var/log/xen/xl-hb.log
try xl create -q /tmp/hb.cfg
made hb
first=$(id_of hb)
ends "$first" 1
until_true another hb "$first"
made hb
until_true eval 'domains | grep -q "^hb .*-b----"'
qemu hb
ends "$(id_of hb)" 3
until_true eval 'domains | grep -q "^hb .*s"'
daemon_log hb | sed '/^Waiting/d'
try xl destroy hb
domains
#: long
