# A guest whose disk, or card, would have to be held back.
truncate -s 1M /tmp/rk.disk
bridge xenbr0
config rk pvh 'disk=["/tmp/rk.disk,raw,xvda,rw"]' 'vif=["mac=00:16:3e:11:22:66,bridge=xenbr0"]'
try reference create -q -e /tmp/rk.cfg
made rk
id=$(id_of rk)
suspends rk
try xl remus -F -n -b rk nowhere
try xl remus -F -d -b rk nowhere
domains
nodes "/local/domain/$id/control"
no_devices
rm /tmp/rk.disk
