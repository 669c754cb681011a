# The receiving side alone: nothing comes, what comes is no guest, and the sender goes away.
try xl migrate-receive -e < /dev/null
try eval 'echo nonsense | xl migrate-receive -e'
try eval 'head -c 100000 /dev/zero | xl migrate-receive -e'
guest kept pvh
suspends kept
try xl save -c kept /tmp/kept.img
try eval 'head -c 5000 /tmp/kept.img | xl migrate-receive -e'
# All of it, and then no word to begin.
try eval 'xl migrate-receive -e < /tmp/kept.img' | tr -cd '[:print:]\n'
domains
rm /tmp/kept.img
