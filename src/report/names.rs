//! The accounts and the commodities that journals name.
//!
//! In: journals as they were read. Out: one row for each name, with where it is declared and how often
//! it is used. What is declared and never used is here, too.

use std::collections::BTreeMap;

use super::patterns::Patterns;
use super::table::{Cell, Column, Row, Table};
use crate::ledger::{self, Declared, Ledger, Used};
use crate::money::Decimal;
use crate::source::Name;

/// Which names to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// All.
    #[default]
    All,
    /// Those that are declared.
    Declared,
    /// Those that are used.
    Used,
    /// Those that are used and not declared.
    Undeclared,
    /// Those that are declared and not used.
    Unused,
}

/// What is known of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where it is declared first: file and line.
    pub declared: Option<(Name, u32)>,
    /// How often it is used.
    pub used: Used,
}

impl Known {
    fn is_kept(&self, keep: Keep) -> bool {
        let (declared, used) = (self.declared.is_some(), self.used.is_used());
        match keep {
            Keep::All => true,
            Keep::Declared => declared,
            Keep::Used => used,
            Keep::Undeclared => used && !declared,
            Keep::Unused => declared && !used,
        }
    }

    fn and(&mut self, used: Used) {
        self.used = self.used.and(used);
    }
}

/// Names of one sort.
#[derive(Debug)]
pub struct Names {
    what: Declared,
    known: BTreeMap<Name, Known>,
    tree: bool,
}

impl Names {
    /// The accounts that `patterns` take, no deeper than `depth`; `tree`: below each other.
    pub fn accounts(
        ledgers: &[Ledger],
        patterns: &Patterns,
        keep: Keep,
        depth: Option<usize>,
        tree: bool,
    ) -> Names {
        let mut all = declared(ledgers, Declared::Account);
        for ledger in ledgers {
            let usage = ledger::usage(ledger);
            for (name, used) in ledger.accounts.names().iter().zip(usage.accounts) {
                all.entry(name.clone()).or_default().and(used);
            }
        }
        all.retain(|name, known| patterns.take(name) && known.is_kept(keep));
        let mut names: BTreeMap<Name, Known> = BTreeMap::new();
        for (name, known) in all {
            let end = depth.and_then(|depth| {
                name.match_indices(':').nth(depth.saturating_sub(1)).map(|(at, _)| at)
            });
            let cut = end.map_or(name.clone(), |end| Name::new(&name[..end]));
            let whole = names.entry(cut.clone()).or_default();
            whole.and(known.used);
            if cut == name {
                whole.declared = known.declared;
            }
        }
        Names { what: Declared::Account, known: names, tree }
    }

    /// The commodities.
    pub fn commodities(ledgers: &[Ledger], keep: Keep) -> Names {
        let mut names = declared(ledgers, Declared::Commodity);
        for ledger in ledgers {
            let usage = ledger::usage(ledger);
            for (name, used) in ledger.commodities.names().iter().zip(usage.commodities) {
                if !name.is_empty() {
                    names.entry(name.clone()).or_default().and(used);
                }
            }
        }
        names.retain(|_, known| known.is_kept(keep));
        Names { what: Declared::Commodity, known: names, tree: false }
    }

    /// One name on a line, for other tools; below each other where that is asked for.
    pub fn lines(&self) -> Vec<String> {
        if !self.tree {
            return self.known.keys().map(ToString::to_string).collect();
        }
        let mut names: Vec<Vec<&str>> =
            self.known.keys().map(|it| it.split(':').collect()).collect();
        names.sort_unstable();
        let mut lines = Vec::new();
        let mut before: &[&str] = &[];
        for parts in &names {
            let same = parts.iter().zip(before).take_while(|(one, other)| one == other).count();
            for (depth, part) in parts.iter().enumerate().skip(same) {
                lines.push(format!("{}{part}", "  ".repeat(depth)));
            }
            before = parts;
        }
        lines
    }

    /// To read.
    pub fn table(&self) -> Table {
        let (title, one) = match self.what {
            Declared::Commodity => ("Commodities", "commodity"),
            Declared::Account | Declared::Payee | Declared::Tag => ("Accounts", "account"),
        };
        let mut table = self.records();
        title.clone_into(&mut table.title);
        if self.known.is_empty() {
            table.title = format!("No {}", title.to_lowercase());
            table.columns.clear();
            table.preface.push(self.empty().into());
            return table;
        }
        for column in &mut table.columns {
            let words = if column.key == one { one } else { &*column.key };
            let (first, rest) = words.split_at(1);
            column.heading = format!("{}{rest}", first.to_uppercase());
        }
        table
    }

    /// What to say where there is none.
    pub fn empty(&self) -> &'static str {
        match self.what {
            Declared::Commodity => "No journal names a commodity that is asked for.",
            Declared::Account | Declared::Payee | Declared::Tag => {
                "No journal names an account that is asked for."
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// For programs: `account,declared,postings,first,last`; of commodities `commodity,declared,postings,
    /// first,last,beside`, `beside` counting costs, stated balances and prices.
    pub fn records(&self) -> Table {
        let commodities = self.what == Declared::Commodity;
        let one = if commodities { "commodity" } else { "account" };
        let mut columns: Vec<Column> =
            [one, "declared"].iter().map(|key| Column::words(key, key)).collect();
        columns.push(Column::figures("postings", "postings"));
        columns.extend(["first", "last"].map(|key| Column::words(key, key)));
        if commodities {
            columns.push(Column::figures("beside", "beside"));
        }
        let rows = self.known.iter().map(|(name, known)| {
            let place = known.declared.as_ref().map(|(file, line)| format!("{file}:{line}"));
            let count = |number: usize| Cell::number(Decimal::from(number));
            let span = known.used.span;
            let mut cells = vec![
                Cell::text(&**name),
                place.map_or(Cell::Nothing, Cell::Text),
                count(known.used.postings),
                Cell::day(span.map(|span| span.0)),
                Cell::day(span.map(|span| span.1)),
            ];
            if commodities {
                cells.push(count(known.used.beside));
            }
            Row { cells, ..Row::default() }
        });
        Table { columns, rows: rows.collect(), ..Table::default() }
    }
}

/// The declared names of one sort.
fn declared(ledgers: &[Ledger], what: Declared) -> BTreeMap<Name, Known> {
    let mut names: BTreeMap<Name, Known> = BTreeMap::new();
    for ledger in ledgers {
        for one in ledger.declared.iter().filter(|one| one.what == what) {
            let file = ledger.sources[one.source as usize].name.clone();
            let known = names.entry(one.name.clone()).or_default();
            known.declared.get_or_insert((file, one.line));
        }
    }
    names
}
