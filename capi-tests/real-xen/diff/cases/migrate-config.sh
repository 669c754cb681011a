# The guest has another configuration where it goes: with another name, more memory, no file there, or one that is none.
guest mc pvh
suspends mc
config mc-other pvh 'memory=12'
try move mc -C /tmp/mc-other.cfg --
made mc-other
domains
suspends mc-other
config mc-less pvh 'memory=4'
try move mc-other -C /tmp/mc-less.cfg --
domains
try move mc-other -C /no/such/file --
echo '}' > /tmp/mc-bad.cfg
try move mc-other -C /tmp/mc-bad.cfg --
domains
#: long
