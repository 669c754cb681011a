# One case, in namespaces of its own (run): the run's folder in $1, the library's folder or nothing in $2, the case in $3,
# the rounds of each goroutine in $4.
set -u
folder=$1 libs=$2 case=$3 rounds=$4
mount -t tmpfs log /var/log && mkdir /var/log/xen || exit 2
. "$(dirname "$0")/../../support/fake-xen/host.sh"
# Of the host before.
rm -rf "$folder/fake-xen" "$folder/ran"
fake_host "$folder"
LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" serve &
"$folder/guests" &
for name in guest guest-2 guest-3; do
  LD_PRELOAD="$folder/fake-xen.so" "$folder/plug" domain $name \
    "{\"c_info\": {\"type\": \"pv\", \"name\": \"$name\"}, \"b_info\": {\"type.pv\": {}}}" > /dev/null
done
printf '#!/bin/sh\necho "$*" >> %s/ran\n' "$folder" > "$folder/script"
chmod +x "$folder/script"
# The bindings allocate arrays and do not clear them, and leave out strings that are empty: this malloc clears, as luck does
# else.
export GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=255
with() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/go-xen.so $folder/fake-xen.so" "$@"; }
if [ "$case" = tour ]; then
  with "$folder/tour" -script "$folder/script" guest && echo finished
else
  with "$folder/crowd" -contexts "$case" -rounds "$rounds" -script "$folder/script" -ran "$folder/ran" guest guest-2 guest-3
fi
