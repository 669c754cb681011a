# A bootloader with a menu: the user is joined to it, and then to the guest.
head -c 1048576 /dev/zero > /tmp/bl.img
cat > /tmp/bl <<'SCRIPT'
#!/bin/sh
for arg; do
  case $arg in
    --output=*) output=${arg#*=} ;;
    --output-directory=*) directory=${arg#*=} ;;
  esac
done
printf 'which one? '
read -r answer
echo "the $answer one"
# What is not read when the terminal goes is lost.
sleep 1
cp /guest/tiny "$directory/kernel"
printf 'kernel %s\0' "$directory/kernel" > "$output"
SCRIPT
chmod +x /tmp/bl
config bl-menu pv 'bootloader="/tmp/bl"' "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
cat > /tmp/bl.py <<'PYTHON'
import os, pty, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv("/usr/lib/xen-4.17/bin/xl", ["xl", "create", "-q", "-c", "-e", "/tmp/bl-menu.cfg"])
seen, said, end = b"", False, time.time() + 60
while time.time() < end and b"the second one" not in seen:
    if select.select([fd], [], [], 1)[0]:
        try: seen += os.read(fd, 1000)
        except OSError: break
    if not said and b"which one? " in seen:
        os.write(fd, b"second\n")
        said = True
print(b"which one? " in seen, b"the second one" in seen)
os.close(fd)
os.kill(pid, 9)
os.waitpid(pid, 0)
PYTHON
LD_LIBRARY_PATH=/tmp/lib/$side try python3 /tmp/bl.py
until_true eval 'domains | grep -q "^bl-menu .*-b----"'
made bl-menu
cat "$(ls -t /var/log/xen/bootloader.*.log | head -n 1)"
#: long
