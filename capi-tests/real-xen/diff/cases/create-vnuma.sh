# Virtual nodes: right and wrong ones.
right='vnuma=[["pnode=0","size=4","vcpus=0","vdistances=10,20"],["pnode=0","size=4","vcpus=1","vdistances=20,10"]]'
create vn-pv pv 'memory=8' 'vcpus=2' "$right"
create vn-pvh pvh 'memory=8' 'vcpus=2' "$right"
reference destroy vn-pvh 2> /dev/null
wrong() { create vn-bad pv 'memory=8' 'vcpus=2' "$1"; }
wrong "${right//size=4/size=3}"
wrong "${right/vcpus=1/vcpus=0}"
wrong "${right/pnode=0/pnode=9}"
wrong "${right/10,20/5,20}"
wrong "${right/vcpus=1/vcpus=7}"
wrong 'vnuma=[["pnode=0","size=8","vcpus=0-1","vdistances=10"]]'
wrong 'vnuma=[["nonsense"]]'
wrong 'vnuma=["x"]'
wrong 'vnuma=[]'
create vn-short pv 'memory=4' 'vcpus=2' "$right"
create vn-max pv 'memory=8' 'maxmem=16' 'vcpus=2' "$right"
#: long
