//! `plugin "MODULE"`: what Beancount's own plugins do, done here; others are named as not applied.
//!
//! In: a draft, computed and padded. Out: the same with what plugins add or change, what they find
//! wrong, and what they let pass ([`Applied`]). They run in the order they are named.

mod change;
mod config;
mod expect;
mod trade;

use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::beancount::draft::{Draft, Plugin};
use crate::ledger::model::{AccountId, Inert};

/// What plugins change for the checks that follow.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Accounts that nothing opens are open.
    pub auto_accounts: bool,
    /// The accounts that some directive opens.
    pub opened: HashSet<AccountId>,
    /// The accounts that a plugin made and opened.
    pub added: HashSet<AccountId>,
}

type Apply = fn(&mut Draft, &Plugin, &mut Applied);

/// By name behind `beancount.plugins.`.
const PLUGINS: [(&str, Apply); 20] = [
    ("auto", |draft, plugin, applied| {
        applied.auto_accounts = true;
        change::implicit_prices(draft, plugin, applied);
    }),
    ("auto_accounts", |_, _, applied| applied.auto_accounts = true),
    ("check_average_cost", trade::average_cost),
    ("check_closing", change::closing),
    ("check_commodity", expect::commodities),
    ("check_drained", change::drained),
    ("close_tree", change::close_tree),
    ("coherent_cost", expect::coherent_cost),
    ("commodity_attr", expect::commodity_attributes),
    ("currency_accounts", trade::currency_accounts),
    ("implicit_prices", change::implicit_prices),
    ("leafonly", expect::leaves_only),
    ("noduplicates", expect::no_duplicates),
    ("nounused", expect::no_unused),
    ("onecommodity", expect::one_commodity),
    ("pedantic", |draft, plugin, applied| {
        for check in [
            expect::commodities,
            expect::coherent_cost,
            expect::leaves_only,
            expect::no_duplicates,
            expect::no_unused,
            expect::one_commodity,
            trade::sell_gains,
            expect::unique_prices,
            change::drained,
        ] {
            check(draft, plugin, applied);
        }
    }),
    ("sellgains", trade::sell_gains),
    ("unique_prices", expect::unique_prices),
    // These come with Beancount's loader and are always done.
    ("pad", |_, _, _| {}),
    ("balance", |_, _, _| {}),
];

/// Applies the plugins of the root text.
pub(super) fn apply(draft: &mut Draft) -> Applied {
    let mut applied = Applied::default();
    applied.opened.extend(draft.opens.iter().map(|open| open.account));
    for plugin in std::mem::take(&mut draft.plugins) {
        if plugin.source > 0 {
            elsewhere(draft, &plugin);
            continue;
        }
        let module = plugin.module.as_str();
        let name = module
            .strip_prefix("beancount.plugins.")
            .or_else(|| module.strip_prefix("beancount.ops."));
        match name.and_then(|name| PLUGINS.iter().find(|(known, _)| *known == name)) {
            Some((_, apply)) => apply(draft, &plugin, &mut applied),
            None => unknown(draft, &plugin),
        }
    }
    applied
}

/// A plugin that an included text names: Beancount runs those of the root only.
fn elsewhere(draft: &mut Draft, plugin: &Plugin) {
    let message = format!("the plugin `{}` counts only in the first text", plugin.module);
    draft.tell(
        plugin.source,
        Diagnostic::warning("plugin", message)
            .at(plugin.place.clone())
            .help("move the line to the text that includes this one"),
    );
}

fn unknown(draft: &mut Draft, plugin: &Plugin) {
    let (source, line) = (plugin.source, plugin.line);
    draft.ledger.inert.push(Inert { what: "plugin", matters: true, source, line });
    let message = format!("the plugin `{}` is not applied", plugin.module);
    let mut problem = Diagnostic::warning("plugin", message)
        .at(plugin.place.clone())
        .note("figures may be other ones where it is");
    if let Some(name) = plugin.module.strip_prefix("beancount.plugins.")
        && let Some(near) = nearest(name, PLUGINS.iter().map(|(name, _)| *name)).first()
    {
        problem = problem.help(format!("did you mean `beancount.plugins.{near}`?"));
    }
    draft.tell(source, problem);
}
