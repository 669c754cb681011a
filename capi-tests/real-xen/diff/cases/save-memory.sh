# A guest with less memory than it may have, one whose memory was changed, and what the restored ones have.
balloons() { { /tmp/machine "$1"; of_domain "$1" | grep -E memory; } 2>&1 | numberless "$(id_of "$1")"; }
guest balloons pvh maxmem=16
suspends balloons
try xl save balloons /tmp/balloons.img
try xl restore -e -p /tmp/balloons.img
made balloons
balloons balloons
try xl unpause balloons
suspends balloons
try xl mem-set balloons 6
try xl mem-max balloons 12
try xl save balloons /tmp/balloons.img
try xl restore -e -p /tmp/balloons.img
made balloons
balloons balloons
domains
rm /tmp/balloons.img
#: long
