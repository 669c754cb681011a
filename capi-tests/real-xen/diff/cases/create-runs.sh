# Domains that run from the start.
for kind in pv pvh; do
  config "runs-$kind" $kind
  try xl create -q -e "/tmp/runs-$kind.cfg"
  made "runs-$kind"
done
until_true eval '[ $(domains | grep -c "^runs-.*-b----") = 2 ]'
domains
