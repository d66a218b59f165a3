//! One hand-written entry: what each of its postings is, and the events they make together.

use super::draft::{self, Draft};
use super::sides::{Role, Side, sides};
use super::{Recogniser, Rules, What, units};
use crate::diagnostic::Diagnostic;
use crate::event::{Event, FieldError, Relation};
use crate::ledger::Transaction;
use crate::ledger::blocks::{ROUNDED_OFF, Sort, moves_units};
use crate::money::Decimal;
use crate::source::Name;

/// The events of a transaction without an `event:` tag.
pub fn events<'b>(rules: &mut Recogniser<'b>, transaction: Transaction<'b>) -> Vec<Event> {
    let sides = sides(rules.rules, transaction);
    let held = sides.iter().any(|side| side.home.is_some());
    let known = sides.iter().any(|side| matches!(side.role, Role::Ruled(_)));
    if !held && !known {
        return Vec::new();
    }
    let mut entry = Entry { transaction, sides, drafts: Vec::new(), asked: false };
    units::movements(rules, &mut entry);
    entry.ruled(rules);
    units::trades(rules, &mut entry);
    entry.tie_together();
    entry.money(rules, held);
    let mut drafts = entry.drafts;
    in_order(&mut drafts);
    let context = rules.known.context;
    let made = draft::finish(&drafts, transaction, &context, &mut rules.names);
    made.unwrap_or_else(|(at, error)| {
        lacking(rules, transaction, &drafts[at], &error);
        Vec::new()
    })
}

/// An entry on its way to events.
pub struct Entry<'l> {
    /// As the ledger has it.
    pub transaction: Transaction<'l>,
    /// Its real postings.
    pub sides: Vec<Side<'l>>,
    /// What was made of them.
    pub drafts: Vec<Draft>,
    /// A question was asked about it, which leaves the rest of its money open.
    pub asked: bool,
}

impl<'l> Entry<'l> {
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
            let property = property.or_else(|| rules.facts(posting).property.clone());
            for (field, value) in [("property", property), ("expense", action.expense.clone())] {
                if let Some(value) = value {
                    draft = draft.name(field, &value);
                }
            }
            if let Some(tax) = &action.tax {
                draft = draft.name("tax", tax);
            }
            // `Income:Interest:ALLY` is of a bank, not of a security; a dividend is always of one.
            let optional =
                matches!(action.event, "interest" | "fee" | "withholding" | "other-income");
            if let Some(security) = rules.security_of(posting, self, !optional) {
                draft = draft.name("security", &security);
            }
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
        let paid = place(&self.drafts, &|draft| income(draft) && draft.amount > Decimal::ZERO);
        let trade = place(&self.drafts, &|draft| matches!(draft.kind, "buy" | "sell"));
        if let Some(trade) = trade {
            let (kind, security) =
                (self.drafts[trade].kind, self.drafts[trade].field("security").cloned());
            for draft in &mut self.drafts {
                let same = draft.field("security").is_none_or(|of| Some(of) == security.as_ref());
                let bought = kind == "buy" && draft.amount < Decimal::ZERO;
                let sold = kind == "sell" && draft.field("security").is_some();
                if draft.kind == "interest" && same && (bought || sold) {
                    draft.kind = "accrued-interest";
                    draft.fields.retain(|(field, _)| *field != "security");
                    if let Some(security) = &security {
                        draft
                            .fields
                            .push(("security", crate::event::Value::Text(security.clone())));
                    }
                    draft.link = Some((Relation::PartOf, trade));
                }
            }
            if let Some(paid) = paid.filter(|paid| income(&self.drafts[*paid])) {
                let (cost, from) = (-self.drafts[trade].amount, self.drafts[paid].amount);
                if kind == "buy" && cost > Decimal::ZERO && cost <= from {
                    self.drafts[trade].link = Some((Relation::Reinvests, paid));
                }
            }
        }
        let paid = place(&self.drafts, &|draft| income(draft));
        if let Some(paid) = paid {
            for draft in self.drafts.iter_mut().filter(|draft| draft.kind == "withholding") {
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
            for side in &self.sides {
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
        let mut left: Vec<((Name, Name), Decimal)> = Vec::new();
        for side in &self.sides {
            if let (Some(home), Some(currency)) = (&side.home, &side.currency) {
                let sum = sum_of(&mut left, home, currency);
                *sum = sum.checked_add(side.posting.number()).unwrap_or(*sum);
            }
        }
        for draft in &self.drafts {
            if let Some(currency) = &draft.currency {
                let sum = sum_of(&mut left, &draft.home, currency);
                *sum = sum.checked_sub(draft.amount).unwrap_or(*sum);
            }
        }
        self.round_off(&mut left);
        left.retain(|(_, sum)| !sum.is_zero());
        if left.is_empty() {
            return;
        }
        let elsewhere: Vec<&Side> =
            self.sides.iter().filter(|side| side.role == Role::Movement).collect();
        let opening = elsewhere.iter().any(|side| rules.facts(side.posting).opens);
        let cash = self.sides.iter().find(|side| side.home.is_some() && side.currency.is_some());
        let Some(posting) = cash.or(self.sides.iter().find(|side| side.home.is_some())) else {
            return;
        };
        let posting = posting.posting;
        let ends = left;
        // Two currencies of one account, one out and one in.
        if let [((home, one), went), ((other, two), came)] = &ends[..]
            && home == other
            && went.is_sign_negative() != came.is_sign_negative()
        {
            let ((one, went), (two, came)) = if went.is_sign_negative() {
                ((one, went), (two, came))
            } else {
                ((two, came), (one, went))
            };
            let draft = Draft::new("currency-exchange", home.clone(), posting).money(*went, one);
            self.drafts.push(draft.name("into_currency", two).number("into_amount", *came));
            return;
        }
        if elsewhere.is_empty() && !moves && ends.len() < 2 {
            rules.ask_entry(
                self.transaction,
                "nothing in it says where this money is from, or went: what is it",
                TAGS,
            );
            return;
        }
        let first = self.drafts.len();
        for ((home, currency), sum) in &ends {
            let kind = match (opening, *sum > Decimal::ZERO) {
                (true, _) => "opening",
                (false, true) => "deposit",
                (false, false) => "withdrawal",
            };
            self.drafts.push(Draft::new(kind, home.clone(), posting).money(*sum, currency));
        }
        // One out of and one into an own account are the two ends of one movement.
        if let [((_, one), went), ((_, two), came)] = &ends[..]
            && !opening
            && (one != two || *went == -*came)
            && went.is_sign_negative() != came.is_sign_negative()
        {
            self.drafts[first + 1].link = Some((Relation::Pair, first));
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

impl Entry<'_> {
    /// A price of few digits misses the cash by a cent or two, which tools let pass: the cash is what
    /// the one trade of the entry was paid with.
    fn round_off(&mut self, left: &mut [((Name, Name), Decimal)]) {
        let mut trades =
            self.drafts.iter_mut().filter(|draft| matches!(draft.kind, "buy" | "sell"));
        let (Some(trade), None) = (trades.next(), trades.next()) else { return };
        let Some(currency) = trade.currency.clone() else { return };
        let elsewhere = self.sides.iter().filter(|side| {
            side.role == Role::Movement && side.currency.as_ref() == Some(&currency)
        });
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
}

/// What to write for an entry whose shape says nothing.
pub const TAGS: &str = "    ; event: …, security: …\n(below the entry's first line, for each event an entry of its own)";

/// Says what an event lacks that a rule or a shape made.
fn lacking(
    rules: &mut Recogniser<'_>,
    transaction: Transaction<'_>,
    draft: &Draft,
    error: &FieldError,
) {
    let (FieldError::Missing(field) | FieldError::Unreadable(field, _, _)) = error else { return };
    let maker = |side: &Side| match &side.role {
        Role::Ruled(action) if side.posting.line() == draft.line => action.own,
        _ => None,
    };
    let own = if rules.own.is_empty() {
        None
    } else {
        sides(rules.rules, transaction).iter().find_map(maker)
    };
    match own.map(|at| &rules.known.rules[at]) {
        // The rule could say it.
        Some(rule) if matches!(*field, "property" | "expense") => {
            let message = format!("a rule for `{}` needs `{field}`", rule.event);
            let diagnostic = Diagnostic::error("unfinished-rule", message)
                .at(rule.place.clone())
                .help(format!("add to it: {field} = \"…\""));
            if !rules.left.diagnostics.contains(&diagnostic) {
                rules.left.diagnostics.push(diagnostic);
            }
        }
        Some(rule) if *field != "security" || moves_units(&rule.event) => {
            let message = format!("a rule cannot make a `{}`: it knows no `{field}`", rule.event);
            let diagnostic = Diagnostic::error("unfinished-rule", message)
                .at(rule.place.clone())
                .help(format!("write it in the entry: `; event: {}, {field}: …`", rule.event));
            if !rules.left.diagnostics.contains(&diagnostic) {
                rules.left.diagnostics.push(diagnostic);
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

/// The order in which the events of one entry happened: what was there and came, income, trades, what
/// belongs to them, what went.
fn in_order(drafts: &mut Vec<Draft>) {
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
    if drafts.is_sorted_by_key(rank) {
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
