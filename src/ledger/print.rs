//! Events as the canonical journal: one block for each, valid for hledger and Ledger alike.
//!
//! In: events and their accounts. Out: text, which read back is the same events. The order is the
//! caller's. Knows no file, and nothing of what a block was before.

use std::borrow::Cow;
use std::fmt::Write;

use indexmap::IndexMap;

use super::blocks::layout;
use super::blocks::leg::Leg;
use super::blocks::said::{Asked, Lack, Said, lack, said};
use super::blocks::text::{escape, escape_row, header, number, push_day, quoted};
use crate::event::{Account, Event, EventKind, Origin, Shown};
use crate::money::{self, Decimal, Written};
use crate::source::Name;

/// The column in which the numbers of a block end, if its longest account leaves room.
const NUMBERS_END: usize = 43;

/// A line that would need more columns than this moves no other: blanks stay few, whatever the names.
const WIDEST: usize = 160;

/// The column in which the numbers of a block end: for each posting the columns up to the end of its
/// account, and those of its number, two blanks between.
pub(super) fn numbers_end(postings: impl Iterator<Item = (usize, usize)>) -> usize {
    let needed = postings.map(|(account, number)| account + 2 + number);
    needed.filter(|end| *end <= WIDEST).max().unwrap_or_default().max(NUMBERS_END)
}

/// The first line of every journal that rentier prints: its numbers have a decimal point, whatever
/// the journals around it say. hledger obeys it to the end of the file, Ledger passes it over.
pub const HEAD: &str = "decimal-mark .\n";

/// The events as a journal, in their order, a blank line between two blocks.
pub fn print(events: &[Event], accounts: &IndexMap<Name, Account>) -> String {
    let mut text = String::with_capacity(events.len() * 240 + HEAD.len());
    text.push_str(HEAD);
    let mut printer = Printer::new(accounts);
    for event in events {
        text.push('\n');
        printer.push(&mut text, event);
    }
    text
}

/// Prints the blocks of events, one after the other.
pub struct Printer<'a> {
    accounts: &'a IndexMap<Name, Account>,
    /// The last account that is not among them.
    taken: Option<Account>,
}

impl<'a> Printer<'a> {
    /// An account that is not among `accounts` is taken as [`Account::taxable`].
    pub fn new(accounts: &'a IndexMap<Name, Account>) -> Printer<'a> {
        Printer { accounts, taken: None }
    }

    /// Appends the block of one event, with the end of its last line.
    pub fn push(&mut self, text: &mut String, event: &Event) {
        if let Some(account) = self.accounts.get(&event.account) {
            block(text, event, account);
            return;
        }
        let taken = self.taken.take().filter(|taken| taken.id == event.account);
        let taken = taken.unwrap_or_else(|| Account::taxable(event.account.clone()));
        block(text, event, self.taken.insert(taken));
    }
}

/// Appends the block of one event, with the end of its last line.
fn block(text: &mut String, event: &Event, account: &Account) {
    let legs = layout::legs(event, account);
    push_day(text, event.date);
    text.extend([" * ", &header(&event.text)]);
    text.truncate(text.trim_end().len());
    text.push('\n');
    for (at, (key, value)) in facts(event, &legs).iter().enumerate() {
        let before = if at == 0 { "    ; " } else { ", " };
        text.extend([before, key, ": ", &escape(value)]);
    }
    text.push_str("\n    ; id: ");
    match event.id.written() {
        Ok(written) => text.push_str(written.text()),
        Err(given) => text.push_str(&escape(given)),
    }
    text.push_str(", src: ");
    push_origin(text, &event.origin);
    text.push('\n');
    if let EventKind::Unknown { row } = &event.kind {
        text.extend(["    ; row: ", &escape_row(row), "\n"]);
    }
    postings(text, &legs);
}

/// Appends where an event was read.
fn push_origin(text: &mut String, origin: &Origin) {
    match escape(&origin.file) {
        Cow::Borrowed(file) if origin.also().next().is_none() => {
            let mut line = Written::nothing();
            line.put_digits(origin.line.into(), 0);
            text.extend([file, ":", line.text()]);
        }
        _ => text.push_str(&escape(&origin.to_string())),
    }
}

/// What the postings do not say of the event, by key.
fn facts<'e>(event: &'e Event, legs: &[Leg]) -> Vec<(&'e str, Cow<'e, str>)> {
    let kind = event.kind.name();
    let fields = event.kind.fields();
    let text_of = |key: &str| {
        fields.iter().find_map(|(name, shown)| match shown {
            Shown::Text(text) if *name == key => Some(*text),
            _ => None,
        })
    };
    let asked =
        Asked { kind, security: text_of("security"), into: text_of("into"), ..Asked::default() };
    let (asked, said) = understood(event, asked, legs);

    let mut facts = vec![("event", Cow::Borrowed(kind))];
    facts.extend(asked.security.map(|security| ("security", Cow::Borrowed(security))));
    facts.extend(event.reason.as_deref().map(|reason| ("reason", Cow::Borrowed(reason))));
    for (name, shown) in &fields {
        match shown {
            Shown::Text(_) if matches!(*name, "security" | "row") => {}
            Shown::Text(text)
                if *name == "into_currency" && said.into_currency.as_deref() == Some(*text) => {}
            Shown::Text(text) => facts.push((*name, Cow::Borrowed(*text))),
            Shown::Number(value) if said.number(name) == Some(*value) => {}
            Shown::Number(value) => facts.push((*name, Cow::Owned(number(*value)))),
            Shown::Day(day) => facts.push((*name, Cow::Owned(day.to_string()))),
            // Lots are postings of their own.
            Shown::Lots(_) => {}
            Shown::Parts(parts) => facts
                .extend(parts.0.iter().map(|part| (&*part.name, Cow::Owned(number(part.amount))))),
        }
    }
    if !event.claimed.is_empty() {
        let claims: Vec<&str> = event.claimed.iter().map(crate::event::Claim::text).collect();
        facts.push(("claimed", Cow::Owned(claims.join(" "))));
    }
    if let Some(tax) = &event.further.tax {
        facts.push(("tax", Cow::Borrowed(tax.authority.text())));
        facts.extend(tax.country.as_deref().map(|country| ("country", Cow::Borrowed(country))));
    }
    let dates = &event.further.dates;
    facts.extend(dates.named().map(|(name, day)| (name, Cow::Owned(day.to_string()))));
    facts.extend(dates.time.map(|time| ("time", Cow::Owned(time.to_string()))));
    let links = event.further.links.iter();
    facts.extend(links.map(|link| ("link", Cow::Owned(format!("{} {}", link.relation, link.to)))));
    let money = |value| match &event.currency {
        Some(currency) => money::cash(value, currency).to_string(),
        None => number(value),
    };
    facts.extend(asked.fees.map(|fees| ("fees", Cow::Owned(money(fees)))));
    facts.extend(asked.withheld.map(|withheld| ("withheld", Cow::Owned(money(withheld)))));
    facts.extend(asked.currency.map(|currency| ("currency", Cow::Borrowed(&**currency))));
    facts
}

/// The fewest tags on money with which the legs say what the event has, and what they then say.
fn understood<'e>(event: &'e Event, asked: Asked<'e>, legs: &[Leg]) -> (Asked<'e>, Said) {
    let (fees, withheld) = (Some(event.fees), Some(event.further.withheld));
    let currency = event.currency.as_ref();
    let agrees = |said: &Said| {
        said.currency == event.currency
            && said.amount == event.amount
            && said.fees == event.fees
            && said.withheld == event.further.withheld
    };
    for currency in [None, currency] {
        let one = match lack(asked.kind) {
            Lack::Withheld => (fees, None),
            Lack::Fees | Lack::Nothing => (None, withheld),
        };
        for (fees, withheld) in [(None, None), one, (fees, withheld)] {
            let asked = Asked { currency, fees, withheld, ..asked };
            if let Ok(said) = said(&asked, legs)
                && agrees(&said)
            {
                return (asked, said);
            }
        }
    }
    (Asked { currency, fees, withheld, ..asked }, Said::default())
}

impl Said {
    /// The number that legs say for a kind's field of this name.
    pub(super) fn number(&self, field: &str) -> Option<Decimal> {
        match field {
            "quantity" => self.quantity,
            "into_quantity" => self.into_quantity,
            "price" => self.price,
            "cost" => self.cost,
            "into_amount" => self.into_amount,
            _ => None,
        }
    }
}

fn push_blanks(text: &mut String, count: usize) {
    const BLANKS: &str = "                                                                ";
    match BLANKS.get(..count) {
        Some(blanks) => text.push_str(blanks),
        None => text.extend(std::iter::repeat_n(' ', count)),
    }
}

/// The postings, their numbers ending in one column.
fn postings(text: &mut String, legs: &[Leg]) {
    let width = |leg: &Leg| leg.account.chars().count() + 4;
    let digits = |leg: &Leg| Written::number(leg.quantity).bytes().len();
    let end = numbers_end(legs.iter().map(|leg| (width(leg), digits(leg))));
    for leg in legs {
        let quantity = Written::number(leg.quantity);
        let quantity = quantity.text();
        let gap = end.saturating_sub(width(leg)).max(quantity.len() + 2);
        text.extend(["    ", &leg.account]);
        push_blanks(text, gap - quantity.len());
        text.push_str(quantity);
        if !leg.commodity.is_empty() {
            text.push(' ');
            text.push_str(&quoted(&leg.commodity));
        }
        if let Some(cost) = &leg.cost {
            let (sign, paid) = match cost.unit {
                Some(unit) => ("@", unit),
                None => ("@@", money::cash(cost.total, &cost.commodity)),
            };
            text.extend([" ", sign, " ", Written::number(paid).text(), " "]);
            text.push_str(&quoted(&cost.commodity));
        }
        if let Some(lot) = &leg.lot {
            match &lot.basis {
                None => text.push_str("  ; acquired: unknown"),
                Some(basis) => {
                    let _ = write!(text, "  ; acquired: {}", basis.acquired);
                    if let Some(cost) = basis.cost {
                        let cost = match &*lot.currency {
                            "" => number(cost),
                            currency => money::cash(cost, currency).to_string(),
                        };
                        let _ = write!(text, ", cost: {cost} {}", escape(&lot.currency));
                    }
                    text.truncate(text.trim_end().len());
                }
            }
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventId, Origin, RowHash, Value};
    use crate::money::plain;
    use crate::period::iso;

    /// An event of the account `schwab` with these fields and this cash.
    fn event(kind: &str, fields: &[(&str, &str)], amount: &str) -> Event {
        let mut get = |name: &'static str| {
            let field = fields.iter().find(|(key, _)| *key == name);
            field.map(|(_, value)| Value::Text(Name::new(value)))
        };
        let kind = EventKind::build(kind, &mut get).expect("all its fields");
        let id = EventId::new(RowHash::of("schwab", ["a row"]), 1);
        let origin = Origin::new("schwab-2024.csv".into(), 31);
        let day = iso("2024-06-03").expect("a day");
        let mut event = Event::new(id, day, "schwab".into(), kind, origin);
        event.amount = plain(amount).expect("a number");
        event.currency = Some("USD".into());
        event
    }

    /// The block without its `id` line.
    fn printed(event: &Event) -> String {
        let account = Account::taxable("schwab".into());
        let mut text = String::new();
        block(&mut text, event, &account);
        text.lines().filter(|line| !line.contains("; id:")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_sale_shows_price_fee_and_cash() {
        let fields = [("security", "VTI"), ("quantity", "-10"), ("price", "262.50")];
        let mut sale = event("sell", &fields, "2624.93");
        sale.fees = plain("0.07").expect("a number");
        sale.text = "Sell VTI; all | of it".into();
        assert_eq!(
            printed(&sale),
            "\
2024-06-03 * Sell VTI, all , of it
    ; event: sell, security: VTI
    Assets:Schwab:VTI                   -10 VTI @ 262.50 USD
    Expenses:Fees:Schwab               0.07 USD
    Assets:Schwab:Cash              2624.93 USD"
        );
    }

    #[test]
    fn a_price_that_is_not_of_one_unit_is_a_tag() {
        let fields = [("security", "91282CHT1"), ("quantity", "10000"), ("price", "99.50")];
        assert_eq!(
            printed(&event("buy", &fields, "-9950.00")),
            "\
2024-06-03 *
    ; event: buy, security: 91282CHT1, price: 99.50
    Assets:Schwab:91282CHT1           10000 \"91282CHT1\" @@ 9950.00 USD
    Assets:Schwab:Cash             -9950.00 USD"
        );
        let fields = [
            ("security", "MSFT240315C00420000"),
            ("quantity", "-2"),
            ("price", "3.10"),
            ("multiplier", "100"),
        ];
        let mut written = event("option-open", &fields, "618.70");
        written.fees = plain("1.30").expect("a number");
        assert_eq!(
            printed(&written),
            "\
2024-06-03 *
    ; event: option-open, security: MSFT240315C00420000, price: 3.10, multiplier: 100
    Assets:Schwab:MSFT240315C00420000    -2 \"MSFT240315C00420000\" @@ 620.00 USD
    Expenses:Fees:Schwab               1.30 USD
    Assets:Schwab:Cash               618.70 USD"
        );
    }

    #[test]
    fn money_that_neither_tool_could_balance_at_a_price_stands_against_the_other_side() {
        let fields = [("security", "XYZ"), ("quantity", "2")];
        assert_eq!(
            printed(&event("option-cash-settle", &fields, "50")),
            "\
2024-06-03 *
    ; event: option-cash-settle, security: XYZ
    Assets:Schwab:XYZ                     2 XYZ
    Equity:Actions:XYZ                   -2 XYZ
    Assets:Schwab:Cash                50.00 USD
    Equity:Actions:XYZ               -50.00 USD"
        );
    }

    #[test]
    fn a_tag_is_written_only_where_the_postings_do_not_say_it() {
        let mut dividend = event("dividend", &[("security", "VXUS")], "85.00");
        dividend.further.withheld = plain("15.00").expect("a number");
        assert!(!printed(&dividend).contains("withheld:"));
        dividend.fees = plain("1").expect("a number");
        assert!(printed(&dividend).contains("fees: 1.00"));
        assert!(!printed(&dividend).contains("withheld:"));
        dividend.amount = Decimal::ZERO;
        dividend.fees = Decimal::ZERO;
        assert_eq!(
            printed(&dividend),
            "\
2024-06-03 *
    ; event: dividend, security: VXUS
    Assets:Schwab:Cash                 0.00 USD
    Expenses:Taxes                    15.00 USD
    Income:Dividends:VXUS            -15.00 USD"
        );
    }
}
