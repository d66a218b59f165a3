//! Where a figure comes from, down to the line it was read on; and what became of an event or a row.
//!
//! In: a journal, what was judged of it, the regime, and a function that finds the text of a file.
//! Out: an `Explanation`, a tree in the same order always: figure, law, rule, parts, and for the last
//! part its event and source line, quoted whole.

mod event;
mod figure;
mod gain;

pub use event::stands_on;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};

use super::table::{Cell, Column, Row, Table};
use super::units::Units;
use super::words;
use crate::event::Journal;
use crate::income::{Holding, Judged};
use crate::money::{self, Decimal};
use crate::regime::Regime;
use crate::source::{Name, Source};

/// Parts that are shown where not all are asked for.
const SHOWN: usize = 20;

/// An explanation, ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// `616.00 USD`; `None` for what is no amount.
    pub amount: Option<Decimal>,
    /// The currency of every amount in it.
    pub currency: Name,
    /// What the amount is: `qualified dividends from MSFT, 2024`.
    pub title: String,
    /// Where it goes: `Form 1040 3a`.
    pub form: String,
    /// In order.
    pub nodes: Vec<Node>,
}

/// One line of the tree with those below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// Whether it says why (law, rule) rather than what (a part).
    pub why: bool,
    /// With the sign it has in the sum.
    pub amount: Option<Decimal>,
    /// A word or two, lined up with its siblings': `law`, `held`, `proceeds`.
    pub label: String,
    /// The sentence.
    pub text: String,
    /// At the right edge: a source, `FILE:LINE`.
    pub aside: String,
    /// Lines of a file, quoted whole.
    pub quote: Vec<String>,
    /// What explains it.
    pub nodes: Vec<Node>,
}

impl Node {
    /// `law`, `rule`: why.
    fn why(label: &str, text: impl Into<String>) -> Node {
        Node { why: true, ..Node::said(label, text) }
    }

    /// A labelled sentence.
    fn said(label: &str, text: impl Into<String>) -> Node {
        Node { label: label.to_owned(), text: text.into(), ..Node::default() }
    }

    /// A summand.
    fn part(amount: Decimal, text: impl Into<String>) -> Node {
        Node { amount: Some(amount), text: text.into(), ..Node::default() }
    }
}

/// Finds the text of a file by its name in the records.
pub type Texts<'t> = dyn Fn(&str) -> Option<Arc<Source>> + 't;

/// What explanations are made from.
pub struct Explainer<'a> {
    /// The facts.
    pub journal: &'a Journal,
    /// What was judged of them.
    pub judged: &'a Judged,
    /// The law.
    pub regime: &'a Regime,
    /// How the return is filed.
    pub filing: Name,
    /// Texts of files, kept statements too.
    pub texts: &'a Texts<'a>,
    /// Names of the journals that were read, where blocks of events stand.
    pub journals: Vec<Name>,
    /// No shortening of long lists.
    pub all: bool,
    /// Holding tests, by event.
    holdings: HashMap<usize, Vec<&'a Holding>>,
    /// Units held, to say how a payment came about.
    held: Units<'a>,
}

impl<'a> Explainer<'a> {
    /// What explains figures of these; `texts` finds files, `journals` names those with blocks.
    pub fn new(
        journal: &'a Journal,
        judged: &'a Judged,
        regime: &'a Regime,
        filing: &Name,
        texts: &'a Texts<'a>,
        journals: Vec<Name>,
    ) -> Explainer<'a> {
        let mut holdings: HashMap<usize, Vec<&Holding>> = HashMap::new();
        for holding in &judged.findings.holdings {
            holdings.entry(holding.event).or_default().push(holding);
        }
        let (filing, held) = (filing.clone(), Units::of(journal));
        Explainer { journal, judged, regime, filing, texts, journals, all: false, holdings, held }
    }
}

impl Explainer<'_> {
    fn coins(&self, amount: Decimal) -> Decimal {
        money::rounded(amount, money::decimals_of(&self.regime.currency))
    }

    fn shown(&self, amount: Decimal) -> String {
        money::grouped(self.coins(amount))
    }

    /// The source line of the event at `at`, quoted.
    fn line(&self, at: usize) -> Option<Node> {
        let event = self.journal.events.get(at)?;
        let kept = (self.texts)(&event.origin.file).map(|source| source.name.clone());
        let mut origin = event.origin.clone();
        if let Some(kept) = kept {
            origin.file = kept;
        }
        let mut node = Node::said("line", origin.to_string());
        node.quote = self.quote(&event.origin.file, event.origin.line);
        for more in event.origin.also() {
            node.quote.extend(self.quote(&event.origin.file, more));
        }
        Some(node)
    }

    /// The record or the transaction that begins on a line of a file; nothing where the file is not
    /// at hand.
    pub fn quote(&self, file: &str, line: u32) -> Vec<String> {
        let Some(source) = (self.texts)(file) else { return Vec::new() };
        record(&source, line)
    }

    /// Where the block of an event stands in the journals: `imported/schwab.journal:311`.
    fn block(&self, at: usize) -> Option<String> {
        let event = self.journal.events.get(at)?;
        let tag = format!("id: {}", event.id);
        for name in &self.journals {
            let source = (self.texts)(name)?;
            let mut top = 1;
            let lines = crate::source::lines(&source.text).zip(1u32..);
            for (line, number) in lines {
                if line.starts_with(|c: char| c.is_ascii_digit()) {
                    top = number;
                }
                let after = line.find(&tag).map(|at| &line[at + tag.len()..]);
                if after.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ' '])) {
                    return Some(super::income::near(&format!("{name}:{top}")));
                }
            }
        }
        None
    }

    /// What the source says of the event at `at`.
    fn event_node(&self, at: usize) -> Option<Node> {
        let event = self.journal.events.get(at)?;
        let mut text = format!("{}, {}", event.id, event.kind.name());
        let claims: Vec<&str> = event.claimed.iter().map(crate::event::Claim::text).collect();
        if !claims.is_empty() {
            let _ = write!(text, ", claimed: {}", claims.join(", "));
        }
        if let Some(reason) = &event.reason {
            let _ = write!(text, ", reason: {reason}");
        }
        Some(Node { aside: self.block(at).unwrap_or_default(), ..Node::said("event", text) })
    }

    /// `60 x 53.00`, with what was taken off; the source's words where no price is known.
    fn how(&self, at: usize) -> String {
        let Some(event) = self.journal.events.get(at) else { return String::new() };
        let units = event.quantity().abs();
        let mut text = match event.kind.price() {
            Some(price) if !units.is_zero() => {
                format!("{} x {}", words::units(units), money::grouped(price))
            }
            _ if !units.is_zero() => format!("{} units", words::units(units)),
            _ => String::new(),
        };
        if event.fees > Decimal::ZERO {
            let _ = write!(text, ", {} fees", self.shown(event.fees));
        }
        text.trim_start_matches(", ").to_owned()
    }
}

/// The record that begins on `line`: further lines of a quoted cell, or of a transaction.
fn record(source: &Source, line: u32) -> Vec<String> {
    let from = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
    let Some(from) = from else { return Vec::new() };
    let mut lines = crate::source::lines(&source.text).skip(from);
    let Some(first) = lines.next() else { return Vec::new() };
    let mut whole = vec![first.to_owned()];
    let delimited = source.name.ends_with(".csv")
        || source.name.ends_with(".tsv")
        || source.name.ends_with(".txt");
    if delimited {
        let mut quotes = first.matches('"').count();
        while quotes % 2 == 1 && whole.len() < 50 {
            let Some(next) = lines.next() else { break };
            quotes += next.matches('"').count();
            whole.push(next.to_owned());
        }
    } else if source.name.ends_with(".toml") {
        whole.extend(lines.take_while(|line| !line.trim().is_empty()).take(50).map(str::to_owned));
    } else {
        // A transaction goes on while lines are indented.
        whole.extend(
            lines
                .take_while(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty())
                .take(50)
                .map(str::to_owned),
        );
    }
    whole
}

impl Explanation {
    /// For programs.
    pub fn json(&self) -> Value {
        let exact = |amount: Decimal| money::cash(amount, &self.currency).to_string();
        json!({
            "schema": "rentier/explain/1",
            "amount": self.amount.map(exact),
            "currency": &*self.currency,
            "title": self.title,
            "form": self.form,
            "parts": parts(&self.nodes, &exact),
        })
    }

    /// One row for each line of the tree; `depth` 0 is the figure itself.
    pub fn records(&self) -> Table {
        let keys = ["depth", "amount", "currency", "label", "text", "source", "quote"];
        let mut table = Table {
            columns: keys.iter().map(|key| Column::words(key, key)).collect(),
            ..Table::default()
        };
        let first = Node {
            amount: self.amount,
            text: self.title.clone(),
            aside: self.form.clone(),
            nodes: self.nodes.clone(),
            ..Node::default()
        };
        self.rows(&first, 0, &mut table.rows);
        table
    }

    fn rows(&self, node: &Node, depth: u32, rows: &mut Vec<Row>) {
        let text = |text: &str| {
            if text.is_empty() { Cell::Empty } else { Cell::text(text.replace('\u{a0}', " ")) }
        };
        let amount = node.amount.map(|amount| money::cash(amount, &self.currency));
        let cells = vec![
            Cell::number(Decimal::from(depth)),
            Cell::maybe(amount),
            if amount.is_some() { Cell::text(&*self.currency) } else { Cell::Empty },
            text(&node.label),
            text(&node.text),
            text(&node.aside),
            text(&node.quote.join("\n")),
        ];
        rows.push(Row { cells, ..Row::default() });
        for part in &node.nodes {
            self.rows(part, depth + 1, rows);
        }
    }
}

/// Nodes for programs.
fn parts(nodes: &[Node], exact: &dyn Fn(Decimal) -> String) -> Value {
    let value = |node: &Node| {
        let mut value = serde_json::Map::new();
        if let Some(amount) = node.amount {
            value.insert("amount".to_owned(), exact(amount).into());
        }
        let words = [("label", &node.label), ("text", &node.text), ("source", &node.aside)];
        for (key, text) in words.into_iter().filter(|(_, text)| !text.is_empty()) {
            value.insert(key.to_owned(), text.replace('\u{a0}', " ").into());
        }
        if !node.quote.is_empty() {
            value.insert("quote".to_owned(), json!(node.quote));
        }
        if !node.nodes.is_empty() {
            value.insert("parts".to_owned(), parts(&node.nodes, exact));
        }
        Value::Object(value)
    };
    nodes.iter().map(value).collect()
}
