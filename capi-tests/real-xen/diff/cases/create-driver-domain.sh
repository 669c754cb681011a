# A domain that is to serve others has rights to its own part of xenstore.
create dd-pv pv 'driver_domain=1'
create dd-pvh pvh 'driver_domain=1'
create dd-not pv 'driver_domain=0'
