# Requests to what cannot be asked.
try_each xl shutdown -- nosuch 32752 '' 'a b'
try_each xl reboot -- nosuch 32752
try xl shutdown
try_each xl trigger -- "nosuch nmi" nosuch
try xl trigger still nonsense
try xl sysrq still
