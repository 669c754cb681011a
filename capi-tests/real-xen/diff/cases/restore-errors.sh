# The restore command's own errors; files that are none, or not whole.
config nothing pvh
head -c 100 /dev/zero > /tmp/zeros
printf 'Xen saved domain, xl format\n \0 \r' > /tmp/short
printf 'LinuxGuestRecord' > /tmp/old
try xl restore
try xl restore /no/such/image
try xl restore /tmp
try xl restore /tmp/zeros
try xl restore /tmp/short
try xl restore /tmp/old
try xl restore /tmp/nothing.cfg
try xl restore -e /tmp/nothing.cfg /tmp/zeros
try xl restore -e /no/such/config /tmp/zeros
try xl restore -x /tmp/zeros
domains
rm /tmp/zeros /tmp/short /tmp/old
