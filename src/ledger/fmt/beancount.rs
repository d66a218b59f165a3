//! Tidies Beancount files.

use super::after_blanks;
use super::page::{Page, Posting, Row, lines_by};

/// Columns before a posting, as people write it.
const INDENT: usize = 2;

/// The text, tidied.
pub(super) fn fmt(text: &str) -> String {
    let mut page = Page::new(text, b'\n');
    let mut block = Block::default();
    // A lone carriage return is a blank to Beancount, not the end of a line.
    let mut held = None;
    for (line, ending) in lines_by(text, b'\n') {
        if block.string {
            block.string = leaves_open(line, true);
            let shown = if block.string { line } else { before_blanks(line) };
            // Within a string an empty line is part of it.
            page.row(Row::Verbatim(shown), ending);
            continue;
        }
        if before_blanks(line).is_empty() {
            // A line of blanks within a transaction does not end it, an empty one does.
            if block.transaction && line.starts_with([' ', '\t']) {
                held.get_or_insert((line, ending));
            } else {
                held = None;
                page.empty(ending);
                block = Block::default();
            }
            continue;
        }
        if let Some((blanks, end)) = held.take() {
            if line.starts_with([' ', '\t']) {
                page.row(Row::Verbatim(blanks), end);
            } else {
                page.empty(end);
                block = Block::default();
            }
        }
        if !line.starts_with([' ', '\t']) {
            // Lines that begin with other marks are passed over by Beancount, quotes and all.
            let read = line
                .starts_with(|first: char| first.is_ascii_digit() || first.is_ascii_lowercase());
            let string = read && leaves_open(line, false);
            let shown = if string { line } else { head(line, ending) };
            let dated = is_transaction(shown);
            if dated && block.transaction {
                page.apart();
            }
            page.close();
            block = Block { transaction: dated, string, posted: None };
            page.row(Row::Verbatim(shown), ending);
            continue;
        }
        block.string = leaves_open(line, false);
        page.row(block.indented(line), ending);
    }
    page.finish()
}

/// The text before the blanks at its end; a carriage return is one.
fn before_blanks(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\r'])
}

/// The first line of a directive without the blanks at its end; as it lies where a carriage return is one
/// of them, for before one a letter is no flag to Beancount. At the end of the text there is none left.
fn head<'t>(line: &'t str, ending: &str) -> &'t str {
    let shown = before_blanks(line);
    if line[shown.len()..].contains('\r') && !ending.is_empty() { line } else { shown }
}

/// What is known of the directive that is open.
#[derive(Default)]
struct Block {
    transaction: bool,
    /// A string of it has not ended yet.
    string: bool,
    /// The indent that its last posting had.
    posted: Option<usize>,
}

impl Block {
    fn indented<'t>(&mut self, line: &'t str) -> Row<'t> {
        let text = after_blanks(line);
        let indent = line.len() - text.len();
        let text = if self.string { text } else { before_blanks(text) };
        if self.transaction
            && !self.string
            && let Some(posting) = posting(text)
        {
            self.posted = Some(indent);
            return Row::Posting(posting);
        }
        let key = text.split_once(':').is_some_and(|(key, _)| {
            key.starts_with(|first: char| first.is_ascii_lowercase())
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
        // Metadata below a posting is the posting's; a comment, where it stood further in.
        let deeper = self.posted.is_some_and(|posted| key || indent > posted);
        Row::Plain { indent: if deeper { 2 * INDENT } else { INDENT }, text }
    }
}

/// Whether a line begins a transaction: a date, then a flag, `txn` or a string.
fn is_transaction(line: &str) -> bool {
    let end = line.find([' ', '\t', '"']).unwrap_or(line.len());
    let (date, rest) = line.split_at(end);
    let rest = after_blanks(rest);
    let word = rest.split([' ', '\t', '"']).next().unwrap_or_default();
    date.starts_with(|first: char| first.is_ascii_digit())
        && (word == "txn" || (word.is_empty() && rest.starts_with('"')) || is_flag(word))
}

fn is_flag(word: &str) -> bool {
    let mut letters = word.chars();
    let flag = letters.next().is_some_and(|letter| {
        letter.is_ascii_uppercase() || matches!(letter, '*' | '!' | '&' | '#' | '?' | '%')
    });
    flag && letters.next().is_none()
}

/// A posting in its parts; `None`: something else.
fn posting(text: &str) -> Option<Posting<'_>> {
    let (word, after) = text.split_at(text.find([' ', '\t']).unwrap_or(text.len()));
    let (mark, named) = if is_flag(word) { (word, after_blanks(after)) } else { ("", text) };
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':') || !c.is_ascii();
    let (account, rest) = named.split_at(named.find(|c| !letter(c)).unwrap_or(named.len()));
    let begins = |c: char| c.is_ascii_uppercase() || !c.is_ascii();
    if !account.starts_with(begins) || !account.contains(':') || account.ends_with(':') {
        return None;
    }
    let rest = after_blanks(rest);
    let (amount, comment) = rest.split_at(comment_start(rest));
    let amount = before_blanks(amount);
    let (number, rest) = amount.split_at(number_end(amount));
    Some(Posting { indent: INDENT, mark, account, number, rest, comment })
}

/// Where the number at the start of an amount ends, which may be a sum; all of it where none stands
/// there.
fn number_end(amount: &str) -> usize {
    let is_number = |c: char| {
        c.is_ascii_digit()
            || matches!(c, '.' | ',' | '+' | '-' | '*' | '/' | '(' | ')' | ' ' | '\t')
    };
    let end = amount.find(|c| !is_number(c)).unwrap_or(amount.len());
    match before_blanks(&amount[..end]).len() {
        0 => amount.len(),
        end => end,
    }
}

/// Where the comment of a line begins.
fn comment_start(line: &str) -> usize {
    scan(line, false).0
}

/// Whether a string that is open at the start of a line, or that begins on it, is open at its end.
fn leaves_open(line: &str, open: bool) -> bool {
    scan(line, open).1
}

/// Where the comment of a line begins, and whether a string is open at its end.
fn scan(line: &str, open: bool) -> (usize, bool) {
    let (mut quoted, mut escaped) = (open, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => return (at, false),
            _ => {}
        }
    }
    (line.len(), quoted)
}
