# Guests that never take a request in: a minute, then an error. All at once.
for name in deaf-pv deaf-pvh deaf-reboot deaf-held; do
  case $name in
    *-pvh) guest "$name" pvh ;;
    *-held) guest "$name" pv -p ;;
    *) guest "$name" pv ;;
  esac
done
began=$(date +%s)
for name in deaf-pv deaf-pvh deaf-reboot deaf-held; do
  request=shutdown
  [ "$name" != deaf-reboot ] || request=reboot
  (try xl $request "$name") > "/tmp/$name.out" 2> "/tmp/$name.err" &
  pids="${pids-} $!"
done
# shellcheck disable=SC2086 # one word for each
wait $pids
seconds=$(($(date +%s) - began))
[ $seconds -ge 60 ] && [ $seconds -le 80 ] && echo "after a minute" || echo "after $seconds s"
for name in deaf-pv deaf-pvh deaf-reboot deaf-held; do
  cat "/tmp/$name.out"
  cat "/tmp/$name.err" >&2
  xenstore-read "/local/domain/$(id_of "$name")/control/shutdown"
  reference destroy "$name"
done
#: long
