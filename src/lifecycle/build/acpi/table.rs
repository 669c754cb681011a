//! A writer of ACPI tables: the common header, little-endian numbers after it, length and checksum set at the end.

/// The OEM and creator IDs, which guests can read.
const OEM: &[u8; 6] = b"Xen\0\0\0";
const OEM_TABLE: &[u8; 8] = b"HVM\0\0\0\0\0";
const CREATOR: &[u8; 4] = b"HVML";

/// Offsets in the header.
const LENGTH: usize = 4;
pub const CHECKSUM: usize = 9;
const CREATOR_AT: usize = 28;
/// The size of the header.
pub const HEAD: usize = 36;

pub struct AcpiTable(Vec<u8>);

impl AcpiTable {
    pub fn new(signature: &[u8; 4], revision: u8) -> Self {
        let mut head = [signature, &[0; 4][..], &[revision, 0], OEM, OEM_TABLE].concat();
        head.extend([0; 4]);
        head.extend(CREATOR);
        head.extend([0; 4]);
        debug_assert_eq!(head.len(), HEAD);
        Self(head)
    }

    /// Sets a creator other than the default one.
    pub fn created_by(&mut self, creator: &[u8; 4], revision: u32) {
        self.0[CREATOR_AT..][..4].copy_from_slice(creator);
        self.0[CREATOR_AT + 4..][..4].copy_from_slice(&revision.to_le_bytes());
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    pub fn u8(&mut self, n: u8) -> &mut Self {
        self.0.push(n);
        self
    }

    pub fn u16(&mut self, n: u16) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub fn u32(&mut self, n: u32) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub fn u64(&mut self, n: u64) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    /// Sets length and checksum, and returns the table.
    pub fn finish(mut self) -> Vec<u8> {
        let length = self.0.len() as u32;
        self.0[LENGTH..][..4].copy_from_slice(&length.to_le_bytes());
        self.0[CHECKSUM] = checksum(&self.0);
        self.0
    }
}

/// The value that makes the sum of all bytes 0.
pub fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0u8, |sum, byte| sum.wrapping_sub(*byte))
}
