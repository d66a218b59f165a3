//! As what a text is to be read, told by what stands in it.
//!
//! In: a text. Out: the dialect, and the line that told it, for `check -v`. Only constructs that one
//! family has and another has not count; where none is found, a journal is read as hledger's, which is
//! also what `rentier` writes.

use crate::ledger::model::Dialect;
use crate::ledger::rules::FILLED;
use crate::source::{Source, lines};

/// Lines that are looked at: evidence stands near the top, or is of little weight.
const LOOKED_AT: usize = 2_000;

/// Words at the start of a line that only Ledger knows.
const LEDGER: [&str; 14] = [
    "apply tag",
    "apply fixed",
    "apply year",
    "apply rate",
    "bucket ",
    "capture ",
    "define ",
    "def ",
    "assert ",
    "check ",
    "expr ",
    "eval ",
    "python",
    "--",
];

/// Words at the start of a line that only hledger knows.
const HLEDGER: [&str; 2] = ["decimal-mark ", "alias /"];

/// The dialect of `source`, and why, in words.
pub fn dialect(source: &Source) -> (Dialect, String) {
    if let Some((_, end)) = source.name.rsplit_once('.')
        && matches!(end, "beancount" | "bean")
    {
        return (Dialect::Beancount, format!("the file's ending `.{end}`"));
    }
    for (line, text) in (1u32..).zip(lines(&source.text).take(LOOKED_AT)) {
        if let Some(dialect) = told(text) {
            let shown: String = text.trim().chars().take(40).collect();
            return (dialect, format!("`{shown}` on line {line}"));
        }
    }
    (Dialect::Hledger, "nothing that hledger does not know".to_owned())
}

/// What one line tells.
fn told(line: &str) -> Option<Dialect> {
    if is_beancount(line) {
        return Some(Dialect::Beancount);
    }
    if LEDGER.iter().any(|word| line.starts_with(word)) {
        return Some(Dialect::Ledger);
    }
    if HLEDGER.iter().any(|word| line.starts_with(word)) {
        return Some(Dialect::Hledger);
    }
    if !line.starts_with([' ', '\t']) {
        return None;
    }
    // On postings: a name that is filled in, a price that is fixed, an expression, a sole or inclusive
    // assertion.
    let text = line.split(';').next().unwrap_or_default();
    let amount = text.trim_start().split_once("  ").map_or("", |(_, rest)| rest.trim_start());
    let filled = FILLED.iter().any(|hole| text.contains(hole));
    if filled || amount.starts_with('(') || text.contains("{=") || text.contains("(@") {
        return Some(Dialect::Ledger);
    }
    (amount.contains("== ") || amount.contains("=* ")).then_some(Dialect::Hledger)
}

fn is_beancount(line: &str) -> bool {
    if line.starts_with("option \"") || line.starts_with("plugin \"") {
        return true;
    }
    let bytes = line.as_bytes();
    if bytes.len() < 12 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[10] != b' ' {
        return false;
    }
    let rest = line.get(11..).unwrap_or_default().trim_start();
    let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
    match word {
        "open" | "close" | "balance" | "pad" | "commodity" | "price" | "note" | "document"
        | "event" | "query" | "custom" => {
            after.starts_with(|first: char| first.is_uppercase() || first == '"')
        }
        "txn" | "*" | "!" => after.trim_start().starts_with('"'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_dialect() {
        for (text, told) in [
            ("2024-01-01 open Assets:Bank USD\n", Dialect::Beancount),
            ("2024-01-01 open house\n  a  1\n  b\n", Dialect::Hledger),
            ("2024-01-01 * \"Shop\" \"Food\"\n", Dialect::Beancount),
            ("apply tag x\n", Dialect::Ledger),
            ("2024-01-01 x\n  a  (10 * $3)\n  b\n", Dialect::Ledger),
            ("2024-01-01 x\n  a  10 == 10\n  b\n", Dialect::Hledger),
            ("= /Food/\n  (Budget:$account)  -1\n", Dialect::Ledger),
            ("", Dialect::Hledger),
        ] {
            assert_eq!(dialect(&Source::new("x", text)).0, told, "{text}");
        }
    }
}
