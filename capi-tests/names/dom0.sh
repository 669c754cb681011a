# Run in dom0 with /share holding driver (from driver.c), tiny (box/guest/tiny.S) and our library as
# libxenlight.so.4.17: destroys two guests with made-up devices, one with each library, and compares.
# shellcheck disable=SC2086,SC2284 # ids and words without white space
mkdir -p /tmp/ours; cp /share/libxenlight.so.4.17 /tmp/ours/; cp /share/driver /share/tiny /tmp/; D=/tmp/driver
cat > /tmp/hp <<'E'
#!/bin/sh
{ echo "args: $*"; env | grep -E '^(script|XENBUS|vif|netdev|INTERFACE)=' | sort; } >> /tmp/hp.log
E
chmod +x /tmp/hp
for g in t1 t2; do printf 'name="%s"\nkernel="/tmp/tiny"\nmemory=4\n' $g > /tmp/$g.cfg; xl create -p -q /tmp/$g.cfg || echo FAILED; done
rm -f /var/run/xen/domid-history
fake() { d=$1; for k in "vbd vbd 51712" "vif vif 0" "vbd qdisk 51728"; do set -- $k; be=/local/domain/0/backend/$2/$d/$3
 fe=/local/domain/$d/device/$1/$3
 xenstore-write /libxl/$d/device/$1/$3/backend $be /libxl/$d/device/$1/$3/frontend $fe $fe/state 1 $fe/backend $be $fe/backend-id 0 $be/script /tmp/hp $be/frontend $fe $be/frontend-id $d $be/online 1 $be/state 6
 [ $2 = qdisk ] && xenstore-write $be/state 4; [ $2 = vif ] && xenstore-write $be/type vif; done; echo x > /var/lib/xen/qemu-save.$d; }
T1=$(xl domid t1); T2=$(xl domid t2); ls /var/lib/xen | sed 's/\.[0-9a-f-]*-[0-9a-f-]*//'
one() { fake $1; : > /tmp/hp.log; T0=$(date +%s%N); LD_LIBRARY_PATH=$2 $D destroy $1; echo "$2 rc=$? $(( ($(date +%s%N)-T0)/1000000 )) ms"; sed "s,/$1/,/N/,;s/vif$1/vifN/" /tmp/hp.log | sort > $3.hp; xenstore-ls -f | sed 's/ = .*//' | grep -vE "^/(local/domain|libxl|vm)/($T2|[0-9a-f-]{36})(/|\$)" > $3.xs; xenstore-ls -f | grep -E "/$1(/|\$)"; ls /var/lib/xen | grep "\.$1"; cut -d' ' -f2 /var/run/xen/domid-history; ls /var/run/xen | grep domid; }
one $T1 "" /tmp/c; one $T2 /tmp/ours /tmp/o
echo ==scripts; diff /tmp/c.hp /tmp/o.hp && cat /tmp/o.hp; echo ==nodes; diff /tmp/c.xs /tmp/o.xs && wc -l < /tmp/o.xs; xl list
xl create -p -q /tmp/t1.cfg; A=$(xl domid t1)
LD_LIBRARY_PATH=/tmp/ours $D rename $A t1 b rename $A ANY Domain-0 rename $A ANY CTRL ustore $A mine hello uget $A mine ulen $A libxl-json pause $A cbunpause $A n2d b sysrq $A 2>&1; LD_LIBRARY_PATH=/tmp/ours $D preserve $A b; xl list; xenstore-ls -f | grep "^/vm.*$\|/$A/vm\|/$A/name"
$D uget $A mine; $D loop 300 Domain-0; LD_LIBRARY_PATH=/tmp/ours $D loop 300 Domain-0; $D loop 300 nosuch;  LD_LIBRARY_PATH=/tmp/ours $D loop 300 nosuch;  $D uloop 100 $A;  LD_LIBRARY_PATH=/tmp/ours $D uloop 100 $A
