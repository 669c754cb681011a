# The runtime's cases, in dom0: with Debian's library and with ours, as /share/sides says. What it
# runs is copied from the share first, which is slow.
mkdir -p /tmp/ours
[ ! -e "/share/libxenlight.so.$XEN" ] || cp "/share/libxenlight.so.$XEN" /tmp/ours/
cp /share/runtime /share/known-differences /tmp/
[ ! -e /share/suppressions ] || cp /share/suppressions /tmp/
. /share/settings
set -f
/tmp/runtime acknowledger > /tmp/acknowledger &
until grep -q watching /tmp/acknowledger; do sleep 0.1; done
echo "$(nproc) processors, up after $(cut -d. -f1 /proc/uptime) s"
status=0
for side in $sides; do
  path=
  [ "$side" != ours ] || path=/tmp/ours
  # shellcheck disable=SC2086 # patterns, one word each
  LD_LIBRARY_PATH=$path /tmp/runtime run "$side" "$seconds" $cases || status=1
done
exit $status
