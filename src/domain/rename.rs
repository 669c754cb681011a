//! Renaming a domain, and renaming one that has shut down so that it is preserved.
//!
//! A name must be unique among existing domains. Reading all names inside the transaction that writes a new one would
//! ensure that, but every change of any name would conflict with it, and all names would have to be read again. Instead
//! the names are read outside, between the reads of two nodes in the transaction:
//!
//! - [`RENAMES`], which each renaming writes, with its old value, and nothing else does. So a name that was read after
//!   this node is still the domain's when the transaction commits, and also in the next attempt if the node's
//!   generation is the same;
//! - [`ALL`], the directory of all domains, to which a creation adds a node. It is read late, when most names are
//!   known, since creations conflict with each other's transactions from then on; the names of domains that were
//!   created in the meantime are read next. A later creation conflicts with the transaction, and is seen in the next
//!   attempt.
//!
//! This covers creations by the C library. Its renamings do not write [`RENAMES`], and read names outside of their
//! transaction: one of them, at the same moment, can give the same name to two domains.

use super::names::KnownNames;
use super::{names, nodes};
use crate::core::uuid;
use crate::core::{Ctx, Error, Result};
use crate::error;
use crate::xen::store::{Access, Answers, NewNode, Ops, Permission, Pipeline, Transaction};

/// The node that each renaming writes, with its old value.
const RENAMES: &str = "/local";

/// The directory that has a node for each domain.
const ALL: &str = "/local/domain";

/// The names that were read for the attempts at a transaction.
#[derive(Default, Debug)]
pub struct ReadNames {
    /// The generation of [`RENAMES`] when the first of the names was read.
    generation: Option<Vec<u8>>,
    known: KnownNames,
}

/// Renames `domid`. If `old` is given, this fails unless it is the present name.
pub fn rename(ctx: &Ctx, domid: u32, old: Option<&[u8]>, new: &[u8]) -> Result<()> {
    check_name(ctx, domid, new)?;
    nodes::transaction_now(ctx, |t| rename_within(ctx, t, domid, old, new))
}

/// Preserves a domain that has shut down, so that its configuration can be started again: `suffix` is appended to its
/// name, and it gets a new UUID under `/vm`.
pub fn preserve(ctx: &Ctx, domid: u32, name: &[u8], suffix: &[u8], uuid: &[u8; 16]) -> Result<()> {
    let new = [name, suffix].concat();
    check_name(ctx, domid, &new)?;
    let vm = nodes::vm_path_of(uuid);
    let uuid = uuid::format(uuid);
    nodes::transaction_now(ctx, |t| {
        let readable = [Permission::new(0, Access::None), Permission::new(domid, Access::Read)];
        let mut pipeline = Pipeline::default();
        pipeline.remove(&vm);
        pipeline.make(&NewNode::directory(&vm, &readable));
        pipeline.write(nodes::vm_node(domid), &vm);
        nodes::send(ctx, t, pipeline)?;
        rename_within(ctx, t, domid, Some(name), &new)?;
        nodes::write(ctx, t, &format!("{vm}/uuid"), uuid.as_bytes())
    })
}

/// Checks a name. Names come from users, and are written to logs and terminals.
pub fn check_name(ctx: &Ctx, domid: u32, name: &[u8]) -> Result<()> {
    if name.len() > nodes::MAX_VALUE {
        error!(ctx, domid = domid, "cannot use a name of {} bytes: too long", name.len());
        return Err(Error::Fail);
    }
    if name.iter().any(u8::is_ascii_control) {
        error!(ctx, domid = domid, "cannot use the name: it has control characters");
        return Err(Error::Invalid);
    }
    Ok(())
}

fn rename_within(
    ctx: &Ctx,
    t: &Transaction,
    domid: u32,
    old: Option<&[u8]>,
    new: &[u8],
) -> Result<()> {
    let stubdom = names::stubdom_of(ctx, domid);
    rename_one(ctx, t, domid, old, new)?;
    if let Some(stubdom) = stubdom {
        let old = old.map(names::of_stubdom);
        rename_one(ctx, t, stubdom, old.as_deref(), &names::of_stubdom(new))?;
    }
    Ok(())
}

/// Fails if another domain has the name `name`. Any number of domains may have no name. `more` is sent with the last
/// request, and its results are returned. The transaction must change [`RENAMES`], or add the domain to [`ALL`], with
/// `more` or later. `names_read` is shared by all attempts at it.
pub fn check_free(
    ctx: &Ctx,
    t: &Transaction,
    domid: u32,
    name: &[u8],
    names_read: &mut ReadNames,
    mut more: Pipeline,
) -> Result<Answers> {
    if name.is_empty() {
        return nodes::send(ctx, t, more);
    }
    let generation = t.generation(RENAMES).map_err(|e| nodes::failed(ctx, e))?;
    if generation.is_none() {
        nodes::read(ctx, t, RENAMES)?;
    }
    if generation.is_none() || generation != names_read.generation {
        *names_read = ReadNames { generation, known: KnownNames::default() };
    }
    names_read.known.holder(ctx, name, domid)?;
    more.read(ALL);
    let answers = nodes::send(ctx, t, more)?;
    match names_read.known.holder(ctx, name, domid)? {
        Some(_) => {
            let shown = String::from_utf8_lossy(name);
            error!(
                ctx,
                domid = domid,
                "cannot name the domain `{shown}': another domain has that name"
            );
            Err(Error::Invalid)
        }
        None => Ok(answers),
    }
}

fn rename_one(
    ctx: &Ctx,
    t: &Transaction,
    domid: u32,
    old: Option<&[u8]>,
    new: &[u8],
) -> Result<()> {
    let path = format!("{}/name", nodes::domain_path(domid));
    let mut both = Pipeline::default();
    let (renames, now) = (both.read(RENAMES), both.read(&path));
    let directory = both.read(nodes::domain_path(domid));
    let mut answers = check_free(ctx, t, domid, new, &mut ReadNames::default(), both)?;
    let renames = answers.value(renames).unwrap_or_default();
    let mut pipeline = Pipeline::default();
    pipeline.write(RENAMES, &renames);
    if let Some(old) = old {
        let now = answers.value(now);
        if now.as_deref() != Some(old) {
            let (old, now) =
                (String::from_utf8_lossy(old), now.as_deref().map(String::from_utf8_lossy));
            let now = now.as_deref().unwrap_or("");
            error!(
                ctx,
                domid = domid,
                "cannot rename the domain: its name is `{now}', not `{old}'"
            );
            return Err(Error::Fail);
        }
    }
    let uuid = super::kind::info(ctx, domid)?.uuid;
    if answers.value(directory).is_none() {
        // The destruction of a domain removes its nodes first. This must not create them again.
        error!(ctx, domid = domid, "cannot rename the domain: it has no nodes");
        return Err(Error::Fail);
    }
    pipeline.write(&path, new);
    pipeline.write(format!("{}/name", nodes::vm_path_of(&uuid)), new);
    nodes::send(ctx, t, pipeline).map(drop)
}
