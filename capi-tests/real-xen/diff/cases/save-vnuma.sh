# A guest with nodes of its own cannot be saved or migrated.
config nodes pvh 'memory=8' 'vcpus=2' 'vnuma=[["pnode=0","size=4","vcpus=0","vdistances=10,20"],["pnode=0","size=4","vcpus=1","vdistances=20,10"]]'
try reference create -q -e /tmp/nodes.cfg
made nodes
suspends nodes
try xl save nodes /tmp/nodes.img
domains
try move nodes --
domains
rm -f /tmp/nodes.img
