# xl create -c: the user is joined to the console before the guest runs, and reads its first word.
for kind in pv pvh; do
  config c-$kind linux-$kind
  if [ -e /share/quick ]; then joined c-$kind; else joined c-$kind 'GUEST UP'; fi
done
# Nothing to join: the kernel is none.
config c-none pv 'kernel="/etc/passwd"'
try xl create -q -c -e /tmp/c-none.cfg
domains
#: long
