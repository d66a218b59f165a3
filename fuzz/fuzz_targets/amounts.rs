//! Any line as the amount of a posting, in each dialect, below declarations of marks and commodities.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rentier::ledger::{self, Dialect, Options};
use rentier::source::{Name, Source};

fuzz_target!(|bytes: &[u8]| {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    let line = line.replace(['\n', '\r'], " ");
    for (dialect, above, account) in [
        (Dialect::Hledger, "commodity 1.000,00 EUR\n\n", "a"),
        (Dialect::Hledger, "D $1,000.00\n\n", "a"),
        (Dialect::Ledger, "define x=(3 USD)\n\n", "a"),
        (Dialect::Beancount, "2020-01-01 open Assets:A\n", "Assets:A"),
    ] {
        let text = format!("{above}2024-01-01 * \"x\"\n  {account}  {line}\n  {account}\n");
        let options = Options { dialect: Some(dialect), ..Options::default() };
        let mut none = |_: &str, _: &Name| Ok(Vec::new());
        let read = ledger::read(Source::new("fuzzed", text), &options, &mut none);
        for posting in read.all_postings() {
            let _ = (posting.total_cost(), posting.assertion(), posting.comments().count());
        }
    }
});
