# A bootloader: its arguments, its environment, its results.
head -c 1048576 /dev/zero > /tmp/bl.img
cat > /tmp/bl <<'SCRIPT'
#!/bin/sh
exec 3> /tmp/bl.told
printf '%s\n' "$@" >&3
for arg; do
  case $arg in
    --output=*) output=${arg#*=} ;;
    --output-directory=*) directory=${arg#*=} ;;
  esac
done
{
  echo "TERM $TERM"
  for fd in 0 1 2; do [ -t $fd ] && echo "$fd is a terminal"; done
  echo > /dev/tty && echo "it is mine"
  read -r pid name state parent group session rest < /proc/$$/stat
  [ "$session" = $$ ] && echo "and a session"
  stty -a | tail -n 3
  stat -c '%n %a %F %s' "$output"
  ls "$directory"
  pwd
  id=${directory#*bootloader.}
  xenstore-ls -f "/local/domain/${id%.d}/console"
} >&3 2>&1
echo "what the user sees"
cp /guest/tiny "$directory/kernel"
printf 'kernel %s\0args given by the bootloader\0' "$directory/kernel" > "$output"
SCRIPT
chmod +x /tmp/bl
told() { sed -E "s,bootloader\.[0-9]+,bootloader.ID,; s,domain/[0-9]+,domain/ID,; s,/dev/pts/[0-9]+,PTY," /tmp/bl.told; rm -f /tmp/bl.told; }
log() { cat "$(ls -t /var/log/xen/bootloader.*.log | head -n 1)"; }
for kind in pv pvh; do
  create bl-$kind $kind 'bootloader="/tmp/bl"' "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
  told
  log
done
create bl-args pv 'bootloader="/tmp/bl"' 'bootloader_args=["-q","--entry=a b",""]' 'extra="config s"' 'ramdisk="/tmp/r"' \
  "disk=['/tmp/bl.img,raw,xvda,r,backendtype=phy']"
told
ls /var/lib/xen
for name in bl-pv bl-pvh bl-args; do reference destroy $name; done
#: long
