# Numbers of more than 32 bits, which no domain has.
#: sed stdout s/ +[0-9]+\.[0-9]$//          -- the time used
#: sed stdout s/^(Domain.*) [r-][b-]/\1 ??/ -- whether it runs just now
try_each xl list -- 4294967296 99999999999999999999
