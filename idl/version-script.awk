# Writes the linker's version script of one release: which names leave the library, and their version.
#
#   awk -v release=4.17 -f version-script.awk releases.txt exports.txt
#
# A line of exports.txt has a name, what it is, and the release that brought it unless all have it.

FNR == 1 { table = !table }
/^#/ || NF == 0 { next }
table { order[$1] = FNR; node[$1] = $3; next }

!(release in order) { print "version-script: unknown release " release > "/dev/stderr"; failed = 1; exit 1 }
NF > 2 && !($3 in order) { print "version-script: unknown release in: " $0 > "/dev/stderr"; failed = 1; exit 1 }
!started { print node[release] " {\n  global:"; started = 1 }
NF == 2 || order[$3] <= order[release] { print "    " $1 ";" }
END { if (!failed) print "  local: *;\n};" }
