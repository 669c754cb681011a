# Files that an image goes to: one that is there and longer, a device that takes all, one that has no room, a pipe whose reader
# leaves; and a file that is read only as far as the image goes.
guest targets pvh
suspends targets
head -c 30000000 /dev/zero > /tmp/targets.img
chmod 600 /tmp/targets.img
try xl save -c targets /tmp/targets.img
image /tmp/targets.img
stat -c %a /tmp/targets.img
try xl save -c targets /dev/null
try xl save -c targets /dev/full
domains
try eval 'xl save -c targets /dev/stdout | head -c 100000 > /dev/null'
domains
echo 'what follows' >> /tmp/targets.img
try xl destroy targets
try xl restore -e -p /tmp/targets.img
made targets
domains
rm /tmp/targets.img
#: long
