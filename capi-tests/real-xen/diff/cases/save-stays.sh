# A guest that stays after it was saved: running (-c), paused (-p), both; and then its images are as good.
guest stays pvh
suspends stays
try xl save -c stays /tmp/stays-1.img
domains
try xl save -p stays /tmp/stays-2.img
domains
try xl unpause stays
domains
try xl save -c -p stays /tmp/stays-3.img
domains
try xl unpause stays
for n in 1 2 3; do image /tmp/stays-$n.img; done
nodes "/local/domain/$id/control"
try xl destroy stays
try xl restore -e -p /tmp/stays-2.img
made stays
domains
rm /tmp/stays-?.img
#: long
