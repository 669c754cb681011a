# Bootloaders that fail, or say nonsense. Nothing is left.
head -c 1048576 /dev/zero > /tmp/bl.img
cat > /tmp/bl <<'SCRIPT'
#!/bin/bash
for arg; do
  case $arg in
    --output=*) output=${arg#*=} ;;
    --output-directory=*) directory=${arg#*=} ;;
    --args=*) what=${arg#*=} ;;
  esac
done
mkdir "$directory/below"
echo x > "$directory/below/file"
echo "now $what"
kernel=$directory/kernel
case $what in
  fails) exit 3 ;;
  dies) kill -9 $$ ;;
  silent) ;;
  removes) rm "$output" ;;
  no-kernel) printf 'args x\0' > "$output" ;;
  nowhere) printf 'kernel /nosuch\0' > "$output" ;;
  directory) printf 'kernel %s\0' "$directory" > "$output" ;;
  text) echo text > "$kernel"; printf 'kernel %s\0' "$kernel" > "$output" ;;
  lines) cp /guest/tiny "$kernel"; printf 'kernel %s\n' "$kernel" > "$output" ;;
  no-end) cp /guest/tiny "$kernel"; printf 'kernel %s' "$kernel" > "$output" ;;
  garbage) cp /guest/tiny "$kernel"; printf 'gar\0\0bage\0kernel\t  %s\0args\0args \0kernels x\0' "$kernel" > "$output" ;;
  huge) { head -c 1000000 /dev/zero | tr '\0' x; printf '\0args y\0'; } > "$output" ;;
  talks) head -c 1000000 /dev/zero | tr '\0' '.'; cp /guest/tiny "$kernel"; printf 'kernel %s\0' "$kernel" > "$output" ;;
  leaves) sleep 5 & cp /guest/tiny "$kernel"; printf 'kernel %s\0' "$kernel" > "$output" ;;
esac
SCRIPT
chmod +x /tmp/bl
for what in fails dies silent removes no-kernel nowhere directory text lines no-end garbage huge talks leaves; do
  create bb-$what pv 'bootloader="/tmp/bl"' "extra=\"$what\"" "disk=['/tmp/bl.img,raw,xvda,w,backendtype=phy']"
  ls /var/lib/xen | grep bootloader
  stat -c %s "$(ls -t /var/log/xen/bootloader.*.log | head -n 1)"
  reference destroy bb-$what 2> /dev/null
done
domains
#: long
#: sed stderr /^': No such file or directory: Internal error/d    -- the end of a line of the C library's log
