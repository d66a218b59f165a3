//! A table as one HTML page: no network, no script, and words of a file are never markup.
//!
//! It prints black on white, follows a dark scheme, and lets a phone scroll what is wide.

use std::fmt::Write as _;

use super::screen::clean;
use super::text::alone;
use crate::report::table::{Align, Cell, Column, Row, RowStyle, Sentence, Table};

/// How the page looks.
const STYLE: &str = include_str!("html/table.css");

/// `table` as a page of its own.
pub fn html(table: &Table) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    );
    let title = if table.title.is_empty() { "rentier" } else { &*table.title };
    let _ = writeln!(out, "<title>{}</title>\n<style>\n{STYLE}</style>", escaped(title));
    out.push_str("</head>\n<body>\n<main>\n");
    if !table.title.is_empty() {
        let _ = writeln!(out, "<h1>{}</h1>", escaped(&table.title));
    }
    if !table.subtitle.is_empty() {
        let _ = writeln!(out, "<p class=\"who\">{}</p>", escaped(&table.subtitle));
    }
    sentences(&mut out, &table.preface);
    if !table.rows.is_empty() && !table.columns.is_empty() {
        out.push_str("<div class=\"wide\">\n<table>\n");
        if table.columns.iter().any(|column| !column.heading.is_empty()) {
            out.push_str("<thead><tr>");
            for column in &table.columns {
                let class = class(column);
                let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escaped(&column.heading));
            }
            out.push_str("</tr></thead>\n");
        }
        out.push_str("<tbody>\n");
        for row in &table.rows {
            line(&mut out, row, &table.columns);
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
    }
    sentences(&mut out, &table.notes);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn line(out: &mut String, row: &Row, columns: &[Column]) {
    let style = match row.style {
        RowStyle::Line => "",
        RowStyle::Heading => " class=\"heading\"",
        RowStyle::Total => " class=\"total\"",
        RowStyle::Sum => " class=\"sum\"",
        RowStyle::Detail => " class=\"detail\"",
    };
    let _ = write!(out, "<tr{style}>");
    for (at, column) in columns.iter().enumerate() {
        let text = match row.cells.get(at).unwrap_or(&Cell::Empty) {
            Cell::Text(text) => escaped(text),
            cell => alone(cell),
        };
        if at == 0 && column.align == Align::Left {
            let deep = match row.indent {
                0 => String::new(),
                deep => format!(" style=\"padding-left:{deep}.4em\""),
            };
            let _ = write!(out, "<th scope=\"row\"{deep}>{text}</th>");
        } else {
            let _ = write!(out, "<td{}>{text}</td>", class(column));
        }
    }
    out.push_str("</tr>\n");
}

fn class(column: &Column) -> &'static str {
    if column.align == Align::Left { "" } else { " class=\"n\"" }
}

fn sentences(out: &mut String, sentences: &[Sentence]) {
    for sentence in sentences {
        let deep = sentence.text.len() - sentence.text.trim_start_matches(' ').len();
        let indent = match deep {
            0 => String::new(),
            deep => format!(" style=\"padding-left:{deep}ch\""),
        };
        let _ = writeln!(out, "<p{indent}>{}</p>", escaped(sentence.text.trim_start()));
    }
}

/// `text` as text of a page or of an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::plain;

    #[test]
    fn words_of_a_file_are_no_markup() {
        let table = Table {
            title: "<script>alert('x')</script>".into(),
            columns: vec![Column::words("a", "A & B"), Column::figures("q", "")],
            rows: vec![Row {
                style: RowStyle::Total,
                indent: 2,
                cells: vec![
                    Cell::text("<img src=\"x\" onerror=y>\u{202e}"),
                    Cell::Number(plain("-1234.50").expect("a number"), Some(3)),
                ],
            }],
            notes: vec!["  </main>".into()],
            ..Table::default()
        };
        let page = html(&table);
        assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
        assert_eq!(page.matches("</main>").count(), 1, "{page}");
        let row = "<tr class=\"total\"><th scope=\"row\" style=\"padding-left:2.4em\">\
                   &lt;img src=&quot;x&quot; onerror=y&gt; </th><td class=\"n\">-1,234.50 ?3</td></tr>";
        assert!(page.contains(row), "{page}");
        assert!(page.contains("A &amp; B"), "{page}");
    }
}
