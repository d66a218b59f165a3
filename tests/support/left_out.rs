//! Says which checks are left out, past the test runner, which keeps what passing tests print.

use std::io::{self, Write};

/// `left out: hledger is not installed`, on standard error.
pub fn left_out(what: &str) {
    // Nobody is there to be told where standard error is closed.
    let _ = writeln!(io::stderr(), "left out: {what}");
}
