# Ramdisks: small, large, empty, none.
head -c 5000 /dev/urandom > /tmp/r-small
head -c 3000000 /dev/zero > /tmp/r-large
: > /tmp/r-empty
for kind in pv pvh; do
  create r-$kind $kind 'ramdisk="/tmp/r-small"' 'memory=12'
  for ramdisk in /nosuch /tmp /tmp/r-empty ''; do
    create "r-bad-$kind" $kind "ramdisk=\"$ramdisk\""
    reference destroy "r-bad-$kind" 2> /dev/null
  done
  create "r-full-$kind" $kind 'ramdisk="/tmp/r-large"' 'memory=4'
done
#: long
