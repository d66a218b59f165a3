//! What tidying changes, line by line: which lines to name, and a diff to show.
//!
//! The lines that are not empty are the same ones in the same order before and after, so they are
//! paired from the top: no search, whatever the length.

use std::fmt::Write;

use super::after_blanks;
use super::page::lines;

/// One step from the old text to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'t> {
    /// A line that stays.
    Same(&'t str),
    /// A line of the old text, with its number from 1, that goes.
    Gone(u32, &'t str),
    /// A line of the new text that comes.
    New(&'t str),
}

/// How many lines around a change a diff shows.
const AROUND: usize = 3;

/// The steps from `old` to `new`, which differ in white space alone. Line ends count: a line whose
/// end differs goes and comes.
pub fn changes<'t>(old: &'t str, new: &'t str) -> Vec<Change<'t>> {
    let is_empty = |line: &str| after_blanks(line).is_empty();
    let mut steps = Vec::new();
    let mut after = lines(new).peekable();
    let mut number = 0u32;
    for (line, ending) in lines(old) {
        number = number.saturating_add(1);
        if is_empty(line) {
            match after.next_if(|(next, _)| is_empty(next)) {
                Some((next, end)) if (next, end) == (line, ending) => {
                    steps.push(Change::Same(line));
                }
                Some((next, _)) => steps.extend([Change::Gone(number, line), Change::New(next)]),
                None => steps.push(Change::Gone(number, line)),
            }
            continue;
        }
        while let Some((next, _)) = after.next_if(|(next, _)| is_empty(next)) {
            steps.push(Change::New(next));
        }
        match after.next() {
            Some((next, end)) if (next, end) == (line, ending) => steps.push(Change::Same(line)),
            Some((next, _)) => steps.extend([Change::Gone(number, line), Change::New(next)]),
            None => steps.push(Change::Gone(number, line)),
        }
    }
    steps.extend(after.map(|(next, _)| Change::New(next)));
    steps
}

/// The steps as a unified diff of the file `name`.
pub fn unified(name: &str, steps: &[Change<'_>]) -> String {
    let mut text = format!("--- {name}\n+++ {name}\n");
    let changed = |step: &Change| !matches!(step, Change::Same(_));
    // Line numbers before each step, in the old and in the new text.
    let (mut old, mut new, mut at) = (1usize, 1usize, 0);
    while at < steps.len() {
        let Some(first) = steps[at..].iter().position(changed) else { break };
        let first = at + first;
        let start = first.saturating_sub(AROUND).max(at);
        let (mut end, mut quiet) = (first, 0);
        while end < steps.len() && quiet <= 2 * AROUND {
            quiet = if changed(&steps[end]) { 0 } else { quiet + 1 };
            end += 1;
        }
        let end = end - quiet.saturating_sub(AROUND);
        old += start - at;
        new += start - at;
        let of =
            |wanted: fn(&Change) -> bool| steps[start..end].iter().filter(|s| wanted(s)).count();
        let gone = of(|step| !matches!(step, Change::New(_)));
        let come = of(|step| !matches!(step, Change::Gone(..)));
        let _ = writeln!(text, "@@ -{old},{gone} +{new},{come} @@");
        for step in &steps[start..end] {
            let (sign, line) = match step {
                Change::Same(line) => (' ', line),
                Change::Gone(_, line) => ('-', line),
                Change::New(line) => ('+', line),
            };
            let _ = writeln!(text, "{sign}{line}");
        }
        old += gone;
        new += come;
        at = end;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changes_and_what_is_around_it() {
        let old = "a\n\n\nb\nc\nd\ne\nf\n g\nh";
        let new = "a\n\nb\nc\nd\ne\nf\n  g\nh\n";
        assert_eq!(
            unified("x", &changes(old, new)),
            "--- x\n+++ x\n@@ -1,10 +1,9 @@\n a\n \n-\n b\n c\n d\n e\n f\n- g\n-h\n+  g\n+h\n"
                .replace("- g\n-h\n+  g\n+h\n", "- g\n+  g\n-h\n+h\n")
        );
        let far = "x\n".repeat(20);
        let steps = changes("\n\na\n", "a\n");
        assert!(unified("x", &steps).starts_with("--- x\n+++ x\n@@ -1,3 +1,1 @@\n-\n-\n a\n"));
        let (old, new) = (format!(" a\n{far} b\n"), format!("  a\n{far}  b\n"));
        let shown = unified("x", &changes(&old, &new));
        assert!(
            shown.contains("@@ -1,4 +1,4 @@") && shown.contains("@@ -19,4 +19,4 @@"),
            "{shown}"
        );
    }
}
