# A guest that has suspended by itself, and is saved then.
guest itself pvh
ends "$id" 2
domains
xenstore-write "/local/domain/$id/control/shutdown" ''
suspends itself once
try xl save -c itself /tmp/itself.img
domains
image /tmp/itself.img
rm /tmp/itself.img
#: long
