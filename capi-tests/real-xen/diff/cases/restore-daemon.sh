# The daemon that xl leaves with a restored guest: what it does when the guest ends, and when it starts anew, which is a
# creation.
guest rd pvh 'on_reboot="restart"' 'on_poweroff="destroy"'
suspends rd
try xl save rd /tmp/rd.img
rm -f /var/log/xen/xl-rd.log
try xl restore /tmp/rd.img
made rd
until_true eval "domains | grep -q '^rd .*-b----'"
old=$(id_of rd)
ends "$old" 1
until_true replaced rd "$old"
made rd
until_true eval "domains | grep -q '^rd .*-b----'"
domains
ends "$(id_of rd)" 0
until_true eval '[ -z "$(id_of rd)" ]'
until_true eval "daemon_log rd | grep -q 'Done. Exiting now'"
daemon_log rd
domains
rm /tmp/rd.img
#: long
