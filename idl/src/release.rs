//! The releases of Xen that the description knows, and which of them have a declaration.

use std::fmt;
use std::str::FromStr;

/// The table of releases: one line for each, oldest first. Scripts read it too.
const TABLE: &str = include_str!("../releases.txt");

/// A release of Xen, such as 4.17; a later one is greater. The number is its line in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(usize);

impl Release {
    /// The first of the table.
    pub const OLDEST: Self = Self(0);

    /// The release that the library is built for unless another is asked for.
    pub const DEFAULT: Self = Self::OLDEST;

    fn rows() -> impl Iterator<Item = &'static str> {
        TABLE.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    }

    /// Every release, oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (0..Self::rows().count()).map(Self)
    }

    fn column(self, number: usize) -> &'static str {
        let row = Self::rows().nth(self.0).expect("made from a line of the table");
        row.split_whitespace().nth(number).expect("each line has every column")
    }

    /// Its number, such as `4.17`.
    pub fn name(self) -> &'static str {
        self.column(0)
    }

    /// The name of the Debian that has it.
    pub fn debian(self) -> Option<&'static str> {
        Some(self.column(1)).filter(|&name| name != "-")
    }

    /// The folder of its C headers, seen from the project's.
    pub fn include(self) -> String {
        if self == Self::DEFAULT { "include".into() } else { format!("include/{self}") }
    }

    /// The version of every symbol of its `libxenlight.so`.
    pub fn version_node(self) -> &'static str {
        self.column(2)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Release {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().find(|r| r.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::all().map(Self::name).collect();
            format!("unknown release `{name}`: known are {}", known.join(", "))
        })
    }
}

/// The releases that have something: from `since` up to, and without, `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lifetime {
    since: Release,
    until: Option<Release>,
}

impl Lifetime {
    pub const ALWAYS: Self = Self { since: Release::OLDEST, until: None };

    /// The part of this lifetime that `bounds` select: all of it where they name no release. An error if they select
    /// nothing, or something outside.
    pub fn part(self, bounds: Bounds) -> Result<Self, String> {
        let part =
            Self { since: bounds.since.unwrap_or(self.since), until: bounds.until.or(self.until) };
        if let Some(until) = part.until.filter(|&until| until <= part.since) {
            return Err(format!("`until` {until} is not later than `since` {}", part.since));
        }
        if self.covers(part) {
            return Ok(part);
        }
        Err(format!("this is there {part}, but what it is part of {self}"))
    }

    pub fn has(self, release: Release) -> bool {
        self.since <= release && self.until.is_none_or(|until| release < until)
    }

    /// Whether it has every release of `other`.
    pub fn covers(self, other: Self) -> bool {
        self.since <= other.since
            && self.until.is_none_or(|until| other.until.is_some_and(|other| other <= until))
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "since {}", self.since)?;
        match self.until {
            Some(until) => write!(f, " until {until}"),
            None => Ok(()),
        }
    }
}

/// What a declaration says of its releases. Without either it has those of what it is part of.
#[derive(Clone, Copy, Default, Debug)]
pub struct Bounds {
    /// The first release that has it.
    pub since: Option<Release>,
    /// The first later release that does not have it.
    pub until: Option<Release>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        let numbers: Vec<(u32, u32)> = Release::all()
            .map(|r| {
                let (major, minor) = r.name().split_once('.').expect("two numbers");
                (major.parse().unwrap(), minor.parse().unwrap())
            })
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        for row in Release::rows() {
            assert_eq!(row.split_whitespace().count(), 3, "{row}");
        }
    }

    #[test]
    fn a_lifetime_ends_before_until() {
        let release = |name: &str| Release::from_str(name).unwrap();
        let bounds = Bounds { since: Some(release("4.18")), until: Some(release("4.20")) };
        let some = Lifetime::ALWAYS.part(bounds).unwrap();
        let has: Vec<_> = Release::all().filter(|&r| some.has(r)).map(Release::name).collect();
        assert_eq!(has, ["4.18", "4.19"]);
        assert!(Lifetime::ALWAYS.covers(some) && some.covers(some));
        assert!(!some.covers(Lifetime::ALWAYS));
        assert_eq!(some.part(Bounds::default()), Ok(some));
        assert!(some.part(Bounds { until: None, since: Some(release("4.20")) }).is_err());
    }
}
