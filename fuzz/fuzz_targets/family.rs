//! Any text as a journal of hledger and of Ledger.
#![no_main]

mod journal;

use libfuzzer_sys::fuzz_target;
use rentier::ledger::Dialect;

fuzz_target!(|bytes: &[u8]| {
    for dialect in [Dialect::Hledger, Dialect::Ledger] {
        journal::read("fuzzed.journal", bytes, dialect);
    }
});
