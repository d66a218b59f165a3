//! Reads the texts that `include` lines name.
//!
//! Records are often kept in a text for each month or year, so that most of a run is texts that one
//! line or some lines after each other include. Where several are there at once, all threads read in
//! them: see [`slices`].

use std::collections::VecDeque;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::Dialect;
use crate::ledger::reader::{Reader, index};
use crate::ledger::scope::Scope;
use crate::ledger::slices::{self, Pace, Part};
use crate::ledger::time;
use crate::source::Source;

/// Texts within texts; deeper is taken for a circle that the names hide.
const DEPTH: usize = 100;
/// Texts in all; more are taken for a mistake.
const TEXTS: usize = 100_000;
/// How far ahead `include` lines are followed before texts are read: so many of them,
const LINES: usize = 256;
/// or until their texts have so many bytes: few at first, for nothing is read before they are open,
const FIRST: usize = 1 << 20;
/// then twice as many each time, up to these. A longer text is read by itself.
const MOST: usize = 8 << 20;

/// What `include` lines come to, in the order of the lines.
#[derive(Default)]
struct Found {
    texts: VecDeque<Result<Arc<Source>, Diagnostic>>,
    bytes: usize,
    /// How many were found before them that have not begun.
    before: usize,
}

impl Found {
    fn push(&mut self, text: Arc<Source>) {
        self.bytes += text.text.len();
        self.texts.push_back(Ok(text));
    }

    fn pop(&mut self) -> Option<Result<Arc<Source>, Diagnostic>> {
        let text = self.texts.pop_front()?;
        self.bytes -= text.as_ref().map_or(0, |text| text.text.len());
        Some(text)
    }

    /// Puts a text before all others.
    fn back(&mut self, text: Arc<Source>) {
        self.bytes += text.text.len();
        self.texts.push_front(Ok(text));
    }
}

/// The path of an `include` line, which may stand in quotes.
pub(super) fn path(rest: &str) -> &str {
    rest.trim_matches(['"', '\''])
}

impl Reader<'_> {
    /// Reads the texts that an `include` line names; those after it, nothing between, are read with it.
    pub fn include<'t>(&mut self, path: &'t str, line: Line<'t>, lines: &mut Lines<'t>) {
        let why = format!("included by `{}`", lines.name);
        let mut found = Found::default();
        self.find(path, line, lines, &mut found);
        // In short slices, the second text is opened while the first is read.
        let mut bytes = self.options.slice.map_or(FIRST, |slice| slice.saturating_mul(2));
        loop {
            self.find_ahead(lines, &mut found, bytes);
            if found.texts.is_empty() {
                break;
            }
            self.read_next(&mut found, lines, &why);
            bytes = MOST.min(bytes.saturating_mul(2));
        }
    }

    /// Follows the `include` lines that come next, until their texts have `bytes` bytes.
    fn find_ahead(&mut self, lines: &mut Lines<'_>, found: &mut Found, bytes: usize) {
        while found.texts.len() < LINES && found.bytes < bytes {
            let before = lines.clone();
            let named = lines.next().and_then(|line| {
                let rest = line.text.strip_prefix("include")?;
                let rest = rest.starts_with([' ', '\t']).then(|| path(rest.trim()))?;
                (!rest.is_empty()).then_some((line, rest))
            });
            let Some((line, path)) = named else {
                *lines = before;
                return;
            };
            self.find(path, line, lines, found);
        }
    }

    /// Finds the texts of one line.
    fn find(&mut self, path: &str, line: Line<'_>, lines: &Lines<'_>, found: &mut Found) {
        let problem =
            |message: String| Diagnostic::error("include", message).at(lines.place(line, path));
        let texts = self.ledger.sources.len() + found.before + found.texts.len();
        if self.chain.len() > DEPTH || texts > TEXTS {
            // Once is enough, for there may be a million of such lines.
            if !self.endless {
                self.endless = true;
                let limit = format!("at most {TEXTS} texts, {DEPTH} within each other, are read");
                let problem = problem("texts include texts without end".to_owned())
                    .note(limit)
                    .help("put what is included so often into one file");
                found.texts.push_back(Err(problem));
            }
            return;
        }
        // `timedot:hours.txt`, in hledger.
        let prefixed = match self.dialect {
            Dialect::Hledger => path
                .split_once(':')
                .and_then(|(word, rest)| Some((time::Format::named(word)?, rest))),
            Dialect::Ledger | Dialect::Beancount => None,
        };
        let path = prefixed.map_or(path, |(_, rest)| rest);
        let texts = match (self.load)(path, lines.name) {
            Ok(texts) => texts,
            Err(why) => {
                found.texts.push_back(Err(problem(format!("cannot include `{path}`: {why}"))));
                return;
            }
        };
        if texts.is_empty() {
            let problem = Diagnostic::warning("include", format!("`{path}` matches no file"));
            let problem = problem.at(lines.place(line, path));
            found.texts.push_back(Err(problem.help("correct the pattern, or remove the line")));
        }
        for text in texts {
            if !self.chain.contains(&text.name) {
                if let Some((format, _)) = prefixed {
                    self.formats.insert(text.name.clone(), format);
                }
                found.push(Arc::new(text));
                continue;
            }
            // A pattern may well match the text it stands in.
            if path.contains(['*', '?', '[']) {
                continue;
            }
            let chain: Vec<&str> = self.chain.iter().map(|name| &**name).collect();
            let problem = problem(format!("`{}` includes itself", text.name))
                .note(format!("by way of {}", chain.join(", ")));
            found.texts.push_back(Err(problem));
        }
    }

    /// Whether threads may read a text together with others.
    fn is_plain(&self, text: &Source) -> bool {
        text.text.len() <= MOST && self.format(&text.name) == time::Format::Journal
    }

    /// The first of these texts, if threads may read it.
    fn plain(&self, found: &mut Found, why: &str) -> Option<Part> {
        if !matches!(found.texts.front(), Some(Ok(text)) if self.is_plain(text)) {
            return None;
        }
        found.pop()?.ok().map(|text| Part::whole(text, why.to_owned()))
    }

    /// Reads the first of these texts, or together with it those that come next.
    fn read_next(&mut self, found: &mut Found, lines: &mut Lines<'_>, why: &str) {
        let before = self.scope.clone();
        if self.dialect == Dialect::Ledger {
            self.scope.outer = self.scope.applied.len();
        }
        let texts = found.texts.iter().map_while(|text| text.as_ref().ok());
        let plain = texts.take_while(|text| self.is_plain(text));
        let bytes = plain.map(|text| text.text.len()).sum();
        let mut pace = Pace::new(self.options, self.debt);
        if bytes > 0 && pace.cuts(0, bytes) {
            self.read_together(found, lines, why, &mut pace);
        } else {
            match found.pop() {
                Some(Ok(text)) => self.source(&text, why.to_owned()),
                Some(Err(problem)) => return self.problem(problem),
                None => return,
            }
        }
        if self.dialect == Dialect::Hledger {
            self.scope = before;
            self.commodities.decimal_mark = self.scope.decimal_mark;
            self.commodities.default = self.scope.default;
            self.commodities.default_mark = self.scope.default_mark;
        } else {
            let Scope { year, parents, applied, outer, .. } = before;
            let now = std::mem::take(&mut self.scope);
            self.scope = Scope { year, parents, applied, outer, ..now };
        }
    }

    /// Reads plain texts on all threads; those that the next lines name are opened meanwhile.
    fn read_together(
        &mut self,
        found: &mut Found,
        lines: &mut Lines<'_>,
        why: &str,
        pace: &mut Pace,
    ) {
        let Some(first) = self.plain(found, why) else { return };
        let unread = std::iter::from_fn(|| self.plain(found, why)).collect();
        let number = index(self.ledger.sources.len());
        self.text_begins(&first.source, why.to_owned());
        let mut feed = |reader: &mut Self, before| {
            found.before = before;
            if found.texts.is_empty() {
                reader.find_ahead(lines, found, 1);
            }
            reader.plain(found, why)
        };
        let stand = slices::read(self, number, first, unread, *pace, Some(&mut feed));
        found.before = 0;
        for part in stand.unread.into_iter().rev() {
            found.back(part.source);
        }
        pace.pay(0, stand.lost);
        self.debt = pace.debt(0);
        let Part { source, at, above, yearless, .. } = stand.part;
        let number = index(self.ledger.sources.len() - 1);
        let mut lines = Lines::new(number, &source.name, &source.text);
        lines.jump(at, above);
        self.lines(&mut lines, yearless);
        self.chain.pop();
    }
}
