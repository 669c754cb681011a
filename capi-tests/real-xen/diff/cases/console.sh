# Consoles: which there are, and which there are not; and what xenconsole, here one
# that only shows its arguments, is started with.
printf '#!/bin/sh\necho xenconsole "$@"\n' > /tmp/xenconsole
chmod +x /tmp/xenconsole
mount --bind /tmp/xenconsole "$xen/bin/xenconsole"
try_each xl console -- nosuch 99 -1 ''
try xl console -t bogus still
try xl console -n 7 still
try xl console -e still
try xl console
for guest in still idle-pvh linux-pv; do
  try xl console $guest
  try xl console -t pv $guest
  try xl console -t serial $guest
  try xl console -t vuart $guest
done
umount "$xen/bin/xenconsole"
#: long
