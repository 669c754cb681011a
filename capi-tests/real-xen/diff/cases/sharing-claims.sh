# Small lists of the host, and Flask, which is not there.
#: sed stdout s/ +[0-9]+\.[0-9]( +[0-9]+)?$/\1/       -- the time used
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/   -- whether it runs just now
try xl sharing
try xl sharing still
try xl claims
try xl getenforce
try xl setenforce 1
try xl setenforce permissive
try xl setenforce x
try xl setenforce
try xl loadpolicy /nosuch
try xl loadpolicy /etc/hostname
try xl loadpolicy
