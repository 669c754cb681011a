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
joined bl-menu 'which one? =second' 'the second one'
cat "$(ls -t /var/log/xen/bootloader.*.log | head -n 1)"
#: long
