//! Units that come and go in a hand-written entry: opening lots, transfers, awards, purchases, sales.

use indexmap::IndexSet;

use super::draft::{Draft, Said};
use super::entry::{Entry, TAGS};
use super::sides::{Role, Side};
use super::{Meant, Recogniser, Rules};
use crate::event::{Account, Lot, Lots, Relation};
use crate::ledger::blocks::leg::{LegCost, LegLot, sum};
use crate::ledger::blocks::{self, Sort, legs};
use crate::ledger::{AmountFrom, Posting};
use crate::money::{self, Decimal};
use crate::source::Name;

impl Rules<'_> {
    /// Whether a commodity that is also the code of a currency is a security here: the books describe
    /// it, or it is priced in an account of its name.
    pub(super) fn is_security(&self, posting: Posting<'_>) -> bool {
        let facts = &self.commodities[posting.commodity_id().0 as usize];
        let own = || posting.account().rsplit(':').next() == Some(&**posting.commodity());
        let priced = || posting.cost().is_some() || posting.lot().is_some();
        facts.may_be_units && (facts.described || (priced() && own()))
    }

    /// The security that an account's name means: a part of it that is a commodity of the ledger or a
    /// name of the books, else the symbol it ends with where the event must have a security, else the
    /// one whose units the entry moves.
    pub(super) fn security_of(
        &self,
        posting: Posting<'_>,
        entry: &Entry<'_>,
        needed: bool,
    ) -> Option<Name> {
        let day = entry.transaction.date();
        let Meant { parts, symbol } = &self.facts(posting).securities;
        let known = |(part, always): &&(Name, bool)| *always || self.resolve(part, day) != *part;
        let part = parts.iter().find(known).map(|(part, _)| part.clone());
        let found = part.or_else(|| symbol.clone().filter(|_| needed)).or_else(|| {
            let mut moved = entry.sides.iter().filter(|side| side.role == Role::Units);
            let first = moved.next()?.posting.commodity();
            moved.all(|side| side.posting.commodity() == first).then(|| first.clone())
        })?;
        Some(self.resolve(&found, day))
    }

    fn is_money(&self, commodity: &Name) -> bool {
        **commodity == *self.known.context.currency
            || money::currency(commodity, self.known.context.currency).is_some()
    }

    fn resolved(&self, posting: Posting<'_>) -> Name {
        self.resolve(posting.commodity(), posting.transaction.date())
    }
}

/// The sides that move units, each with its commodity, those of one commodity together; the room for
/// them is lent by the entry, which gets it back.
fn by_commodity<'l>(entry: &mut Entry<'l>) -> Vec<(&'l Name, usize)> {
    let mut found = std::mem::take(&mut entry.room.moves);
    found.clear();
    for (at, side) in entry.sides.iter().enumerate() {
        if side.role == Role::Units && !side.posting.number().is_zero() {
            found.push((side.posting.commodity(), at));
        }
    }
    if found.iter().any(|(commodity, _)| *commodity != found[0].0) {
        let firsts: IndexSet<&Name> = found.iter().map(|(commodity, _)| *commodity).collect();
        found.sort_by_key(|(commodity, _)| firsts.get_index_of(*commodity));
    }
    found
}

/// What the units of a side were paid with.
fn cost_of(rules: &mut Recogniser<'_>, entry: &Entry<'_>, at: usize) -> Option<LegCost> {
    let (ledger, context) = (ledger_of(rules, entry, at), rules.context());
    // A price that two commodities imply, and a lot's beside a written one, hang on the other postings.
    let alone = |side: &Side| {
        side.posting.cost().is_none_or(|cost| {
            !cost.implied && side.posting.lot().is_none_or(|lot| lot.cost.is_none())
        })
    };
    if entry.sides.iter().all(alone) {
        return blocks::cost_alone(entry.sides[at].posting, &ledger, &entry.units, &context);
    }
    let account = Account { ledger, ..Account::taxable(Name::default()) };
    let problems = &mut rules.found;
    let mut legs = legs(entry.transaction, &account, &entry.units, &context, problems);
    (at < legs.len()).then(|| legs.swap_remove(at).cost).flatten()
}

/// The lot that the units of a side name.
fn lot_of(rules: &mut Recogniser<'_>, entry: &Entry<'_>, at: usize) -> Option<LegLot> {
    let (ledger, context) = (ledger_of(rules, entry, at), rules.context());
    let problems = &mut rules.found;
    blocks::lot_of(entry.sides[at].posting, &ledger, &entry.units, &context, problems)
}

/// Where the postings of a side's account go.
fn ledger_of(rules: &Rules<'_>, entry: &Entry<'_>, at: usize) -> Name {
    rules.known.context.ledger_of(&entry.sides[at].home.clone().unwrap_or_default())
}

/// Units whose other side are units too: moved between accounts, come from elsewhere, given.
pub fn movements<'b>(rules: &mut Recogniser<'b>, entry: &mut Entry<'b>) {
    let moves = by_commodity(entry);
    for sides in moves.chunk_by(|one, next| one.0 == next.0) {
        let commodity = sides[0].0;
        let numbers = sides.iter().map(|(_, at)| entry.sides[*at].posting.number());
        let sum = sum(numbers);
        let against: Vec<Side> = entry
            .sides
            .iter()
            .filter(|side| side.role != Role::Units && side.posting.commodity() == commodity)
            .cloned()
            .collect();
        let within = sum.is_some_and(|sum| sum.is_zero());
        if !within && against.is_empty() {
            continue;
        }
        let security = rules.resolved(entry.sides[sides[0].1].posting);
        if within {
            move_within(rules, entry, sides, &security);
        } else if let Some(strange) = against.iter().find(|side| {
            !matches!(&side.role, Role::Movement)
                && !matches!(&side.role, Role::Ruled(action) if action.event == "award")
        }) {
            let why =
                format!("units in `{}`, without money: what is that", strange.posting.account());
            rules.ask_entry(entry.transaction, &why, TAGS);
            entry.asked = true;
        } else {
            let awarded = against.iter().any(|side| side.role != Role::Movement);
            let opening = against.iter().all(|side| is_opening(rules, side));
            for (_, at) in sides {
                let draft = if opening {
                    opened(rules, entry, *at, &security)
                } else {
                    let kind = if awarded { "award" } else { direction(entry, *at) };
                    moved(rules, entry, *at, kind, &security)
                };
                entry.drafts.push(draft);
            }
        }
        for (_, at) in sides {
            entry.sides[*at].role = Role::Movement;
        }
    }
    entry.room.moves = moves;
}

fn is_opening(rules: &Rules<'_>, side: &Side<'_>) -> bool {
    rules.facts(side.posting).opens
}

fn direction(entry: &Entry<'_>, at: usize) -> &'static str {
    let goes = entry.sides[at].posting.number().is_sign_negative();
    if goes { "transfer-out" } else { "transfer-in" }
}

/// Units of one account into another: two ends for each. Within one account nothing happens.
fn move_within<'b>(
    rules: &mut Recogniser<'b>,
    entry: &mut Entry<'b>,
    sides: &[(&Name, usize)],
    security: &Name,
) {
    let home = |at: usize| &entry.sides[at].home;
    if sides.iter().all(|(_, at)| home(*at) == home(sides[0].1)) {
        // hledger takes no notice of `{cost}`: an amount left out beside it is of units, not of money.
        let postings = || sides.iter().map(|(_, at)| entry.sides[*at].posting);
        let taken_for_units = |posting: Posting| posting.amount_from() == AmountFrom::Elided;
        let costs = |posting: Posting| posting.lot().is_some_and(|lot| lot.cost.is_some());
        if postings().any(taken_for_units) && postings().any(costs) {
            let why =
                "its units move within the account, though they have a cost: were they bought";
            rules.ask_entry(entry.transaction, why, "    (write `@ PRICE` after the units)");
            entry.asked = true;
        }
        return;
    }
    let first = entry.drafts.len();
    for (_, at) in sides {
        let draft = moved(rules, entry, *at, direction(entry, *at), security);
        entry.drafts.push(draft);
    }
    if sides.len() == 2 {
        entry.drafts[first + 1].link = Some((Relation::Pair, first));
    }
}

/// Units that moved, with what is known of their lot.
fn moved<'l>(
    rules: &mut Recogniser<'_>,
    entry: &Entry<'l>,
    at: usize,
    kind: &'static str,
    security: &Name,
) -> Draft<'l> {
    let cost = if kind == "award" { cost_of(rules, entry, at) } else { None };
    let lot = if kind == "award" { None } else { lot_of(rules, entry, at) };
    let side = &entry.sides[at];
    let quantity = side.posting.number();
    let mut draft = Draft::new(kind, side.home.clone().unwrap_or_default(), side.posting);
    draft.said = Said::units(security, quantity);
    if kind == "award" {
        if let Some(cost) = cost {
            draft.currency = Some(cost.commodity);
            draft.said.value = Some(cost.total);
        }
    } else if let Some(lot) = lot {
        draft.currency = (!lot.currency.is_empty()).then(|| lot.currency.clone());
        draft.said.lots = Some(Lots::from_iter([Lot { quantity, basis: lot.basis }]));
    }
    draft
}

/// A lot from before the records.
fn opened<'l>(
    rules: &mut Recogniser<'_>,
    entry: &Entry<'l>,
    at: usize,
    security: &Name,
) -> Draft<'l> {
    let (cost, lot) = (cost_of(rules, entry, at), lot_of(rules, entry, at));
    let side = &entry.sides[at];
    let mut draft = Draft::new("opening", side.home.clone().unwrap_or_default(), side.posting);
    draft.said = Said::units(security, side.posting.number());
    if let Some(cost) = cost {
        draft.currency = Some(cost.commodity);
        draft.said.cost = Some(cost.total);
    }
    draft.said.acquired = lot.and_then(|lot| lot.basis).map(|basis| basis.acquired);
    draft
}

/// Units that come or go for money.
pub fn trades<'b>(rules: &mut Recogniser<'b>, entry: &mut Entry<'b>) {
    let moves = by_commodity(entry);
    if !moves.is_empty() {
        traded(rules, entry, &moves);
    }
    entry.room.moves = moves;
}

fn traded<'b>(rules: &mut Recogniser<'b>, entry: &mut Entry<'b>, moves: &[(&'b Name, usize)]) {
    // Everything else comes from equity that says it is an opening: these are lots, not purchases.
    let others = || entry.sides.iter().filter(|side| side.home.is_none());
    let opening = others().any(|side| is_opening(rules, side))
        && others().all(|side| {
            is_opening(rules, side) || matches!(side.sort, Sort::Asset | Sort::Liability)
        });
    let awarded = entry
        .sides
        .iter()
        .position(|side| matches!(&side.role, Role::Ruled(action) if action.event == "award"));
    let first = entry.drafts.len();
    let mut unpriced: Vec<(Name, usize, Decimal)> = Vec::new();
    for sides in moves.chunk_by(|one, next| one.0 == next.0) {
        let security = rules.resolved(entry.sides[sides[0].1].posting);
        for (_, at) in sides {
            let side = &entry.sides[*at];
            let (quantity, posting) = (side.posting.number(), side.posting);
            if opening {
                let draft = opened(rules, entry, *at, &security);
                entry.drafts.push(draft);
                continue;
            }
            if awarded.is_some() && !quantity.is_sign_negative() {
                let draft = moved(rules, entry, *at, "award", &security);
                entry.drafts.push(draft);
                continue;
            }
            let home = side.home.clone().unwrap_or_default();
            let cost = cost_of(rules, entry, *at);
            if cost.as_ref().is_some_and(|cost| !rules.is_money(&cost.commodity)) {
                let why = "one security for another: is it a merger, an exchange, a new name";
                rules.ask_entry(entry.transaction, why, TAGS);
                entry.asked = true;
                entry.drafts.truncate(first);
                return;
            }
            let Some(cost) = cost else {
                match unpriced.iter_mut().find(|(name, first, _)| {
                    *name == security && entry.sides[*first].home == entry.sides[*at].home
                }) {
                    Some((_, _, sum)) => *sum = sum.checked_add(quantity).unwrap_or(*sum),
                    None => unpriced.push((security.clone(), *at, quantity)),
                }
                continue;
            };
            let gross = if quantity.is_sign_negative() { cost.total } else { -cost.total };
            let kind = if quantity.is_sign_negative() { "sell" } else { "buy" };
            let mut draft = Draft::new(kind, home, posting).money(gross, &cost.commodity);
            draft.said = Said { price: cost.unit, ..Said::units(&security, quantity) };
            entry.drafts.push(draft);
        }
    }
    if opening {
        return;
    }
    sold_for_cash(rules, entry, &unpriced);
    fees(rules, entry, first);
}

/// Units that leave without a price are sold for the cash that came.
fn sold_for_cash<'b>(
    rules: &mut Recogniser<'b>,
    entry: &mut Entry<'b>,
    unpriced: &[(Name, usize, Decimal)],
) {
    let [(security, at, quantity)] = unpriced else {
        if !unpriced.is_empty() {
            let why = "several securities have no price: what did each bring";
            rules.ask_entry(entry.transaction, why, "    (write `@ PRICE` after the units)");
            entry.asked = true;
        }
        return;
    };
    let held = entry.sides.iter().any(|side| side.role == Role::Cash);
    let cash = entry
        .sides
        .iter()
        .filter(|side| if held { side.role == Role::Cash } else { side.role == Role::Movement });
    let mut sums: Vec<(Name, Decimal)> = Vec::new();
    for side in cash {
        let Some(currency) = &side.currency else { continue };
        match sums.iter_mut().find(|(name, _)| name == currency) {
            Some((_, sum)) => *sum = sum.checked_add(side.posting.number()).unwrap_or(*sum),
            None => sums.push((currency.clone(), side.posting.number())),
        }
    }
    for draft in &entry.drafts {
        for (_, sum) in sums.iter_mut().filter(|(name, _)| Some(name) == draft.currency.as_ref()) {
            *sum = sum.checked_sub(draft.amount).unwrap_or(*sum);
        }
    }
    sums.retain(|(_, sum)| !sum.is_zero());
    let strange = entry.sides.iter().any(|side| side.role == Role::Strange);
    match &sums[..] {
        [(currency, sum)] if *sum > Decimal::ZERO && quantity.is_sign_negative() && !strange => {
            let side = &entry.sides[*at];
            // Fees are taken off after this; the gross is what came and what they took.
            let gross = fee_sum(entry, currency).checked_add(*sum).unwrap_or(*sum);
            let home = side.home.clone().unwrap_or_default();
            let mut draft = Draft::new("sell", home, side.posting).money(gross, currency);
            draft.said = Said::units(security, *quantity);
            entry.drafts.push(draft);
        }
        _ => {
            let why = "its units have no price: what did they cost, or bring";
            rules.ask_entry(entry.transaction, why, TAGS);
            entry.asked = true;
        }
    }
}

/// What shipped rules take for fees of an entry.
fn fee_sum(entry: &Entry<'_>, currency: &Name) -> Decimal {
    let fees = entry.sides.iter().filter(|side| {
        matches!(&side.role, Role::Ruled(action) if action.is_fee())
            && side.currency.as_ref() == Some(currency)
    });
    fees.fold(Decimal::ZERO, |sum, side| sum.checked_add(side.posting.number()).unwrap_or(sum))
}

/// Fees belong to the trade beside them; beside several nobody can say to which.
fn fees<'b>(rules: &mut Recogniser<'b>, entry: &mut Entry<'b>, first: usize) {
    let mut paid = entry
        .sides
        .iter()
        .filter(|side| matches!(&side.role, Role::Ruled(action) if action.is_fee()));
    let Some(currency) = paid.clone().find_map(|side| side.currency.clone()) else { return };
    let alike = paid.all(|side| side.currency.as_ref().is_none_or(|other| *other == currency));
    let sum = fee_sum(entry, &currency);
    let mut trades =
        (first..entry.drafts.len()).filter(|at| matches!(entry.drafts[*at].kind, "buy" | "sell"));
    let (Some(trade), None) = (trades.next(), trades.next()) else {
        if !sum.is_zero() {
            let why = "one fee of several trades: how much is of each";
            rules.ask_entry(
                entry.transaction,
                why,
                "    (write an entry for each trade, with its fee)",
            );
            entry.asked = true;
        }
        return;
    };
    let draft = &mut entry.drafts[trade];
    if draft.currency.as_ref() == Some(&currency) && alike {
        draft.fees = sum;
        draft.amount = draft.amount.checked_sub(sum).unwrap_or(draft.amount);
    } else {
        rules.ask_entry(
            entry.transaction,
            "its fee is in another currency than its trade: what was the fee worth",
            TAGS,
        );
        entry.asked = true;
    }
}
