# Replicated to nowhere: the guest runs between checkpoints, and the command ends when the guest is destroyed.
guest rb pvh
suspends rb
(try xl remus -F -b -n -d -i 300 rb nowhere) > /tmp/rb.out 2> /tmp/rb.err &
replicating=$!
until_true suspended rb 4
xl list | grep -c '^rb '
reference destroy rb
wait $replicating
cat /tmp/rb.out
cat /tmp/rb.err >&2
domains
#: long
