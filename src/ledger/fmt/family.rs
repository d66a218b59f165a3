//! Tidies journals of Ledger and hledger.

use super::page::{Page, Posting, Row, lines};
use super::{after_blanks, before_blanks};
use crate::ledger::directive::{ends_block, split_word};
use crate::ledger::header::{account_end, status};

/// Columns before a posting, as canonical blocks have them.
const INDENT: usize = 4;

/// What the indented lines below a line are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    /// Postings and comments.
    Postings,
    /// Words of a declaration.
    Words,
    /// Something of another language, or nothing that is known.
    Foreign,
}

/// The text, tidied.
pub(super) fn fmt(text: &str) -> String {
    let mut page = Page::new(text, b'\r');
    let mut below = Below::Foreign;
    // Whether the line before belongs to a transaction.
    let mut within = false;
    let mut all = lines(text);
    while let Some((line, ending)) = all.next() {
        if after_blanks(line).is_empty() {
            page.empty(ending);
            // Indented lines below an empty one belong to nothing.
            (below, within) = (Below::Foreign, false);
            continue;
        }
        if line.trim_ascii().is_empty() {
            // A form feed is no blank, but ends a block as an empty line does.
            page.line(&[before_blanks(line)], ending);
            (below, within) = (Below::Foreign, false);
            continue;
        }
        match line.as_bytes()[0] {
            b' ' | b'\t' => match below {
                Below::Postings => page.row(posting(line), ending),
                Below::Words => {
                    let text = before_blanks(after_blanks(line));
                    page.row(Row::Plain { indent: INDENT, text }, ending);
                }
                Below::Foreign => page.row(Row::Verbatim(before_blanks(line)), ending),
            },
            b';' | b'#' | b'*' | b'%' | b'|' => {
                page.line(&[before_blanks(line)], ending);
                (below, within) = (Below::Foreign, false);
            }
            first => {
                let dated = first.is_ascii_digit();
                if dated && within {
                    page.apart();
                }
                (below, within) = (Below::Foreign, dated);
                if dated {
                    header(line, ending, &mut page);
                    below = Below::Postings;
                    continue;
                }
                page.line(&[before_blanks(line)], ending);
                let text = line.strip_prefix(['!', '@']).unwrap_or(line);
                let (word, _) = split_word(text);
                match word {
                    "comment" | "test" => skip(&mut all, &mut page),
                    "account" | "commodity" | "payee" | "tag" => below = Below::Words,
                    _ if matches!(first, b'~' | b'=') => below = Below::Postings,
                    _ => {}
                }
            }
        }
    }
    page.finish()
}

/// A block of text that is no journal, as it lies.
fn skip<'t>(lines: &mut impl Iterator<Item = (&'t str, &'t str)>, page: &mut Page<'t>) {
    for (line, ending) in lines {
        page.verbatim(line, ending);
        if ends_block(line) {
            return;
        }
    }
}

/// A header: one blank after date, mark and code; what follows as it is.
fn header<'t>(line: &'t str, ending: &'t str, page: &mut Page<'t>) {
    let line = before_blanks(line);
    let end = line.find([' ', '\t']).unwrap_or(line.len());
    let (date, mut rest) = line.split_at(end);
    let mut parts = vec![date];
    // Of the blanks before a comment, none may go: they can be what makes it one.
    let gap = |rest: &mut &'t str, parts: &mut Vec<&'t str>| {
        let after = after_blanks(rest);
        if after.len() < rest.len() && !after.starts_with(';') {
            parts.push(" ");
            *rest = after;
        }
    };
    gap(&mut rest, &mut parts);
    let mark = rest.len() - status(rest).1.len();
    if mark > 0 {
        parts.push(&rest[..mark]);
        rest = &rest[mark..];
        gap(&mut rest, &mut parts);
    }
    if rest.starts_with('(')
        && let Some(end) = rest.find(')')
    {
        parts.push(&rest[..=end]);
        rest = &rest[end + 1..];
        gap(&mut rest, &mut parts);
    }
    parts.push(rest);
    page.line(&parts, ending);
}

/// A posting, or a comment among postings.
fn posting(line: &str) -> Row<'_> {
    let text = before_blanks(after_blanks(line));
    let checks = ["assert ", "check ", "expr "].iter().any(|word| text.starts_with(word));
    if text.starts_with(';') || checks {
        return Row::Plain { indent: INDENT, text };
    }
    let mark = text.len() - status(text).1.len();
    let (mark, named) = text.split_at(mark);
    let (account, rest) = {
        let named = after_blanks(named);
        named.split_at(account_end(named))
    };
    let rest = after_blanks(rest);
    let (amount, comment) = rest.split_at(comment_start(rest));
    let amount = before_blanks(amount);
    let (number, rest) = amount.split_at(number_end(amount));
    Row::Posting(Posting { indent: INDENT, mark, account, number, rest, comment })
}

/// Where the comment after an amount begins.
fn comment_start(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

/// Where the first number of an amount ends; that of an expression, its last bracket. All of it where
/// there is no number.
fn number_end(amount: &str) -> usize {
    let bytes = amount.as_bytes();
    if bytes.first() == Some(&b'(') {
        let mut depth = 0usize;
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return at + 1,
                b')' => depth -= 1,
                _ => {}
            }
        }
        return amount.len();
    }
    let mut quoted = false;
    let first = bytes.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && byte.is_ascii_digit()
    });
    let Some(first) = first else { return amount.len() };
    let ends = |byte: &u8| !byte.is_ascii_digit() && !matches!(byte, b'.' | b',' | b'\'' | b'_');
    bytes[first..].iter().position(ends).map_or(amount.len(), |length| first + length)
}
