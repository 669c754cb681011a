//! What a toolstack asks for: the settings of a domain and how their texts are read.

pub mod cpuid;
mod cpuid_names;
pub mod defaults;
