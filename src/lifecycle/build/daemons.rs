//! In which domains the daemons of xenstore and of the consoles run: a guest's event channels lead there.

use crate::core::number::leading_number;
use crate::xen::store::{Answers, Pipeline, Slot};

/// The domids; 0 for a daemon that has not told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Daemons {
    pub store: u32,
    pub console: u32,
}

/// The reads of a [`Daemons`], which travel with others.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    store: Slot,
    console: Slot,
}

impl Daemons {
    pub fn ask(reads: &mut Pipeline) -> Asked {
        Asked {
            store: reads.peek("/tool/xenstored/domid"),
            console: reads.peek("/tool/xenconsoled/domid"),
        }
    }

    pub fn told(answers: &mut Answers, asked: Asked) -> Self {
        let mut domid =
            |slot| answers.value(slot).as_deref().and_then(leading_number::<u32>).unwrap_or(0);
        Self { store: domid(asked.store), console: domid(asked.console) }
    }
}
