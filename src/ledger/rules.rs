//! Postings that a Ledger journal adds to its transactions by rules: `= /Income:Salary/`.
//!
//! In: the rules as they stand, and transactions that balance. Out: the postings they add. Ledger
//! applies a rule to every transaction below it; hledger only when asked, so there a rule is listed
//! as something that may change figures, and not applied.

use crate::diagnostic::Diagnostic;
use crate::ledger::amount::{self, Fault, blanks};
use crate::ledger::expression::{self, Value};
use crate::ledger::header::{self, account_end};
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{AccountId, Dialect, PostingKind};
use crate::ledger::posting::unwrapped;
use crate::ledger::query::{self, Query};
use crate::ledger::reader::Reader;
use crate::ledger::view::Posting;
use crate::source::Place;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// It is applied to transactions from this index on.
    pub from: usize,
    /// To which of their postings.
    pub query: Query,
    /// What it adds for each.
    pub adds: Vec<Added>,
    /// The place of a posting without an amount, which cannot be added.
    pub amountless: Option<Place>,
}

/// A posting that a rule adds.
#[derive(Debug)]
pub struct Added {
    /// Where to.
    pub account: Account,
    /// Whether it must balance.
    pub kind: PostingKind,
    /// An amount of its own, or without a commodity a multiple of the posting's.
    pub amount: Value,
}

/// The account of a posting that a rule adds.
#[derive(Debug)]
pub enum Account {
    /// The one of the posting that it is added for: `$account`.
    Own,
    /// One for all.
    Named(AccountId),
    /// A name with the posting's account or payee in it: `Budget:$account`.
    Made(String),
}

impl Account {
    fn read(name: &str, reader: &mut Reader<'_>) -> Account {
        match name {
            "$account" | "%(account)" => Account::Own,
            _ if FILLED.iter().any(|hole| name.contains(hole)) => Account::Made(name.to_owned()),
            _ => Account::Named(reader.account_of(name)),
        }
    }

    /// The name of an account that is made for `posting`, `None` for the others.
    pub fn made(&self, posting: Posting<'_>) -> Option<String> {
        let Account::Made(name) = self else { return None };
        let payee = posting.transaction.payee();
        let [short, account, of_payee] = FILLED;
        let filled = name.replace(short, posting.account()).replace(account, posting.account());
        Some(filled.replace(of_payee, &payee))
    }
}

/// What Ledger fills into the name of an account.
pub const FILLED: [&str; 3] = ["$account", "%(account)", "%(payee)"];

/// Reads the rule that begins at `line`.
pub fn rule<'t>(reader: &mut Reader<'_>, line: Line<'t>, lines: &mut Lines<'t>) {
    if reader.dialect != Dialect::Ledger {
        reader.inert("rule that adds postings", true, line, lines);
        reader.unread_postings(lines);
        return;
    }
    let text = line.text[1..].split(" ;").next().unwrap_or_default().trim();
    let from = reader.ledger.transactions.len();
    let Some(query) = query::query(text) else {
        reader.problem(
            Diagnostic::error("rule", "cannot tell which postings this rule is for")
                .at(lines.place(line, line.text))
                .note("the postings it would add are missing from all figures")
                .help(
                    "name accounts: `= /^Income:Salary/`, or `= expr account =~ /^Income/`; one with \
                     brackets in it stands in quotes: `= expr \"not (account =~ /^Income/)\"`",
                ),
        );
        lines.skip_indented();
        return;
    };
    let mut rule = Rule { from, query, adds: Vec::new(), amountless: None };
    while let Some(line) = lines.next_indented() {
        let text = blanks(line.text);
        if text.starts_with(';') || is_check(text) {
            continue;
        }
        match added(text, reader) {
            Ok(Some(added)) => rule.adds.push(added),
            Ok(None) => rule.amountless = Some(lines.place(line, text)),
            Err(fault) => reader.fault("amount", line, lines, &fault),
        }
    }
    reader.commodities.doubts.clear();
    reader.rules.push(rule);
}

/// One posting of a rule; `None` where it has no amount.
fn added<'t>(text: &'t str, reader: &mut Reader<'_>) -> Result<Option<Added>, Fault<'t>> {
    let text = blanks(header::status(text).1);
    let (account, rest) = text.split_at(account_end(text));
    let (name, kind) = unwrapped(account, reader.dialect);
    let known = FILLED.iter().filter(|hole| hole.starts_with('%'));
    if name.matches("%(").count() > known.map(|hole| name.matches(hole).count()).sum() {
        return Err(Fault::helped(
            account,
            "cannot fill in this account's name",
            "`%(account)` and `%(payee)` are filled in",
        ));
    }
    let account = Account::read(name, reader);
    let rest = blanks(rest);
    if rest.is_empty() || rest.starts_with(';') {
        return Ok(None);
    }
    let rest = rest.strip_prefix('*').map_or(rest, blanks);
    let commodities = &mut reader.commodities;
    let (amount, after) = if rest.starts_with('(') {
        expression::value(rest, commodities)?
    } else {
        let default = commodities.default.take();
        let read = commodities.apart(|commodities| amount::quantity(rest, commodities));
        commodities.default = default;
        read.map(|(quantity, after)| (Value::of(quantity), after))?
    };
    let mut after = blanks(after);
    // Ledger reads a price here, and weighs without it.
    if after.starts_with('@') {
        after = blanks(amount::cost(&after[1..], false, &mut reader.commodities)?.1);
    }
    if !after.is_empty() && !after.starts_with(';') {
        let word = after.split(';').next().unwrap_or_default().trim_end();
        return Err(Fault::new(word, format!("expected the line's end, found `{word}`")));
    }
    Ok(Some(Added { account, kind, amount }))
}

fn is_check(text: &str) -> bool {
    ["assert ", "check ", "expr "].iter().any(|word| text.starts_with(word))
}
