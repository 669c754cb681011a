# xl is killed, or interrupted, while the image flows, and the helper alone; the guest is there, and is saved afterwards.
guest killed pvh
suspends killed
mkfifo /tmp/killed.pipe
helper_gone() { ! pgrep -x libxl-save-help; }
# during SIGNAL PROGRAM: the signal comes when nothing is read any more.
during() {
  (try xl save killed /tmp/killed.pipe) > /tmp/killed.out 2> /tmp/killed.err &
  local saving=$!
  exec 7< /tmp/killed.pipe
  until_true pgrep -x libxl-save-help
  sleep 1
  pkill "-$1" -x "$2"
  sleep 1
  exec 7<&-
  wait $saving
  until_true helper_gone
  cat /tmp/killed.out
  grep -v '^/share/lib.sh\|Killed$' /tmp/killed.err >&2
  [ "$2" != xl ] || reference unpause killed 2> /dev/null
  domains
}
during KILL libxl-save-help
during TERM libxl-save-help
xenstore-write "/local/domain/$id/control/shutdown" ''
try xl save -c killed /tmp/killed.img
domains
image /tmp/killed.img
rm /tmp/killed.pipe /tmp/killed.img
#: long
