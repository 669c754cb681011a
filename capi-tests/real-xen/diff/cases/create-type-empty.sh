# A kind without a name is an HVM domain to xl.
create t-empty pv 'type=""'
