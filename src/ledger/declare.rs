//! Declarations: `account`, `commodity`, and what stands below them.
//!
//! In: the line that declares, and those indented below it. Out: what the texts declare, and what it
//! says for the lines below: aliases, marks and decimals of a commodity, the bucket.

use crate::ledger::amount::{self, Fault, blanks};
use crate::ledger::directive::split_word;
use crate::ledger::header::{self, account_end};
use crate::ledger::lines::{Line, Lines};
use crate::ledger::model::{Declaration, Declared, Dialect, Quantity};
use crate::ledger::number;
use crate::ledger::pattern::regex;
use crate::ledger::reader::Reader;
use crate::ledger::scope::Alias;
use crate::source::Name;

impl Reader<'_> {
    pub(super) fn account_line<'t>(
        &mut self,
        rest: &'t str,
        line: Line<'t>,
        lines: &mut Lines<'t>,
    ) {
        let (name, after) = rest.split_at(account_end(rest));
        let (name, after) = (name.trim(), after.trim());
        let more = self.dialect == Dialect::Hledger && !after.is_empty() && !after.starts_with(';');
        if name.is_empty() || more {
            let fault = if more {
                let help = "two blanks end a name; a comment starts with `;`";
                Fault::helped(after, "expected the line's end after an account's name", help)
            } else {
                Fault::new(line.text, "expected an account's name after `account`")
            };
            self.fault("account", line, lines, &fault);
            lines.skip_indented();
            return;
        }
        let whole = self.scope.account(name, self.dialect);
        while let Some(inner) = lines.next_indented() {
            let (word, value) = split_word(inner.text.trim());
            match word {
                _ if self.lacks_value(word, value) => self.no_value(inner, lines),
                "alias" => self.scope.aliases.push(Alias::Name(value.to_owned(), whole.clone())),
                "default" => self.scope.bucket = Some(whole.clone()),
                "payee" if self.dialect == Dialect::Ledger => match regex(value) {
                    Some(payee) => self.scope.unknown.push((payee, whole.clone())),
                    None => self.inert("account of a payee", true, inner, lines),
                },
                "assert" | "check" | "eval" | "expr" => {
                    self.inert("check of an account", false, inner, lines);
                }
                _ if word.starts_with(';') => {
                    let comment = inner.text.trim().trim_start_matches(';');
                    if let Some(kind) = header::tag(comment, "type") {
                        self.account_type(kind, inner, lines);
                    }
                }
                _ => {}
            }
        }
        if let Some(kind) = header::tag(after.trim_start_matches(';'), "type") {
            self.account_type(kind, line, lines);
        }
        self.account_of(name);
        self.declare_whole(Declared::Account, &whole, line, lines);
    }

    /// Says that hledger knows no such type of accounts.
    fn account_type(&mut self, kind: &str, line: Line<'_>, lines: &Lines<'_>) {
        /// What it knows, with the types of later ones.
        const TYPES: [&str; 18] = [
            "a",
            "asset",
            "l",
            "liability",
            "e",
            "equity",
            "r",
            "revenue",
            "x",
            "expense",
            "c",
            "cash",
            "v",
            "conversion",
            "g",
            "gain",
            "u",
            "unrealisedgain",
        ];
        let known = kind.is_empty() || TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known));
        if self.dialect == Dialect::Hledger && !known {
            let fault = Fault::helped(
                kind,
                format!("hledger knows no account type `{kind}`"),
                "write `type: A`, or L, E, R, X, C, V, G",
            );
            self.fault("account", line, lines, &fault);
        }
    }

    /// Whether a line below a declaration has no value, where Ledger wants one.
    fn lacks_value(&self, word: &str, value: &str) -> bool {
        self.dialect == Dialect::Ledger
            && value.is_empty()
            && !matches!(word, "default" | "nomarket")
            && !word.starts_with([';', '#', '*'])
    }

    fn no_value(&mut self, inner: Line<'_>, lines: &Lines<'_>) {
        let word = inner.text.trim();
        let fault = Fault::new(word, format!("expected a value after `{word}`"));
        self.fault("directive", inner, lines, &fault);
    }

    pub(super) fn commodity_line<'t>(
        &mut self,
        rest: &'t str,
        line: Line<'t>,
        lines: &mut Lines<'t>,
    ) {
        let sample = rest.split(';').next().unwrap_or_default().trim();
        let id = match self.sample(sample, true) {
            Ok(quantity) => quantity.commodity,
            Err(Some(fault)) => {
                self.fault("commodity", line, lines, &fault);
                lines.skip_indented();
                return;
            }
            // No number: a symbol alone, of whatever letters.
            Err(None) if sample == "\"\"" => {
                let fault = Fault::new(sample, "a commodity has no name");
                self.fault("commodity", line, lines, &fault);
                lines.skip_indented();
                return;
            }
            Err(None) => self.commodities.number_of(sample.trim_matches('"')),
        };
        while let Some(inner) = lines.next_indented() {
            let (word, value) = split_word(inner.text.trim());
            match word {
                _ if self.lacks_value(word, value) => self.no_value(inner, lines),
                "format" => {
                    let value = value.split(';').next().unwrap_or_default().trim();
                    match self.sample(value, false) {
                        Ok(sample) if sample.commodity != id => {
                            let fault = Fault::helped(
                                value,
                                "expected a sample amount of the commodity declared above it",
                                "declare each commodity by itself",
                            );
                            self.fault("commodity", inner, lines, &fault);
                        }
                        Ok(_) => {
                            let known = &mut self.commodities.known[id.0 as usize];
                            known.fixed_decimals = true;
                        }
                        Err(None) => {}
                        Err(Some(fault)) => self.fault("commodity", inner, lines, &fault),
                    }
                }
                "alias" => self.commodities.alias(value.trim_matches('"'), id),
                "default" if self.dialect == Dialect::Ledger => {}
                _ => {}
            }
        }
        let name = self.commodities.table.names()[id.0 as usize].clone();
        self.declare_whole(Declared::Commodity, &name, line, lines);
    }

    /// A sample amount that declares decimal mark and decimals: of `commodity`, `format`, `D`.
    /// `Err(None)`: there is no number in it.
    pub(super) fn sample<'t>(
        &mut self,
        text: &'t str,
        needs_mark: bool,
    ) -> Result<Quantity, Option<Fault<'t>>> {
        let digits = text.find(|letter: char| letter.is_ascii_digit()).ok_or(None)?;
        if text.starts_with('"')
            && text[1..].find('"').is_some_and(|end| end + 1 > digits)
            && !text[1..]
                .split_once('"')
                .is_some_and(|(_, after)| after.contains(|c: char| c.is_ascii_digit()))
        {
            return Err(None);
        }
        let sample = amount::symbol(text, self.dialect)
            .ok()
            .flatten()
            .map_or(text, |(_, rest)| blanks(rest));
        let sample = sample.trim_start_matches(['-', '+']);
        let marks = number::scan(blanks(sample), self.dialect).map(|(written, _)| written);
        let mark = marks.and_then(|written| written.decimal_mark(self.dialect));
        if needs_mark && self.dialect == Dialect::Hledger && mark.is_none() {
            return Err(Some(Fault::helped(
                text,
                "expected a decimal mark in the sample amount",
                "write it also where no decimals follow: `commodity 1,000. USD`",
            )));
        }
        let before = (self.commodities.decimal_mark.take(), self.commodities.default.take());
        self.commodities.decimal_mark = mark;
        self.commodities.in_sample = true;
        let read = self.commodities.apart(|commodities| amount::quantity(text, commodities));
        self.commodities.in_sample = false;
        (self.commodities.decimal_mark, self.commodities.default) = before;
        let (quantity, rest) = read.map_err(Some)?;
        if !rest.trim().is_empty() {
            return Err(Some(Fault::new(rest.trim(), "expected nothing after the sample amount")));
        }
        self.commodities.doubts.clear();
        let known = &mut self.commodities.known[quantity.commodity.0 as usize];
        known.declared_mark = mark.or(known.declared_mark);
        known.declared_decimals = Some(quantity.number.scale());
        Ok(quantity)
    }

    /// Keeps a declared name, with the indented lines under it.
    pub(super) fn declare<'t>(
        &mut self,
        what: Declared,
        name: &str,
        line: Line<'t>,
        lines: &mut Lines<'t>,
    ) {
        lines.skip_indented();
        self.declare_whole(what, name, line, lines);
    }

    fn declare_whole<'t>(&mut self, what: Declared, name: &str, line: Line<'t>, lines: &Lines<'t>) {
        self.ledger.declared.push(Declaration {
            what,
            name: Name::new(name),
            source: lines.source,
            start: line.start,
            length: lines.length_from(line),
            line: line.number,
        });
    }
}
