# Restored from a pipe, from standard input, from a pipe that comes slowly.
guest pipes pvh
suspends pipes
try xl save pipes /tmp/pipes.img
try eval 'cat /tmp/pipes.img | xl restore -e -p /dev/stdin'
made pipes
domains
try xl destroy pipes
mkfifo /tmp/pipes.pipe
(head -c 5000; sleep 1; head -c 70000; sleep 1; cat) < /tmp/pipes.img > /tmp/pipes.pipe &
try xl restore -e -p /tmp/pipes.pipe
made pipes
domains
try xl destroy pipes
(head -c 90000 /tmp/pipes.img; sleep 1) > /tmp/pipes.pipe &
try xl restore -e -p /tmp/pipes.pipe
domains
rm /tmp/pipes.pipe /tmp/pipes.img
