//! Rules on a made-up host. Expected values are the C library's, as `capi-tests/defaults` sees them.

use super::*;
