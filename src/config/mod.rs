//! The configuration of a domain: parsing the text of its settings, completing it, and checking it.

#[cfg_attr(since = "4.19", path = "altp2m_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "altp2m_until_4_19.rs")]
pub mod altp2m;
#[cfg_attr(since = "4.18", path = "bootloader_since_4_18.rs")]
#[cfg_attr(not(since = "4.18"), path = "bootloader_until_4_18.rs")]
pub mod bootloader;
pub mod cpuid;
mod cpuid_names;
pub mod defaults;
#[cfg_attr(since = "4.19", path = "pirq_since_4_19.rs")]
#[cfg_attr(not(since = "4.19"), path = "pirq_until_4_19.rs")]
pub mod pirq;
