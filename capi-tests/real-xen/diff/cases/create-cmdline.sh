# The kernel's command line.
n=0
line() {
  n=$((n + 1))
  create "c$n" "$@"
  # The stored configuration has it, and PVH's start info; the end of the case compares the first.
}
line pv 'extra="one two"'
line pv 'root="/dev/xvda1 ro"'
line pv 'root="/dev/xvda1"' 'extra="quiet"'
line pvh 'cmdline="all of it"'
line pvh 'cmdline="first"' 'extra="and more"' 'root="/dev/x"'
line pv 'extra=""'
line pv "extra='\"quoted\" %s \\\\n'"
line pv "extra=\"$(printf 'long%.0s' {1..200})\""
line pvh "extra=\"$(printf 'long%.0s' {1..300})\""
line pv "extra=\"$(printf 'long%.0s' {1..1000})\""
# Longer than xenstore takes, with its path.
line pv "extra=\"$(printf 'long%.0s' {1..1015})\""
line pv 'extra=7'
line pv 'extra=["a","b"]'
#: long
