//! The journal, typed: one row for each event.
//!
//! In: a journal, the years and what to keep. Out: a table to read, a table of records, JSON as the
//! contract with other programs has it. Judges nothing.

use serde_json::Value;

use super::keep::Keep;
use super::table::{Cell, Column, Row, Table};
use super::words;
use crate::event::{Claim, Event, Journal, Shown};
use crate::money;
use crate::period::{TaxYear, YearRule};

/// The events of a journal that are kept, in its order.
#[derive(Debug)]
pub struct Events<'j> {
    /// `2024`, `2023 and 2024`; empty for all years.
    pub years: Vec<String>,
    /// In the order of the journal.
    pub events: Vec<&'j Event>,
    /// The newest day of the whole journal, to say why nothing was found.
    pub reached: Option<crate::period::NaiveDate>,
}

impl<'j> Events<'j> {
    /// The events of `years` (all, where none is named) that `keep` keeps.
    pub fn of(journal: &'j Journal, rule: YearRule, years: &[TaxYear], keep: &Keep) -> Events<'j> {
        let of_years =
            |event: &&Event| years.is_empty() || years.contains(&rule.year_of(event.date));
        let events = journal.events.iter().filter(of_years).filter(|event| keep.event(event));
        Events {
            years: years.iter().map(|year| rule.label(*year)).collect(),
            events: events.collect(),
            reached: journal.events.iter().map(|event| event.date).max(),
        }
    }

    /// To read.
    pub fn table(&self) -> Table {
        let years =
            if self.years.is_empty() { "all years".into() } else { words::list(&self.years) };
        let mut currencies: Vec<&str> =
            self.events.iter().filter_map(|event| event.currency.as_deref()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let several = currencies.len() > 1;
        let mut table = Table {
            title: format!("Events {years} · {}", words::count(self.events.len(), "event")),
            subtitle: if several { String::new() } else { currencies.concat() },
            ..Table::default()
        };
        if self.events.is_empty() {
            let reached = self.reached.map_or_else(
                || "The records hold no event at all.".to_owned(),
                |day| format!("The records reach {day}; none of their events is kept."),
            );
            table.title = format!("No events: {years}");
            table.preface.push(reached.into());
            return table;
        }
        table.columns = vec![
            Column::words("date", "Date"),
            Column::words("kind", "Kind"),
            Column::words("account", "Account"),
            Column::words("security", "Security"),
            Column::figures("quantity", "Quantity"),
            Column::figures("price", "Price").drops(1),
            Column::figures("amount", "Amount"),
        ];
        if several {
            table.columns.push(Column::words("currency", "").gap(1));
        }
        table.columns.push(Column::words("id", "Id").drops(3));
        table.columns.push(Column::words("source", "Source").drops(2));
        table.rows = self.events.iter().map(|event| line(event, several)).collect();
        table
    }

    /// For programs that read CSV: further fields stand as `key=value` in the last column.
    pub fn records(&self) -> Table {
        let words = [
            "id", "date", "kind", "account", "security", "property", "quantity", "price", "amount",
            "gross", "fees", "withheld", "currency", "claimed", "reason", "settles", "ex", "links",
            "text", "source", "further",
        ];
        Table {
            columns: words.iter().map(|key| Column::words(key, key)).collect(),
            rows: self.events.iter().map(|event| record(event)).collect(),
            ..Table::default()
        }
    }

    /// For programs that read JSON: a list of events.
    pub fn json(&self) -> Value {
        let value = |event: &&Event| serde_json::to_value(event).unwrap_or(Value::Null);
        self.events.iter().map(value).collect()
    }
}

fn line(event: &Event, several: bool) -> Row {
    let about = event.security().or(event.property());
    let mut cells = vec![
        Cell::Day(event.date),
        Cell::text(event.kind.name()),
        Cell::text(&*event.account),
        about.map_or(Cell::Empty, |about| Cell::text(words::security(about))),
        event.kind.quantity().map_or(Cell::Empty, |units| Cell::number(units.normalize())),
        event.kind.price().map_or(Cell::Empty, Cell::number),
    ];
    match &event.currency {
        Some(currency) => cells.push(Cell::number(money::cash(event.amount, currency))),
        None => cells.push(Cell::Empty),
    }
    if several {
        cells.push(event.currency.as_deref().map_or(Cell::Empty, Cell::text));
    }
    cells.push(Cell::text(event.id.to_string()));
    cells.push(Cell::text(event.origin.to_string()));
    Row { cells, ..Row::default() }
}

fn record(event: &Event) -> Row {
    let name =
        |name: Option<&crate::source::Name>| name.map_or(Cell::Empty, |name| Cell::text(&**name));
    let money = |number| match &event.currency {
        Some(currency) => Cell::number(money::cash(number, currency)),
        None => Cell::Empty,
    };
    let claims: Vec<&str> = event.claimed.iter().map(Claim::text).collect();
    let links: Vec<String> =
        event.further.links.iter().map(|link| format!("{} {}", link.relation, link.to)).collect();
    let own = ["security", "property", "quantity", "price"];
    let further = event.kind.fields().into_iter().filter(|(name, _)| !own.contains(name));
    let mut further: Vec<String> =
        further.map(|(name, value)| format!("{name}={}", plain(value))).collect();
    if let Some(tax) = &event.further.tax {
        further.push(format!("tax={}", tax.authority));
    }
    let more = event.further.dates.named().filter(|(name, _)| !matches!(*name, "settles" | "ex"));
    further.extend(more.map(|(name, day)| format!("{name}={day}")));
    let cells = vec![
        Cell::text(event.id.to_string()),
        Cell::Day(event.date),
        Cell::text(event.kind.name()),
        Cell::text(&*event.account),
        name(event.security()),
        name(event.property()),
        event.kind.quantity().map_or(Cell::Empty, Cell::number),
        event.kind.price().map_or(Cell::Empty, Cell::number),
        money(event.amount),
        money(event.gross()),
        money(event.fees),
        money(event.further.withheld),
        name(event.currency.as_ref()),
        Cell::text(claims.join(" ")),
        name(event.reason.as_ref()),
        event.other_date(|dates| dates.settles).map_or(Cell::Empty, Cell::Day),
        event.other_date(|dates| dates.ex).map_or(Cell::Empty, Cell::Day),
        Cell::text(links.join("; ")),
        Cell::text(&*event.text),
        Cell::text(event.origin.to_string()),
        Cell::text(further.join("; ")),
    ];
    Row { cells, ..Row::default() }
}

/// A field's value in one line of text.
fn plain(value: Shown) -> String {
    match value {
        Shown::Text(text) => text.to_owned(),
        Shown::Number(number) => number.to_string(),
        Shown::Day(day) => day.to_string(),
        Shown::Parts(_) | Shown::Lots(_) => serde_json::to_string(&value).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventKind, Origin};
    use crate::period::iso;

    #[test]
    fn an_event_stands_in_every_format() {
        let mut journal = Journal::default();
        let kind = EventKind::Sell {
            security: "MSFT240315C00420000".into(),
            quantity: (-2).into(),
            price: Some("3.10".parse().expect("a number")),
        };
        let Ok(id) = "x-1".parse();
        let origin = Origin::new("=a.csv".into(), 3);
        let day = iso("2024-03-15").expect("a day");
        let mut event = Event::new(id, day, "schwab".into(), kind, origin);
        event.amount = "618.7".parse().expect("a number");
        event.currency = Some("USD".into());
        journal.events.push(event);
        let all = Events::of(&journal, YearRule::CALENDAR, &[], &Keep::default());
        let table = all.table();
        assert_eq!(table.rows[0].cells[3], Cell::text("MSFT 240315C420"));
        assert_eq!(table.rows[0].cells[6], Cell::number("618.70".parse().expect("a number")));
        let record = &all.records().rows[0];
        assert_eq!(record.cells[6], Cell::number("-2".parse().expect("a number")));
        assert_eq!(all.json()[0]["amount"], "618.70");
        let none = Events::of(&journal, YearRule::CALENDAR, &[TaxYear(2023)], &Keep::default());
        assert_eq!(
            none.table().preface[0].text,
            "The records reach 2024-03-15; none of their events is kept."
        );
    }
}
