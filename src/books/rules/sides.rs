//! What each posting of a hand-written entry is: cash, units, known to a rule, a claim, or unknown.
//!
//! In: a transaction and the rules. Out: its sides. The books' own rules speak first, then shipped
//! ones by the account's name, then the sort of the account.

use super::Rules;
use super::names::Shipped;
use crate::books::settings::RuleText;
use crate::event::{Claim, EventKind};
use crate::ledger::blocks::{Sort, below};
use crate::ledger::{Posting, PostingKind, Transaction};
use crate::source::Name;

/// One posting of an entry.
#[derive(Clone, Debug)]
pub struct Side<'l> {
    /// As the ledger has it.
    pub posting: Posting<'l>,
    /// By its account's name.
    pub sort: Sort,
    /// The account of the books that it lies below, or one that its units imply.
    pub home: Option<Name>,
    /// Its commodity, where that is money.
    pub currency: Option<Name>,
    /// What it does in the entry.
    pub role: Role<'l>,
}

/// What a posting does in an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role<'l> {
    /// Cash of an account of the books.
    Cash,
    /// Units in an account.
    Units,
    /// A rule knows it.
    Ruled(&'l Action),
    /// It claims a gain or a loss.
    Claim,
    /// Another holding, a debt, equity: where money and units come from and go to.
    Movement,
    /// Income or expense that no rule knows.
    Strange,
}

/// What a rule makes of a posting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Action {
    /// The kind of event; empty for a word that names none.
    pub event: &'static str,
    /// Of a `rent-expense`.
    pub expense: Option<Name>,
    /// The let property.
    pub property: Option<Name>,
    /// What the account's name claims.
    pub claimed: Option<Claim>,
    /// As the event has it.
    pub reason: Option<Name>,
    /// Whose tax it is.
    pub tax: Option<Name>,
    /// Only beside an account of the books, and in an entry about nothing else.
    pub weak: bool,
    /// Which rule of the books it is, by its index.
    pub own: Option<usize>,
}

impl Action {
    /// Whether it only says where money moved.
    pub fn moves(&self) -> bool {
        matches!(self.event, "deposit" | "withdrawal")
    }

    /// Whether a shipped rule takes it for a fee, which a trade beside it takes up.
    pub fn is_fee(&self) -> bool {
        self.event == "fee" && self.own.is_none()
    }
}

impl Action {
    /// What a rule of the books makes of a posting; `at` is its index.
    pub fn own(rule: &RuleText, at: usize) -> Action {
        Action {
            event: EventKind::known_name(&rule.event).unwrap_or_default(),
            expense: rule.expense.clone(),
            property: rule.property.clone(),
            own: Some(at),
            ..Action::default()
        }
    }

    /// What a shipped rule makes of one.
    pub fn shipped(rule: &Shipped) -> Action {
        Action {
            event: EventKind::known_name(&rule.event).unwrap_or_default(),
            claimed: rule.claimed.as_deref().and_then(|claim| claim.parse().ok()),
            reason: rule.reason.as_deref().map(Name::new),
            tax: rule.tax.as_deref().map(Name::new),
            weak: rule.weak,
            ..Action::default()
        }
    }
}

/// Puts the real postings to `sides`, with what each does.
pub fn sides<'b>(rules: &'b Rules<'b>, transaction: Transaction<'b>, sides: &mut Vec<Side<'b>>) {
    let description = if rules.loose || !rules.known.rules.is_empty() {
        transaction.description().to_lowercase()
    } else {
        String::new()
    };
    let payee = || transaction.payee().to_lowercase();
    let real = transaction.uncounted().filter(|posting| posting.kind() == PostingKind::Real);
    sides.extend(real.map(|posting| {
        let facts = rules.facts(posting);
        let currency = &rules.commodities[posting.commodity_id().0 as usize].currency;
        let money = currency.is_some() && !rules.is_security(posting);
        Side {
            posting,
            sort: facts.sort,
            home: facts.home.clone(),
            currency: currency.clone().filter(|_| money),
            role: Role::Movement,
        }
    }));
    // Units outside the books' accounts make an account of their own, with the cash below it.
    let holds = |side: &Side| {
        side.currency.is_none()
            && !side.posting.number().is_zero()
            && matches!(side.sort, Sort::Asset | Sort::Liability | Sort::Other)
    };
    let made: Vec<Name> = sides
        .iter()
        .filter(|side| side.home.is_none() && holds(side))
        .map(|side| rules.implied(side.posting))
        .collect();
    if !made.is_empty() {
        for side in sides.iter_mut().filter(|side| side.home.is_none()) {
            let name = side.posting.account();
            let above = made.iter().find(|made| below(name, made));
            side.home = above.cloned();
        }
    }
    let held = sides.iter().any(|side| side.home.is_some());
    for side in sides.iter_mut() {
        side.role = role(rules, side, &description, &payee, held);
    }
    // Taxes and fees of an entry with an income that is none of ours belong to that.
    let strange = |side: &Side| match &side.role {
        Role::Strange => side.sort == Sort::Income,
        Role::Ruled(action) => action.moves(),
        Role::Cash | Role::Units | Role::Claim | Role::Movement => false,
    };
    if sides.iter().any(strange) {
        for side in sides {
            if matches!(&side.role, Role::Ruled(action) if action.weak) {
                side.role = Role::Strange;
            }
        }
    }
}

fn role<'b>(
    rules: &'b Rules<'b>,
    side: &Side<'b>,
    description: &str,
    payee: &dyn Fn() -> String,
    held: bool,
) -> Role<'b> {
    let facts = rules.facts(side.posting);
    let other = side.home.is_none() && !matches!(side.sort, Sort::Asset | Sort::Liability);
    if (facts.ruled || (rules.loose && other)) && !side.posting.number().is_zero() {
        let fits = |rule: &RuleText| {
            rule.account.as_deref().map_or(other, |account| below(side.posting.account(), account))
                && rule.payee.as_deref().is_none_or(|word| payee().contains(&word.to_lowercase()))
                && rule.words.iter().all(|word| description.contains(&word.to_lowercase()))
        };
        if let Some(at) = rules.known.rules.iter().position(fits) {
            return Role::Ruled(&rules.own[at]);
        }
    }
    if side.home.is_some() {
        return if side.currency.is_some() { Role::Cash } else { Role::Units };
    }
    if facts.gains {
        return Role::Claim;
    }
    let shipped = facts.shipped.map(|at| &rules.shipped[at]);
    if let Some(action) = shipped.filter(|action| !action.weak || held) {
        return Role::Ruled(action);
    }
    match side.sort {
        // A name that says nothing may be an income in another language: it is asked for.
        Sort::Income | Sort::Expense | Sort::Other => Role::Strange,
        Sort::Asset | Sort::Liability | Sort::Equity => Role::Movement,
    }
}
