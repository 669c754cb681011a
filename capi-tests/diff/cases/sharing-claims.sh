# Small lists of the host.
try xl sharing
try xl sharing still
try xl claims
try xl getenforce
