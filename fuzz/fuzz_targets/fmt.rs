//! Any text tidied as each dialect: the same words, and what is tidy stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rentier::ledger::{Dialect, fmt};

fuzz_target!(|text: &str| {
    for dialect in [Dialect::Hledger, Dialect::Ledger, Dialect::Beancount] {
        let once = fmt::fmt("fuzzed", text, dialect);
        assert!(fmt::same_words(text, &once), "{dialect:?} {text:?} {once:?}");
        let twice = fmt::fmt("fuzzed", &once, dialect);
        assert_eq!(once, twice, "{dialect:?} {text:?}");
        let _ = fmt::unified("fuzzed", &fmt::changes(text, &once));
    }
});
