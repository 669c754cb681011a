# Linux boots.
for kind in pv pvh; do
  config "l-$kind" linux-$kind 'vcpus=2'
  rm -f "/var/log/xen/guest-l-$kind.log"
  try xl create -q -e "/tmp/l-$kind.cfg"
  made "l-$kind"
done
[ -e /share/quick ] || for kind in pv pvh; do
  until_true grep -q 'GUEST UP' "/var/log/xen/guest-l-$kind.log" && echo "l-$kind is up"
done
#: sed domains s/ [r-][b-]---(-)$/ ??---\1/   -- busy
