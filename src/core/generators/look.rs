//! What the lookers share: waiting for a reason to look, and the loss of xenstore.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::core::Ctx;
use crate::core::watches::Watch;
use crate::runtime::notify::Listener;

/// How often to see whether xenstore is back, for an application that has outlived the disaster.
const AGAIN: Duration = Duration::from_secs(1);

/// Waits until the watch has fired or something else is wanted. If xenstore is gone, the application is
/// told, once however many look, and nothing is seen until it is back.
pub async fn reason(ctx: &Ctx, watch: &mut Watch, wanted: &mut Listener) {
    let called = wanted.changed();
    select(pin!(watch.changed()), pin!(called)).await;
    if let Some(errno) = ctx.watches().take_loss() {
        ctx.reports().disaster(ctx.log(), 0, "the watches of xenstore are lost", errno as i32);
    }
    while ctx.watches().is_lost() {
        let time = ctx.runtime().sleep(AGAIN);
        match select(pin!(wanted.changed()), pin!(time)).await {
            Either::Left(_) => return,
            Either::Right(_) => ctx.watches().retry(),
        }
    }
}
