# Shares of memory bandwidth, on a host that has none to give.
guest mba pv
try xl psr-hwinfo -b
try xl psr-mba-set mba 20
try xl psr-mba-set -s 0 mba 20
try xl psr-mba-set -s 3 mba 20
try xl psr-mba-set nobody 20
try xl psr-mba-show
try xl psr-mba-show mba
try xl psr-mba-show nobody
