# The cases on this machine, under fake-xen.c: in namespaces of its own (run), with the run's folder in $1.
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host_in_tmp "$1"
. /tmp/settings
set -f
LD_PRELOAD=/tmp/fake-xen.so /tmp/runtime acknowledger > /tmp/acknowledger &
for _ in $(seq 100); do grep -q watching /tmp/acknowledger || sleep 0.1; done
status=0
for side in $sides; do
  path=
  [ "$side" != ours ] || path=/tmp/ours
  # shellcheck disable=SC2086 # patterns, one word each
  LD_PRELOAD="/tmp/more-xen.so /tmp/fake-xen.so" LD_LIBRARY_PATH=$path /tmp/runtime run "$side" "$seconds" $cases || status=1
done
exit $status
