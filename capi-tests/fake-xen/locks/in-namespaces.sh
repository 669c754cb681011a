# The cases under fake-xen.c, in namespaces of its own (run), with the run's folder in $1.
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
# Small, for the case of a full disk.
fake_host_in_tmp "$folder" size=2m
. /tmp/settings
export LOCKS_SECONDS=$seconds
status=0
for side in $sides; do
  # shellcheck disable=SC2086 # one word each
  LD_PRELOAD=/tmp/fake-xen.so /tmp/locks sides "$side" $cases || status=1
done
exit $status
