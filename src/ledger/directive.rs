//! Lines that are no transaction: declarations, prices, and what holds for the lines below.
//!
//! In: a line and the indented lines under it. Out: changes to the scope, the commodities and the
//! ledger. A directive that would change a figure and is not applied is listed as one that matters.

use crate::diagnostic::{Diagnostic, nearest};
use crate::ledger::amount::{self, Fault, blanks};
use crate::ledger::expression;
use crate::ledger::includes;
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{Declared, Dialect, Price, Quantity};
use crate::ledger::options;
use crate::ledger::pattern::rewriting;
use crate::ledger::periods;
use crate::ledger::reader::Reader;
use crate::ledger::rules;
use crate::ledger::scope::{Alias, Applied};
use crate::ledger::time;

/// `apply account` within each other; past this depth it is taken for a missing `end`.
const DEPTH: usize = 64;

/// The words that a line may begin with, for suggestions.
const WORDS: [&str; 29] = [
    "account",
    "alias",
    "apply",
    "assert",
    "bucket",
    "capture",
    "check",
    "comment",
    "commodity",
    "decimal-mark",
    "def",
    "define",
    "end",
    "eval",
    "expr",
    "import",
    "include",
    "payee",
    "python",
    "tag",
    "test",
    "value",
    "year",
    "D",
    "P",
    "N",
    "C",
    "Y",
    "A",
];

/// Those of them that say nothing by themselves.
const WANTING: [&str; 13] = [
    "A",
    "assert",
    "bucket",
    "check",
    "commodity",
    "def",
    "define",
    "eval",
    "expr",
    "import",
    "payee",
    "tag",
    "value",
];

impl Reader<'_> {
    /// Reads a line that begins with neither a digit, a blank nor a comment's mark.
    pub(super) fn directive<'t>(&mut self, line: Line<'t>, lines: &mut Lines<'t>) {
        let text = line.text.strip_prefix(['!', '@']).unwrap_or(line.text);
        match text.as_bytes().first() {
            Some(b'~') if !periods::is_period(&text[1..], self.dialect) => {
                let fault = Fault::helped(
                    line.text.trim_end(),
                    "expected a period such as `~ monthly`",
                    "or `~ every 2 weeks from 2024-01-01`; two blanks stand before a description",
                );
                self.fault("period", line, lines, &fault);
                lines.skip_indented();
                return;
            }
            Some(b'~') => {
                self.inert("periodic transaction", false, line, lines);
                self.unread_postings(lines);
                return;
            }
            Some(b'=') => {
                rules::rule(self, line, lines);
                return;
            }
            Some(b'-') if self.dialect == Dialect::Ledger || text.starts_with("--") => {
                self.option(line, lines);
                return;
            }
            _ => {}
        }
        let end = text.find([' ', '\t']).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        let rest = rest.trim();
        match word {
            _ if WANTING.contains(&word) && name_of(rest).is_empty() => {
                let fault = Fault::new(line.text, format!("expected something after `{word}`"));
                self.fault("directive", line, lines, &fault);
                lines.skip_indented();
            }
            "include" => self.include_line(rest, line, lines),
            "account" => self.account_line(rest, line, lines),
            "commodity" => self.commodity_line(rest, line, lines),
            "alias" => self.alias_line(rest, line, lines),
            "apply" => self.apply(rest, line, lines),
            "end" => self.end(rest, line, lines),
            "comment" | "test" => skip_block(lines),
            "P" => self.price(rest, line, lines),
            "D" => self.default_commodity(rest, line, lines),
            "decimal-mark" => self.decimal_mark(rest, line, lines),
            "Y" | "year" => self.year(rest, line, lines),
            "A" | "bucket" => self.scope.bucket = Some(self.scope.account(rest, self.dialect)),
            "payee" => self.declare(Declared::Payee, name_of(rest), line, lines),
            "tag" => self.declare(Declared::Tag, name_of(rest), line, lines),
            "define" | "def" => self.define(rest, line, lines),
            "N" => self.inert("commodity without a price", false, line, lines),
            "C" => self.conversion(rest, line, lines),
            "i" | "o" | "I" | "O" if self.dialect == Dialect::Ledger => {
                time::event(self, word, rest, line, lines);
            }
            "b" | "h" if self.dialect == Dialect::Ledger => {}
            "i" | "o" | "I" | "O" | "b" | "h" if rest.starts_with(|c: char| c.is_ascii_digit()) => {
                self.inert("timeclock entry", true, line, lines);
            }
            "assert" | "check" | "expr" | "eval" | "value" => {
                self.inert("check", false, line, lines);
                lines.skip_indented();
            }
            "capture" | "payee-rewrite" | "account-rewrite" => {
                self.inert("rewriting of names", true, line, lines);
            }
            "python" | "import" => {
                self.inert("Python", true, line, lines);
                lines.skip_indented();
            }
            _ if is_year(word) => self.year(&word[1..], line, lines),
            _ => self.unknown(word, line, lines),
        }
    }

    fn unknown<'t>(&mut self, word: &str, line: Line<'t>, lines: &mut Lines<'t>) {
        let before = lines.clone();
        lines.skip_indented();
        let near = nearest(word, WORDS);
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`"),
            None => "a transaction begins with a date, a posting with blanks, a comment with `;`"
                .to_owned(),
        };
        let has_lines = before.length_from(line) != lines.length_from(line);
        let (problem, what) = if has_lines {
            self.inert("unknown directive", true, line, lines);
            (Diagnostic::warning("directive", ""), "unknown directive, kept without effect")
        } else {
            (Diagnostic::error("directive", ""), "expected a date or a directive, found")
        };
        let message =
            if has_lines { format!("{what}: `{word}`") } else { format!("{what} `{word}`") };
        let problem = Diagnostic { message, ..problem };
        self.problem(problem.at(lines.place(line, word)).help(help));
    }

    /// `--option`, which Ledger takes from a file too.
    fn option(&mut self, line: Line<'_>, lines: &Lines<'_>) {
        let (option, value) = split_word(line.text);
        match option.strip_prefix("--") {
            None | Some("") => {
                let fault = Fault::helped(
                    line.text.trim_end(),
                    "expected an option such as `--decimal-comma`",
                    "options in a file are written in full, with two dashes",
                );
                self.fault("option", line, lines, &fault);
            }
            Some("decimal-comma") => {
                self.commodities.decimal_mark = Some(b',');
                self.scope.decimal_mark = Some(b',');
            }
            Some("input-date-format") => self.date_format = Some(value.to_owned()),
            Some(name) if options::is_known(name.split('=').next().unwrap_or_default()) => {
                self.inert("option", true, line, lines);
            }
            Some(name) => {
                let fault = Fault::helped(
                    option,
                    format!("Ledger knows no option `{name}`"),
                    "correct its name, or remove the line",
                );
                self.fault("option", line, lines, &fault);
            }
        }
    }

    fn include_line<'t>(&mut self, rest: &'t str, line: Line<'t>, lines: &mut Lines<'t>) {
        let path = includes::path(rest);
        if path.is_empty() {
            let fault = Fault::helped(
                line.text,
                "expected a path after `include`",
                "name the file: `include prices.journal`",
            );
            self.fault("include", line, lines, &fault);
            return;
        }
        self.include(path, line, lines);
    }

    fn default_commodity(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let rest = rest.split(';').next().unwrap_or_default().trim();
        match self.sample(rest, self.dialect == Dialect::Hledger) {
            Ok(quantity) => {
                if self.dialect == Dialect::Hledger {
                    let known = &self.commodities.known[quantity.commodity.0 as usize];
                    self.scope.default_mark = known.declared_mark;
                    self.commodities.default_mark = known.declared_mark;
                    self.scope.default = Some(quantity.commodity);
                    self.commodities.default = Some(quantity.commodity);
                }
            }
            Err(fault) => {
                let fault = fault.unwrap_or_else(|| {
                    Fault::helped(rest, "expected a sample amount", "write `D 1,000.00 USD`")
                });
                self.fault("default-commodity", line, lines, &fault);
            }
        }
    }

    fn decimal_mark(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        match rest.split(';').next().unwrap_or_default().trim() {
            "." => self.commodities.decimal_mark = Some(b'.'),
            "," => self.commodities.decimal_mark = Some(b','),
            _ => {
                let fault = Fault::helped(
                    line.text,
                    "expected `.` or `,` after `decimal-mark`",
                    "write `decimal-mark .` or `decimal-mark ,`",
                );
                self.fault("decimal-mark", line, lines, &fault);
            }
        }
        self.scope.decimal_mark = self.commodities.decimal_mark;
    }

    fn year(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let year = rest.trim().split(['-', '/', '.']).next();
        if let Some(year) = year.filter(|year| year.len() >= 4).and_then(|year| year.parse().ok()) {
            self.scope.year = Some(year);
        } else {
            let fault = Fault::helped(line.text, "expected a year", "write `Y2024` or `year 2024`");
            self.fault("year", line, lines, &fault);
        }
    }

    fn alias_line(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let alias = if let Some(pattern) = rest.strip_prefix('/') {
            // The pattern ends at the last `/` before a `=`, for patterns may have both.
            pattern
                .split_once('/')
                .and_then(|(pattern, new)| {
                    let new = new.trim_start().strip_prefix('=')?.trim();
                    rewriting(pattern, new, self.dialect)
                })
                .map(|(pattern, new)| Alias::Pattern(pattern, new))
        } else {
            let nameless = |old: &str| self.dialect == Dialect::Hledger && old.trim().is_empty();
            rest.split_once('=').filter(|(old, _)| !nameless(old)).map(|(old, new)| {
                // Ledger's names an account where it stands, whatever is applied below it.
                let new = match self.dialect {
                    Dialect::Ledger => self.scope.below(new.trim()),
                    Dialect::Hledger | Dialect::Beancount => new.trim().to_owned(),
                };
                Alias::Name(old.trim().to_owned(), new)
            })
        };
        if let Some(alias) = alias {
            self.scope.aliases.push(alias);
        } else {
            let fault = Fault::helped(
                rest,
                "expected `alias OLD = NEW`",
                "or a pattern: `alias /^bank:(.*)/ = Assets:Bank:\\1`",
            );
            self.fault("alias", line, lines, &fault);
        }
    }

    fn apply(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let (word, value) = split_word(rest);
        match word {
            "account" if self.scope.parents.len() >= DEPTH => {
                let fault = Fault::new(rest, "`apply account` within each other, deeper than 64");
                self.fault("apply", line, lines, &fault);
            }
            "account" if value.is_empty() => {
                let fault = Fault::new(line.text, "expected a name after `apply account`");
                self.fault("apply", line, lines, &fault);
            }
            "account" => {
                self.scope.parents.push(value.to_owned());
                self.scope.applied.push(Applied::Account);
            }
            "year" => {
                self.scope.applied.push(Applied::Year(self.scope.year));
                self.year(value, line, lines);
            }
            "tag" => self.scope.applied.push(Applied::Tag),
            "fixed" | "rate" => {
                self.inert("fixed rate", false, line, lines);
                self.scope.applied.push(Applied::Fixed);
            }
            _ => {
                let fault = Fault::helped(
                    rest,
                    "expected `account`, `tag`, `year`, `fixed` or `rate` after `apply`",
                    "write `apply account Assets:Bank`",
                );
                self.fault("apply", line, lines, &fault);
            }
        }
    }

    fn end(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let (word, value) = split_word(rest);
        match word {
            "aliases" => {
                self.scope.aliases.clear();
                return;
            }
            "comment" | "test" => return,
            // Older journals end a `tag` block that newer tools know no more.
            "tag" if self.dialect == Dialect::Hledger => return,
            _ => {}
        }
        let wanted = if word == "apply" { split_word(value).0 } else { word };
        match self.scope.applied.get(self.scope.outer..).and_then(<[_]>::last) {
            Some(last) if wanted.is_empty() || wanted == last.word() => {}
            Some(last) => {
                let fault = Fault::helped(
                    line.text,
                    format!("`end {wanted}` where `apply {}` is open", last.word()),
                    format!("write `end apply {}` first", last.word()),
                );
                self.fault("end", line, lines, &fault);
                return;
            }
            None => {
                let fault = Fault::helped(
                    line.text,
                    "nothing is open that could end here",
                    "remove the line, or write the `apply` that it ends",
                );
                self.fault("end", line, lines, &fault);
                return;
            }
        }
        match self.scope.applied.pop() {
            Some(Applied::Account) => {
                self.scope.parents.pop();
            }
            Some(Applied::Year(before)) => self.scope.year = before,
            Some(Applied::Tag | Applied::Fixed) | None => {}
        }
    }

    fn price(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        match self.price_of(rest, line, lines) {
            Ok(price) => self.ledger.prices.push(price),
            Err(fault) => self.fault("price", line, lines, &fault),
        }
    }

    fn price_of<'t>(
        &mut self,
        rest: &'t str,
        line: Line<'t>,
        lines: &Lines<'_>,
    ) -> Result<Price, Fault<'t>> {
        let (date, mut rest) = self
            .date(rest, || lines.place(line, ""), &mut None)
            .ok_or_else(|| amount::not_a_date(rest.split(' ').next().unwrap_or_default()))?;
        rest = blanks(rest);
        let (time, after) = split_word(rest);
        if time.starts_with(|first: char| first.is_ascii_digit()) && time.contains(':') {
            rest = after;
        }
        let (symbol, after) = if rest.starts_with('"') {
            amount::symbol(rest, self.dialect)?.unwrap_or((rest, ""))
        } else {
            split_word(rest)
        };
        if symbol.is_empty() {
            return Err(Fault::helped(
                line.text,
                "expected a commodity and its price",
                "write `P 2024-03-15 VTI 255.10 USD`",
            ));
        }
        let commodity = self.commodities.number_of(symbol);
        let read = |commodities: &mut _| amount::amount(blanks(after), commodities);
        // In hledger a price counts where the decimals of a commodity are found out.
        let (amount, _) = match self.dialect {
            Dialect::Hledger => read(&mut self.commodities)?,
            Dialect::Ledger | Dialect::Beancount => self.commodities.apart(read)?,
        };
        self.commodities.doubts.clear();
        Ok(Price { date, commodity, amount, source: lines.source, line: line.number })
    }

    fn define(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        let value = rest.split_once('=').and_then(|(name, value)| {
            let (value, after) = expression::value(value.trim(), &mut self.commodities).ok()?;
            after.trim().is_empty().then(|| (name.trim(), value))
        });
        match value {
            Some((name, value)) => {
                self.commodities.constants.insert(name.into(), value);
            }
            None => self.inert("definition", true, line, lines),
        }
    }

    /// `C 1.00 kb = 1024 b`: in Ledger amounts of both are one commodity's.
    fn conversion(&mut self, rest: &str, line: Line<'_>, lines: &Lines<'_>) {
        if self.dialect != Dialect::Ledger {
            self.inert("commodity conversion", false, line, lines);
            return;
        }
        let (large, small) = rest.split_once('=').unwrap_or((rest, ""));
        let mut read = |text: &str| {
            let read = self.commodities.apart(|known| amount::quantity(text.trim(), known));
            read.ok().map(|(quantity, _)| quantity)
        };
        let (large, small) = (read(large), read(small));
        let units = large.zip(small).and_then(|(large, small)| {
            let number = small.number.checked_div(large.number)?;
            Some((large.commodity, Quantity { number, ..small }))
        });
        if let Some((large, small)) = units {
            self.commodities.convert(large, small);
        } else {
            let help = "write `C 1.00 kb = 1024 b`";
            let fault = Fault::helped(rest, "expected two amounts with `=` between", help);
            self.fault("conversion", line, lines, &fault);
        }
    }
}

impl Applied {
    fn word(&self) -> &'static str {
        match self {
            Applied::Account => "account",
            Applied::Tag => "tag",
            Applied::Year(_) => "year",
            Applied::Fixed => "fixed",
        }
    }
}

/// Skips to the line that ends a `comment` or `test`, or to the end of the text.
fn skip_block(lines: &mut Lines<'_>) {
    let _ = lines.any(|line| ends_block(line.text));
}

/// Whether a line ends a `comment` or a `test`: one that begins with `end comment`, which neither is
/// indented nor has more than one blank between.
pub(super) fn ends_block(line: &str) -> bool {
    let ends = ["end comment", "end test"];
    ends.iter()
        .filter_map(|end| line.strip_prefix(end))
        .any(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// The first word of `text`, and what follows the blanks after it.
pub(super) fn split_word(text: &str) -> (&str, &str) {
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// A name up to a comment.
fn name_of(text: &str) -> &str {
    if text.starts_with(';') {
        return "";
    }
    text.split("  ").next().unwrap_or_default().split(" ;").next().unwrap_or_default().trim()
}

/// `Y2024`
fn is_year(word: &str) -> bool {
    word.len() > 1 && word.starts_with('Y') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}
