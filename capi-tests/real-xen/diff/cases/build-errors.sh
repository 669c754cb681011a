# Domains that cannot be built: nothing of them is left.
for kind in pv pvh; do
  tiny=("type=\"$kind\"" 'kernel="/guest/tiny"')
  build b-kernel type=\"$kind\" 'kernel="/nowhere"' memory=8
  build b-empty type=\"$kind\" 'kernel="/dev/null"' memory=8
  build b-text type=\"$kind\" 'kernel="/etc/passwd"' memory=8
  build b-directory type=\"$kind\" 'kernel="/tmp"' memory=8
  build b-ramdisk "${tiny[@]}" 'ramdisk="/nowhere"' memory=8
  build b-none "${tiny[@]}" 'ramdisk=""' memory=8
  build b-much "${tiny[@]}" memory=1000000
  build b-claim "${tiny[@]}" memory=1000000 claim_mode=1
  build b-little "${tiny[@]}" memory=1
  build b-vcpus "${tiny[@]}" memory=8 vcpus=8000
  build b-cpus "${tiny[@]}" memory=8 'cpus="77"'
  build b-nodes "${tiny[@]}" memory=8 'cpus="nodes:9"'
  try xl list
  nodes /vm | grep -c b-
  xl list | awk 'NR > 1 { print $1 }' | grep '^b-' | while read -r name; do try xl destroy "$name"; done
done
#: long
#: sed stdout s/ +[0-9]+\.[0-9]$/ TIME/    -- the time used
