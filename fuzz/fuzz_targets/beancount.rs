//! Any text as Beancount: read, booked, made events. Only a panic, or a run that does not end, is a
//! finding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rentier::books::{self, Flags};
use rentier::ledger::{self, Dialect, Options};
use rentier::source::{Name, Source};

fuzz_target!(|bytes: &[u8]| {
    let source = Source::decode("fuzzed.beancount", bytes.to_vec());
    let mut again = 0u32;
    let mut load = |path: &str, _: &Name| {
        again += 1;
        if again > 50 { return Err("enough".to_owned()) }
        Ok(vec![Source::new(format!("{again}-{path}"), source.text.to_string())])
    };
    let options = Options { dialect: Some(Dialect::Beancount), ..Options::default() };
    let read = ledger::read(source.clone(), &options, &mut load);
    for transaction in read.transactions() {
        let _ = (transaction.tags(), transaction.payee(), transaction.place());
        for posting in transaction.postings() {
            let _ = (posting.tags(), posting.total_cost(), posting.place());
        }
    }
    let _ = (ledger::balance(&read, |_| true), ledger::lots(&read));
    let flags = Flags { dialect: Some(Dialect::Beancount), ..Flags::default() };
    let _ = books::of_files(vec![source], &flags, &mut |_: &str, _: &Name| Ok(Vec::new()));
});
