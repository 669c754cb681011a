# Cache and memory bandwidth monitoring, on a host that cannot do it.
guest cmt pv
try xl psr-hwinfo
try xl psr-hwinfo -m
try xl psr-cmt-attach cmt
try xl psr-cmt-attach 0
try xl psr-cmt-attach nobody
try xl psr-cmt-detach cmt
try xl psr-cmt-detach nobody
try_each xl psr-cmt-show -- cache-occupancy total-mem-bandwidth local-mem-bandwidth nonsense
try xl psr-cmt-show cache-occupancy cmt
try xl psr-cmt-show cache-occupancy nobody
