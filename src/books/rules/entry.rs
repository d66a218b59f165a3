//! One hand-written entry: what each of its postings is, and the events they make together.

use std::ops::{Deref, DerefMut};

use super::draft::{self, Draft};
use super::sides::{Role, Side, sides};
use super::{Recogniser, Rules, What, units};
use crate::diagnostic::Diagnostic;
use crate::event::{Event, FieldError, Relation};
use crate::ledger::Transaction;
use crate::ledger::blocks::{ROUNDED_OFF, Sort, moves_units};
use crate::money::Decimal;
use crate::source::Name;

/// Puts the events of a transaction without an `event:` tag to `events`.
pub fn events<'b>(
    rules: &mut Recogniser<'b>,
    transaction: Transaction<'b>,
    events: &mut Vec<Event>,
) {
    let room = std::mem::take(&mut rules.room);
    let mut entry = Entry { transaction, room, asked: false };
    entry.read(rules, events);
    rules.room = entry.room.cleared();
}

/// An entry on its way to events.
pub struct Entry<'l> {
    /// As the ledger has it.
    pub transaction: Transaction<'l>,
    /// What is made of it.
    pub room: Room<'l>,
    /// A question was asked about it, which leaves the rest of its money open.
    pub asked: bool,
}

/// Room for what is made of one entry, which the next one takes over: most entries are small, and to
/// get room would cost more than to read them.
#[derive(Debug, Default)]
pub struct Room<'l> {
    /// Its real postings.
    pub sides: Vec<Side<'l>>,
    /// Those of its commodities that are not money.
    pub units: Vec<&'l str>,
    /// What was made of them.
    pub drafts: Vec<Draft<'l>>,
    /// The sides that move units, each with its commodity.
    pub moves: Vec<(&'l Name, usize)>,
    /// What is left of its cash, by account and currency.
    left: Vec<((Name, Name), Decimal)>,
}

impl Room<'_> {
    fn cleared(mut self) -> Self {
        self.sides.clear();
        self.units.clear();
        self.drafts.clear();
        self.left.clear();
        self
    }
}

impl<'l> Deref for Entry<'l> {
    type Target = Room<'l>;
    fn deref(&self) -> &Room<'l> {
        &self.room
    }
}

impl<'l> DerefMut for Entry<'l> {
    fn deref_mut(&mut self) -> &mut Room<'l> {
        &mut self.room
    }
}

impl<'l> Entry<'l> {
    fn read(&mut self, rules: &mut Recogniser<'l>, events: &mut Vec<Event>) {
        sides(rules.rules, self.transaction, &mut self.room.sides);
        let held = self.sides.iter().any(|side| side.home.is_some());
        let known = self.sides.iter().any(|side| matches!(side.role, Role::Ruled(_)));
        if !held && !known {
            return;
        }
        let Room { sides, units, .. } = &mut self.room;
        let no_money = sides.iter().filter(|side| side.currency.is_none());
        units.extend(no_money.map(|side| &**side.posting.commodity()));
        units::movements(rules, self);
        self.ruled(rules);
        units::trades(rules, self);
        self.tie_together();
        self.money(rules, held);
        in_order(&mut self.room.drafts);
        if let Err((at, error)) = draft::finish(&self.drafts, self.transaction, rules, events) {
            self.lacking(rules, at, &error);
        }
    }

    /// An event for each posting that a rule knows, but for fees that a trade will take up.
    fn ruled(&mut self, rules: &mut Recogniser<'l>) {
        let trades = self.sides.iter().any(|side| side.role == Role::Units);
        for at in 0..self.sides.len() {
            let Role::Ruled(action) = self.sides[at].role else { continue };
            if action.moves() || action.event == "award" || (trades && action.is_fee()) {
                continue;
            }
            let Some((value, currency)) = self.value(&self.sides[at]) else {
                rules.ask_entry(
                    self.transaction,
                    "its income has no value in money: what is it worth",
                    TAGS,
                );
                self.asked = true;
                continue;
            };
            if value.is_zero() {
                continue;
            }
            let side = &self.sides[at];
            // What stands on the side of the cash is the cash; what stands against it, its opposite.
            let spent = matches!(action.event, "improvement" | "mortgage-principal");
            let with_cash = side.home.is_some() || (side.sort == Sort::Asset && !spent);
            let mut amount = if with_cash { value } else { -value };
            if action.event == "property-sale" {
                amount = self.received(at, &currency);
            }
            let Some(home) = self.home(rules, amount) else {
                rules.ask_entry(
                    self.transaction,
                    "no posting shows its money: where did it go",
                    TAGS,
                );
                self.asked = true;
                return;
            };
            let mut draft = Draft::new(action.event, home, side.posting).money(amount, &currency);
            draft.claimed = action.claimed;
            draft.reason.clone_from(&action.reason);
            let posting = side.posting;
            let property = action.property.clone();
            draft.said.property = property.or_else(|| rules.facts(posting).property.clone());
            draft.said.expense.clone_from(&action.expense);
            draft.said.tax.clone_from(&action.tax);
            // `Income:Interest:ALLY` is of a bank, not of a security; a dividend is always of one.
            let optional =
                matches!(action.event, "interest" | "fee" | "withholding" | "other-income");
            draft.said.security = rules.security_of(posting, self, !optional);
            self.drafts.push(draft);
        }
    }

    /// What a side is worth, and in which currency: its own amount, or what stands after `@`.
    pub fn value(&self, side: &Side<'l>) -> Option<(Decimal, Name)> {
        let number = side.posting.number();
        let priced = || {
            let total = side.posting.total_cost()?;
            let home = &self.sides.iter().find_map(|side| side.currency.clone())?;
            let code = crate::money::currency(&total.commodity, home);
            Some((total.quantity, Name::new(&code?)))
        };
        let Some(currency) = &side.currency else { return priced() };
        let cash = |role: &Role| matches!(role, Role::Cash | Role::Movement);
        let kept = self
            .sides
            .iter()
            .any(|other| cash(&other.role) && other.currency.as_ref() == Some(currency));
        // Changed on the way: what came is what it was worth in the account's currency.
        if !kept && let Some((value, into)) = priced() {
            return Some((value, into));
        }
        Some((number, currency.clone()))
    }

    /// What came into the accounts of an entry in this currency, but for one posting.
    fn received(&self, but: usize, currency: &Name) -> Decimal {
        let held = self.sides.iter().any(|side| side.role == Role::Cash);
        let cash = self.sides.iter().enumerate().filter(|(at, side)| {
            let holder = if held { side.role == Role::Cash } else { side.sort == Sort::Asset };
            *at != but && holder && side.currency.as_ref() == Some(currency)
        });
        cash.fold(Decimal::ZERO, |sum, (_, side)| {
            sum.checked_add(side.posting.number()).unwrap_or(sum)
        })
    }

    /// The account in which an event of this amount happened.
    pub fn home(&self, rules: &Rules<'_>, amount: Decimal) -> Option<Name> {
        let same =
            |side: &&Side| side.posting.number().is_sign_negative() == amount.is_sign_negative();
        let held = || self.sides.iter().filter(|side| side.home.is_some());
        let cash = || held().filter(|side| side.currency.is_some());
        let found = cash().find(same).or_else(|| cash().next()).or_else(|| held().next());
        if let Some(side) = found {
            return side.home.clone();
        }
        for wanted in [Sort::Asset, Sort::Liability, Sort::Other] {
            let holders = || {
                let holders = self.sides.iter().filter(|side| side.role == Role::Movement);
                holders.filter(|side| side.sort == wanted)
            };
            if let Some(side) = holders().find(same).or_else(|| holders().next()) {
                return Some(rules.implied(side.posting));
            }
        }
        // A rule on the holder itself: the interest of a bank account.
        let ruled = self.sides.iter().find(|side| side.sort == Sort::Asset);
        ruled.map(|side| rules.implied(side.posting))
    }

    /// Links a purchase to the income that paid for it, interest bought to its bond, tax to its income.
    fn tie_together(&mut self) {
        let drafts = &mut self.room.drafts;
        if drafts.len() < 2 {
            return;
        }
        let income = |draft: &Draft| {
            matches!(
                draft.kind,
                "dividend" | "capital-gain-distribution" | "interest" | "return-of-capital"
            )
        };
        let place = |drafts: &[Draft], wanted: &dyn Fn(&Draft) -> bool| {
            let mut found = drafts.iter().enumerate().filter(|(_, draft)| wanted(draft));
            let first = found.next().map(|(at, _)| at);
            first.filter(|_| found.next().is_none())
        };
        let paid = place(drafts, &|draft| income(draft) && draft.amount > Decimal::ZERO);
        let trade = place(drafts, &|draft| matches!(draft.kind, "buy" | "sell"));
        if let Some(trade) = trade {
            let (kind, security) = (drafts[trade].kind, drafts[trade].said.security.clone());
            for draft in drafts.iter_mut() {
                let of = &draft.said.security;
                let same = of.is_none() || *of == security;
                let bought = kind == "buy" && draft.amount < Decimal::ZERO;
                let sold = kind == "sell" && of.is_some();
                if draft.kind == "interest" && same && (bought || sold) {
                    draft.kind = "accrued-interest";
                    draft.said.security.clone_from(&security);
                    draft.link = Some((Relation::PartOf, trade));
                }
            }
            if let Some(paid) = paid.filter(|paid| income(&drafts[*paid])) {
                let (cost, from) = (-drafts[trade].amount, drafts[paid].amount);
                if kind == "buy" && cost > Decimal::ZERO && cost <= from {
                    drafts[trade].link = Some((Relation::Reinvests, paid));
                }
            }
        }
        let paid = place(drafts, &|draft| income(draft));
        if let Some(paid) = paid {
            for draft in drafts.iter_mut().filter(|draft| draft.kind == "withholding") {
                draft.link = Some((Relation::WithholdingOf, paid));
            }
        }
    }

    /// What is left of the cash when the events have taken theirs: it came from, or went to, elsewhere.
    fn money(&mut self, rules: &mut Recogniser<'l>, held: bool) {
        let moves = self
            .sides
            .iter()
            .any(|side| matches!(&side.role, Role::Ruled(action) if action.moves()));
        if held && !moves && !self.asked {
            for side in &self.room.sides {
                if side.role != Role::Strange || side.posting.number().is_zero() {
                    continue;
                }
                let (number, currency) =
                    self.value(side).unwrap_or((Decimal::ZERO, Name::default()));
                rules.ask_account(self.transaction, side.posting.account(), number, currency);
                self.asked = true;
            }
        }
        if self.asked || !held {
            return;
        }
        let Room { sides, drafts, left, .. } = &mut self.room;
        for side in &*sides {
            if let (Some(home), Some(currency)) = (&side.home, &side.currency) {
                let sum = sum_of(left, home, currency);
                *sum = sum.checked_add(side.posting.number()).unwrap_or(*sum);
            }
        }
        for draft in &*drafts {
            if let Some(currency) = &draft.currency {
                let sum = sum_of(left, &draft.home, currency);
                *sum = sum.checked_sub(draft.amount).unwrap_or(*sum);
            }
        }
        round_off(sides, drafts, left);
        left.retain(|(_, sum)| !sum.is_zero());
        if left.is_empty() {
            return;
        }
        let mut elsewhere = sides.iter().filter(|side| side.role == Role::Movement).peekable();
        let nowhere = elsewhere.peek().is_none();
        let opening = elsewhere.any(|side| rules.facts(side.posting).opens);
        let cash = sides.iter().find(|side| side.home.is_some() && side.currency.is_some());
        let Some(posting) = cash.or(sides.iter().find(|side| side.home.is_some())) else {
            return;
        };
        let posting = posting.posting;
        // Two currencies of one account, one out and one in.
        if let [((home, one), went), ((other, two), came)] = &left[..]
            && home == other
            && went.is_sign_negative() != came.is_sign_negative()
        {
            let ((one, went), (two, came)) = if went.is_sign_negative() {
                ((one, went), (two, came))
            } else {
                ((two, came), (one, went))
            };
            let mut draft =
                Draft::new("currency-exchange", home.clone(), posting).money(*went, one);
            draft.said.into = Some((two.clone(), *came));
            drafts.push(draft);
            return;
        }
        if nowhere && !moves && left.len() < 2 {
            rules.ask_entry(
                self.transaction,
                "nothing in it says where this money is from, or went: what is it",
                TAGS,
            );
            return;
        }
        let first = drafts.len();
        for ((home, currency), sum) in &*left {
            let kind = match (opening, *sum > Decimal::ZERO) {
                (true, _) => "opening",
                (false, true) => "deposit",
                (false, false) => "withdrawal",
            };
            drafts.push(Draft::new(kind, home.clone(), posting).money(*sum, currency));
        }
        // One out of and one into an own account are the two ends of one movement.
        if let [((_, one), went), ((_, two), came)] = &left[..]
            && !opening
            && (one != two || *went == -*came)
            && went.is_sign_negative() != came.is_sign_negative()
        {
            drafts[first + 1].link = Some((Relation::Pair, first));
        }
    }
}

/// The sum of an account and a currency, nothing where there is none yet.
fn sum_of<'s>(
    sums: &'s mut Vec<((Name, Name), Decimal)>,
    home: &Name,
    currency: &Name,
) -> &'s mut Decimal {
    let known = sums.iter().position(|((one, of), _)| one == home && of == currency);
    let at = known.unwrap_or_else(|| {
        sums.push(((home.clone(), currency.clone()), Decimal::ZERO));
        sums.len() - 1
    });
    &mut sums[at].1
}

/// A price of few digits misses the cash by a cent or two, which tools let pass: the cash is what
/// the one trade of the entry was paid with.
fn round_off(sides: &[Side<'_>], drafts: &mut [Draft<'_>], left: &mut [((Name, Name), Decimal)]) {
    let mut trades = drafts.iter_mut().filter(|draft| matches!(draft.kind, "buy" | "sell"));
    let (Some(trade), None) = (trades.next(), trades.next()) else { return };
    let Some(currency) = trade.currency.clone() else { return };
    let elsewhere = sides
        .iter()
        .filter(|side| side.role == Role::Movement && side.currency.as_ref() == Some(&currency));
    let elsewhere = elsewhere.map(|side| side.posting.number());
    let held = left.iter().filter(|((_, of), _)| *of == currency).map(|(_, sum)| *sum);
    let missed = held.chain(elsewhere).try_fold(Decimal::ZERO, Decimal::checked_add);
    let Some(missed) = missed.filter(|missed| missed.abs() <= ROUNDED_OFF) else { return };
    let mut sums = left.iter_mut();
    if let Some((_, sum)) = sums.find(|((home, of), _)| *home == trade.home && *of == currency)
        && let (Some(amount), Some(rest)) =
            (trade.amount.checked_add(missed), sum.checked_sub(missed))
    {
        (trade.amount, *sum) = (amount, rest);
    }
}

/// What to write for an entry whose shape says nothing.
pub const TAGS: &str = "    ; event: …, security: …\n(below the entry's first line, for each event an entry of its own)";

impl Entry<'_> {
    /// Says what the event of a draft lacks that a rule or a shape made.
    fn lacking(&self, rules: &mut Recogniser<'_>, at: usize, error: &FieldError) {
        let (FieldError::Missing(field) | FieldError::Unreadable(field, _, _)) = error else {
            return;
        };
        let (draft, transaction) = (&self.drafts[at], self.transaction);
        let maker = |side: &Side| match &side.role {
            Role::Ruled(action) if side.posting.is_of_line(draft.posting) => action.own,
            _ => None,
        };
        let own = self.sides.iter().find_map(maker);
        match own.map(|at| &rules.known.rules[at]) {
            // The rule could say it.
            Some(rule) if matches!(*field, "property" | "expense") => {
                let message = format!("a rule for `{}` needs `{field}`", rule.event);
                let diagnostic = Diagnostic::error("unfinished-rule", message)
                    .at(rule.place.clone())
                    .help(format!("add to it: {field} = \"…\""));
                if !rules.found.contains(&diagnostic) {
                    rules.found.push(diagnostic);
                }
            }
            Some(rule) if *field != "security" || moves_units(&rule.event) => {
                let message =
                    format!("a rule cannot make a `{}`: it knows no `{field}`", rule.event);
                let diagnostic = Diagnostic::error("unfinished-rule", message)
                    .at(rule.place.clone())
                    .help(format!("write it in the entry: `; event: {}, {field}: …`", rule.event));
                if !rules.found.contains(&diagnostic) {
                    rules.found.push(diagnostic);
                }
            }
            _ => {
                let what = || {
                    let why = match *field {
                        "security" => format!("which security is this `{}` of", draft.kind),
                        field => format!("what is the `{field}` of this `{}`", draft.kind),
                    };
                    What::Entry(why, format!("    ; event: {}, {field}: …", draft.kind))
                };
                let money = draft.currency.clone().map(|currency| (draft.amount, currency));
                rules.ask_about(transaction, money, what);
            }
        }
    }
}

/// The order in which the events of one entry happened: what was there and came, income, trades, what
/// belongs to them, what went.
fn in_order(drafts: &mut Vec<Draft<'_>>) {
    let rank = |draft: &Draft| match draft.kind {
        "opening" | "transfer-in" | "award" => 0,
        "deposit" => 1,
        "withholding" => 3,
        "buy" | "sell" => 4,
        "accrued-interest" => 5,
        "fee" | "currency-exchange" => 6,
        "transfer-out" => 7,
        "withdrawal" => 8,
        _ => 2,
    };
    if drafts.len() < 2 || drafts.is_sorted_by_key(rank) {
        return;
    }
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|at| rank(&drafts[*at]));
    let sorted = order.iter().map(|at| {
        let mut draft = drafts[*at].clone();
        draft.link = draft.link.and_then(|(relation, to)| {
            Some((relation, order.iter().position(|other| *other == to)?))
        });
        draft
    });
    *drafts = sorted.collect();
}
