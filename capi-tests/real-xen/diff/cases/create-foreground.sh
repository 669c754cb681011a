# xl stays in the foreground, and reports the guest's end.
config f-pv pv
try xl create -q -F /tmp/f-pv.cfg > /tmp/f-pv.out 2> /tmp/f-pv.err &
until_true eval '[ -n "$(id_of f-pv)" ]'
made f-pv
until_true eval 'domains | grep -q "^f-pv .*-b----"'
ends "$(id_of f-pv)" 0
wait $!
grep -v 'domid\|Domain\|^libxl: ' /tmp/f-pv.out /tmp/f-pv.err
domains
