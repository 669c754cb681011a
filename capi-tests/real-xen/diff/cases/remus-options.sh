# The replication command's own errors, and what this host has nothing for.
guest rp pvh
suspends rp
try xl remus
try xl remus rp
try xl remus no-such-guest nowhere
try xl remus -p rp nowhere
try xl remus -b rp nowhere
try xl remus -b -F rp nowhere
try xl remus -n -s '' rp 'exit 3'
try xl remus -b -n rp nowhere
try xl remus -b -d rp nowhere
try xl remus -x rp nowhere
domains
nodes "/local/domain/$id/control"
