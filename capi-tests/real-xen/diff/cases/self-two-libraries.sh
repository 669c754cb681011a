# The runner's own test: the two sides really load two different files.
#: must-differ stdout    -- the path of the library that was loaded
LD_DEBUG=files xl list 2>&1 > /dev/null | sed -n 's/.*calling init: \(.*libxenlight\.so.*\)/\1/p'
