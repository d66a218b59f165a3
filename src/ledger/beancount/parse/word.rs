//! The words of directives, each reported where another one stands.

use crate::diagnostic::Diagnostic;
use crate::ledger::beancount::draft::{NONE, Problem};
use crate::ledger::beancount::lex::{Found, Wrong};
use crate::ledger::beancount::parse::{Parser, Told};
use crate::ledger::model::{AccountId, CommodityId};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Place;

impl<'t> Parser<'_, 't> {
    pub(super) fn day(&mut self) -> Result<NaiveDate, Told> {
        let start = self.cursor.at;
        match self.cursor.date() {
            Found::Good(date) => Ok(date),
            Found::Bad => {
                let written = self.cursor.since(start);
                let place = self.cursor.place(&self.file, start, written.len());
                let message = format!("there is no day `{written}`");
                let help = "write a day of the calendar, as year-month-day";
                Err(self.told(Diagnostic::error("date", message).at(place).help(help)))
            }
            Found::Other => Err(self.expected("a date such as `2024-03-15`")),
        }
    }

    pub(super) fn account(&mut self) -> Result<AccountId, Told> {
        let start = self.cursor.at;
        let word = self.cursor.word_here();
        if let Some(account) = self.accounts.get(word) {
            self.cursor.at += word.len();
            return Ok(*account);
        }
        let Some(name) = self.cursor.account() else {
            return Err(self.no_account());
        };
        if !matches!(self.cursor.byte(), b' ' | b'\t' | b'\r' | b'\n' | b';') {
            self.cursor.at = start;
            return Err(self.no_account());
        }
        if let Some(account) = self.accounts.get(name) {
            return Ok(*account);
        }
        let account = AccountId(self.draft.ledger.accounts.number(name));
        let root = name.split(':').next().unwrap_or_default();
        if self.options.is_root(root) {
            self.accounts.insert(name, account);
        } else if !self.strange.contains_key(name) {
            self.strange.insert(name, self.draft.problems.len());
            let place = self.cursor.place(&self.file, start, name.len());
            let roots = self.options.roots.join("`, `");
            self.report(
                Diagnostic::error("account-root", format!("no account begins with `{root}`"))
                    .at(place)
                    .help(format!(
                        "accounts begin with `{roots}`; `option \"name_assets\" …` renames"
                    )),
            );
        }
        Ok(account)
    }

    pub(super) fn no_account(&mut self) -> Told {
        let found = self.cursor.here();
        let place = self.cursor.place(&self.file, self.cursor.at, found.len().max(1));
        let found = if self.cursor.is_line_end() { "nothing".into() } else { format!("`{found}`") };
        self.told(
            Diagnostic::error("account", format!("expected an account, found {found}"))
                .at(place)
                .help(
                    "write it as `Assets:Bank:Cash-2`: parts of letters, digits and `-`, each \
                     beginning with a capital letter or a digit",
                ),
        )
    }

    pub(super) fn currency(&mut self) -> Result<CommodityId, Told> {
        match self.cursor.currency() {
            Some(name) => Ok(self.commodity(name)),
            None => Err(self.expected("a currency such as `USD`")),
        }
    }

    /// A currency, or none where another word stands.
    pub(super) fn optional_currency(&mut self) -> Result<CommodityId, Told> {
        match self.cursor.byte() {
            b'A'..=b'Z' | b'/' => self.currency(),
            _ => Ok(NONE),
        }
    }

    pub(super) fn commodity(&mut self, name: &'t str) -> CommodityId {
        if let Some((last, commodity)) = self.last_commodity
            && last == name
        {
            return commodity;
        }
        if let Some(commodity) = self.commodities.get(name) {
            self.last_commodity = Some((name, *commodity));
            return *commodity;
        }
        let commodity = CommodityId(self.draft.ledger.commodities.number(name));
        self.commodities.insert(name, commodity);
        commodity
    }

    pub(super) fn number(&mut self) -> Result<Decimal, Told> {
        let start = self.cursor.at;
        if self.cursor.is_number() {
            match self.cursor.number() {
                Ok(number) => return Ok(number),
                Err(Wrong::Syntax) => {}
                Err(Wrong::Groups) => {
                    let written = self.cursor.since(start).trim_end();
                    let place = self.cursor.place(&self.file, start, written.len());
                    let message =
                        format!("the commas of `{written}` do not stand between thousands");
                    let help =
                        "write `1,234.50`: a comma groups three digits, the decimal mark is `.`";
                    return Err(
                        self.told(Diagnostic::error("number", message).at(place).help(help))
                    );
                }
                Err(Wrong::Value) => {
                    let written = self.cursor.since(start).trim_end();
                    let place = self.cursor.place(&self.file, start, written.len());
                    let message = format!("`{written}` is no number with at most 28 digits");
                    let help = "write fewer digits, and divide by no 0";
                    let problem = Diagnostic::error("number", message).at(place);
                    return Err(self.told(problem.help(help)));
                }
            }
        }
        Err(self.expected("a number such as `-91.05`"))
    }

    /// A number, or none where another word stands.
    pub(super) fn optional_number(&mut self) -> Result<Option<Decimal>, Told> {
        if self.cursor.is_number() { self.number().map(Some) } else { Ok(None) }
    }

    pub(super) fn string(&mut self) -> Result<&'t str, Told> {
        match self.cursor.string() {
            Found::Good(text) => Ok(text),
            Found::Bad => {
                let place = self.place_here();
                Err(self.told(
                    Diagnostic::error("string", "a text in quotes does not end")
                        .at(place)
                        .help("write `\"` where it ends; a `\"` within it is written `\\\"`"),
                ))
            }
            Found::Other => Err(self.expected("a text in quotes")),
        }
    }

    pub(super) fn place_here(&self) -> Place {
        self.cursor.place(&self.file, self.cursor.at, self.cursor.here().len())
    }

    pub(super) fn expected(&mut self, what: &str) -> Told {
        let diagnostic = self.unexpected(what);
        self.told(diagnostic)
    }

    pub(super) fn unexpected(&mut self, what: &str) -> Diagnostic {
        let found = if self.cursor.is_line_end() {
            "the line's end".to_owned()
        } else {
            format!("`{}`", self.cursor.here())
        };
        let message = format!("expected {what}, found {found}");
        Diagnostic::error("syntax", message).at(self.place_here())
    }

    pub(super) fn told(&mut self, diagnostic: Diagnostic) -> Told {
        self.report(diagnostic);
        Told
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let line = diagnostic.places.first().map_or(self.cursor.line, |place| place.line);
        self.draft.problems.push(Problem { source: self.source, line, diagnostic });
    }
}
