# The migrate command's own errors, and receivers that are none.
guest moves pvh
suspends moves
try xl migrate
try xl migrate moves
try xl migrate no-such-guest nowhere
try xl migrate -s '' no-such-guest 'exit 0'
try xl migrate -s '' moves 'exit 3'
domains
try xl migrate -s '' moves /no/such/program
domains
# A receiver that says nothing more would be waited for without end.
# As much as the banner has, or xl would wait for the rest.
try xl migrate -s '' moves 'yes hello | head -c 200; cat > /dev/null'
domains
try xl migrate -s '' moves "printf 'xl migration receiver ready, send binary domain data.\n'; exit 1"
domains
try xl migrate -s '' moves "printf 'xl migration receiver ready, send binary domain data.\n'; timeout 15 cat > /dev/null; exit 4"
domains
nodes "/local/domain/$id/control"
#: long
