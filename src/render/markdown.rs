//! A table as Markdown (GitHub's): title, sentences, one pipe table, sentences.
//!
//! Words of a file are words here too: whatever Markdown would take for markup, a link or a list is
//! escaped, and a line's end inside a cell becomes a blank.

use std::fmt::Write as _;

use super::screen::clean;
use super::text::alone;
use crate::report::table::{Align, Cell, Row, RowStyle, Sentence, Table};

/// `table` as Markdown, each line with its end.
pub fn markdown(table: &Table) -> String {
    let mut out = String::new();
    if !table.title.is_empty() {
        let _ = writeln!(out, "# {}\n", escaped(&table.title));
    }
    if !table.subtitle.is_empty() {
        let _ = writeln!(out, "{}\n", paragraph(&table.subtitle));
    }
    sentences(&mut out, &table.preface);
    if !table.rows.is_empty() && !table.columns.is_empty() {
        out.push('|');
        for column in &table.columns {
            let _ = write!(out, " {} |", escaped(&column.heading));
        }
        out.push_str("\n|");
        for column in &table.columns {
            out.push_str(if column.align == Align::Left { " :--- |" } else { " ---: |" });
        }
        out.push('\n');
        for row in &table.rows {
            line(&mut out, row, table.columns.len());
        }
        out.push('\n');
    }
    sentences(&mut out, &table.notes);
    // One end of line, not two, at the end.
    out.truncate(out.trim_end_matches('\n').len());
    out.push('\n');
    out
}

fn line(out: &mut String, row: &Row, columns: usize) {
    let bold = match row.style {
        RowStyle::Heading | RowStyle::Total | RowStyle::Sum => "**",
        RowStyle::Line | RowStyle::Detail => "",
    };
    out.push('|');
    for at in 0..columns {
        let text = match row.cells.get(at).unwrap_or(&Cell::Empty) {
            Cell::Text(text) => escaped(text.trim()),
            cell => alone(cell),
        };
        let indent = if at == 0 { "&emsp;".repeat(row.indent.into()) } else { String::new() };
        let bold = if text.is_empty() || text == "-" { "" } else { bold };
        let _ = write!(out, " {indent}{bold}{text}{bold} |");
    }
    out.push('\n');
}

/// Each sentence on a line of its own.
fn sentences(out: &mut String, sentences: &[Sentence]) {
    for (at, sentence) in sentences.iter().enumerate() {
        let end = if at + 1 == sentences.len() { "\n\n" } else { "\\\n" };
        let text = sentence.text.replace('\u{a0}', " ");
        let deep = text.len() - text.trim_start_matches(' ').len();
        let _ = write!(out, "{}{}{end}", "&nbsp;".repeat(deep), paragraph(text.trim_start()));
    }
}

/// Words at the start of a line: neither a list nor a rule.
fn paragraph(text: &str) -> String {
    let text = escaped(text);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if text.starts_with(['-', '+', '=']) {
        format!("\\{text}")
    } else if digits > 0 && text[digits..].starts_with(['.', ')']) {
        format!("{}\\{}", &text[..digits], &text[digits..])
    } else {
        text
    }
}

/// `text` without a character that Markdown would read.
fn escaped(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        let read = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '&' | '~'
            | '!' | '@' | '$' => true,
            // What would become a link by itself.
            ':' => {
                after.starts_with("//") || before.ends_with("mailto") || before.ends_with("xmpp")
            }
            '.' => {
                before.len() >= 3
                    && before
                        .get(before.len() - 3..)
                        .is_some_and(|end| end.eq_ignore_ascii_case("www"))
            }
            _ => false,
        };
        if read {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::plain;
    use crate::report::table::Column;

    #[test]
    fn words_of_a_file_are_no_markup() {
        let table = Table {
            title: "# <b>".into(),
            columns: vec![Column::words("a", "Account"), Column::figures("q", "")],
            rows: vec![
                Row {
                    indent: 1,
                    cells: vec![
                        Cell::text("a|b\n*c* [x](http://y) www.z"),
                        Cell::number(plain("-1234.50").expect("a number")),
                    ],
                    ..Row::default()
                },
                Row {
                    style: RowStyle::Total,
                    cells: vec![Cell::text("Total"), Cell::Nothing],
                    ..Row::default()
                },
            ],
            notes: vec!["1. no list".into(), "- nor here".into()],
            ..Table::default()
        };
        let expected = "\
# \\# \\<b\\>

| Account |  |
| :--- | ---: |
| &emsp;a\\|b \\*c\\* \\[x\\](http\\://y) www\\.z | -1,234.50 |
| **Total** | - |

1\\. no list\\
\\- nor here
";
        assert_eq!(markdown(&table), expected);
    }
}
