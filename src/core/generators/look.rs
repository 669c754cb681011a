//! What the lookers share: waiting for a reason to look, and the loss of xenstore.

use std::pin::pin;

use futures_util::future::{Either, select};

use crate::core::Ctx;
use crate::core::watches::Watch;
use crate::runtime::notify::Listener;

/// Waits until the watch has fired or something else is wanted. If xenstore is gone, the application is
/// told, once however many look, and nothing is seen until it is back.
pub async fn reason(ctx: &Ctx, watch: &mut Watch, wanted: &mut Listener) {
    loop {
        let is_wanted = match select(pin!(wanted.changed()), pin!(watch.changed())).await {
            Either::Left(_) => true,
            Either::Right(_) => false,
        };
        if let Some(errno) = ctx.watches().take_loss() {
            ctx.reports().disaster(ctx.log(), 0, "the watches of xenstore are lost", errno as i32);
        }
        if is_wanted || !ctx.watches().is_lost() {
            return;
        }
    }
}
