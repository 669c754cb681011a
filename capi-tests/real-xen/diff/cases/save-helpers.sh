# What the environment names as the helper: none, one that fails at once, one that says nonsense.
guest helped pvh
suspends helped
printf '#!/bin/sh\necho nonsense that is long enough; sleep 1\n' > /tmp/helper-nonsense
printf '#!/bin/sh\nexit 5\n' > /tmp/helper-five
printf '#!/bin/sh\nkill -KILL $$\n' > /tmp/helper-killed
chmod 755 /tmp/helper-*
try xl save -c helped /tmp/helped.img
for helper in /no/such/helper /tmp /tmp/helper-five /tmp/helper-killed /tmp/helper-nonsense; do
  export LIBXL_SAVE_HELPER=$helper
  try xl save helped /tmp/helped-2.img
  domains
  try xl restore -e -p /tmp/helped.img
  domains
done
unset LIBXL_SAVE_HELPER
try xl destroy helped
try xl restore -e -p /tmp/helped.img
made helped
rm /tmp/helper-* /tmp/helped*.img
#: long
