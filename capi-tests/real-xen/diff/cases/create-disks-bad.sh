# Disks that cannot be.
head -c 1048576 /dev/zero > /tmp/disk.img
for disk in '/nosuch,raw,xvda,w' '/tmp/disk.img,raw,,w' '/tmp/disk.img,raw,nosuch,w' '/tmp/disk.img,raw,xvda,x' \
  '/tmp/disk.img,nosuch,xvda,w' 'vdev=xvda' 'target=/tmp/disk.img' 'vdev=xvda,target=/tmp/disk.img,backendtype=nosuch' \
  'vdev=xvda,target=/tmp,backendtype=phy' 'vdev=xvda,target=/nosuch,backendtype=phy' \
  'vdev=xvda,format=qcow2,target=/tmp/disk.img,backendtype=phy' 'vdev=xvda,format=empty,access=rw' \
  'vdev=xvda,target=/tmp/disk.img,backend=nosuch' 'vdev=xvda,target=/tmp/disk.img,script=/nosuch' '' ',' \
  'phy:/nosuch,xvda,w' 'file:/nosuch,xvda,w' 'tap:aio:/nosuch,xvda,w'; do
  create d-bad pv "disk=['$disk']"
  reference destroy d-bad 2> /dev/null
done
create d-twice pv "disk=['/tmp/disk.img,raw,xvda,w,backendtype=phy','/tmp/disk.img,raw,xvda,w,backendtype=phy']"
create d-no-list pv 'disk="/tmp/disk.img,raw,xvda,w"'
losetup -a | grep -c disk.img
nodes /local/domain/0/backend
#: long
