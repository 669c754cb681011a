# Shares of caches, on a host that has none to give.
guest cat pv
try xl psr-hwinfo -a
try xl psr-cat-set cat 0xff
try xl psr-cat-set -s 0 cat 0xff
try xl psr-cat-set -s 1-5 cat 0xff
try xl psr-cat-set -s nonsense cat 0xff
try xl psr-cat-set -l2 cat 0x3
try xl psr-cat-set -l4 cat 0x3
try xl psr-cat-set -c cat 0xf
try xl psr-cat-set -d cat 0xf
try xl psr-cat-set -c -d cat 0xf
try xl psr-cat-set nobody 0xf
try xl psr-cat-show
try xl psr-cat-show cat
try xl psr-cat-show -l 2 cat
try xl psr-cat-show -l 3 nobody
