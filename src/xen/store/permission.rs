//! The permissions of nodes.

use nix::errno::Errno;

/// The access that a domain has to a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    None,
    Read,
    Write,
    Both,
}

/// One entry of a node's permissions. The first names the owner, who has full access, and its access is that of all
/// domains that are not listed; each other entry sets the access of one domain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permission {
    pub domid: u32,
    pub access: Access,
}

impl Permission {
    pub const fn new(domid: u32, access: Access) -> Self {
        Self { domid, access }
    }

    /// The form on the wire: one letter and the domid.
    pub(super) fn encode(self) -> String {
        let letter = match self.access {
            Access::None => 'n',
            Access::Read => 'r',
            Access::Write => 'w',
            Access::Both => 'b',
        };
        format!("{letter}{}", self.domid)
    }

    pub(super) fn decode(text: &str) -> Result<Self, Errno> {
        let access = match text.as_bytes().first() {
            Some(b'n') => Access::None,
            Some(b'r') => Access::Read,
            Some(b'w') => Access::Write,
            Some(b'b') => Access::Both,
            _ => return Err(Errno::EPROTO),
        };
        let domid = text[1..].parse().map_err(|_| Errno::EPROTO)?;
        Ok(Self { domid, access })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let cases = [
            ("n0", Permission::new(0, Access::None)),
            ("r7", Permission::new(7, Access::Read)),
            ("w32751", Permission::new(32751, Access::Write)),
            ("b12", Permission::new(12, Access::Both)),
        ];
        for (text, permission) in cases {
            assert_eq!(permission.encode(), text);
            assert_eq!(Permission::decode(text), Ok(permission));
        }
        for bad in ["", "x0", "r", "r-1", "rx", "ä0"] {
            assert!(Permission::decode(bad).is_err(), "{bad}");
        }
    }
}
