//! Lines going out: empty ones between them counted, postings held back until their column is known.

use crate::ledger::print::numbers_end;

/// The lines of `text` with their ends: LF, CRLF, a lone CR.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    lines_by(text, b'\r')
}

/// The lines of `text` with their ends: LF, CRLF, and `also`.
pub(super) fn lines_by(text: &str, also: u8) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let mut end = memchr::memchr2(b'\n', also, bytes).unwrap_or(bytes.len());
        if also == b'\n' && end > 0 && bytes.get(end).is_some() && bytes[end - 1] == b'\r' {
            end -= 1;
        }
        let width = match bytes.get(end) {
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => 2,
            Some(_) => 1,
            None => 0,
        };
        let (line, after) = rest.split_at(end);
        let (ending, after) = after.split_at(width);
        rest = after;
        Some((line, ending))
    })
}

/// One line of a block.
pub(super) enum Row<'t> {
    /// As it is, with its indent.
    Plain { indent: usize, text: &'t str },
    /// An account, an amount whose number ends where `number` does, what follows it, a comment.
    Posting(Posting<'t>),
    /// As it lies, its blanks too.
    Verbatim(&'t str),
}

/// A posting in its parts.
#[derive(Default)]
pub(super) struct Posting<'t> {
    pub indent: usize,
    /// `*`, `!` or a flag; empty for none.
    pub mark: &'t str,
    /// Brackets too.
    pub account: &'t str,
    /// The amount up to the end of its first number.
    pub number: &'t str,
    /// The rest of the amount, its blanks before it too.
    pub rest: &'t str,
    /// With its `;`.
    pub comment: &'t str,
}

impl Posting<'_> {
    /// Columns up to the end of the account.
    fn width(&self) -> usize {
        let mark = if self.mark.is_empty() { 0 } else { self.mark.chars().count() + 1 };
        self.indent + mark + self.account.chars().count()
    }
}

/// The text that is being written.
pub(super) struct Page<'t> {
    text: String,
    /// The end of lines that had none.
    ending: &'t str,
    /// The first empty line since the last other one, by its end.
    empty: Option<&'t str>,
    /// The lines of the block that is open.
    rows: Vec<(Row<'t>, &'t str)>,
}

impl<'t> Page<'t> {
    /// An empty one; its line ends are those of `text`, whose lines end with LF, CRLF and `also`.
    pub fn new(text: &'t str, also: u8) -> Page<'t> {
        let ending =
            lines_by(text, also).map(|(_, ending)| ending).find(|ending| !ending.is_empty());
        Page {
            text: String::with_capacity(text.len() + text.len() / 8),
            ending: ending.unwrap_or("\n"),
            empty: None,
            rows: Vec::new(),
        }
    }

    /// An empty line: kept if something follows it, once however many there are.
    pub fn empty(&mut self, ending: &'t str) {
        self.close();
        self.empty.get_or_insert(ending);
    }

    /// Sees to it that the next line stands apart from those before it.
    pub fn apart(&mut self) {
        self.close();
        if !self.text.is_empty() {
            self.empty.get_or_insert(self.ending);
        }
    }

    /// Adds a line to the block that is open.
    pub fn row(&mut self, row: Row<'t>, ending: &'t str) {
        self.rows.push((row, ending));
    }

    /// Writes one line at once.
    pub fn line(&mut self, parts: &[&str], ending: &str) {
        self.close();
        self.between();
        for part in parts {
            self.text.push_str(part);
        }
        self.end(ending);
    }

    /// Writes one line as it lies, empty ones too.
    pub fn verbatim(&mut self, line: &str, ending: &str) {
        self.line(&[line], ending);
    }

    /// Writes the block that is open, its numbers in one column.
    pub fn close(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        self.between();
        let rows = std::mem::take(&mut self.rows);
        let end = numbers_end(rows.iter().filter_map(|(row, _)| match row {
            Row::Posting(posting) if !posting.number.is_empty() => {
                Some((posting.width(), posting.number.chars().count()))
            }
            Row::Posting(_) | Row::Plain { .. } | Row::Verbatim(_) => None,
        }));
        for (row, ending) in &rows {
            match row {
                Row::Plain { indent, text } => {
                    self.pad(*indent);
                    self.text.push_str(text);
                }
                Row::Verbatim(text) => self.text.push_str(text),
                Row::Posting(posting) => self.posting(posting, end),
            }
            self.end(ending);
        }
    }

    fn posting(&mut self, posting: &Posting<'_>, end: usize) {
        self.pad(posting.indent);
        if !posting.mark.is_empty() {
            self.text.push_str(posting.mark);
            self.text.push(' ');
        }
        self.text.push_str(posting.account);
        if !posting.number.is_empty() {
            let (account, number) = (posting.width(), posting.number.chars().count());
            self.pad(end.saturating_sub(account + number).max(2));
            self.text.push_str(posting.number);
            self.text.push_str(posting.rest);
        }
        if !posting.comment.is_empty() {
            self.text.push_str("  ");
            self.text.push_str(posting.comment);
        }
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        self.close();
        self.text
    }

    fn pad(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    /// The empty line that waits, unless nothing stands above it.
    fn between(&mut self) {
        if let Some(ending) = self.empty.take()
            && !self.text.is_empty()
        {
            // After a lone CR a LF would be the rest of one line end.
            let joins = self.text.ends_with('\r') && ending.starts_with('\n');
            self.text.push_str(if joins { "\r" } else { ending });
        }
    }

    fn end(&mut self, ending: &str) {
        let ending = if ending.is_empty() { self.ending } else { ending };
        self.text.push_str(ending);
    }
}
