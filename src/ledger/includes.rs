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
/// How far ahead `include` lines are followed: so many of them,
const AHEAD: usize = 256;
/// or until their texts have so many bytes: few at first, for nothing is read before they are open,
const FIRST: usize = 1 << 20;
/// then twice as many each time, up to these.
const MOST: usize = 8 << 20;

/// What `include` lines come to, in the order of the lines.
#[derive(Default)]
struct Found {
    texts: VecDeque<Result<Source, Diagnostic>>,
    bytes: usize,
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
        let mut bytes = FIRST;
        self.find_ahead(lines, &mut found, bytes);
        while !found.texts.is_empty() {
            let mut later = Found::default();
            bytes = MOST.min(bytes * 2);
            // Their files are opened while other threads read in those that are open.
            let mut ahead = Some(|reader: &mut Self| reader.find_ahead(lines, &mut later, bytes));
            while !found.texts.is_empty() {
                self.read_next(&mut found.texts, &why, &mut ahead);
            }
            if let Some(mut ahead) = ahead {
                ahead(self);
            }
            found = later;
        }
    }

    /// Follows the `include` lines that come next, until their texts have `bytes` bytes.
    fn find_ahead(&mut self, lines: &mut Lines<'_>, found: &mut Found, bytes: usize) {
        while found.texts.len() < AHEAD && found.bytes < bytes {
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
        if self.chain.len() > DEPTH || self.ledger.sources.len() + found.texts.len() > TEXTS {
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
                found.bytes += text.text.len();
                found.texts.push_back(Ok(text));
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

    /// Reads the first of these texts, or several of them. `ahead` is done once while other threads
    /// read, if others do.
    fn read_next(
        &mut self,
        found: &mut VecDeque<Result<Source, Diagnostic>>,
        why: &str,
        ahead: &mut Option<impl FnOnce(&mut Self)>,
    ) {
        let before = self.scope.clone();
        if self.dialect == Dialect::Ledger {
            self.scope.outer = self.scope.applied.len();
        }
        let texts = found.iter().map_while(|text| text.as_ref().ok());
        let mut room = MOST;
        let plain = texts.take_while(|text| {
            let clock = self.format(&text.name) != time::Format::Journal;
            let fits = room.checked_sub(text.text.len());
            room = fits.unwrap_or(0);
            !clock && fits.is_some()
        });
        let lengths: Vec<usize> = plain.map(|text| text.text.len()).collect();
        let mut pace = Pace::new(self.options, self.debt);
        if lengths.len() > 1 && pace.cuts(0, lengths.iter().sum()) {
            let sources: Vec<Arc<Source>> =
                found.drain(..lengths.len()).flatten().map(Arc::new).collect();
            let first = self.ledger.sources.len();
            let mut parts: Vec<Part<'_>> = (first..)
                .zip(&sources)
                .map(|(at, source)| Part {
                    lines: Lines::new(index(at), &source.name, &source.text),
                    source,
                    why: why.to_owned(),
                    yearless: None,
                })
                .collect();
            self.text_begins(&sources[0], why.to_owned());
            let meanwhile = |reader: &mut Self| {
                if let Some(ahead) = ahead.take() {
                    // What comes later does not stand within the first of these.
                    let first = reader.chain.pop();
                    ahead(reader);
                    reader.chain.extend(first);
                }
            };
            let (last, dropped) = slices::read(self, &mut parts, &pace, meanwhile);
            pace.pay(0, dropped);
            self.debt = pace.debt(0);
            let mut rest = parts.drain(last..);
            if let Some(mut part) = rest.next() {
                self.lines(&mut part.lines, part.yearless);
                self.chain.pop();
            }
            drop(rest);
            drop(parts);
            let unread = sources.into_iter().skip(last + 1);
            for source in unread.rev().filter_map(Arc::into_inner) {
                found.push_front(Ok(source));
            }
        } else {
            match found.pop_front() {
                Some(Ok(text)) => self.source(text, why.to_owned()),
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
}
