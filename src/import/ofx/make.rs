//! Rows of a statement become events, each under the id that its FITID gives it.
//!
//! In: a `Statement`, the securities of its file, the account it is of. Out: a `Row` for each
//! transaction, with its events, or the reason why it is none, or what could not be read. First every
//! row's plain facts are read, because some rows are understood only beside others: a purchase paid by
//! a dividend, a tax on one, a trade taken back. Then each becomes events by its type: `trade`,
//! `cash`, `units`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::beside::{Beside, Habits};
use super::identity::{TRUSTED, content, identity};
use super::security::{Books, Listed, Security};
use super::statement::{Kind, Statement, currency};
use super::syntax::Element;
use super::value::{self, Numbers, Unread};
use crate::event::{Account, Event, EventId, EventKind, Link, Origin, Relation, RowHash};
use crate::import::Known;
pub use crate::import::entry::{Back, Fate, Row};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::{Name, harmless};

/// Funds that are cash in all but name wherever they appear; an account names further ones.
const SWEEPS: &[&str] = &["SPAXX", "FDRXX", "FZFXX", "FDLXX", "FCASH", "VMFXX"];

/// What a statement's rows are made into events with.
#[derive(Clone, Copy)]
pub struct Making<'m> {
    /// Securities of the file.
    pub listed: &'m Listed,
    /// How the file writes amounts.
    pub numbers: Numbers,
    /// Whose rows they are.
    pub account: &'m Account,
    /// What the books call securities.
    pub books: &'m dyn Books,
    /// The file's name.
    pub file: &'m Name,
    /// FITIDs that several transactions share, of all files of the account.
    pub reused: &'m HashSet<String>,
    /// How the account's files sign.
    pub habits: Habits,
    /// What the books have: a FITID they know for a row stays that row's.
    pub known: &'m Known<'m>,
}

/// Text with single blanks and nothing that a terminal would act on.
pub fn single(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a row says before it is known what it means.
#[derive(Debug)]
pub struct Fact<'d, 't> {
    pub element: Element<'d, 't>,
    pub id: EventId,
    pub fitid: Option<Name>,
    pub day: Option<NaiveDate>,
    pub security: Option<Security>,
    pub units: Option<Decimal>,
    pub total: Option<Decimal>,
    /// Name and memo, in one line.
    pub memo: String,
}

/// The rows of one statement beside each other.
pub struct Maker<'m, 'd, 't> {
    pub making: Making<'m>,
    pub statement: &'m Statement<'d, 't>,
    pub facts: Vec<Fact<'d, 't>>,
    /// What the rows are beside each other.
    pub beside: Beside,
}

/// All rows of a statement, in its order. `ordinals` counts identical rows of one account in a file.
pub fn rows(
    statement: &Statement,
    making: Making,
    ordinals: &mut HashMap<RowHash, u32>,
) -> Vec<Row> {
    let maker = Maker::new(statement, making, ordinals);
    let mut rows: Vec<Row> = (0..maker.facts.len()).map(|at| maker.row(at)).collect();
    neighbours(&maker, &mut rows);
    rows
}

/// Rows without a day get that of the row before them, else of the one after: it says which year
/// they leave incomplete.
fn neighbours(maker: &Maker, rows: &mut [Row]) {
    let mut last = rows.iter().find_map(|row| row.day).or(maker.statement.days.map(|days| days.1));
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(day) = row.day.or(last) else { return };
        row.day = Some(day);
        last = Some(day);
        if let Fate::Unresolved(_, event @ None) = &mut row.fate {
            *event = Some(Box::new(At::new(maker, at).unknown(day)));
        }
    }
}

impl<'m, 'd, 't> Maker<'m, 'd, 't> {
    fn new(
        statement: &'m Statement<'d, 't>,
        making: Making<'m>,
        ordinals: &mut HashMap<RowHash, u32>,
    ) -> Maker<'m, 'd, 't> {
        let facts: Vec<Fact> =
            statement.rows.iter().map(|row| fact(*row, making, ordinals)).collect();
        let beside = Beside::of(&facts);
        Maker { making, statement, facts, beside }
    }

    /// The id of the row with this FITID, in this statement or another.
    pub fn id_of(&self, fitid: &str) -> EventId {
        let here = self.beside.by_fitid.get(fitid).map(|at| self.facts[*at].id.clone());
        here.unwrap_or_else(|| {
            let none = HashSet::new();
            EventId::new(identity(self.making.account, &none, fitid, ""), 1)
        })
    }

    /// The row with this FITID, where the statement has it.
    pub fn fact_of(&self, fitid: &str) -> Option<&Fact<'d, 't>> {
        self.beside.by_fitid.get(fitid).map(|at| &self.facts[*at])
    }

    /// Whether it is cash in all but name.
    pub fn is_sweep(&self, security: &Security) -> bool {
        let account = self.making.account;
        // Brokers mark the core position with asterisks; what a bank insures is cash.
        let insured = || {
            security
                .title
                .as_deref()
                .is_some_and(|title| title.to_ascii_uppercase().contains("FDIC INSURED DEPOSIT"))
        };
        SWEEPS.iter().any(|sweep| security.id == **sweep)
            || security.id.ends_with("**")
            || insured()
            || account.sweep.iter().any(|sweep| *sweep == security.id || *sweep == security.unique)
    }

    fn row(&self, at: usize) -> Row {
        let fact = &self.facts[at];
        let mut here = At::new(self, at);
        let fate = match here.fate() {
            Ok(fate) => fate,
            Err(unread) => {
                let event = fact.day.map(|day| Box::new(here.unknown(day)));
                Fate::Unresolved(unread.to_string(), event)
            }
        };
        Row {
            line: fact.element.line(),
            bytes: fact.element.bytes(),
            id: fact.id.row(),
            ordinal: fact.id.ordinal(),
            broker_id: fact.fitid.clone(),
            day: fact.day,
            fate,
            back: here.back,
            unknown: here.back.and(fact.day).map(|day| Box::new(here.unknown(day))),
            doubts: here.doubts,
            security: fact.security.as_ref().map(|security| security.id.clone()),
            units: fact.units,
            teach: None,
        }
    }
}

fn fact<'d, 't>(
    element: Element<'d, 't>,
    making: Making,
    ordinals: &mut HashMap<RowHash, u32>,
) -> Fact<'d, 't> {
    let day = ["DTTRADE", "DTPOSTED", "DTUSER", "DTSETTLE", "DTPLACED"]
        .into_iter()
        .find_map(|name| element.value(name).and_then(|text| value::day(name, &text).ok()));
    let number = |name: &'static str| {
        element.value(name).and_then(|text| making.numbers.read(name, &text).ok())
    };
    let fitid = element.value("FITID");
    let total = number("TOTAL").or_else(|| number("TRNAMT"));
    let content = content(element, making.numbers);
    let row = making.identity(fitid.as_deref().unwrap_or_default(), &content, |event| {
        Some(event.date) == day && Some(event.amount) == total
    });
    let ordinal = ordinals.entry(row).or_default();
    *ordinal = ordinal.saturating_add(1);
    let words = [element.value("NAME"), element.value("MEMO")];
    let mut memo = String::new();
    for word in words.into_iter().flatten().map(|text| single(&text)) {
        if memo.is_empty() || word.starts_with(&memo) {
            memo = word;
        } else if !memo.contains(&word) {
            memo.push(' ');
            memo.push_str(&word);
        }
    }
    Fact {
        element,
        id: EventId::new(row, *ordinal),
        fitid: fitid.filter(|fitid| fitid.len() >= TRUSTED).map(|fitid| Name::new(&fitid)),
        day,
        security: making.listed.get(element, making.books, day.unwrap_or_default()),
        units: number("UNITS"),
        total,
        memo,
    }
}

/// One row on its way to events.
pub struct At<'x, 'm, 'd, 't> {
    pub maker: &'x Maker<'m, 'd, 't>,
    pub index: usize,
    pub doubts: Vec<String>,
    pub back: Option<Back>,
}

impl<'x, 'm, 'd, 't> At<'x, 'm, 'd, 't> {
    fn new(maker: &'x Maker<'m, 'd, 't>, at: usize) -> At<'x, 'm, 'd, 't> {
        At { maker, index: at, doubts: Vec::new(), back: None }
    }

    /// What becomes of the row, by its type.
    fn fate(&mut self) -> Result<Fate, Unread> {
        let name = self.fact().element.name().to_ascii_uppercase();
        match &*name {
            "STMTTRN" | "INVBANKTRAN" => self.bank(),
            "STMTTRNP" => Ok(Fate::Ignored("pending transaction".into())),
            "BUYSTOCK" | "BUYMF" | "BUYDEBT" | "BUYOPT" | "BUYOTHER" => self.trade(true),
            "SELLSTOCK" | "SELLMF" | "SELLDEBT" | "SELLOPT" | "SELLOTHER" => self.trade(false),
            "INCOME" => self.income(),
            "REINVEST" => self.reinvest(),
            "RETOFCAP" => self.return_of_capital(),
            "INVEXPENSE" => self.expense(),
            "MARGININTEREST" => self.margin_interest(),
            "SPLIT" => self.split(),
            "TRANSFER" => self.transfer(),
            "CLOSUREOPT" => self.closure(),
            "JRNLSEC" => self.between_subaccounts(true),
            "JRNLFUND" => self.between_subaccounts(false),
            _ if name.starts_with("OO") => Ok(Fate::Ignored("pending order".into())),
            _ => Err(Unread::NotTold(format!("`{name}` is no transaction that OFX knows"))),
        }
    }

    pub fn fact(&self) -> &'x Fact<'d, 't> {
        &self.maker.facts[self.index]
    }

    pub fn text(&self, name: &str) -> Option<Cow<'t, str>> {
        self.fact().element.value(name)
    }

    /// Whether the element has this value, case and trailing blanks apart.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.text(name).is_some_and(|text| text.trim().eq_ignore_ascii_case(value))
    }

    pub fn number(&self, name: &'static str) -> Result<Option<Decimal>, Unread> {
        self.text(name).map(|text| self.maker.making.numbers.read(name, &text)).transpose()
    }

    pub fn needed(&self, name: &'static str) -> Result<Decimal, Unread> {
        self.number(name)?.ok_or(Unread::Missing(name))
    }

    pub fn security(&self) -> Result<&'x Security, Unread> {
        self.fact().security.as_ref().ok_or(Unread::Missing("SECID"))
    }

    /// What the row's amounts are in: `CURRENCY`, else that of the statement. `ORIGCURRENCY` names
    /// what the bank has converted from.
    pub fn currency(&self) -> Result<Name, Unread> {
        let own = self.fact().element.find("CURRENCY").and_then(|named| named.value("CURSYM"));
        own.and_then(|code| currency(&code))
            .or_else(|| self.maker.statement.currency.clone())
            .ok_or(Unread::Missing("CURDEF"))
    }

    /// The day of the row's type, or why there is none.
    pub fn day(&self) -> Result<NaiveDate, Unread> {
        let cash = matches!(self.maker.statement.kind, Kind::Bank | Kind::Debt)
            || self.fact().element.is("INVBANKTRAN");
        let name = if cash { "DTPOSTED" } else { "DTTRADE" };
        match self.text(name) {
            Some(text) => value::day(name, &text),
            None => self.fact().day.ok_or(Unread::Missing(name)),
        }
    }

    /// An event of this row: its first, or a further one, with what all of its events have.
    pub fn event(&self, part: u8, kind: EventKind, amount: Decimal) -> Result<Event, Unread> {
        let mut event = self.bare(self.day()?, kind);
        event.id = event.id.with_part(part);
        event.amount = amount;
        if self.moves_money() {
            event.currency = Some(self.currency()?);
        }
        let settles = self.text("DTSETTLE").and_then(|text| value::day("DTSETTLE", &text).ok());
        if settles.is_some() {
            event.further.dates.settles = settles;
        }
        Ok(event)
    }

    fn moves_money(&self) -> bool {
        self.text("TOTAL").is_some()
            || self.text("TRNAMT").is_some()
            || self.text("FRACCASH").is_some()
    }

    fn bare(&self, day: NaiveDate, kind: EventKind) -> Event {
        let fact = self.fact();
        let making = &self.maker.making;
        let origin = Origin::new(making.file.clone(), fact.element.line());
        let mut event = Event::new(fact.id.clone(), day, making.account.id.clone(), kind, origin);
        event.text = self.words().into();
        event
    }

    /// The row's words for the eye: memo and security's name, as far as one does not repeat the other.
    fn words(&self) -> String {
        let fact = self.fact();
        let title = fact.security.as_ref().and_then(|security| security.title.as_deref());
        let title = title.map(single).unwrap_or_default();
        let said = fact.memo.to_lowercase().contains(&title.to_lowercase());
        match (&*fact.memo, &*title) {
            ("", "") => {
                let name = fact.element.name();
                let kind = self.text("TRNTYPE").unwrap_or(name.into()).to_ascii_lowercase();
                match self.text("CHECKNUM") {
                    Some(number) => single(&format!("{kind} {number}")),
                    None => single(&kind),
                }
            }
            ("", title) => title.to_owned(),
            (memo, _) if said => memo.to_owned(),
            (memo, title) => format!("{memo} {title}"),
        }
    }

    /// The event of a row that nothing understands: it moves the cash that the row states.
    pub fn unknown(&self, day: NaiveDate) -> Event {
        let fact = self.fact();
        let mut row = String::new();
        for leaf in fact.element.descendants().filter(|leaf| !leaf.is_aggregate()) {
            let text = leaf.text();
            if !text.is_empty() {
                row.push_str(if row.is_empty() { "" } else { " " });
                row.push_str(leaf.name());
                row.push('=');
                row.push_str(&single(&text));
            }
        }
        let row = format!("{} {row}", fact.element.name());
        let mut event = self.bare(day, EventKind::Unknown { row: row.trim_end().into() });
        if let (Some(total), Ok(currency)) = (fact.total, self.currency()) {
            // Where totals have no sign, a purchase costs all the same.
            let buys = fact.element.name().to_ascii_uppercase().starts_with("BUY");
            let costs = buys && !self.maker.making.habits.signed_totals;
            event.amount = if costs { -total.abs() } else { total };
            event.currency = Some(currency);
        }
        event
    }

    /// The event this row takes back, where it says so itself.
    pub fn taken_back(&self) -> Option<EventId> {
        self.text("REVERSALFITID").map(|fitid| self.maker.id_of(&fitid))
    }

    /// Whether a row that reverses another repeats that row's signs, which then mean the opposite.
    pub fn repeats_signs(&self, total: Decimal) -> bool {
        let original = self.text("REVERSALFITID").and_then(|fitid| self.maker.fact_of(&fitid));
        original.is_some_and(|original| {
            original.element.is(self.fact().element.name())
                && original.total.is_some_and(|other| {
                    !total.is_zero() && other.is_sign_negative() == total.is_sign_negative()
                })
        })
    }
}

/// Adds a link to an event.
pub fn link(event: &mut Event, relation: Relation, to: EventId) {
    event.further.links.push(Link { relation, to });
}

/// Units without padding: `+0000000000100.00000` is `100`.
pub fn bare(units: Decimal) -> Decimal {
    units.normalize()
}

/// A price without padding; the two decimals of a currency stay: `25.635000000` is `25.635`, `50.00`
/// is `50.00`.
pub fn unpadded(price: Decimal) -> Decimal {
    let mut bare = price.normalize();
    if bare.scale() < 2 && price.scale() >= 2 {
        bare.rescale(2);
    }
    bare
}

/// `left` x `right`, or why it cannot be.
pub fn times(name: &'static str, left: Decimal, right: Decimal) -> Result<Decimal, Unread> {
    left.checked_mul(right).ok_or_else(|| Unread::NoNumber(name, format!("{left} x {right}")))
}
