//! Transactions: header, postings, and the metadata of any directive.

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{Item, Spec, What};
use crate::ledger::beancount::parse::{Head, Parser, Told, index, last};
use crate::ledger::model::{AmountFrom, PostingKind, PostingRow, Status, TransactionRow};

impl Parser<'_, '_> {
    /// A transaction, its date and mark passed. With a line that cannot be read, it is left out.
    pub(super) fn transaction(&mut self, head: Head, status: Status) {
        let first = self.draft.ledger.postings.len();
        let specs = self.draft.specs.len();
        let mut good = self.header().is_ok();
        if !good {
            self.cursor.next_line();
        }
        self.forget_keys();
        let mut end = self.line_end();
        while self.indented() {
            let line = match self.cursor.byte() {
                b'a'..=b'z' => self.metadata(true),
                b'^' => self.own_tags(first),
                b'#' if !matches!(self.cursor.peek(1), b' ' | b'\t') => self.own_tags(first),
                _ => self.posting(),
            };
            if line.is_err() {
                good = false;
                self.cursor.next_line();
            }
            end = self.line_end();
        }
        if !good {
            self.draft.ledger.postings.truncate(first);
            self.draft.specs.truncate(specs);
            return;
        }
        let count = self.draft.ledger.postings.len() - first;
        let end = self.without_line_end(end);
        self.draft.ledger.transactions.push(TransactionRow {
            date: head.date,
            source: self.source,
            start: index(head.start),
            length: index(end.saturating_sub(head.start)),
            line: head.line,
            first: index(first),
            count: index(count),
            status,
        });
        self.draft.items.push(Item {
            date: head.date,
            what: What::Transaction(last(self.draft.ledger.transactions.len())),
            source: self.source,
            line: head.line,
            start: index(head.start),
        });
    }

    /// Whether an indented line follows that says something; the cursor is at its first word then.
    fn indented(&mut self) -> bool {
        loop {
            if self.cursor.is_end() || !matches!(self.cursor.byte(), b' ' | b'\t') {
                return false;
            }
            self.cursor.blanks();
            match self.cursor.byte() {
                b'\n' => return false,
                b';' => self.cursor.next_line(),
                _ => return true,
            }
        }
    }

    /// `"payee" "narration" #tag ^link`, and the line's end.
    fn header(&mut self) -> Result<(), Told> {
        let mut strings = 0;
        loop {
            self.cursor.blanks();
            match self.cursor.byte() {
                b'"' => {
                    if strings == 2 {
                        let place = self.place_here();
                        return Err(self.told(
                            Diagnostic::error("strings", "a transaction has at most two texts")
                                .at(place)
                                .help("the first is the payee, the second the narration"),
                        ));
                    }
                    self.string()?;
                    strings += 1;
                }
                b'|' => {
                    if !self.options.pipe {
                        let place = self.place_here();
                        self.report(
                            Diagnostic::error("pipe", "Beancount no longer reads `|` here")
                                .at(place)
                                .help("leave it out: two texts are payee and narration"),
                        );
                    }
                    self.cursor.at += 1;
                }
                _ => break,
            }
        }
        self.tags_and_links();
        self.end_of_line()
    }

    /// Tags and links, however many stand here.
    pub(super) fn tags_and_links(&mut self) {
        loop {
            self.cursor.blanks();
            if self.cursor.marked(b'#').is_none() && self.cursor.marked(b'^').is_none() {
                return;
            }
        }
    }

    /// Tags and links on a line of their own, which stands before the first posting.
    fn own_tags(&mut self, first: usize) -> Result<(), Told> {
        if self.draft.ledger.postings.len() > first {
            let place = self.place_here();
            return Err(self.told(
                Diagnostic::error("tags", "tags and links stand before the first posting")
                    .at(place)
                    .help("move the line up, below the header"),
            ));
        }
        self.tags_and_links();
        self.end_of_line()
    }

    /// One posting, and its line's end.
    fn posting(&mut self) -> Result<(), Told> {
        let start = self.cursor.line_start;
        let status = match self.cursor.byte() {
            b'*' => Some(Status::Cleared),
            b'!' => Some(Status::Pending),
            b'&' | b'#' | b'?' | b'%' => Some(Status::Unmarked),
            b'A'..=b'Z' if matches!(self.cursor.peek(1), b' ' | b'\t') => Some(Status::Unmarked),
            _ => None,
        };
        if status.is_some() {
            self.cursor.at += 1;
            self.cursor.blanks();
        }
        let account = self.account()?;
        self.cursor.blanks();
        let from = self.cursor.at;
        let number = self.optional_number()?;
        self.cursor.blanks();
        let commodity = self.optional_currency()?;
        let length = self.cursor.at - from;
        self.cursor.blanks();
        let mut spec = Spec::default();
        if self.cursor.byte() == b'{' {
            spec.cost = Some(self.cost()?);
            self.cursor.blanks();
        }
        if self.cursor.byte() == b'@' {
            spec.price = self.unit_price(number, spec.cost.as_ref())?;
        }
        self.cursor.blanks();
        if !self.cursor.is_line_end() {
            let what = if length == 0 {
                "an amount such as `-91.05 USD`"
            } else {
                "`{cost}`, `@ price` or the line's end"
            };
            let example = "a posting is `Assets:Broker  -10 VTI {240.00 USD} @ 250.00 USD`";
            let diagnostic = self.unexpected(what).help(example);
            return Err(self.told(diagnostic));
        }
        self.cursor.next_line();
        self.forget_keys();
        let mut detail = 0;
        if spec.cost.is_some() || spec.price.is_some() {
            self.draft.specs.push(spec);
            detail = index(self.draft.specs.len());
        }
        // A number that is to be computed is `Elided`, a currency that is to be found is none.
        let amount = if number.is_some() { AmountFrom::Written } else { AmountFrom::Elided };
        let number = number.unwrap_or_default();
        self.draft.ledger.postings.push(PostingRow {
            account,
            commodity,
            number,
            start: index(start),
            detail,
            kind: PostingKind::Real,
            amount,
            status: status.unwrap_or_default(),
        });
        Ok(())
    }

    /// The metadata below a directive that is no transaction.
    pub(super) fn metadata_lines(&mut self) {
        while self.indented() {
            if self.metadata(false).is_err() {
                self.cursor.next_line();
            }
        }
    }

    /// `key: value` and its line's end. In a transaction a key may be given only once.
    fn metadata(&mut self, once: bool) -> Result<(), Told> {
        let start = self.cursor.at;
        let Some(key) = self.cursor.key() else {
            return Err(self.expected("a posting or metadata such as `key: \"value\"`"));
        };
        self.cursor.blanks();
        let from = self.cursor.at;
        if !self.cursor.is_line_end() {
            self.value(
                "a value: a text in quotes, a number, an amount, a date, an account, a tag",
            )?;
        }
        let value = self.cursor.since(from);
        if once {
            // Beancount lets pass what is the same object to Python: names, but no texts and numbers.
            let is_name = !value.starts_with(|c: char| c == '"' || c.is_ascii_digit());
            let known = *self.keys.entry(key).or_insert("\0");
            if known != "\0" && !(is_name && known == value) {
                let place = self.cursor.place(&self.file, start, key.len() + 1);
                self.report(
                    Diagnostic::error("metadata", format!("`{key}` has a value already"))
                        .at(place)
                        .help("the first one counts; remove one, or give it another key"),
                );
            }
            if known == "\0" {
                self.keys.insert(key, value);
            }
        }
        self.end_of_line()
    }

    /// One value of metadata or of `custom`.
    pub(super) fn value(&mut self, expected: &str) -> Result<(), Told> {
        match self.cursor.byte() {
            b'"' => {
                self.string()?;
            }
            b'#' => {
                if self.cursor.marked(b'#').is_none() {
                    return Err(self.expected(expected));
                }
            }
            b'0'..=b'9' if self.cursor.is_date() => {
                self.day()?;
            }
            b'0'..=b'9' | b'+' | b'-' | b'(' => {
                self.number()?;
                self.cursor.blanks();
                self.optional_currency()?;
            }
            b'A'..=b'Z' | 0x80.. => {
                let word = ["TRUE", "FALSE", "NULL"].into_iter().any(|word| {
                    self.cursor.here().trim_end_matches(';') == word && self.cursor.word(word)
                });
                // An account that is only mentioned is none of the ledger's.
                if !word && self.cursor.account().is_some() {
                } else if !word {
                    self.currency()?;
                }
            }
            _ => return Err(self.expected(expected)),
        }
        Ok(())
    }

    /// Metadata of something else follows.
    fn forget_keys(&mut self) {
        if !self.keys.is_empty() {
            self.keys.clear();
        }
    }

    /// The values of `custom`.
    pub(super) fn values(&mut self) -> Result<(), Told> {
        loop {
            self.cursor.blanks();
            if self.cursor.is_line_end() {
                return Ok(());
            }
            let expected = "a value: a text in quotes, a number, an amount, a date, an account";
            let is_name = match self.cursor.byte() {
                b'#' => true,
                b'A'..=b'Z' | b'/' => {
                    let word = self.cursor.here();
                    self.cursor.clone().currency().is_some_and(|name| name == word)
                        || word == "NULL"
                }
                _ => false,
            };
            if is_name {
                return Err(self.expected(expected));
            }
            self.value(expected)?;
        }
    }
}
