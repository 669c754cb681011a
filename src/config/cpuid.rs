//! Parsing the texts of a domain's `cpuid` setting into a [`Policy`].
//!
//! There are two syntaxes: libxl's `name=value`, with one name per call, and xend's `leaf[,subleaf]:eax=bits,…` with
//! the bits of whole registers. If a text turns out to be invalid after its beginning, what was parsed before remains
//! in the policy, even an empty leaf: the C library does that, and the JSON of the policy shows it.

use super::cpuid_names::{BitLocation, CpuidField, find};
use crate::core::number::strtoul;
use crate::types::cpuid::{CpuidLeaf, Msr, Policy, Register, UNUSED};

/// Why a `name=value` text was rejected. The numbers are those that the C entry returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum BadSetting {
    NoEqualsSign = 1,
    UnknownName = 2,
    BadValue = 3,
}

/// Why a text in xend's syntax was rejected. The numbers are those that the C entry returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum BadXend {
    NoLeaf = 1,
    NoSubleaf = 2,
    NoColon = 3,
    NoRegister = 4,
    /// The register does not have 32 bits.
    BadLength = 5,
}

impl Policy {
    /// Adds one `name=value` setting, which overrides earlier ones.
    ///
    /// The value is a number for a field, or `x`, `k` or `s` for all of its bits.
    pub fn set(&mut self, text: &[u8]) -> Result<(), BadSetting> {
        let equals = text.iter().position(|&b| b == b'=').ok_or(BadSetting::NoEqualsSign)?;
        let (name, value) = (&text[..equals], &text[equals + 1..]);
        let field = find(name).ok_or(BadSetting::UnknownName)?;
        match field.place {
            BitLocation::Cpuid(leaf, subleaf, reg) => {
                let at = self.leaf(leaf, subleaf.unwrap_or(UNUSED));
                set_field(&mut at.registers[reg as usize], &field, value)
            }
            BitLocation::Msr(index, plus) => {
                let at = self.msr(index);
                at.policy[usize::from(63 - plus - field.bit)] = match value {
                    [bit @ (b'0' | b'1' | b'x' | b'k')] => *bit,
                    // libxenctrl does not support `s` for an MSR.
                    [b's'] => b'k',
                    _ => return Err(BadSetting::BadValue),
                };
                Ok(())
            }
        }
    }

    /// Adds one leaf in xend's syntax, which overrides earlier settings of the same registers.
    pub fn set_xend(&mut self, text: &[u8]) -> Result<(), BadXend> {
        // The numbers are truncated to 32 bits, as by the assignment in C.
        let (leaf, mut rest) = strtoul(text).ok_or(BadXend::NoLeaf)?;
        let mut subleaf = u64::from(UNUSED);
        if let [b',', after @ ..] = rest {
            (subleaf, rest) = strtoul(after).ok_or(BadXend::NoSubleaf)?;
        }
        let [b':', registers @ ..] = rest else { return Err(BadXend::NoColon) };
        if leaf as u32 == UNUSED {
            // This number terminates libxenctrl's array, so such a leaf has no effect.
            return read_registers(registers, &mut [None; 4]);
        }
        read_registers(registers, &mut self.leaf(leaf as u32, subleaf as u32).registers)
    }

    /// Returns the entry of a leaf, and creates it if necessary.
    fn leaf(&mut self, leaf: u32, subleaf: u32) -> &mut CpuidLeaf {
        let at = self.cpuid.iter().position(|l| l.leaf == leaf && l.subleaf == subleaf);
        let at = at.unwrap_or_else(|| {
            self.cpuid.push(CpuidLeaf::new(leaf, subleaf));
            self.cpuid.len() - 1
        });
        &mut self.cpuid[at]
    }

    /// Returns the entry of an MSR, and creates it if necessary.
    fn msr(&mut self, index: u32) -> &mut Msr {
        let at = self.msr.iter().position(|m| m.index == index);
        let at = at.unwrap_or_else(|| {
            self.msr.push(Msr { index, policy: [b'x'; 64] });
            self.msr.len() - 1
        });
        &mut self.msr[at]
    }
}

/// Parses the registers of a leaf in xend's syntax: `eax=…,ebx=…`, with optional white space after a comma.
fn read_registers(mut text: &[u8], into: &mut [Option<Register>; 4]) -> Result<(), BadXend> {
    while !text.is_empty() {
        let [b'e', letter @ b'a'..=b'd', b'x', ..] = text else { return Err(BadXend::NoRegister) };
        let equals = text.iter().position(|&b| b == b'=').ok_or(BadXend::NoRegister)?;
        let value = &text[equals + 1..];
        let comma = value.iter().position(|&b| b == b',');
        let bits = &value[..comma.unwrap_or(value.len())];
        let bits = Register::try_from(bits).map_err(|_| BadXend::BadLength)?;
        into[usize::from(letter - b'a')] = Some(bits);
        let Some(comma) = comma else { break };
        text = &value[comma + 1..];
        let blanks = text.iter().take_while(|&b| matches!(b, b' ' | b'\n')).count();
        text = &text[blanks..];
    }
    Ok(())
}

/// Sets the value of a field in a register.
fn set_field(
    register: &mut Option<Register>,
    field: &CpuidField,
    value: &[u8],
) -> Result<(), BadSetting> {
    let width = usize::from(field.width);
    let number = strtoul(value).map(|(n, _)| n);
    let mut bits = [0; 32];
    let bits = &mut bits[..width];
    match (number, value) {
        (Some(n), _) => write_binary(bits, n),
        (None, [all @ (b'x' | b'k' | b's'), ..]) => bits.fill(*all),
        _ => return Err(BadSetting::BadValue),
    }
    let register = register.get_or_insert([b'x'; 32]);
    let mut put = |bit: u8, bits: &[u8]| {
        let end = 32 - usize::from(bit);
        register[end - bits.len()..end].copy_from_slice(bits);
    };
    match field.name {
        // A family of 16 or more overflows into the extended family, which is a separate field. A value that is not a
        // number counts as 0 there.
        "family" => match number.unwrap_or(0) {
            0..16 => {
                put(field.bit, &bits[4..]);
                put(20, b"00000000");
            }
            n => {
                // The highest bit is that of the number itself, not of the difference.
                write_binary(&mut bits[1..], n - 15);
                put(field.bit, b"1111");
                put(20, bits);
            }
        },
        // The upper half of the model is in a separate field, too.
        "model" => {
            put(16, &bits[..4]);
            put(field.bit, &bits[4..]);
        }
        _ => put(field.bit, bits),
    }
    Ok(())
}

/// Writes the lowest bits of `n` as digits, the highest first.
fn write_binary(bits: &mut [u8], n: u64) {
    for (i, bit) in bits.iter_mut().rev().enumerate() {
        *bit = b'0' + (n >> i & 1) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The registers of a policy, one per line: `leaf:subleaf reg bits`.
    fn shown(policy: &Policy) -> Vec<String> {
        let mut lines = Vec::new();
        for leaf in &policy.cpuid {
            for (name, register) in ["eax", "ebx", "ecx", "edx"].iter().zip(&leaf.registers) {
                if let Some(bits) = register {
                    let bits = String::from_utf8_lossy(bits);
                    lines.push(format!("{:x}:{:x} {name} {bits}", leaf.leaf, leaf.subleaf));
                }
            }
        }
        for msr in &policy.msr {
            lines.push(format!("msr {:x} {}", msr.index, String::from_utf8_lossy(&msr.policy)));
        }
        lines
    }

    #[track_caller]
    fn check(settings: &[&str], expected: &[&str]) {
        let mut policy = Policy::default();
        for setting in settings {
            assert_eq!(policy.set(setting.as_bytes()), Ok(()), "{setting}");
        }
        assert_eq!(shown(&policy), expected, "{settings:?}");
    }

    #[test]
    fn single_bits_and_fields() {
        check(&["fpu=0"], &["1:ffffffff edx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx0"]);
        check(&["hypervisor=k"], &["1:ffffffff ecx kxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]);
        check(&["proccount=0x81"], &["1:ffffffff ebx xxxxxxxx10000001xxxxxxxxxxxxxxxx"]);
        check(&["xsaves=s"], &["d:1 eax xxxxxxxxxxxxxxxxxxxxxxxxxxxxsxxx"]);
        check(
            &["maxleaf=12", "maxleaf=xxxx"],
            &["0:ffffffff eax xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
        );
    }

    #[test]
    fn family_and_model_are_split() {
        check(&["family=6"], &["1:ffffffff eax xxxx00000000xxxxxxxx0110xxxxxxxx"]);
        check(&["family=23"], &["1:ffffffff eax xxxx00001000xxxxxxxx1111xxxxxxxx"]);
        check(&["family=k"], &["1:ffffffff eax xxxx00000000xxxxxxxxkkkkxxxxxxxx"]);
        check(&["model=0x9e"], &["1:ffffffff eax xxxxxxxxxxxx1001xxxxxxxx1110xxxx"]);
    }

    #[test]
    fn msr_bits_take_one_letter_only() {
        let low = format!("msr 10a {}1", "x".repeat(63));
        check(&["rdcl-no=1"], &[&low]);
        let high = format!("msr 10a x0{}", "x".repeat(62));
        check(&["its-no=0"], &[&high]);
        let kept = format!("msr 10a {}k", "x".repeat(63));
        check(&["rdcl-no=s"], &[&kept]);
        let mut policy = Policy::default();
        assert_eq!(policy.set(b"rdcl-no=10"), Err(BadSetting::BadValue));
        assert_eq!(policy.set(b"rdcl-no="), Err(BadSetting::BadValue));
        assert_eq!(policy.msr.len(), 1, "the entry is there all the same");
    }

    #[test]
    fn refused_settings() {
        let mut policy = Policy::default();
        assert_eq!(policy.set(b"fpu"), Err(BadSetting::NoEqualsSign));
        for unknown in ["", "fpu ", "FPU", "fp", "fpux", "sse4-3"] {
            let text = format!("{unknown}=1");
            assert_eq!(policy.set(text.as_bytes()), Err(BadSetting::UnknownName), "{text}");
        }
        assert!(policy.is_empty());
        assert_eq!(policy.set(b"fpu=?"), Err(BadSetting::BadValue));
        assert_eq!(policy.cpuid, [CpuidLeaf::new(1, UNUSED)]);
    }

    #[test]
    fn xend_syntax() {
        let bits = "10xks01010101010101010101010101z";
        let mut policy = Policy::default();
        let text = format!("0x4,1:eax={bits}, \necx={bits}");
        assert_eq!(policy.set_xend(text.as_bytes()), Ok(()));
        assert_eq!(shown(&policy), [format!("4:1 eax {bits}"), format!("4:1 ecx {bits}")]);
        for (text, error) in [
            ("", BadXend::NoLeaf),
            ("1,", BadXend::NoSubleaf),
            ("1", BadXend::NoColon),
            ("1,2", BadXend::NoColon),
            ("1:eex=", BadXend::NoRegister),
            ("1:eax", BadXend::NoRegister),
            ("1:e", BadXend::NoRegister),
            ("1:eax=1", BadXend::BadLength),
        ] {
            assert_eq!(policy.set_xend(text.as_bytes()), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_leaf_with_the_end_mark_as_number_is_not_kept() {
        let mut policy = Policy::default();
        let text = format!("0xffffffff:eax={}", "0".repeat(32));
        assert_eq!(policy.set_xend(text.as_bytes()), Ok(()));
        assert!(policy.is_empty());
        assert_eq!(policy.set_xend(b"-1:eax="), Err(BadXend::BadLength));
    }
}
