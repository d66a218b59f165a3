//! Taxes and the incomes that they were taken off.
//!
//! An export's own day is all that an import looks at, for files may be cut anywhere between days; so a
//! tax that is booked on another day than its income is told here, where all events are seen. It belongs
//! to the income of its account and security within some days that it can have been taken off: to that of
//! the same words, else to the only one. Where several could be meant they are named, never guessed.

use std::collections::{BTreeMap, HashMap};

use super::{Event, EventId, EventKind, Journal, Relation};
use crate::source::Name;

/// Days between an income and its tax, at most.
const DAYS: i64 = 7;

/// Taxes of a journal, by the index of their events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxes {
    /// The income that each was taken off.
    pub of: HashMap<usize, usize>,
    /// Of each of which that is not told, the incomes that it could be, the nearest first.
    pub doubtful: BTreeMap<usize, Vec<usize>>,
}

impl Journal {
    /// Which income each tax was taken off, as its link says, else as told here.
    pub fn taxes(&self) -> Taxes {
        let mut taxes = Taxes::default();
        let mut alone: Vec<usize> = Vec::new();
        let mut linked: Vec<(usize, &EventId)> = Vec::new();
        for (at, event) in self.events.iter().enumerate() {
            let EventKind::Withholding { security, .. } = &event.kind else { continue };
            match event.linked(Relation::WithholdingOf) {
                Some(to) => linked.push((at, to)),
                // Of cash there are many sorts of interest: words alone tell too little.
                None if security.is_some() => alone.push(at),
                None => {}
            }
        }
        if linked.is_empty() && alone.is_empty() {
            return taxes;
        }
        let mut ids: HashMap<&EventId, usize> = HashMap::new();
        let mut incomes: HashMap<(&Name, &Name), Vec<usize>> = HashMap::new();
        for (at, event) in self.events.iter().enumerate() {
            if !event.kind.is_taxed_at_source() {
                continue;
            }
            ids.insert(&event.id, at);
            if let Some(security) = event.security().filter(|_| !alone.is_empty()) {
                incomes.entry((&event.account, security)).or_default().push(at);
            }
        }
        taxes.of.extend(linked.iter().filter_map(|(at, to)| Some((*at, *ids.get(to)?))));
        for at in alone {
            let tax = &self.events[at];
            let key = tax.security().map(|security| (&tax.account, security));
            let Some(all) = key.and_then(|key| incomes.get(&key)) else { continue };
            let off = |income: &usize| (self.events[*income].date - tax.date).num_days().abs();
            let mut near: Vec<usize> = all
                .iter()
                .copied()
                .filter(|income| off(income) <= DAYS && may_be_of(tax, &self.events[*income]))
                .collect();
            near.sort_by_key(|income| (off(income), *income));
            let mut worded = near.iter().filter(|income| self.events[**income].text == tax.text);
            match (worded.next(), worded.next(), near.as_slice()) {
                (Some(only), None, _) | (_, _, [only]) => drop(taxes.of.insert(at, *only)),
                (_, _, []) => {}
                _ => drop(taxes.doubtful.insert(at, near)),
            }
        }
        taxes
    }
}

/// Whether the amounts allow it: a tax goes the other way than its income, and is less.
fn may_be_of(tax: &Event, income: &Event) -> bool {
    tax.currency == income.currency
        && tax.amount.is_sign_negative() != income.amount.is_sign_negative()
        && tax.amount.abs() < income.amount.abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Link, Origin, Parts, RowHash, TaxAuthority};
    use crate::money::Decimal;
    use crate::period::NaiveDate;

    /// Dividends, and below zero taxes on them: day of January, amount, words.
    fn journal(rows: &[(u32, i64, &str)]) -> Journal {
        let event = |(at, (day, amount, text)): (usize, &(u32, i64, &str))| {
            let security = Name::new("XYZ");
            let kind = if *amount < 0 {
                let tax = TaxAuthority::Foreign;
                EventKind::Withholding { tax, country: None, security: Some(security) }
            } else {
                EventKind::Dividend { security, per_share: None, parts: Parts::default() }
            };
            let id = EventId::new(RowHash::of("a", [&*at.to_string()]), 1);
            let date = NaiveDate::from_ymd_opt(2024, 1, *day).expect("a day");
            let mut event = Event::new(id, date, "a".into(), kind, Origin::new("x".into(), 1));
            event.amount = Decimal::from(*amount);
            event.currency = Some("USD".into());
            event.text = (*text).into();
            event
        };
        let events = rows.iter().enumerate().map(event).collect();
        Journal { events, ..Journal::default() }
    }

    fn pairs(rows: &[(u32, i64, &str)]) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> = journal(rows).taxes().of.into_iter().collect();
        pairs.sort_unstable();
        pairs
    }

    #[test]
    fn a_tax_belongs_to_the_only_income_within_days() {
        assert_eq!(pairs(&[(2, 100, ""), (5, -15, "")]), [(1, 0)]);
        assert_eq!(pairs(&[(2, -15, ""), (5, 100, "")]), [(0, 1)], "it may be booked before");
        assert_eq!(pairs(&[(2, 100, ""), (10, -15, "")]), [], "too late");
        assert_eq!(pairs(&[(2, 10, ""), (3, -15, "")]), [], "more than the income");
    }

    #[test]
    fn words_tell_of_several() {
        let rows = [(2, 100, "first"), (3, 90, "second"), (4, -15, "first")];
        assert_eq!(pairs(&rows), [(2, 0)]);
        let rows = [(2, 100, "one"), (5, 90, "other"), (4, -15, "tax")];
        let taxes = journal(&rows).taxes();
        assert_eq!(taxes.of, HashMap::new());
        assert_eq!(taxes.doubtful[&2], [1, 0], "the nearest first");
    }

    #[test]
    fn a_link_goes_before_what_is_told() {
        let mut journal = journal(&[(2, 100, ""), (20, 100, ""), (3, -15, "")]);
        let to = journal.events[1].id.clone();
        journal.events[2].further.links.push(Link { relation: Relation::WithholdingOf, to });
        assert_eq!(journal.taxes().of, HashMap::from([(2, 1)]));
    }
}
