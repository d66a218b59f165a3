//! Reads texts of the Ledger family line by line into rows, amounts as written.
//!
//! In: sources. Out: a `Ledger` whose transactions are not balanced yet. One pass, no copies of
//! free text; an account's name is looked up by the letters it is written with.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ledger::Load;
use crate::ledger::amount::{self, Fault, blanks};
use crate::ledger::balancing;
use crate::ledger::commodities::Commodities;
use crate::ledger::day::{self, Day};
use crate::ledger::guesses::Guesses;
use crate::ledger::header;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{
    AccountId, Dialect, Inert, Ledger, Options, Status, TransactionRow, Xxh,
};
use crate::ledger::rules::Rule;
use crate::ledger::scope::Scope;
use crate::ledger::slices::{self, Pace, Part, Stand};
use crate::ledger::sums::Sums;
use crate::ledger::time;
use crate::period::NaiveDate;
use crate::source::{Name, Place, Source};

/// Bytes that one thread reads before it gives back what lies behind it.
pub(super) const LET_GO: usize = 1 << 20;

/// What reading has found so far.
pub(super) struct Reader<'o> {
    pub ledger: Ledger,
    pub commodities: Commodities,
    pub scope: Scope,
    pub rules: Vec<Rule>,
    /// `--input-date-format`
    pub date_format: Option<String>,
    /// Who clocked in and has not clocked out, in a journal of Ledger's.
    pub clocked_in: time::Clock,
    /// What a text is read as where its name does not say it: `include timedot:hours.txt`.
    pub formats: HashMap<Name, time::Format>,
    /// Transactions that did not come to zero when they were read, by index.
    pub unsettled: Vec<u32>,
    pub guessed: Guesses,
    /// Of the transaction that is being read.
    sums: Sums,
    pub dialect: Dialect,
    pub options: Options,
    pub load: Load<'o>,
    /// The texts that are open, outermost first.
    pub chain: Vec<Name>,
    /// Whether it was said that texts include texts without end.
    pub endless: bool,
    /// Bytes to read in order before a text is cut into slices: as many as were read for nothing.
    pub debt: usize,
    /// Empty rows of slices, for the next ones.
    pub spare: Vec<slices::Rows>,
}

/// Dates without a year for which today's was taken: the first, that year, and how many.
#[derive(Clone, Debug)]
pub(super) struct Yearless {
    pub place: Place,
    pub year: i32,
    pub count: u32,
}

/// The accounts of texts by the letters they are written with.
pub(super) type Written = HashMap<&'static str, AccountId, BuildHasherDefault<Xxh>>;

impl<'o> Reader<'o> {
    /// Nothing read yet.
    pub fn new(options: Options, load: Load<'o>) -> Reader<'o> {
        let dialect = options.dialect.unwrap_or(Dialect::Hledger);
        Reader {
            ledger: Ledger::default(),
            commodities: Commodities::new(dialect),
            scope: Scope::default(),
            rules: Vec::new(),
            clocked_in: time::Clock::default(),
            formats: HashMap::new(),
            unsettled: Vec::new(),
            guessed: IndexMap::new(),
            sums: Sums::default(),
            date_format: None,
            dialect,
            options,
            load,
            chain: Vec::new(),
            endless: false,
            debt: 0,
            spare: Vec::new(),
        }
    }

    /// Reads a text that is not included by another.
    pub fn root(&mut self, source: Source, dialect: Dialect, why: String) {
        self.dialect = dialect;
        self.commodities.dialect = dialect;
        self.scope = Scope::default();
        self.commodities.decimal_mark = None;
        self.commodities.default = None;
        self.commodities.default_mark = None;
        self.source(&Arc::new(source), why);
        time::end(self);
    }

    /// Reads one text and those it includes.
    pub fn source(&mut self, source: &Arc<Source>, why: String) {
        if source.text.len() >= u32::MAX as usize {
            let problem = Diagnostic::error("text-too-long", "a text may have at most 4 GiB");
            self.problem(
                problem.at(Place::file(&source.name)).help("split it into one text for each year"),
            );
            return;
        }
        let index = index(self.ledger.sources.len());
        self.text_begins(source, why);
        let mut lines = Lines::new(index, &source.name, &source.text);
        match self.format(&source.name) {
            time::Format::Clock => time::clock(self, &mut lines),
            time::Format::Dots => time::dots(self, &mut lines),
            time::Format::Journal => self.lines(&mut lines, None),
        }
        self.chain.pop();
    }

    /// What a text of this name is read as.
    pub fn format(&self, name: &Name) -> time::Format {
        self.formats.get(name).copied().unwrap_or_else(|| time::Format::of(name))
    }

    /// A text begins: its lines are read from here on.
    pub fn text_begins(&mut self, source: &Arc<Source>, why: String) {
        self.ledger.sources.push(Arc::clone(source));
        self.ledger.dialects.push((self.dialect, why));
        self.chain.push(source.name.clone());
    }

    /// A text of lines ends: says what only all of it tells.
    pub fn text_ends(&mut self, yearless: Option<Yearless>) {
        if let Some(yearless) = yearless {
            self.warn_yearless(yearless);
        }
        self.warn_guessed();
    }

    /// Reads what is left of a text; `yearless`: those above.
    pub fn lines(&mut self, lines: &mut Lines<'_>, mut yearless: Option<Yearless>) {
        let mut written = Written::default();
        let mut pace = Pace::new(self.options, lines.at() + std::mem::take(&mut self.debt));
        let mut read = lines.at();
        loop {
            if lines.peek().is_some_and(|first| first.is_ascii_digit())
                && pace.cuts(lines.at(), lines.text().len())
            {
                let source = Arc::clone(&self.ledger.sources[lines.source as usize]);
                let (at, above, why) = (lines.at(), lines.number() - 1, String::new());
                let part = Part { source, at, above, why, yearless };
                let none = VecDeque::new();
                let Stand { part, lost, .. } =
                    slices::read(self, lines.source, part, none, pace, None);
                yearless = part.yearless;
                lines.jump(part.at, part.above - above);
                pace.pay(lines.at(), lost);
                read = lines.at();
            }
            let Some(line) = lines.next() else { break };
            self.line(line, lines, &mut written, &mut yearless);
            if lines.at() - read >= LET_GO {
                self.ledger.sources[lines.source as usize].text.let_go(read..lines.at());
                read = lines.at();
            }
        }
        self.ledger.sources[lines.source as usize].text.let_go(read..lines.at());
        self.debt = pace.debt(lines.at());
        self.text_ends(yearless);
    }

    /// Reads the lines of a slice of a text, up to one that may say something for the lines below it;
    /// whether there was none.
    pub fn slice(
        &mut self,
        lines: &mut Lines<'_>,
        written: &mut Written,
        yearless: &mut Option<Yearless>,
    ) -> bool {
        while let Some(first) = lines.peek() {
            let before = lines.clone();
            let Some(line) = lines.next() else { break };
            let speaks_for_itself =
                matches!(
                    first,
                    b'0'..=b'9' | b' ' | b'\t' | b'\r' | b'\n' | b';' | b'#' | b'*' | b'%' | b'|'
                ) || ["P ", "payee ", "tag "].iter().any(|word| line.text.starts_with(word));
            if !speaks_for_itself {
                *lines = before;
                return false;
            }
            self.line(line, lines, written, yearless);
        }
        true
    }

    fn line<'t>(
        &mut self,
        line: Line<'t>,
        lines: &mut Lines<'t>,
        written: &mut Written,
        yearless: &mut Option<Yearless>,
    ) {
        match line.text.as_bytes().first() {
            None | Some(b';' | b'#' | b'*' | b'%' | b'|') => {}
            Some(b'0'..=b'9') => self.transaction(line, lines, written, yearless),
            Some(b' ' | b'\t') => self.indented(line, lines),
            Some(_) => {
                let before = (self.scope.aliases.len(), self.scope.parents.len());
                self.directive(line, lines);
                if before != (self.scope.aliases.len(), self.scope.parents.len()) {
                    written.clear();
                }
            }
        }
    }

    /// An indented line that belongs to nothing.
    fn indented(&mut self, line: Line<'_>, lines: &mut Lines<'_>) {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with([';', '#', '*']) {
            return;
        }
        self.problem(
            Diagnostic::error("indented", "an indented line belongs to nothing")
                .at(lines.place(line, text))
                .help("remove the blanks before it, or the empty line above it"),
        );
        lines.skip_indented();
    }

    /// One transaction, its header read already.
    fn transaction<'t>(
        &mut self,
        line: Line<'t>,
        lines: &mut Lines<'t>,
        written: &mut Written,
        yearless: &mut Option<Yearless>,
    ) {
        let Some((date, rest)) = self.date(line.text, || lines.place(line, ""), yearless) else {
            let word = line.text.split([' ', '\t', '=']).next().unwrap_or_default();
            let fault = amount::not_a_date(word);
            self.fault("date", line, lines, &fault);
            lines.skip_indented();
            return;
        };
        let mut good = true;
        let rest = match rest.as_bytes().first() {
            None | Some(b' ' | b'\t') => rest,
            Some(b'=') => {
                let end = rest[1..].find([' ', '\t', ';']).map_or(rest.len(), |end| end + 1);
                let (second, after) = rest.split_at(end);
                if header::date(&second[1..], date).is_none() {
                    self.fault("date", line, lines, &amount::not_a_date(&second[1..]));
                    good = false;
                }
                after
            }
            Some(_) => {
                let fault = Fault::helped(
                    rest,
                    "expected a blank after the date",
                    "write one between the date and what follows",
                );
                self.fault("date", line, lines, &fault);
                good = false;
                rest
            }
        };
        let (status, marked) = header::status(blanks(rest));
        let code = if status == Status::Unmarked { blanks(rest) } else { blanks(marked) };
        if self.dialect == Dialect::Hledger && code.starts_with('(') && !code.contains(')') {
            let fault = Fault::helped(
                code,
                "a code in brackets has no end",
                "write `)` after it, or something else before the bracket",
            );
            self.fault("code", line, lines, &fault);
            good = false;
        }
        let first = self.ledger.postings.len();
        while let Some(line) = lines.next_indented() {
            let text = blanks(line.text);
            if let Some(comment) = text.strip_prefix(';') {
                if self.ledger.postings.len() > first {
                    good &= self.posting_dates(comment, date, line, lines);
                }
                continue;
            }
            good &= self.posting(text, date, line, lines, written);
        }
        if !good {
            self.ledger.postings.truncate(first);
            return;
        }
        if self.scope.bucket.is_some() {
            self.fill_bucket(first, line.start);
        }
        if !self.scope.unknown.is_empty() {
            self.name_unknown(first, header::header(line.text).description);
        }
        let source = lines.source;
        let count = self.ledger.postings.len() - first;
        let Ledger { postings, details, .. } = &mut self.ledger;
        if !balancing::settle(&mut postings[first..], details, self.dialect, &mut self.sums) {
            self.unsettled.push(index(self.ledger.transactions.len()));
        }
        self.ledger.transactions.push(TransactionRow {
            date,
            source,
            start: line.start,
            length: lines.length_from(line),
            line: line.number,
            first: index(first),
            count: index(count),
            status,
        });
    }

    /// The date at the start of `text`, and what follows it. `None`: it is none.
    pub fn date<'t>(
        &mut self,
        text: &'t str,
        place: impl FnOnce() -> Place,
        yearless: &mut Option<Yearless>,
    ) -> Option<(NaiveDate, &'t str)> {
        if let Some(format) = &self.date_format
            && let Ok(read) = NaiveDate::parse_and_remainder(text, format)
        {
            return Some(read);
        }
        let (day, rest) = day::leading(text, self.dialect)?;
        match day {
            Day::Is(date) => Some((date, rest)),
            Day::Yearless(month, day) => {
                let year = self.scope.year.unwrap_or(self.options.year);
                let date = NaiveDate::from_ymd_opt(year, month, day)?;
                if self.scope.year.is_none() {
                    yearless
                        .get_or_insert_with(|| Yearless { place: place(), year, count: 0 })
                        .count += 1;
                }
                Some((date, rest))
            }
            Day::Far(date) => {
                let what = format!("years end at {} here", day::LAST);
                let help = "a date so far away is taken as of that year";
                self.problem(Diagnostic::warning("year", what).at(place()).help(help));
                Some((date, rest))
            }
            Day::None => None,
        }
    }

    fn warn_yearless(&mut self, yearless: Yearless) {
        let Yearless { place, year, count } = yearless;
        let what = match count {
            1 => "a date names no year".to_owned(),
            count => format!("{count} dates name no year, this one first"),
        };
        self.problem(
            Diagnostic::warning("year", what)
                .at(place)
                .note(format!("taken as {year}: next year the same text would say another year"))
                .help(format!("write `Y{year}` above it, or the year in each date")),
        );
    }

    /// Keeps note of a construct without effect.
    pub fn inert(&mut self, what: &'static str, matters: bool, line: Line<'_>, lines: &Lines<'_>) {
        self.ledger.inert.push(Inert { what, matters, source: lines.source, line: line.number });
    }

    /// A fault becomes a problem of the user's.
    pub fn fault(
        &mut self,
        code: &'static str,
        line: Line<'_>,
        lines: &Lines<'_>,
        fault: &Fault<'_>,
    ) {
        let mut problem =
            Diagnostic::error(code, fault.message.clone()).at(lines.place_of(line, fault));
        problem.help.clone_from(&fault.help);
        self.problem(problem);
    }

    /// Keeps a problem.
    pub fn problem(&mut self, problem: Diagnostic) {
        self.ledger.diagnostics.push(problem);
    }
}

/// Rows are numbered with 32 bits: a text of 4 GiB has fewer postings than that.
pub(super) fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
