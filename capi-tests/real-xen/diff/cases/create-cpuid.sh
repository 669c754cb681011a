# A guest's cpuid.
n=0
with() {
  n=$((n + 1))
  create "c$n" "$@"
}
with pv 'cpuid="host,tm=0,sse3=0"'
with pvh 'cpuid="host,sse4.2=0,family=15,model=1,stepping=2"'
with pvh 'cpuid=["0x1:ecx=xxxxxxxxxxx00xxxxxxxxxxxxxxxxxxx"]'
with pv 'cpuid=["0x80000002:eax=01000001010000010100000101000001", "0x7,0:ebx=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"]'
with pv 'cpuid="host,nosuch=1"'
with pv 'cpuid="nosuch"'
with pv 'cpuid=""'
with pv 'cpuid="host,family=x"'
with pv 'cpuid="host,family=999"'
with pv 'cpuid=["nonsense"]'
with pv 'cpuid=["0x1:ecx=01"]'
with pv 'cpuid=["0x1:exx=xxxxxxxxxxx00xxxxxxxxxxxxxxxxxxx"]'
with pvh 'cpuid=7'
with pv 'nomigrate=1'
with pvh 'nomigrate=1'
with pv 'msr_relaxed=1'
with pvh 'msr_relaxed=1'
with pvh 'assisted_xapic=1'
with pvh 'assisted_x2apic=0'
with pv 'assisted_xapic=1'
#: long
