//! Any text as Beancount: read in one piece and in slices, booked, made events. A panic, a run that does
//! not end, and slices that come to something else are findings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rentier::books::{self, Flags};
use rentier::ledger::{self, Dialect, Ledger, Options};
use rentier::source::{Name, Source};

fuzz_target!(|bytes: &[u8]| {
    let source = Source::decode("fuzzed.beancount", bytes.to_vec());
    let read = read_in(&source, usize::MAX);
    let sliced = read_in(&source, 64);
    assert_eq!(read.diagnostics, sliced.diagnostics);
    assert_eq!(balances(&read), balances(&sliced));
    for transaction in read.transactions() {
        let _ = (transaction.tags(), transaction.payee(), transaction.place());
        for posting in transaction.postings() {
            let _ = (posting.tags(), posting.total_cost(), posting.place());
        }
    }
    let _ = ledger::lots(&read);
    let flags = Flags { dialect: Some(Dialect::Beancount), ..Flags::default() };
    let _ = books::of_files(vec![source], &flags, &mut |_: &str, _: &Name| Ok(Vec::new()));
});

/// Reads a text in slices of so many bytes.
fn read_in(source: &Source, slice: usize) -> Ledger {
    // A text that includes itself under ever new names is met too.
    let mut again = 0u32;
    let mut load = |path: &str, _: &Name| {
        again += 1;
        if again > 50 {
            return Err("enough".to_owned());
        }
        Ok(vec![Source::new(format!("{again}-{path}"), source.text.to_string())])
    };
    let dialect = Some(Dialect::Beancount);
    let options = Options { dialect, slice: Some(slice), ..Options::default() };
    ledger::read(source.clone(), &options, &mut load)
}

fn balances(ledger: &Ledger) -> String {
    format!("{:?}", ledger::balance(ledger, |_| true))
}
