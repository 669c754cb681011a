# A guest's kernel stops, and xl's daemon does what the configuration says.
n=0
# stop NAME REASON LINE WORDS: until the daemon's log has WORDS
stop() {
  local name=$1
  config "$name" pv "$3"
  rm -f "/var/log/xen/xl-$name.log"
  try xl create -q "/tmp/$name.cfg"
  made "$name"
  ends "$(id_of "$name")" "$2"
  until_true grep -q "$4" "/var/log/xen/xl-$name.log"
  made "$name"
  daemon_log "$name"
  domains | grep -E "^$name" | sed -E 's/^([^ ]+ +)[0-9]+/\1ID/; s/ [r-][b-]([p-])/ ??\1/'
}
stop off 0 'on_poweroff="destroy"' 'Done. Exiting now'
stop kept 0 'on_poweroff="preserve"' 'Preserving'
stop crash 3 'on_crash="destroy"' 'Done. Exiting now'
stop crash-kept 3 'on_crash="preserve"' 'Preserving'
stop dog 4 'on_watchdog="destroy"' 'Done. Exiting now'
stop boot-off 1 'on_reboot="destroy"' 'Done. Exiting now'
