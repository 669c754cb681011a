# What other commands show while a guest is saved to a pipe that is not read for a while.
guest seen pvh
suspends seen
mkfifo /tmp/seen.pipe
(try xl save seen /tmp/seen.pipe) > /tmp/seen.out 2> /tmp/seen.err &
saving=$!
exec 7< /tmp/seen.pipe
sleep 2
xl list | awk '{ print $1 }'
xl domname "$id"
try xl vcpu-list seen | awk '{ print $1 }'
cat <&7 > /tmp/seen.img
wait $saving
exec 7<&-
cat /tmp/seen.out
cat /tmp/seen.err >&2
image /tmp/seen.img
try xl restore -e /tmp/seen.img
made seen
domains
rm /tmp/seen.pipe /tmp/seen.img
#: long
