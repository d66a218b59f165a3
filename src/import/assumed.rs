//! What the amounts of a file are in that does not say it: what the settings of its account say, else
//! the file above its header or in its name, else the currency of a market whose trades tie, or of the
//! rows that name theirs.

use super::export::{Document, Export};
use super::feed::Feed;
use super::profile::{coded, normalised};
use super::record::Cell;
use crate::event::{Account, Event, EventKind};
use crate::money::Decimal;
use crate::source::Name;

/// What the settings of the accounts say, where they say one thing.
pub fn stated(accounts: &[Account]) -> Option<Name> {
    let first = accounts.first()?.currency.clone()?;
    accounts.iter().all(|account| account.currency.as_ref() == Some(&first)).then_some(first)
}

/// What the file says of its account beside the rows: above its header, or in its name.
pub fn by_file(document: &Document) -> Option<(Name, &'static str)> {
    let above = above(document).map(|currency| (currency, "above its header stands"));
    above.or_else(|| in_name(&document.source.name).map(|code| (code.into(), "its name has")))
}

/// The currency above the header: beside or below a cell that says so.
fn above(document: &Document) -> Option<Name> {
    let layout = &document.layout;
    let mut feed = Feed::new(&document.source.text, layout.form, 0);
    let mut cells: Vec<Cell> = Vec::new();
    let mut under = None;
    for _ in 1..layout.skip {
        feed.next(&mut cells)?;
        let code = |at: usize| coded(cells.get(at)?.trim()).map(Name::new);
        if let Some(found) = under.and_then(code) {
            return Some(found);
        }
        let says = |cell: &Cell| TITLES.contains(&normalised(cell).trim_end_matches(':'));
        under = cells.iter().position(says);
        if let Some(found) = under.and_then(|at| code(at + 1)) {
            return Some(found);
        }
    }
    None
}

/// What accounts' currencies are headed with.
const TITLES: &[&str] = &[
    "currency",
    "account currency",
    "waluta",
    "währung",
    "devise",
    "moneda",
    "divisa",
    "valuta",
    "moeda",
    "měna",
    "mena",
];

/// The currency that a file's name begins with: `EUR_12345_2025.csv`.
fn in_name(name: &str) -> Option<&'static str> {
    let base = name.rsplit(['/', '\\']).next()?;
    let first = base.split(|c: char| !c.is_alphanumeric()).next()?;
    coded(first).filter(|code| *code == first)
}

/// The currency of the only market whose trades cost what quantity times price makes, to the last
/// digit: where money is changed for a trade, it costs more or less than that. `None` where there are
/// several or none, or some of its trades cost something else.
pub fn by_trades(export: &Export) -> Option<Name> {
    let listed = &export.document.layout.profile.listed;
    let (mut tied, mut untied): (Vec<&Name>, Vec<&Name>) = (Vec::new(), Vec::new());
    for event in &export.events {
        let Some((security, ties)) = trade(event) else { continue };
        let market = listed.iter().find(|(end, _)| security.ends_with(end.as_str()));
        let Some((_, currency)) = market else { continue };
        let known = if ties { &mut tied } else { &mut untied };
        if !known.contains(&currency) {
            known.push(currency);
        }
    }
    let [only] = tied[..] else { return None };
    (!untied.contains(&only)).then(|| only.clone())
}

/// The currencies of rows that are in their instrument's, at a rate of one. Of several, the account has
/// cash in each, and what an instrument pays is booked in its own.
pub fn by_par(export: &Export) -> Vec<Name> {
    let mut currencies: Vec<Name> = Vec::new();
    for event in &export.events {
        let known = !matches!(event.kind, EventKind::Unknown { .. });
        let currency =
            event.currency.as_ref().filter(|currency| known && !currencies.contains(currency));
        currencies.extend(currency.cloned());
    }
    currencies
}

/// The security of a trade that is large enough to tell, and whether it ties.
fn trade(event: &Event) -> Option<(&Name, bool)> {
    let (EventKind::Buy { security, quantity, price }
    | EventKind::Sell { security, quantity, price }) = &event.kind
    else {
        return None;
    };
    let amount = event.amount.abs();
    // Where the price is in another currency there is none that makes the amount.
    let Some(price) = price else { return Some((security, false)) };
    let cent = Decimal::new(1, 2);
    let half = Decimal::new(5, price.scale() + 1);
    let slack = quantity.abs().checked_mul(half)?.checked_add(cent)?;
    // What changing money costs, half of a hundredth at least, must be more than the rounding.
    let least = slack.checked_mul(Decimal::from(400))?;
    if amount < least {
        return None;
    }
    let off = quantity.abs().checked_mul(*price)?.checked_sub(amount)?.abs();
    Some((security, off <= slack))
}
