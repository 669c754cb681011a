# Restored paused, under another name, with another configuration; while one of that name is there; twice.
guest options pvh
suspends options
try xl save -c options /tmp/options.img
try xl restore -e -p /tmp/options.img
domains
config again pvh 'name="options-again"'
try xl restore -e -p /tmp/again.cfg /tmp/options.img
made options-again
domains
try xl destroy options
try xl restore -e -p /tmp/options.img
made options
domains
try xl unpause options
try xl unpause options-again
domains
config smaller pvh 'name="options-small"' 'memory=4'
try xl restore -e /tmp/smaller.cfg /tmp/options.img
config another pv 'name="options-pv"'
try xl restore -e /tmp/another.cfg /tmp/options.img
domains
rm /tmp/options.img
#: long
