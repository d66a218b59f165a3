//! Postings that a journal adds to its transactions by rules: `= /Income:Salary/`.
//!
//! In: the rules as they stand. Out, for now: each listed as something that may change figures.

use crate::ledger::lines::{Line, Lines};
use crate::ledger::reader::Reader;

/// Reads the rule that begins at `line`.
pub fn rule<'t>(reader: &mut Reader<'_>, line: Line<'t>, lines: &mut Lines<'t>) {
    reader.inert("rule that adds postings", true, line, lines);
    lines.skip_indented();
}
