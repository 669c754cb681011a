# The host: what it is and what it has.
#: sed stdout s/^(free_memory|free_cpus)( +:) .*/\1\2 N/   -- changes while guests come and go
try xl info
