# Replicated to a receiver on this host, which is killed: the guest goes on where it is.
guest rr pvh
suspends rr
(try xl remus -F -n -d -i 500 -s '' rr "$(receiver -r)") > /tmp/rr.out 2> /tmp/rr.err &
replicating=$!
until_true suspended rr 3
# The sender's arguments have the receiver's command too.
pkill -KILL -f "^$real_xl migrate-receive"
until_true eval "! kill -0 $replicating"
pkill -KILL -f "^$real_xl remus"
wait $replicating
cat /tmp/rr.out
sort /tmp/rr.err >&2
reference destroy rr--incoming
until_true eval "domains | grep -q '^rr .*-b----'"
domains
#: long
#: sed stdout s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
#: sed stderr s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
