# xl itself.
#: sed stderr /^xencall:buffer: debug: /s/:[0-9]+/:N/g   -- libxenctrl counts its hypercalls: ours makes fewer
try xl
try xl nosuch
try xl help
try xl help list
try xl help nosuch
try xl -N list nosuch
try xl -t list nosuch
try xl -f list nosuch
try xl -x list
try xl -v list nosuch
try xl -vvv list nosuch
try xl -T list nosuch
