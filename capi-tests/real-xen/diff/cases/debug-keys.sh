# Keys to the hypervisor, and what it says.
press() {
  try xl debug-keys "$@"
  try reference dmesg -c
}
reference dmesg -c > /dev/null
press h
press hh
press '%'
press ''
press
press "$(printf '\001')"
press '~' extra
try xl debug-keys "$(printf '%2000s' '' | tr ' ' '%')"
try reference dmesg -c
