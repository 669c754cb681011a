# Kinds of domains, and keys that are nonsense.
for line in 'type="nosuch"' 'type=7' 'builder="generic"' 'builder="nosuch"' 'pvh=1' 'pvh="x"' \
  'nestedhvm=1' 'altp2m="external"' 'altp2m="nosuch"' 'hap=0' 'hap="x"' 'acpi=0' 'apic=0' 'pae=1' 'nosuch=1' \
  'driver_domain=1' 'oos=1' 'vuart="sbsa_uart"' 'gic_version="v3"' 'tee="optee"' 'xend_suspend_evtchn_compat=1'; do
  kind=pv
  case $line in nested* | altp2m* | hap* | acpi* | apic* | tee* | gic*) kind=pvh ;; esac
  create t-any $kind "$line"
  domains | grep t-any
  reference destroy t-any 2> /dev/null
done
config t-none pv
sed -i /^type=/d /tmp/t-none.cfg
try xl create -q -e -p /tmp/t-none.cfg 'type="pv"'
made t-none
#: long
