# Hard and soft affinity of vcpus.
guest v-pv pv -p vcpus=2
guest v-pvh pvh -p
look() {
  reference vcpu-list v-pv v-pvh
}
pin() {
  try xl vcpu-pin "$@"
  look
}
pin v-pv 0 1
pin v-pv 0 0 1
pin v-pv 1 - 0
pin v-pv all 0-1 1
pin v-pv all 1
pin v-pv all - all
pin v-pvh 0 0
pin "$(id_of v-pvh)" 0 all all
pin v-pvh all 1 1
pin v-pv all all all
try xl vcpu-list
try xl vcpu-list v-pv v-pvh
for cpus in 7 4000 -1 x '' none 0- ^0 node:0 nodes:0 node:9 all,^0; do
  pin v-pv 0 "$cpus"
  pin v-pv 1 - "$cpus"
done
for vcpu in 2 99 -1 x '' 4294967295 99999999999999999999; do
  pin v-pv "$vcpu" 0
done
pin v-pv 0 - -
pin v-pv all - -
try xl vcpu-pin v-pv 0
try xl vcpu-pin -f v-pv 0 1
look
try xl vcpu-pin -f v-pv all 1
try xl vcpu-pin -i v-pv 0 0
look
try xl -N vcpu-pin v-pv 0 1 0
for domain in nosuch 99 -1; do
  try xl vcpu-pin "$domain" 0 0
  try xl vcpu-pin "$domain" all 0
done
try xl list -l v-pv
try xl vcpu-pin Domain-0 0 0
try xl vcpu-list Domain-0
try xl vcpu-pin Domain-0 all all all
try xl list -n v-pv v-pvh
try xl list -n v-pv
#: sed stdout s/ +[0-9]+\.[0-9] / TIME /    -- the time used
#: sed stdout s/ +[0-9]+\.[0-9]( +)?/ TIME\1/               -- in the other list too
#: sed stdout s/^([^ ]+ +[^ ]+ +[0-9]+) +[0-9]+ +[r-][b-]([p-] TIME)/\1 CPU ??\2/  -- where it runs and whether
