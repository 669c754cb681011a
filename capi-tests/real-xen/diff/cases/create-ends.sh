# The actions on the guest's end: set and stored.
n=0
for action in destroy restart rename-restart preserve coredump-destroy coredump-restart soft-reset nosuch ''; do
  for event in poweroff reboot crash watchdog soft_reset; do
    n=$((n + 1))
    # One domain for each would be many: only that it is understood.
    config e-any pv "on_$event=\"$action\""
    try xl create -n -q /tmp/e-any.cfg
  done
done
create e-mixed pv 'on_poweroff="preserve"' 'on_reboot="destroy"' 'on_crash="coredump-restart"' \
  'on_watchdog="rename-restart"' 'on_soft_reset="preserve"'
reference list -l e-mixed
create e-bad pv 'on_crash="nosuch"'
create e-number pv 'on_crash=7'
#: long
