# What the processors of a new domain say of themselves.
for kind in pv pvh; do
  build b-flags type=\"$kind\" 'kernel="/guest/tiny"' memory=8 'cpuid="host,tm=0,sse3=0,avx=0,family=0x17,nx=k"'
  build b-leaves type=\"$kind\" 'kernel="/guest/tiny"' memory=8 'cpuid=["1:ecx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0","0x80000007:edx=xxxxxxxxxxxxxxxxxxxxxxx0xxxxxxxx"]'
  build b-leaf type=\"$kind\" 'kernel="/guest/tiny"' memory=8 'cpuid=["1:ecx=xxxxxxxxxxxxxxxxxxxxxxx0xxxxxxx0,edx=xxx0xxxxxxxxxxxxxxxxxxxxxxxxxxxx"]'
  build b-steady type=\"$kind\" 'kernel="/guest/tiny"' memory=8 nomigrate=1 'cpuid="host,proccount=4,apicidsize=1"'
  for name in b-flags b-leaves b-leaf b-steady; do try xl destroy $name; done
done
#: long
