# Domain 0's memory: recorded by who asks first, not below 128 MiB, not above what it was given.
was=$(reference list 0 | awk 'END { print $3 }')
# The same limit before either side's turn.
reference list -l 0 > /dev/null
reference mem-max 0 "$((was + 512))"
xenstore-rm /local/domain/0/memory
try xl mem-set 0 99999999
nodes /local/domain/0/memory
xenstore-rm /local/domain/0/memory
try_each xl mem-set 0 -- 127 1 0 131071k x
nodes /local/domain/0/memory
try xl mem-set Domain-0 "$((was - 1))"
try xl mem-set 0 "$was"
nodes /local/domain/0/memory
nodes /vm/00000000-0000-0000-0000-000000000000
try xl mem-max 0 100
try xl mem-max 0 "$((was + 512))"
nodes /local/domain/0/memory
reference list -l 0 | grep memkb
try xl mem-set 0 "$((was + 513))"
try xl mem-set 0 "$was"
# One of the two nodes is missing.
xenstore-rm /local/domain/0/memory/target
try xl mem-max 0 "$((was + 512))"
try xl mem-set 0 "$was"
nodes /local/domain/0/memory
xenstore-rm /local/domain/0/memory/static-max
try xl mem-set 0 "$was"
try xl mem-max 0 "$((was + 512))"
nodes /local/domain/0/memory
domains
# Gone before the other side's turn; no balloon has moved by then that matters.
xenstore-rm /local/domain/0/memory
xenstore-rm /vm/00000000-0000-0000-0000-000000000000
#: long
