# Requests to what cannot be asked.
try_each xl shutdown -- nosuch 32752 '' 'a b'
# The empty name is domain 0, which is asked; the node must not be there already for the other library.
snapshot asked
xenstore-rm /local/domain/0/control/shutdown
try_each xl reboot -- nosuch 32752
try xl shutdown
try_each xl trigger -- "nosuch nmi" nosuch
try xl trigger still nonsense
try xl sysrq still
