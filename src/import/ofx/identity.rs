//! What makes a transaction the same at every download: its FITID, where it is one.
//!
//! Some banks give one FITID to several transactions, or number them anew in each file; then what the
//! transaction says is its identity too.

use std::collections::{HashMap, HashSet};

use super::make::{Making, single};
use super::statement::Statement;
use super::syntax::Element;
use super::value::{self, Numbers};
use crate::event::{Account, Event, EventId, RowHash};

/// A FITID below this length is a running number that starts again with each download.
pub const TRUSTED: usize = 5;

/// FITIDs that more than one transaction of a statement has: no identity.
pub fn reused(statement: &Statement, numbers: Numbers) -> HashSet<String> {
    let mut contents: HashMap<String, String> = HashMap::new();
    let mut reused = HashSet::new();
    for row in &statement.rows {
        let Some(fitid) = row.value("FITID") else { continue };
        let content = content(*row, numbers);
        let first = contents.entry(fitid.clone().into_owned()).or_insert_with(|| content.clone());
        if *first != content {
            reused.insert(fitid.into_owned());
        }
    }
    reused
}

/// What a row says, in one spelling: all values but those that come or change after the fact.
pub fn content(row: Element, numbers: Numbers) -> String {
    let mut content = row.name().to_ascii_uppercase();
    for leaf in row.descendants().filter(|leaf| !leaf.is_aggregate()) {
        let name = leaf.name().to_ascii_uppercase();
        let text = leaf.text();
        if text.is_empty() || matches!(&*name, "DTSETTLE" | "DTAVAIL" | "SRVRTID" | "CURRATE") {
            continue;
        }
        content.push('\n');
        content.push_str(&name);
        content.push('=');
        let number = numbers.read("TOTAL", &text).ok().filter(|_| !name.starts_with("DT"));
        match (number, name.starts_with("DT").then(|| value::day("DTTRADE", &text))) {
            (_, Some(Ok(day))) => content.push_str(&day.to_string()),
            (Some(number), _) if name != "FITID" => {
                content.push_str(&number.normalize().to_string());
            }
            _ => content.push_str(&single(&text)),
        }
    }
    content
}

/// The hash of a row: of its FITID, else of what it says.
pub fn identity(
    account: &Account,
    reused: &HashSet<String>,
    fitid: &str,
    content: &str,
) -> RowHash {
    if fitid.len() < TRUSTED || reused.contains(fitid) {
        RowHash::of(account.identity(), ["ofx", fitid, content])
    } else {
        RowHash::of(account.identity(), ["ofx", fitid])
    }
}

/// The hashes of a statement's rows, if it were this account's.
pub fn hashes(
    statement: &Statement,
    numbers: Numbers,
    account: &Account,
    reused: &HashSet<String>,
) -> Vec<RowHash> {
    let hash = |row: &Element| {
        let fitid = row.value("FITID").unwrap_or_default();
        identity(account, reused, &fitid, &content(*row, numbers))
    };
    statement.rows.iter().map(hash).collect()
}

impl Making<'_> {
    /// The hash of a row. Whether a FITID is one shows by the files at hand; what the books have of a
    /// row decides first, so that a file with fewer rows does not make the row another.
    pub fn identity(&self, fitid: &str, content: &str, is: impl Fn(&Event) -> bool) -> RowHash {
        let alone = identity(self.account, &HashSet::new(), fitid, content);
        let shared = RowHash::of(self.account.identity(), ["ofx", fitid, content]);
        let reused = self.reused.contains(fitid);
        let known = |row| self.known.event(&EventId::new(row, 1));
        if !reused && known(shared).is_some() {
            return shared;
        }
        if reused && known(alone).is_some_and(is) {
            return alone;
        }
        identity(self.account, self.reused, fitid, content)
    }
}
