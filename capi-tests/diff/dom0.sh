# The differential run, in dom0: every case with both libraries, one after the other.
# Libraries and records are on a tmpfs: the share is slow.
. /share/lib.sh
mkdir -p /tmp/ours
cp /share/lib/libxenlight.so.4.17 /tmp/ours/

/share/skip-domids 1200 || exit 1
record=/tmp/out
mkdir -p $record
guest linux-pv linux-pv || exit 1
guest linux-pvh linux-pvh || exit 1
guest still pv -p || exit 1
guest idle pv || exit 1
guest idle-pvh pvh || exit 1
# The first end of a domain makes files that are there from then on.
guest first pv -p && reference destroy first
sed -i '/ first$/d' $record/domids
common=$(cat $record/domids)
echo "guests are up after $(cut -d. -f1 /proc/uptime) s:"
domains

last=
for script in /share/cases/*.sh; do
  name=$(basename "$script" .sh)
  line="ran  $name:"
  for side in debian ours; do
    record=/tmp/out/$name/$side
    mkdir -p "$record"
    echo "$common" > "$record/domids"
    # What the last case left is what this one finds, unless guests had to be removed.
    if [ -n "$last" ]; then
      cp "$last/xenstore.after" "$record/xenstore.before"
      cp "$last/files.after" "$record/files.before"
    else
      snapshot before
    fi
    began=$(date +%s%N)
    (. "$script") > "$record/stdout" 2> "$record/stderr" < /dev/null
    echo $? > "$record/status"
    line="$line $side $((($(date +%s%N) - began) / 1000000)) ms"
    snapshot after
    domains > "$record/domains"
    last=$record
    # What the case left behind goes, before the other side's turn.
    while read -r id made; do
      case $'\n'$common in *$'\n'"$id "*) continue ;; esac
      reference destroy "$id" > /dev/null 2>&1
      last=
    done < "$record/domids"
  done
  cp -r "/tmp/out/$name" /share/out/
  echo "$line"
done
