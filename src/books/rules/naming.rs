//! What the names of accounts mean, for rows that hledger's rules make: the same rules that read
//! hand-written entries, as values for `import`.

use std::sync::Arc;

use super::{Meant, RuleText, names};
use crate::import::hledger::{Meaning, Named, Naming};
use crate::ledger::blocks::below;
use crate::source::Name;

/// Of the books' `[[rule]]`s, which come first, and of the shipped rules.
pub fn naming(own: &[RuleText], currency: &Name) -> Naming {
    let shipped = names::shipped();
    let of_own = own.iter().map(|rule| Meaning {
        event: rule.event.clone(),
        expense: rule.expense.clone(),
        ..Meaning::default()
    });
    let of_shipped = shipped.iter().map(|rule| Meaning {
        event: Name::new(&rule.event),
        claimed: rule.claimed.as_deref().map(Name::new),
        reason: rule.reason.as_deref().map(Name::new),
        tax: rule.tax.as_deref().map(Name::new),
        expense: None,
    });
    let meanings = of_own.chain(of_shipped).collect();
    let own = own.to_vec();
    let of = move |account: &str, description: &str| {
        let security = || Meant::by(account, |_| None).symbol;
        let described = description.to_lowercase();
        let says = |word: &Name| described.contains(&word.to_lowercase());
        let ruled = own.iter().position(|rule| {
            rule.account.as_deref().is_none_or(|known| below(account, known))
                && rule.payee.iter().all(says)
                && rule.words.iter().all(says)
        });
        if let Some(at) = ruled {
            let property = own[at].property.clone();
            return Some(Named { meaning: at, security: security(), property });
        }
        let at = names::known(&shipped, account)?;
        let property = names::part_after(account, &["rent", "rental"]);
        Some(Named {
            meaning: own.len() + at,
            security: security(),
            property: property.map(|part| Name::new(&part.to_lowercase())),
        })
    };
    Naming { meanings, of: Arc::new(of), currency: currency.clone() }
}
