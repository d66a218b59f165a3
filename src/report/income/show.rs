//! The statement as a table to read.

use std::collections::BTreeSet;
use std::fmt::Write;

use indexmap::IndexMap;

use super::{Form, IncomeStatement, Line, Status, View, Year};
use crate::event::LotMethod;
use crate::income::MayChange;
use crate::money::{self, Decimal};
use crate::period::NaiveDate;
use crate::report::table::{Cell, Column, Row, RowStyle, Sentence, Table};
use crate::report::words;
use crate::source::Name;

/// Questions that are shown above a statement; `check` shows all.
const QUESTIONS: usize = 5;
/// Accounts that are named where many end early.
const ACCOUNTS: usize = 3;
/// Payers that are shown beside a line of the cash view.
const PAYERS: usize = 6;

impl IncomeStatement<'_> {
    /// To read.
    pub fn table(&self) -> Table {
        let mut table = Table {
            title: self.title(),
            subtitle: self.subtitle.clone(),
            preface: self.preface(),
            ..Table::default()
        };
        if self.lines.is_empty() {
            if !self.incomplete() {
                table.preface.clear();
            }
            table.preface.insert(0, self.why_empty().into());
            return table;
        }
        table.columns = self.columns();
        self.body(&mut table);
        if self.request.keep.categories.is_none() {
            self.foot(&mut table);
        }
        if self.several() {
            table.notes.extend(self.legend().map(Sentence::from));
        }
        table.notes.extend(self.lots().map(Sentence::from));
        table.notes.extend(self.next().map(Sentence::from));
        table
    }

    fn several(&self) -> bool {
        self.years.len() > 1
    }

    fn title(&self) -> String {
        let view = self.request.view.name();
        let mut title = format!("Income{} · {view} view", words::after(" ", &self.period()));
        let kept = &self.request.keep;
        for (what, names) in [
            ("account", &kept.accounts),
            ("security", &kept.securities),
            ("property", &kept.properties),
            ("category", &kept.categories),
        ] {
            if let Some(names) = names {
                let _ = write!(title, " · {what} {}", words::list(names));
            }
        }
        match &*self.request.taken {
            [] => {}
            [one] => drop(write!(title, " (taken as taxable: {one})")),
            files => drop(write!(title, " (taken as taxable: {} files)", files.len())),
        }
        for (word, day) in [("from", kept.from), ("to", kept.to)] {
            if let Some(day) = day {
                let _ = write!(title, " · {word} {day}");
            }
        }
        title
    }

    /// What the figures rest on, before any of them.
    fn preface(&self) -> Vec<Sentence> {
        let mut preface: Vec<Sentence> = Vec::new();
        if self.request.view == View::Cash {
            // Cash is what came in; only rows that are not understood leave it open.
            let open = self.years.iter().any(|year| year.status == Status::Incomplete);
            if !open {
                return preface;
            }
        }
        for year in &self.years {
            preface.extend(self.sure(year));
        }
        preface
    }

    fn sure(&self, year: &Year) -> Vec<Sentence> {
        let questions = year.open();
        let may_change = year.because.iter().map(|one| one.until).max();
        let short: Vec<String> = year
            .short
            .iter()
            .map(|short| match short.day {
                Some(day) => format!("{} end {day}", short.account),
                None => format!("{} are missing", short.account),
            })
            .collect();
        let until = may_change.map(|day| format!("may still change until\u{a0}{day}"));
        let records =
            (!short.is_empty()).then(|| format!("records of {}", words::few(&short, ACCOUNTS)));
        let reach = year.reached.map(|day| format!("records reach {day}"));
        let sure = match (year.status, &until, &records) {
            _ if !year.recorded && year.problems == 0 => {
                format!("nothing recorded; {}", self.span())
            }
            (Status::Incomplete, Some(until), _) => format!("incomplete: {questions}; {until}"),
            (Status::Incomplete, None, Some(records)) => {
                format!("incomplete: {questions}; {records}")
            }
            (Status::Incomplete, None, None) => format!("incomplete: {questions}"),
            (Status::Open, Some(until), _) => until.clone(),
            (Status::Open, None, records) => {
                format!("open: {}", records.as_deref().unwrap_or_default())
            }
            (Status::Final, ..) if self.several() => {
                format!("final; {}", reach.as_deref().unwrap_or("nothing is open"))
            }
            (Status::Final, ..) => match reach {
                Some(reach) => format!("final. {}.", capital(&reach)),
                None => "final.".to_owned(),
            },
        };
        let first = if self.several() {
            Sentence::new(format!("{}  {sure}", year.label), year.label.len() + 2)
        } else {
            let end = if sure.ends_with('.') { "" } else { "." };
            Sentence::new(format!("{}{end}", capital(&sure)), 2)
        };
        let mut said = vec![first];
        for asked in year.questions.iter().take(QUESTIONS) {
            said.push(Sentence::new(format!("  ?{}  {}", asked.number, self.asks(asked)), 6));
            let placed = if asked.unplaced { "not placed below; " } else { "" };
            said.push(Sentence::new(
                format!("      {placed}answer: rentier check {}", year.label),
                6,
            ));
        }
        if let Some(more) = year.questions.len().checked_sub(QUESTIONS).filter(|more| *more > 0) {
            said.push(format!("      and {more} more: rentier check {}", year.label).into());
        }
        let waits = self.waits(year);
        let more = waits.len().saturating_sub(QUESTIONS);
        said.extend(waits.into_iter().take(QUESTIONS).map(|wait| Sentence::new(wait, 6)));
        if more > 0 {
            said.push(format!("      and {more} more: rentier check {}", year.label).into());
        }
        said
    }

    /// The losses that a purchase may still defer, a sentence for all of a security that wait for the
    /// same day.
    fn waits(&self, year: &Year) -> Vec<String> {
        let mut groups: IndexMap<(NaiveDate, &Name, &[Name]), _> = IndexMap::new();
        for one in &year.because {
            let (_, days) = groups
                .entry((one.until, &one.security, &one.waits_for))
                .or_insert_with(|| (one, Vec::<String>::new()));
            let sold = self.journal.events.get(one.event);
            let day = sold.map(|event| event.date.to_string());
            days.extend(day.filter(|day| !days.contains(day)));
        }
        let sentence = |(one, days): (&MayChange, Vec<String>)| {
            let sold = match &days[..] {
                [] => "the loss".to_owned(),
                [day] => format!("the loss of\u{a0}{day}"),
                days => format!("the losses of\u{a0}{}", words::few(days, ACCOUNTS)),
            };
            let law = one.law.as_deref().map(first_law).unwrap_or_default();
            let law = if law.is_empty() { String::new() } else { format!(" ({})", hard(&law)) };
            let ends: Vec<String> = one.waits_for.iter().map(|id| ends(year, id)).collect();
            let ends = if ends.is_empty() {
                String::new()
            } else {
                format!("; records of {}", words::few(&ends, ACCOUNTS))
            };
            let what = words::security(&one.security);
            format!("  until {}: buying {what} would defer {sold}{law}{ends}", one.until)
        };
        groups.into_values().map(sentence).collect()
    }

    /// A question in one sentence: what it is about, then what is asked.
    fn asks(&self, asked: &super::Asked) -> String {
        let event = asked.index.and_then(|at| self.journal.events.get(at));
        let about = event.and_then(|event| event.security().or(event.property()));
        let amount = asked.amount.map(|amount| words::money(amount.abs(), &self.currency));
        let asks = &asked.asks;
        match (about, amount, event) {
            (Some(about), Some(amount), Some(event)) if !event.amount.is_sign_negative() => {
                let about = words::security(about);
                format!("{about} paid {amount} on {}: {asks}", event.date)
            }
            (Some(about), Some(amount), Some(event)) => {
                let about = words::security(about);
                format!("{about} cost {amount} on {}: {asks}", event.date)
            }
            (_, Some(amount), Some(event)) => {
                format!("{} of {}, {amount}: {asks}", capital(event.kind.name()), event.date)
            }
            _ => format!("{}: {asks}", asked.date),
        }
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::words("line", "")];
        for year in &self.years {
            let heading =
                if self.request.view == View::Cash && !self.several() { "" } else { &*year.label };
            columns.push(Column::figures(&year.label, heading).width(12).gap(3));
        }
        let forms = self.lines.iter().any(|line| !line.forms.is_empty());
        let width = if self.several() { 12 } else { 15 };
        let last = match self.request.view {
            View::Tax if forms => Column::words("form", "Form line"),
            View::Tax | View::Cash => Column::words("form", ""),
        };
        columns.push(last.width(width).gap(3).soft());
        columns
    }

    fn body(&self, table: &mut Table) {
        let mut section = String::new();
        for line in &self.lines {
            let beside = line.section == "Beside the income";
            if line.section != section && (self.is_tax() || beside) {
                if beside && self.sums() {
                    table.rows.push(self.total_row());
                }
                table.rows.push(Row {
                    style: RowStyle::Heading,
                    cells: vec![Cell::text(&line.section)],
                    ..Row::default()
                });
            }
            section.clone_from(&line.section);
            table.rows.push(self.row(line));
            if self.request.detail {
                self.detail(line, table);
            }
        }
        if section != "Beside the income" && self.sums() {
            table.rows.push(self.total_row());
        }
    }

    /// Whether lines that add up are shown, so that their sum means something.
    fn sums(&self) -> bool {
        self.lines.iter().any(|line| line.adds)
    }

    fn row(&self, line: &Line) -> Row {
        let label =
            if line.of_which { format!("of which {}", line.label) } else { line.label.clone() };
        let mut cells = vec![Cell::text(label)];
        cells.extend(self.figures(line, false));
        let last = match self.request.view {
            View::Tax => short(&line.forms),
            View::Cash => self.payers(line),
        };
        cells.push(if last.is_empty() { Cell::Empty } else { Cell::text(last) });
        let style = if line.depth > 1 { RowStyle::Detail } else { RowStyle::Line };
        Row { style, indent: line.depth, cells }
    }

    /// The amounts of a line by year, rounded to what coins there are.
    fn figures(&self, line: &Line, zero: bool) -> Vec<Cell> {
        let amounts = line.amounts.iter().enumerate();
        amounts
            .map(|(at, amount)| match amount {
                Some(amount) => {
                    let open = line.open.get(at).and_then(BTreeSet::first);
                    let mark = open.and_then(|number| u32::try_from(*number).ok());
                    Cell::Number(self.coins(*amount), mark)
                }
                None if zero => Cell::number(self.coins(Decimal::ZERO)),
                None => Cell::Nothing,
            })
            .collect()
    }

    pub(super) fn coins(&self, amount: Decimal) -> Decimal {
        money::rounded(amount, money::decimals_of(&self.currency))
    }

    fn total_row(&self) -> Row {
        let mut cells = vec![Cell::text(&self.total.label)];
        cells.extend(self.figures(&self.total, true));
        Row { style: RowStyle::Total, indent: 0, cells }
    }

    /// `A 2,000 · B 600`; one payer alone needs no amount.
    fn payers(&self, line: &Line) -> String {
        if self.several() {
            return String::new();
        }
        match &*line.payers {
            [] => String::new(),
            [(only, _)] => only.clone(),
            payers => {
                let each = payers.iter().take(PAYERS).map(|(name, amount)| {
                    let amount = self.coins(*amount);
                    let whole = amount.fract().is_zero();
                    let amount = if whole { amount.trunc() } else { amount };
                    hard(&format!("{name} {}", money::grouped(amount)))
                });
                let mut text = each.collect::<Vec<_>>().join("\u{a0}· ");
                if payers.len() > PAYERS {
                    let _ = write!(text, "\u{a0}· {}\u{a0}more", payers.len() - PAYERS);
                }
                text
            }
        }
    }

    /// The bridge from cash to tax, under a statement of one year.
    fn foot(&self, table: &mut Table) {
        let (Some((first, rest)), false) = (self.bridge.split_first(), self.several()) else {
            return;
        };
        let Some((last, items)) = rest.split_last() else { return };
        if items.is_empty() {
            return;
        }
        table.rows.push(Row {
            style: RowStyle::Heading,
            cells: vec![Cell::text(if last.label == "Total" {
                "From cash to this total"
            } else {
                "From cash to tax"
            })],
            ..Row::default()
        });
        let row = |label: String, amount: Decimal, about: &BTreeSet<String>| {
            let names: Vec<String> =
                about.iter().map(|name| hard(&words::security(name))).collect();
            let names = match &*names {
                [first, rest @ ..] if rest.len() > 1 => {
                    format!("{first}, {}", hard(&format!("{} more", rest.len())))
                }
                few => few.join(", "),
            };
            Row {
                style: RowStyle::Line,
                indent: 1,
                cells: vec![Cell::text(label), Cell::number(self.coins(amount)), Cell::text(names)],
            }
        };
        let total = |amounts: &[Decimal]| amounts.first().copied().unwrap_or_default();
        let nobody = BTreeSet::new();
        let cash = format!("{} (--view cash)", first.label);
        table.rows.push(row(cash, total(&first.amounts), &nobody));
        for item in items {
            table.rows.push(row(item.label.clone(), total(&item.amounts), &item.about));
        }
        table.rows.push(row(last.label.clone(), total(&last.amounts), &nobody));
    }

    /// What the short names of forms and the dash mean.
    fn legend(&self) -> Option<String> {
        let year = &self.years.last()?.label;
        let mut schedules = BTreeSet::new();
        let mut form = None;
        for short in self.lines.iter().flat_map(|line| &line.forms) {
            match short.short.split_once(' ') {
                Some((letter, _)) if letter.len() == 1 => {
                    schedules.insert(letter.to_owned());
                }
                Some((number, line)) if form.is_none() && short.full.starts_with("Form ") => {
                    form = Some(format!("{number} {line}: {}", short.full));
                }
                _ => {}
            }
        }
        let mut parts = Vec::new();
        if !schedules.is_empty() {
            let letters: Vec<String> = schedules.into_iter().collect();
            let word = if letters.len() == 1 { "schedule" } else { "schedules" };
            parts.push(format!("{}: {word}", letters.join(", ")));
        }
        parts.extend(form);
        let mut text = String::new();
        if !parts.is_empty() {
            text = format!("{}, as in {year}.", parts.join("; "));
        }
        let dash = self.lines.iter().any(|line| line.amounts.iter().any(Option::is_none));
        if dash {
            text.push_str(" -: nothing recorded.");
        }
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    fn lots(&self) -> Option<String> {
        if self.lot_methods.is_empty() || !self.is_tax() {
            return None;
        }
        let mut by_method: Vec<(LotMethod, Vec<&str>)> = Vec::new();
        for (account, method) in &self.lot_methods {
            match by_method.iter_mut().find(|(known, _)| known == method) {
                Some((_, accounts)) => accounts.push(account),
                None => by_method.push((*method, vec![account])),
            }
        }
        let each: Vec<String> = by_method
            .iter()
            .map(|(method, accounts)| format!("{} ({})", spoken(*method), accounts.join(", ")))
            .collect();
        Some(format!("Lots: {}.", each.join("; ")))
    }

    /// The command that comes next, where something is open.
    fn next(&self) -> Option<String> {
        let mut steps = Vec::new();
        for year in &self.years {
            if year.status == Status::Incomplete {
                steps.push(format!("rentier check {}", year.label));
            }
        }
        for year in &self.years {
            let Some(one) = year.because.first() else { continue };
            let line = self.lines.iter().find(|line| {
                line.depth == 1 && line.entries.iter().any(|entry| entry.event() == Some(one.event))
            });
            if let Some(line) = line {
                steps.push(format!("rentier explain {} {}", year.label, line.category));
            }
        }
        (!steps.is_empty()).then(|| format!("Next: {}", steps.join(" · ")))
    }

    /// `the records begin 2024-01-01 and end 2024-12-20`.
    fn span(&self) -> String {
        match self.records {
            Some((first, last)) => format!("the records begin {first} and end {last}"),
            None => "the records hold no event".to_owned(),
        }
    }

    fn why_empty(&self) -> String {
        let what = if self.request.keep.all() { "No income" } else { "Nothing of what is kept" };
        format!("{what}{}: {}.", words::after(" in ", &self.period()), self.span())
    }
}

/// `roth end 2024-12-31`.
fn ends(year: &Year, account: &str) -> String {
    let reached = year.short.iter().find(|short| short.account == *account);
    match reached.and_then(|short| short.day) {
        Some(day) => format!("{account} end {day}"),
        None => format!("{account} are missing"),
    }
}

/// Short names of form lines, the form named once: `D 1a, 1b`, `B 6, 1040 3b`.
fn short(forms: &[Form]) -> String {
    let mut text = String::new();
    let mut before = "";
    for form in forms {
        let (name, line) = form.short.split_once(' ').unwrap_or((&form.short, ""));
        if !text.is_empty() {
            text.push_str(", ");
        }
        if name == before && !line.is_empty() {
            text.push_str(&hard(line));
        } else {
            text.push_str(&hard(&form.short));
        }
        before = name;
    }
    text
}

/// The first of several sources, as a sentence has room for it: `26 USC 1091`.
fn first_law(law: &str) -> String {
    let first = law.split(';').next().unwrap_or_default();
    first.split(['(', ',']).next().unwrap_or_default().trim().to_owned()
}

/// Words that a renderer must not tear apart.
fn hard(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// The first letter as at the beginning of a sentence.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}

fn spoken(method: LotMethod) -> &'static str {
    match method {
        LotMethod::Fifo => "first in, first out",
        LotMethod::Lifo => "last in, first out",
        LotMethod::HighestCost => "highest cost",
        LotMethod::LowestCost => "lowest cost",
        LotMethod::Average => "average cost",
        LotMethod::Chosen => "as named",
    }
}
