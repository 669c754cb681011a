# The list with more columns.
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/ -- whether it runs just now
#: sed stdout s/ +[0-9]+\.[0-9]/ TIME/             -- the time used
try xl list -v
try xl list -n
try xl list -Z
try xl list -c
try xl list -v -n
try xl list -v still
try xl list -n idle-pvh
try xl list --verbose --numa --context --cpupool idle
