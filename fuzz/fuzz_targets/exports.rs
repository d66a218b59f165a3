//! Any bytes as an export of a broker: told, read, every row accounted for, and what became of it
//! printed as a journal that reads without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rentier::books::{self, Flags};
use rentier::ledger;
use rentier::source::{Name, Source};

fuzz_target!(|bytes: &[u8]| {
    let (name, bytes) = match bytes.split_first() {
        Some((b'0', rest)) => ("fuzzed.ofx", rest),
        Some((b'1', rest)) => ("fuzzed.json", rest),
        _ => ("fuzzed.csv", bytes),
    };
    let source = Source::decode(name, bytes.to_vec());
    let mut none = |_: &str, _: &Name| Ok(Vec::new());
    let read = books::of_files(vec![source], &Flags::default(), &mut none);
    let text = ledger::print(&read.journal.events, &read.journal.accounts);
    let _ = ledger::read(Source::new("printed", text), &ledger::Options::default(), &mut none);
});
