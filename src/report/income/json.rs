//! The statement for programs: JSON `rentier/income/1`, and records for CSV.
//!
//! Amounts are decimal strings, exact; nothing recorded is `null`, in CSV empty. Keys are only ever
//! added.

use serde_json::{Map, Value, json};

use super::{Entry, IncomeStatement, Line, Origin, Status, View, Year};
use crate::money::{self, Decimal};
use crate::report::table::{Cell, Column, Row, Table};

impl IncomeStatement<'_> {
    /// The whole statement.
    pub fn json(&self) -> Value {
        let years: Vec<Value> = self.years.iter().map(|year| self.year_json(year)).collect();
        let lines: Vec<Value> = self.lines.iter().map(|line| self.line(line)).collect();
        let methods: Map<String, Value> = self
            .lot_methods
            .iter()
            .map(|(account, method)| (account.to_string(), Value::from(method.text())))
            .collect();
        let mut value = json!({
            "schema": "rentier/income/1",
            "regime": &*self.regime,
            "filing": self.filing.as_deref(),
            "view": self.request.view.name(),
            "currency": &*self.currency,
            "years": years,
            "lines": lines,
            "total": {
                "category": &*self.total.category,
                "amounts": self.amounts(&self.total),
                "open": open(&self.total),
            },
        });
        if let Some(map) = value.as_object_mut() {
            if !self.bridge.is_empty() {
                let items = self.bridge.iter().map(|item| {
                    let amounts = self.by_year(|at| Value::from(self.exact(item.amounts[at])));
                    let about: Vec<&String> = item.about.iter().collect();
                    let mut item = json!({"label": item.label, "amounts": amounts});
                    if !about.is_empty() {
                        item["about"] = json!(about);
                    }
                    item
                });
                map.insert("bridge".to_owned(), items.collect());
            }
            map.insert("lot_methods".to_owned(), Value::Object(methods));
            if !self.request.keep.all() {
                map.insert("kept_only".to_owned(), Value::Bool(true));
            }
        }
        value
    }

    fn year_json(&self, year: &Year) -> Value {
        let questions: Vec<Value> = year
            .questions
            .iter()
            .map(|asked| {
                json!({
                    "id": format!("q{}", asked.number),
                    "asks": asked.asks,
                    "event": asked.event.as_ref().map(ToString::to_string),
                    "amount": asked.amount.map(|amount| self.exact(amount)),
                    "source": asked.source,
                    "write": {"file": asked.write.file, "text": asked.write.text},
                })
            })
            .collect();
        let mut value = json!({
            "year": year.label,
            "status": year.status.name(),
            "closed": Value::Null,
            "may_change_until": year.until.map(|day| day.to_string()),
        });
        let because = self.because(year);
        if !because.is_empty() {
            value["because"] = Value::Array(because);
        }
        value["open"] = Value::Array(questions);
        value
    }

    /// Why a year may still change: a rule that looks on, or records that end too soon.
    fn because(&self, year: &Year) -> Vec<Value> {
        let mut because: Vec<Value> = Vec::new();
        for one in &year.because {
            let event = self.journal.events.get(one.event).map(|event| event.id.to_string());
            let accounts: Vec<&str> = one.waits_for.iter().map(|account| &**account).collect();
            because.push(json!({
                "rule": &*one.rule,
                "law": one.law.as_deref(),
                "security": &*one.security,
                "event": event,
                "needs": format!("records of {} to {}", crate::report::words::list(&accounts), one.until),
            }));
        }
        if because.is_empty() && year.status != Status::Final {
            for short in &year.short {
                because.push(json!({
                    "account": &*short.account,
                    "records_end": short.day.map(|day| day.to_string()),
                    "needs": year.until.map(|day| format!("records of {} to {day}", short.account)),
                }));
            }
        }
        because
    }

    fn line(&self, line: &Line) -> Value {
        let forms: Vec<&str> = line.forms.iter().map(|form| &*form.full).collect();
        let events = self.by_year(|at| {
            let mut ids: Vec<String> = Vec::new();
            for entry in line.entries.iter().filter(|entry| entry.year == at) {
                if let Some(event) = entry.event().and_then(|at| self.journal.events.get(at)) {
                    let id = event.id.to_string();
                    if !ids.contains(&id) {
                        ids.push(id);
                    }
                }
            }
            Value::from(ids)
        });
        json!({
            "category": &*line.category,
            "label": line.label,
            "section": line.section,
            "part_of": line.part_of.as_deref(),
            "adds_to_total": line.adds,
            "amounts": self.amounts(line),
            "form_lines": forms,
            "open": open(line),
            "events": events,
        })
    }

    fn amounts(&self, line: &Line) -> Value {
        self.by_year(|at| match line.amounts.get(at).copied().flatten() {
            Some(amount) => Value::from(self.exact(amount)),
            None => Value::Null,
        })
    }

    fn by_year(&self, value: impl Fn(usize) -> Value) -> Value {
        let years = self.years.iter().enumerate();
        Value::Object(years.map(|(at, year)| (year.label.clone(), value(at))).collect())
    }

    /// An amount exactly, with at least its currency's decimals.
    fn exact(&self, amount: Decimal) -> String {
        money::cash(amount, &self.currency).to_string()
    }

    /// One row for each figure and year; with `--detail` one for each event instead.
    pub fn records(&self) -> Table {
        let mut keys = vec![
            "year",
            "section",
            "category",
            "label",
            "part_of",
            "adds_to_total",
            "amount",
            "currency",
            "form_lines",
            "status",
            "may_change_until",
            "open",
        ];
        if self.request.detail {
            keys.extend(["event", "date", "account", "payer", "how", "source"]);
        }
        let mut rows = Vec::new();
        for (at, year) in self.years.iter().enumerate() {
            for line in &self.lines {
                let entries: Vec<&Entry> =
                    line.entries.iter().filter(|entry| entry.year == at).collect();
                if self.request.detail && !entries.is_empty() {
                    rows.extend(entries.iter().map(|entry| {
                        let amount = Some(entry.amount);
                        let mut cells = self.record(line, year, at, amount);
                        cells.extend(self.event_cells(entry));
                        Row { cells, ..Row::default() }
                    }));
                } else {
                    let amount = line.amounts.get(at).copied().flatten();
                    let cells = self.record(line, year, at, amount);
                    rows.push(Row { cells, ..Row::default() });
                }
            }
            let amount = self.total.amounts.get(at).copied().flatten();
            let mut cells = self.record(&self.total, year, at, amount);
            cells[5] = Cell::Empty;
            rows.push(Row { cells, ..Row::default() });
        }
        Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            rows,
            ..Table::default()
        }
    }

    fn record(&self, line: &Line, year: &Year, at: usize, amount: Option<Decimal>) -> Vec<Cell> {
        let forms: Vec<&str> = line.forms.iter().map(|form| &*form.full).collect();
        let open: Vec<String> =
            line.open.get(at).into_iter().flatten().map(|number| format!("q{number}")).collect();
        vec![
            Cell::text(&year.label),
            Cell::text(&line.section),
            Cell::text(&*line.category),
            Cell::text(&line.label),
            line.part_of.as_deref().map_or(Cell::Empty, Cell::text),
            Cell::text(if line.adds { "yes" } else { "no" }),
            Cell::maybe(amount.map(|amount| money::cash(amount, &self.currency))),
            Cell::text(&*self.currency),
            Cell::text(forms.join("; ")),
            Cell::text(year.status.name()),
            year.until.map_or(Cell::Empty, Cell::Day),
            Cell::text(open.join("; ")),
        ]
    }

    fn event_cells(&self, entry: &Entry) -> Vec<Cell> {
        let event = entry.event().and_then(|at| self.journal.events.get(at));
        let id = event.map_or(Cell::Empty, |event| Cell::text(event.id.to_string()));
        let source = event.map_or(Cell::Empty, |event| Cell::text(event.origin.to_string()));
        match entry.from {
            Origin::Income(income) => vec![
                id,
                Cell::Day(income.date),
                Cell::text(&*income.account),
                Cell::text(super::cash::payer(income, self.journal)),
                Cell::text(&income.how),
                source,
            ],
            Origin::Fold => {
                let words = Cell::text("a rule on the year's totals");
                vec![id, Cell::Empty, Cell::Empty, Cell::Empty, words, source]
            }
            Origin::Event(_) => vec![
                id,
                event.map_or(Cell::Empty, |event| Cell::Day(event.date)),
                event.map_or(Cell::Empty, |event| Cell::text(&*event.account)),
                event
                    .and_then(|event| event.security())
                    .map_or(Cell::Empty, |security| Cell::text(&**security)),
                Cell::text(event.map_or("", |event| &*event.text)),
                source,
            ],
        }
    }

    /// Whether this is the tax view.
    pub fn is_tax(&self) -> bool {
        self.request.view == View::Tax
    }
}

/// The questions a line rests on: `["q1"]`.
fn open(line: &Line) -> Vec<String> {
    let numbers: std::collections::BTreeSet<usize> = line.open.iter().flatten().copied().collect();
    numbers.into_iter().map(|number| format!("q{number}")).collect()
}
