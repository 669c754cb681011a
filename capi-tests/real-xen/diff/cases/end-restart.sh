# A guest's kernel stops, and xl's daemon makes the domain again.
#: sed stdout s/20[0-9]{6}T[0-9]{4}Z/DATE/g -- when it was set aside
# another NAME ID: whether the domain of that name is there, and is not that one. Looked up once: its name may go meanwhile.
another() {
  local id
  id=$(id_of "$1")
  [ -n "$id" ] && [ "$id" != "$2" ]
}
again() {
  local name=$1 old
  config "$name" "$2" "$4"
  rm -f "/var/log/xen/xl-$name.log"
  try xl create -q "/tmp/$name.cfg"
  made "$name"
  old=$(id_of "$name")
  ends "$old" "$3"
  until_true another "$name" "$old"
  made "$name"
  until_true eval "domains | grep -q '^$name .*-b----'"
  daemon_log "$name" | sed '/^Waiting/d'
  domains | grep -E "^$name" | sed -E 's/^([^ ]+ +)[0-9]+/\1ID/'
}
again re-boot pv 1 'on_reboot="restart"'
again re-pvh pvh 1 'on_reboot="restart"'
again re-crash pv 3 'on_crash="restart"'
again re-name pv 3 'on_crash="rename-restart"'
for name in $(domains | grep -o '^re-name[^ ]*'); do made "$name"; done
for name in $(domains | grep -o '^re-[^ ]*'); do reference destroy "$name"; done
domains
#: long
