# What others see while a guest moves: both, under their names.
guest ml pvh
suspends ml
mkfifo /tmp/ml.pipe
slow="(head -c 100000; cat /tmp/ml.pipe > /dev/null; cat) | ($(receiver))"
(try xl migrate -s '' ml "$slow") > /tmp/ml.out 2> /tmp/ml.err &
moving=$!
until_true eval '[ -n "$(id_of ml--incoming)" ]'
sleep 1
xl list | awk '/^ml/ { print $1 }' | sort
try xl domid nothing
echo "by name: $([ "$(xl domid ml)" = "$id" ] && echo the old one)"
try xl vcpu-list ml | awk '{ print $1 }'
try xl migrate -s '' ml 'exit 3'
echo > /tmp/ml.pipe
wait $moving
cat /tmp/ml.out
sort /tmp/ml.err >&2
made ml
domains
rm /tmp/ml.pipe
#: long
#: sed stdout s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
#: sed stderr s,/tmp/lib/(debian|ours),/tmp/lib/SIDE,  -- where the side's library is
