# What the hypervisor and xenstore have of a domain that was restored: clock, cpuid, parameters.
shown() {
  local name=$1 id
  id=$(id_of "$name")
  { /tmp/machine "$name"; of_domain "$name"; } 2>&1 | numberless "$id"
}
round() {
  local name=$1
  guest "$@"
  suspends "$name"
  try xl save "$name" /tmp/mc.img
  image /tmp/mc.img
  try xl restore -e -p /tmp/mc.img
  made "$name"
  shown "$name"
  try xl destroy "$name"
}
round mc-plain pvh
round mc-clock pvh 'tsc_mode="native"' rtc_timeoffset=3600 'timer_mode="no_delay_for_missed_ticks"'
round mc-cpuid pvh 'cpuid="host,avx=0,sse4.2=0"' nestedhvm=0
rm /tmp/mc.img
#: long
#: sed stdout /^memory 0x[67]..? /d  -- pages that the guest has not written: the VM's Xen does not clear memory when it starts
