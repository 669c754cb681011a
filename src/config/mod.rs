//! The configuration of a domain: parsing the text of its settings, completing it, and checking it.

pub mod cpuid;
mod cpuid_names;
pub mod defaults;
