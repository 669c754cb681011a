# The guest's domain is destroyed when it is asked to suspend; and while its image flows.
guest vanishes pvh
suspends vanishes destroyed
try xl save vanishes /tmp/vanishes.img
domains
guest vanishes-2 pvh
suspends vanishes-2
mkfifo /tmp/vanishes.pipe
(try xl save vanishes-2 /tmp/vanishes.pipe) > /tmp/vanishes.out 2> /tmp/vanishes.err &
saving=$!
exec 7< /tmp/vanishes.pipe
until_true pgrep -x libxl-save-help
sleep 1
reference destroy vanishes-2
cat <&7 | wc -c > /tmp/vanishes.img
wait $saving
exec 7<&-
cat /tmp/vanishes.out
cat /tmp/vanishes.err >&2
domains
rm -f /tmp/vanishes.pipe /tmp/vanishes.img
#: long
