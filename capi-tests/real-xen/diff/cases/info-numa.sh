# The host with its processors' and memory's topology.
#: sed stdout s/^(free_memory)( +:) .*/\1\2 N/             -- changes while guests come and go
#: sed stdout s/^( +[0-9]+: +[0-9]+) +[0-9]+( +[0-9]+)/\1 FREE\2/  -- the node's free memory does so too
try xl info -n
try xl info --numa
try xl info -x
try xl info extra
