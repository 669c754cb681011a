# Disks that a loop device or the device itself serves.
head -c 1048576 /dev/zero > /tmp/disk.img
head -c 2097152 /dev/zero > /tmp/other.img
create d-file pv "disk=['/tmp/disk.img,raw,xvda,w,backendtype=phy','/tmp/other.img,raw,xvdb,r,backendtype=phy']"
create d-file-pvh pvh "disk=['/tmp/other.img,raw,xvdc1,r,backendtype=phy']"
loop=$(losetup -f)
losetup "$loop" /tmp/disk.img
reference destroy d-file
create d-device pv "disk=['$loop,raw,sda1,w','$loop,raw,d1p2,r']"
try reference block-list d-device
try reference block-list d-file-pvh
try xl destroy d-device
try xl destroy d-file-pvh
losetup -d "$loop"
losetup -a
#: long
