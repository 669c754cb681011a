# Kernels that are none.
mkdir -p /tmp/k-dir
: > /tmp/k-empty
head -c 100000 /dev/zero > /tmp/k-zeros
head -c 300 /guest/tiny > /tmp/k-short
head -c 4096 /dev/zero | tr '\0' '#' > /tmp/k-text
for kind in pv pvh; do
  for kernel in /nosuch relative /tmp/k-dir /tmp/k-empty /tmp/k-zeros /tmp/k-short /tmp/k-text /dev/null ''; do
    create "k-$kind" $kind "kernel=\"$kernel\""
  done
  config "k-$kind" $kind
  sed -i /^kernel=/d "/tmp/k-$kind.cfg"
  try xl create -q -e -p "/tmp/k-$kind.cfg"
  made "k-$kind"
done
domains
#: long
