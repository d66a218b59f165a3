//! `plugin "MODULE"`: what Beancount's own plugins do, done here; others are named as not applied.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{Draft, Plugin};
use crate::ledger::model::{AccountId, Inert};

/// What plugins change for the checks that follow.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Accounts that nothing opens are open.
    pub auto_accounts: bool,
    /// The accounts that some directive opens.
    pub opens_later: HashSet<AccountId>,
}

/// Applies the plugins of the root text, in its order.
pub(super) fn apply(draft: &mut Draft) -> Applied {
    let mut applied = Applied::default();
    applied.opens_later.extend(draft.opens.iter().map(|open| open.account));
    for plugin in std::mem::take(&mut draft.plugins) {
        one(draft, &plugin, &mut applied);
    }
    applied
}

fn one(draft: &mut Draft, plugin: &Plugin, applied: &mut Applied) {
    match plugin.module.strip_prefix("beancount.plugins.").unwrap_or(&plugin.module) {
        "auto" | "auto_accounts" => applied.auto_accounts = true,
        _ => unknown(draft, plugin),
    }
}

fn unknown(draft: &mut Draft, plugin: &Plugin) {
    let (source, line) = (plugin.source, plugin.line);
    draft.ledger.inert.push(Inert { what: "plugin", matters: true, source, line });
    let message = format!("the plugin `{}` is not applied", plugin.module);
    draft.tell(
        source,
        Diagnostic::warning("plugin", message)
            .at(plugin.place.clone())
            .note("figures may be other ones where it is"),
    );
}
