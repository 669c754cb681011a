#: long
# Requests to the guest's kernel to shut down or reboot, by each way.
libvirt
# answers NAME REASON: stands in for a guest's kernel that takes a request in, and ends.
answers() {
  local node
  node=/local/domain/$(id_of "$1")/control/shutdown
  (until_true eval "[ -n \"\$(xenstore-read $node)\" ]" && xenstore-read "$node" && xenstore-write "$node" '' && ends "$(id_of "$1")" "$2") \
    > /tmp/v-answers 2>&1 &
}
started v-shut pvh
answers v-shut 0
try virsh shutdown v-shut
wait $!
cat /tmp/v-answers
until_true eval '[ -z "$(id_of v-shut)" ]'
try virsh list --all
started v-shut pvh
before=$(id_of v-shut)
answers v-shut 1
try virsh reboot v-shut
wait $!
cat /tmp/v-answers
until_true eval '[ "$(id_of v-shut)" != "$before" ] && domains | grep "^v-shut .*-b----"'
made v-shut
try virsh domstate --reason v-shut
for mode in acpi agent initctl signal; do
  try virsh shutdown v-shut --mode $mode
  try virsh reboot v-shut --mode $mode
done
try virsh destroy v-shut --graceful
