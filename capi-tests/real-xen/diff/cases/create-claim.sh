# Memory claimed before it is filled, or not.
cp /etc/xen/xl.conf /tmp/xl.conf
for claim in 0 1; do
  { cat /tmp/xl.conf; echo "claim_mode=$claim"; } > /etc/xen/xl.conf
  for kind in pv pvh; do
    create cl-$kind-$claim $kind
    create cl-much $kind memory=9999
  done
done
cp /tmp/xl.conf /etc/xen/xl.conf
domains
try xl claims
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: long
