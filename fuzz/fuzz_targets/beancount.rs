//! Any text as Beancount, booked.
#![no_main]

mod journal;

use libfuzzer_sys::fuzz_target;
use rentier::ledger::Dialect;

fuzz_target!(|bytes: &[u8]| journal::read("fuzzed.beancount", bytes, Dialect::Beancount));
