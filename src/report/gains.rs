//! What was gained: one row for each lot that a sale took, apart by how the law counts it.
//!
//! In: a journal, what was judged of it, the regime, years and what to keep. Out: rows and their
//! sums, as a table to read, records, and JSON. Matches no lots; that is `tax`.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::income::{Status, Year};
use super::keep::Keep;
use super::table::{Align, Cell, Column, Row, RowStyle, Table};
use super::words;
use crate::event::Journal;
use crate::income::{Judged, Match};
use crate::money::{self, Decimal};
use crate::period::{NaiveDate, TaxYear};
use crate::regime::{FormLine, Regime};
use crate::source::Name;

/// Gains of some years.
#[derive(Debug)]
pub struct Gains<'j> {
    /// How sure each year is.
    pub years: Vec<Year>,
    /// `United States · joint · USD`.
    pub subtitle: String,
    /// What amounts are in.
    pub currency: Name,
    /// By category, in the order of the statement; last what is in none.
    pub sections: Vec<Section<'j>>,
    /// Gains passed on by funds, with where they go; `None`: nothing recorded.
    pub passed_on: Option<(String, Decimal)>,
    /// Where the sum of all goes; empty where the regime has no form for it.
    pub net_form: String,
    /// Account and both source lines of every row, whatever the width.
    pub detail: bool,
    /// Whose events the rows are about.
    pub journal: &'j Journal,
    /// The newest day of the records.
    pub reached: Option<NaiveDate>,
}

/// Gains that the law counts alike.
#[derive(Debug)]
pub struct Section<'j> {
    /// The regime's id; empty for what is in no category yet.
    pub category: Name,
    /// `Short-term`.
    pub label: String,
    /// `Form 8949 Part I, Schedule D 1a and 1b`.
    pub forms: String,
    /// Corrected ones first, then by day of sale.
    pub rows: Vec<&'j Match>,
}

impl Section<'_> {
    fn sum(&self, of: impl Fn(&Match) -> Option<Decimal>) -> Decimal {
        self.rows.iter().filter_map(|row| of(row)).sum()
    }

    /// Sum of the gains; a row of unknown cost adds nothing.
    pub fn gain(&self) -> Decimal {
        self.sum(Match::gain)
    }
}

fn adjusted(one: &Match) -> Decimal {
    one.adjustments.iter().map(|adjustment| adjustment.amount).sum()
}

/// The gains of `years`.
pub fn gains<'j>(
    judged: &'j Judged,
    journal: &'j Journal,
    regime: &Regime,
    filing: &str,
    years: &[TaxYear],
    keep: &Keep,
) -> Gains<'j> {
    let placed = placed(judged, regime);
    let mut sections: IndexMap<Name, Section> = IndexMap::new();
    for category in regime.categories.values().filter(|one| one.shown && one.part_of.is_none()) {
        sections.insert(
            category.id.clone(),
            Section {
                category: category.id.clone(),
                label: category.label.to_string(),
                forms: String::new(),
                rows: Vec::new(),
            },
        );
    }
    let nowhere = Name::new("");
    sections.insert(
        nowhere.clone(),
        Section {
            category: nowhere.clone(),
            label: "Not placed yet: the cost is not known".to_owned(),
            forms: String::new(),
            rows: Vec::new(),
        },
    );
    for (at, one) in judged.findings.matches.iter().enumerate() {
        let of_years = one.year.is_some_and(|year| years.contains(&year));
        let kept = keep.accounts.as_ref().is_none_or(|kept| kept.contains(&one.account))
            && keep.securities.as_ref().is_none_or(|kept| kept.contains(&one.security))
            && keep.properties.is_none()
            && keep.day(one.disposed);
        if !of_years || !kept {
            continue;
        }
        let category = placed.get(&at).filter(|_| one.cost.is_some()).unwrap_or(&nowhere);
        if let Some(section) = sections.get_mut(category) {
            section.rows.push(one);
        }
    }
    sections.retain(|_, section| !section.rows.is_empty());
    let last = years.last().copied().unwrap_or(TaxYear(0));
    for section in sections.values_mut() {
        section.rows.sort_by_key(|one| (one.adjustments.is_empty(), one.disposed, one.acquired));
        section.forms = forms(regime, section, last);
    }
    let passed_on = "dividend.capital_gain_distribution";
    let mut distributed = judged
        .incomes
        .iter()
        .filter(|income| *income.category == *passed_on && years.contains(&income.year))
        .filter(|income| keep.income(income))
        .map(|income| income.amount)
        .peekable();
    let form = |id: &str| {
        let id = Name::new(id);
        let lines: Vec<&FormLine> =
            regime.lines_of(&id, last).filter(|line| !line.lists && !line.onward).collect();
        by_form(&lines)
    };
    let any = distributed.peek().is_some();
    let distributed: Decimal = distributed.sum();
    Gains {
        years: super::income::years(judged, journal, regime, years),
        subtitle: super::income::subtitle(regime, filing),
        currency: regime.currency.clone(),
        sections: sections.into_values().collect(),
        passed_on: any.then(|| (form(passed_on), distributed)),
        net_form: form("capital.net"),
        detail: false,
        journal,
        reached: journal.events.iter().map(|event| event.date).max(),
    }
}

/// The category that each match's gain went into, by index.
fn placed(judged: &Judged, regime: &Regime) -> HashMap<usize, Name> {
    let mut placed = HashMap::new();
    for income in &judged.incomes {
        let Some(at) = income.matched else { continue };
        let category = regime.category(&income.category);
        if category.is_some_and(|category| category.part_of.is_none() && category.shown) {
            placed.entry(at).or_insert_with(|| income.category.clone());
        }
    }
    placed
}

/// Where the rows of a section go: `Form 8949 Part I, Schedule D 1a and 1b`.
fn forms(regime: &Regime, section: &Section, year: TaxYear) -> String {
    let adjusted = section.rows.iter().any(|one| !one.adjustments.is_empty());
    let plain = section.rows.iter().any(|one| one.adjustments.is_empty());
    let mut lines: Vec<&FormLine> = Vec::new();
    if adjusted {
        lines.extend(regime.lines_of(&section.category, year).filter(|line| line.lists).take(1));
    }
    let mut sorts: Vec<&str> = section.rows.iter().map(|one| one.sort).collect();
    sorts.sort_unstable();
    sorts.dedup();
    for sort in sorts {
        let id = format!("{}.{}", section.category, sort.replace('-', "_"));
        for line in &regime.lines {
            let rows = match line.rows.as_deref() {
                Some("plain") => plain,
                Some("adjusted") => adjusted,
                _ => false,
            };
            let of = line.sum.iter().any(|term| *term.name == *id) && line.years.holds(year);
            let new = !lines.iter().any(|known| known.form == line.form && known.line == line.line);
            if rows && of && new && !line.lists {
                lines.push(line);
            }
        }
    }
    by_form(&lines)
}

/// Lines of forms in words, each form named once: `Schedule D 1a and 1b`.
fn by_form(lines: &[&FormLine]) -> String {
    let mut forms: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for line in lines {
        forms.entry(&line.form).or_default().push(&line.line);
    }
    let each: Vec<String> =
        forms.iter().map(|(form, lines)| format!("{form} {}", words::list(lines))).collect();
    each.join(", ")
}

impl Gains<'_> {
    /// To read.
    pub fn table(&self) -> Table {
        let labels: Vec<&str> = self.years.iter().map(|year| &*year.label).collect();
        let period = words::list(&labels);
        let mut table = Table {
            title: format!("Gains{} · one row per lot sold", words::after(" ", &period)),
            subtitle: self.subtitle.clone(),
            ..Table::default()
        };
        self.preface(&mut table);
        if self.sections.is_empty() && self.passed_on.is_none() {
            let reach =
                self.reached.map(|day| format!(" Records reach {day}.")).unwrap_or_default();
            let period = words::after(" in ", &period);
            let sentence = format!("No gains{period}: nothing was sold.{reach}");
            // What leaves a year incomplete may be a sale.
            if self.years.iter().all(|year| year.status != Status::Incomplete) {
                table.preface.clear();
            }
            table.preface.push(sentence.into());
            return table;
        }
        if self.sections.is_empty() {
            table.preface.push(format!("Nothing was sold in {period}.").into());
            table.columns = vec![Column::words("lot", ""), Column::figures("gain", "")];
            self.net(&mut table);
            return table;
        }
        let day =
            |key, heading| Column { align: Align::Right, ..Column::words(key, heading) }.gap(1);
        let figure = |key, heading| Column::figures(key, heading).gap(1);
        table.columns = vec![
            Column::words("lot", ""),
            day("acquired", "Acquired"),
            day("sold", "Sold"),
            figure("proceeds", "Proceeds"),
            figure("cost", "Cost"),
            figure("adjustment", "Adjust"),
            figure("gain", "Gain"),
        ];
        if self.detail {
            table.columns.push(Column::words("from", "").gap(2).soft());
        } else {
            table.columns.push(Column::words("account", "Account").drops(1));
            table.columns.push(Column::words("bought_at", "Bought at").drops(3));
            table.columns.push(Column::words("sold_at", "Sold at").drops(2));
        }
        let units = |one: &Match| words::units(one.quantity);
        let wide = self.rows().map(|one| units(one).len()).max().unwrap_or(0);
        for section in &self.sections {
            let heading = match &*section.forms {
                "" => section.label.clone(),
                forms => format!("{} · {forms}", section.label),
            };
            table.rows.push(row(RowStyle::Heading, 0, vec![Cell::text(heading)]));
            for one in &section.rows {
                let label = format!("{:>wide$} {}", units(one), words::security(&one.security));
                table.rows.push(self.line(one, label));
            }
            table.rows.push(self.sum(section));
        }
        self.net(&mut table);
        for (year, one) in self.may_change() {
            let owners: Vec<&str> = self.journal.owners.keys().map(|owner| &**owner).collect();
            let owners = if owners.is_empty() { "me".to_owned() } else { owners.join(" or ") };
            let what = words::security(&one.security);
            let up_to = self.coins(one.amount);
            table.notes.push(
                format!(
                    "Buying {what} by {} in any account of {owners} defers up to {}.",
                    year.until.unwrap_or(one.until),
                    money::grouped(up_to)
                )
                .into(),
            );
        }
        table
    }

    fn preface(&self, table: &mut Table) {
        for year in &self.years {
            let of = if self.years.len() > 1 { format!("{}: ", year.label) } else { String::new() };
            if year.status == Status::Incomplete {
                let questions = year.open();
                let check = format!("rentier check {}", year.label);
                table.preface.push(format!("{of}Incomplete: {questions}; {check}.").into());
            }
            let sold: Vec<String> = year
                .because
                .iter()
                .filter_map(|one| {
                    let event = self.journal.events.get(one.event)?;
                    let what = words::security(&one.security);
                    Some(format!("{what}, sold at a loss {}", event.date))
                })
                .collect();
            if let (Some(until), false) = (year.until, sold.is_empty()) {
                let sentence = format!("{of}May still change until {until}: {}.", sold.join("; "));
                table.preface.push(sentence.into());
            } else if year.status == Status::Open {
                let ends: Vec<String> = year
                    .short
                    .iter()
                    .map(|short| match short.day {
                        Some(day) => format!("{} end {day}", short.account),
                        None => format!("{} are missing", short.account),
                    })
                    .collect();
                table.preface.push(format!("{of}Open: records of {}.", words::list(&ends)).into());
            } else if let (Status::Final, Some(day)) = (year.status, year.reached) {
                table.preface.push(format!("{of}Final. Records reach {day}.").into());
            }
        }
    }

    fn may_change(&self) -> impl Iterator<Item = (&Year, &crate::income::MayChange)> {
        self.years.iter().flat_map(|year| year.because.iter().map(move |one| (year, one)))
    }

    fn rows(&self) -> impl Iterator<Item = &&Match> {
        self.sections.iter().flat_map(|section| &section.rows)
    }

    fn coins(&self, amount: Decimal) -> Decimal {
        money::rounded(amount, money::decimals_of(&self.currency))
    }

    fn line(&self, one: &Match, label: String) -> Row {
        let figure = |amount: Option<Decimal>| Cell::maybe(amount.map(|amount| self.coins(amount)));
        let codes: String = one.adjustments.iter().map(|adjustment| &*adjustment.code).collect();
        let adjust = if one.adjustments.is_empty() {
            Cell::Empty
        } else {
            Cell::text(format!("{codes} {}", money::grouped(self.coins(adjusted(one)))))
        };
        let mut cells = vec![
            Cell::text(label),
            Cell::day(one.acquired),
            Cell::Day(one.disposed),
            figure(Some(one.proceeds)),
            figure(one.cost),
            adjust,
            figure(one.gain()),
        ];
        let bought = self.source(one.acquisition).unwrap_or_default();
        let sold = self.source(Some(one.disposal)).unwrap_or_default();
        if self.detail {
            let mut parts = vec![one.account.to_string()];
            if !bought.is_empty() {
                parts.push(format!("bought\u{a0}{bought}"));
            }
            parts.push(format!("sold\u{a0}{sold}"));
            cells.push(Cell::text(parts.join("\u{a0}· ")));
        } else {
            cells.extend([Cell::text(&*one.account), Cell::text(bought), Cell::text(sold)]);
        }
        row(RowStyle::Line, 0, cells)
    }

    fn sum(&self, section: &Section) -> Row {
        let figure = |amount: Decimal| Cell::number(self.coins(amount));
        let adjustments = section.rows.iter().any(|one| !one.adjustments.is_empty());
        let mut label = section.label.clone();
        if section.category.is_empty() {
            "not placed".clone_into(&mut label);
        }
        let cells = vec![
            Cell::text(format!("Total, {}", lower(&label))),
            Cell::Empty,
            Cell::Empty,
            figure(section.sum(|one| Some(one.proceeds))),
            figure(section.sum(|one| one.cost)),
            if adjustments {
                figure(section.sum(|one| Some(adjusted(one))))
            } else {
                Cell::Nothing
            },
            if section.category.is_empty() { Cell::Nothing } else { figure(section.gain()) },
        ];
        row(RowStyle::Sum, 1, cells)
    }

    fn net(&self, table: &mut Table) {
        let mut add = |style, label: &str, form: &str, amount: Decimal| {
            let label = if form.is_empty() { label.to_owned() } else { format!("{label}, {form}") };
            let mut cells = vec![Cell::text(label)];
            let gain = table.columns.iter().position(|column| column.key == "gain").unwrap_or(1);
            cells.resize(gain, Cell::Empty);
            cells.push(Cell::number(self.coins(amount)));
            table.rows.push(row(style, 0, cells));
        };
        if let Some((form, amount)) = &self.passed_on {
            add(RowStyle::Line, "Capital gain distributions", form, *amount);
        }
        add(RowStyle::Sum, "Net gain", &self.net_form, self.net_gain());
    }

    /// All gains, those passed on by funds with them.
    pub fn net_gain(&self) -> Decimal {
        let sections: Decimal = self.sections.iter().map(Section::gain).sum();
        sections + self.passed_on.as_ref().map_or(Decimal::ZERO, |(_, amount)| *amount)
    }

    fn source(&self, event: Option<usize>) -> Option<String> {
        let event = self.journal.events.get(event?)?;
        Some(super::income::near(&event.origin.to_string()))
    }

    /// For programs: one row for each match, exact.
    pub fn records(&self) -> Table {
        let keys = [
            "year",
            "category",
            "security",
            "quantity",
            "acquired",
            "held_since",
            "sold",
            "proceeds",
            "cost",
            "code",
            "adjustment",
            "gain",
            "currency",
            "account",
            "acquired_event",
            "acquired_source",
            "sold_event",
            "sold_source",
        ];
        let rows = self.sections.iter().flat_map(|section| {
            section.rows.iter().map(|one| row(RowStyle::Line, 0, self.record(section, one)))
        });
        Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn record(&self, section: &Section, one: &Match) -> Vec<Cell> {
        let exact = |amount: Option<Decimal>| {
            Cell::maybe(amount.map(|amount| money::cash(amount, &self.currency)))
        };
        let codes: String = one.adjustments.iter().map(|adjustment| &*adjustment.code).collect();
        let year = self.years.iter().find(|year| Some(year.year) == one.year);
        let event = |at: Option<usize>| {
            let event = at.and_then(|at| self.journal.events.get(at));
            let text = |text: Option<String>| text.map_or(Cell::Nothing, Cell::Text);
            let id = text(event.map(|event| event.id.to_string()));
            [id, text(event.map(|event| event.origin.to_string()))]
        };
        let mut cells = vec![
            Cell::text(year.map_or("", |year| &*year.label)),
            if section.category.is_empty() {
                Cell::Nothing
            } else {
                Cell::text(&*section.category)
            },
            Cell::text(&*one.security),
            Cell::number(one.quantity.normalize()),
            Cell::day(one.acquired),
            Cell::day(one.held_since),
            Cell::Day(one.disposed),
            exact(Some(one.proceeds)),
            exact(one.cost),
            if codes.is_empty() { Cell::Nothing } else { Cell::text(codes) },
            exact((!one.adjustments.is_empty()).then(|| adjusted(one))),
            exact(one.gain()),
            Cell::text(&*self.currency),
            Cell::text(&*one.account),
        ];
        cells.extend(event(one.acquisition));
        cells.extend(event(Some(one.disposal)));
        cells
    }

    /// For programs that read JSON; `rows` is the list of matches, as `render` makes it of `records`.
    pub fn json(&self, rows: &Value) -> Value {
        let exact = |amount: Decimal| money::cash(amount, &self.currency).to_string();
        let totals: Vec<Value> = self
            .sections
            .iter()
            .filter(|section| !section.category.is_empty())
            .map(|section| {
                json!({
                    "category": &*section.category,
                    "proceeds": exact(section.sum(|one| Some(one.proceeds))),
                    "cost": exact(section.sum(|one| one.cost)),
                    "adjustment": exact(section.sum(|one| Some(adjusted(one)))),
                    "gain": exact(section.gain()),
                })
            })
            .collect();
        let years: Vec<Value> = self
            .years
            .iter()
            .map(|year| {
                json!({
                    "year": year.label,
                    "status": year.status.name(),
                    "may_change_until": year.until.map(|day| day.to_string()),
                })
            })
            .collect();
        json!({
            "schema": "rentier/gains/1",
            "currency": &*self.currency,
            "years": years,
            "rows": rows,
            "totals": totals,
            "capital_gain_distributions": self.passed_on.as_ref().map(|(_, amount)| exact(*amount)),
            "net_gain": exact(self.net_gain()),
        })
    }

    /// Whether a question is open in one of the years.
    pub fn incomplete(&self) -> bool {
        self.years.iter().any(|year| !year.questions.is_empty())
    }
}

fn row(style: RowStyle, indent: u8, cells: Vec<Cell>) -> Row {
    Row { style, indent, cells }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
