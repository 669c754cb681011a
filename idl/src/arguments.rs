//! The arguments of the programs that write files for each release.

use crate::release::Release;

/// What such a program is to do.
#[derive(PartialEq, Eq, Debug)]
pub struct Arguments {
    /// Whether it only compares its output with the files.
    pub check: bool,
    /// The releases; without one on the command line, those that a Debian has.
    pub releases: Vec<Release>,
}

impl Arguments {
    /// Those of this process: `[--check] [RELEASE…]`.
    ///
    /// # Errors
    /// A release that is not known.
    pub fn read() -> Result<Self, String> {
        Self::parse(std::env::args().skip(1))
    }

    fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (options, names): (Vec<_>, Vec<_>) = arguments.partition(|a| a == "--check");
        let named: Vec<Release> =
            names.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
        let releases = if named.is_empty() {
            Release::all().filter(|r| r.debian().is_some()).collect()
        } else {
            named
        };
        Ok(Self { check: !options.is_empty(), releases })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_release_all_that_a_debian_has() {
        let parse = |text: &str| Arguments::parse(text.split_whitespace().map(str::to_owned));
        let names = |text: &str| {
            let releases = parse(text).unwrap().releases;
            releases.iter().map(|r| r.name()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("--check"), "4.17 4.20");
        assert_eq!(names("4.18 --check"), "4.18");
        assert!(parse("4.18 --check").unwrap().check && !parse("4.18").unwrap().check);
        assert!(parse("--chek").is_err());
    }
}
