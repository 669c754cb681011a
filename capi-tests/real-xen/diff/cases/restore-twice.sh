# One image, several times: while the first is there, with another name, with another name and number; and destroyed while it
# is restored.
guest twice pvh
suspends twice
try xl save -c twice /tmp/twice.img
try xl restore -e -p /tmp/twice.img
domains
try xl rename twice twice-old
try xl restore -e -p /tmp/twice.img
made twice
try xl restore -e -p /tmp/twice.img
domains
try xl list -v | awk '/twice/ { print $1, $7 }'
mkfifo /tmp/twice.pipe
try xl rename twice twice-new
(try xl restore -e -p /tmp/twice.pipe) > /tmp/twice.out 2> /tmp/twice.err &
restoring=$!
exec 7> /tmp/twice.pipe
head -c 200000 /tmp/twice.img >&7
until_true pgrep -x libxl-save-help
sleep 1
reference destroy twice
exec 7>&-
wait $restoring
cat /tmp/twice.out
cat /tmp/twice.err >&2
domains
rm /tmp/twice.img /tmp/twice.pipe
#: long
