# A guest's kernel stops, and xl's daemon does what the configuration says.
# stop NAME REASON LINE
stop() {
  local name=$1
  config "$name" pv "$3"
  rm -f "/var/log/xen/xl-$name.log"
  try xl create -q "/tmp/$name.cfg"
  made "$name"
  ends "$(id_of "$name")" "$2"
  until_true grep -q "Done. Exiting now" "/var/log/xen/xl-$name.log"
  made "$name"
  daemon_log "$name"
  domains | grep -E "^$name" | sed -E 's/^([^ ]+ +)[0-9]+/\1ID/; s/ [r-][b-]([p-])/ ??\1/'
}
stop off 0 'on_poweroff="destroy"'
stop kept 0 'on_poweroff="preserve"'
stop crash 3 'on_crash="destroy"'
stop crash-kept 3 'on_crash="preserve"'
stop dog 4 'on_watchdog="destroy"'
stop boot-off 1 'on_reboot="destroy"'
#: long
