# Virtual processors given to a guest and taken from it: PV, PVH, dom0, too many, none, nonsense.
guest s-pv pv -p vcpus=3 
guest s-pvh pvh -p vcpus=2
guest s-one pv -p
show() { nodes "/local/domain/$(id_of "$1")/cpu"; }
for count in 1 2 3 3 0 4 -1 99 '' x 2x ' 1' 0x2; do
  try xl vcpu-set s-pv "$count"
  show s-pv
done
try xl list -l s-pv
for count in 1 2 3; do
  try xl vcpu-set "$(id_of s-pvh)" "$count"
  show s-pvh
done
try xl vcpu-set -i s-pv 3
try xl vcpu-set --ignore-host s-pv 2
try xl vcpu-set --ignore-host s-pv 9
show s-pv
try xl vcpu-set s-one 1
try xl vcpu-set s-one 2
show s-one
try xl vcpu-set s-pv
try xl vcpu-set
try xl vcpu-set s-pv 1 2
try xl vcpu-set -x s-pv 1
for domain in nosuch 9999 -1; do try xl vcpu-set "$domain" 1; done
