//! No names of features but those of Xen 4.17.

use super::FeatureTable;

pub const MORE: FeatureTable = &[];
