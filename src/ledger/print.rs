//! Events as the canonical journal: one block for each, valid for hledger and Ledger alike.
//!
//! In: events and their accounts. Out: text, which read back is the same events. The order is the
//! caller's. Knows no file, and nothing of what a block was before.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::blocks::layout;
use super::blocks::leg::{Leg, LegCost, LegLot};
use super::blocks::said::{Asked, Said, said};
use super::blocks::text::{escape, escape_row, header, push_day, push_quoted};
use super::blocks::ways::{Lack, Ways};
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
    let mut text = Vec::with_capacity(events.len() * 240 + HEAD.len());
    put(&mut text, HEAD);
    let mut printer = Printer::new(accounts);
    for event in events {
        text.push(b'\n');
        printer.push(&mut text, event);
    }
    String::from_utf8(text).expect("blocks are UTF-8")
}

/// Prints the blocks of events, one after the other.
pub struct Printer<'a> {
    accounts: &'a IndexMap<Name, Account>,
    /// The last account that is not among them.
    taken: Option<Account>,
    /// How long the accounts of a block's postings are, and their numbers: written once measured.
    measured: Vec<(usize, Written)>,
    /// The last file that an event was read from, if it is written as it is called.
    plain: Option<Name>,
}

impl<'a> Printer<'a> {
    /// An account that is not among `accounts` is taken as [`Account::taxable`].
    pub fn new(accounts: &'a IndexMap<Name, Account>) -> Printer<'a> {
        Printer { accounts, taken: None, measured: Vec::new(), plain: None }
    }

    /// Appends the block of one event, with the end of its last line.
    pub fn push(&mut self, text: &mut Vec<u8>, event: &Event) {
        if let Some(account) = self.accounts.get(&event.account) {
            self.block(text, event, account);
            return;
        }
        let taken = self.taken.take().filter(|taken| taken.id == event.account);
        let taken = taken.unwrap_or_else(|| Account::taxable(event.account.clone()));
        self.block(text, event, &taken);
        self.taken = Some(taken);
    }

    fn block(&mut self, text: &mut Vec<u8>, event: &Event, account: &Account) {
        let legs = layout::legs(event, account);
        push_day(text, event.date);
        put(text, " *");
        let words = header(&event.text);
        if !words.is_empty() {
            text.push(b' ');
            put(text, &words);
        }
        text.push(b'\n');
        facts(&mut Tags { text, any: false }, event, &legs);
        put(text, "\n    ; id: ");
        match event.id.written() {
            Ok(written) => text.extend_from_slice(written.bytes()),
            Err(given) => put(text, &escape(given)),
        }
        put(text, ", src: ");
        self.origin(text, &event.origin);
        text.push(b'\n');
        if let EventKind::Unknown { row } = &event.kind {
            put(text, "    ; row: ");
            put(text, &escape_row(row));
            text.push(b'\n');
        }
        self.postings(text, &legs);
    }

    /// Appends where an event was read.
    fn origin(&mut self, text: &mut Vec<u8>, origin: &Origin) {
        let is_plain = self.plain.as_ref() == Some(&origin.file)
            || matches!(escape(&origin.file), Cow::Borrowed(_));
        if !is_plain || origin.also().next().is_some() {
            put(text, &escape(&origin.to_string()));
            return;
        }
        self.plain = Some(origin.file.clone());
        let mut line = Written::nothing();
        line.put_digits(origin.line.into(), 0);
        line.put(b':');
        put(text, &origin.file);
        text.extend_from_slice(line.bytes());
    }

    /// The postings, their numbers ending in one column.
    fn postings(&mut self, text: &mut Vec<u8>, legs: &[Leg]) {
        let measure = |leg: &Leg| (leg.account.length() + 4, Written::number(leg.quantity));
        self.measured.clear();
        self.measured.extend(legs.iter().map(measure));
        let lengths = self.measured.iter().map(|(width, number)| (*width, number.bytes().len()));
        let end = numbers_end(lengths);
        for (leg, (width, quantity)) in legs.iter().zip(&self.measured) {
            let quantity = quantity.bytes();
            let gap = end.saturating_sub(*width).max(quantity.len() + 2);
            put(text, "    ");
            put(text, leg.account.above);
            if !leg.account.below.is_empty() {
                text.push(b':');
                put(text, &leg.account.below);
            }
            push_blanks(text, gap - quantity.len());
            text.extend_from_slice(quantity);
            if !leg.commodity.is_empty() {
                text.push(b' ');
                push_quoted(text, &leg.commodity);
            }
            if let Some(cost) = &leg.cost {
                push_cost(text, cost);
            }
            if let Some(lot) = &leg.lot {
                push_lot(text, lot);
            }
            text.push(b'\n');
        }
    }
}

/// Appends what a leg's units were paid with.
fn push_cost(text: &mut Vec<u8>, cost: &LegCost) {
    let (sign, paid) = match cost.unit {
        Some(unit) => (" @ ", unit),
        None => (" @@ ", money::cash(cost.total, &cost.commodity)),
    };
    put(text, sign);
    text.extend_from_slice(Written::number(paid).bytes());
    text.push(b' ');
    push_quoted(text, &cost.commodity);
}

/// Appends the comment that names a leg's lot.
fn push_lot(text: &mut Vec<u8>, lot: &LegLot) {
    let Some(basis) = &lot.basis else { return put(text, "  ; acquired: unknown") };
    put(text, "  ; acquired: ");
    push_day(text, basis.acquired);
    let Some(cost) = basis.cost else { return };
    put(text, ", cost: ");
    let currency = &lot.currency;
    let none = currency.is_empty();
    let cost = if none { cost } else { money::cash(cost, currency) };
    text.extend_from_slice(Written::number(cost).bytes());
    put(text, if none { "" } else { " " });
    put(text, &escape(currency));
}

/// A line of tags in the making.
struct Tags<'t> {
    text: &'t mut Vec<u8>,
    /// Whether there is one.
    any: bool,
}

impl Tags<'_> {
    fn key(&mut self, key: &str) {
        put(self.text, if self.any { ", " } else { "    ; " });
        put(self.text, key);
        put(self.text, ": ");
        self.any = true;
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        put(self.text, &escape(value));
    }

    /// Letters, digits and signs, in which nothing has to be escaped.
    fn plain(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.text.extend_from_slice(value);
    }

    fn number(&mut self, key: &str, value: Decimal) {
        self.plain(key, Written::number(value).bytes());
    }
}

/// Writes what the postings do not say of the event.
fn facts(tags: &mut Tags, event: &Event, legs: &[Leg]) {
    let ways = Ways::of(&event.kind);
    let asked = Asked::new(ways, event.kind.security(), event.kind.into_security());
    let (asked, said) = understood(event, asked, legs);

    tags.plain("event", ways.name.as_bytes());
    if let Some(security) = asked.security {
        tags.text("security", security);
    }
    if let Some(reason) = &event.reason {
        tags.text("reason", reason);
    }
    event.kind.each_field(|name, shown| match shown {
        Shown::Text(_) if matches!(name, "security" | "row") => {}
        Shown::Text(text)
            if name == "into_currency" && said.into_currency.as_deref() == Some(text) => {}
        Shown::Text(text) => tags.text(name, text),
        Shown::Number(value) if said.number(name) == Some(value) => {}
        Shown::Number(value) => tags.number(name, value),
        Shown::Day(day) => tags.text(name, &day.to_string()),
        // Lots are postings of their own.
        Shown::Lots(_) => {}
        Shown::Parts(parts) => parts.0.iter().for_each(|part| tags.number(&part.name, part.amount)),
    });
    if !event.claimed.is_empty() {
        let claims: Vec<&str> = event.claimed.iter().map(crate::event::Claim::text).collect();
        tags.text("claimed", &claims.join(" "));
    }
    let further = &*event.further;
    if let Some(tax) = &further.tax {
        tags.text("tax", tax.authority.text());
        if let Some(country) = &tax.country {
            tags.text("country", country);
        }
    }
    for (name, day) in further.dates.named() {
        tags.text(name, &day.to_string());
    }
    if let Some(time) = further.dates.time {
        tags.text("time", &time.to_string());
    }
    for link in &further.links {
        tags.text("link", &format!("{} {}", link.relation, link.to));
    }
    for (key, value) in [("fees", asked.fees), ("withheld", asked.withheld)] {
        let Some(value) = value else { continue };
        let value = event.currency.as_ref().map_or(value, |of| money::cash(value, of));
        tags.number(key, value);
    }
    if let Some(currency) = asked.currency {
        tags.text("currency", currency);
    }
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
        let one = match asked.ways.lack {
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

fn put(text: &mut Vec<u8>, more: &str) {
    text.extend_from_slice(more.as_bytes());
}

fn push_blanks(text: &mut Vec<u8>, count: usize) {
    const BLANKS: &str = "                                                                ";
    match BLANKS.get(..count) {
        Some(blanks) => put(text, blanks),
        None => text.extend(std::iter::repeat_n(b' ', count)),
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
        let mut text = Vec::new();
        Printer::new(&IndexMap::new()).block(&mut text, event, &account);
        let text = String::from_utf8(text).expect("blocks are UTF-8");
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
