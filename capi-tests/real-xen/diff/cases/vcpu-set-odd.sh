# The present values of the nodes do not matter, nor whether they exist; permissions stay unchanged.
guest o-pv pv -p vcpus=3
id=$(id_of o-pv)
base=/local/domain/$id/cpu
xenstore-write "$base/0/availability" nonsense "$base/2/availability/below" x "$base/7/availability" online
xenstore-chmod "$base/1/availability" r0 "b$id"
try xl vcpu-set o-pv 2
nodes "$base"
xenstore-rm "$base"
try xl vcpu-set o-pv 3
nodes "$base"
try xl list -l o-pv
ends "$id" 3
try xl vcpu-set o-pv 1
nodes "$base"
#: long
