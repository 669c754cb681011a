# Made and ended again and again: nothing piles up.
for turn in 1 2 3; do
  for kind in pv pvh; do
    create again-$kind $kind 'maxvcpus=2'
    try xl destroy again-$kind
  done
done
domains
#: long
