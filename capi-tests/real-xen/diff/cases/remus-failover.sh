# Replicated to a receiver on this host: the sender's guest is destroyed, and the replica goes on.
guest rf pvh
suspends rf
(try xl remus -F -n -d -i 500 -s '' rf "$(receiver -r)") > /tmp/rf.out 2> /tmp/rf.err &
replicating=$!
until_true suspended rf 4
xl list | awk '/^rf/ { print $1 }' | sort
reference destroy rf
wait $replicating
cat /tmp/rf.out
until_true eval '[ -n "$(id_of rf)" ]'
made rf
until_true eval "domains | grep -q '^rf .*-b----'"
sort /tmp/rf.err >&2
domains
id=$(id_of rf)
devices
#: long
#: sed stdout s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
#: sed stderr s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
