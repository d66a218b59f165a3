//! The statements of a file: whose account, in which currency, which transactions, and what is stated
//! at their end.
//!
//! In: a `Document`. Out: a `Statement` for each account the file has an answer for. Every aggregate
//! of a list of transactions is a row, known to us or not, and so is each pending order: none is left
//! out because its name is new. Knows no events.

use super::names::{TRANSACTIONS, is_one_of};
use super::security::{Books, Listed, Sort};
use super::syntax::{Document, Element};
use super::value::{self, Numbers};
use crate::money::Decimal;
use crate::period::NaiveDate;
use crate::source::Name;

/// What sort of account a statement is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of a bank: checking, savings.
    Bank,
    /// A credit card, or a loan: what is owed.
    Debt,
    /// Of a broker.
    Investment,
}

/// One account's statement.
#[derive(Debug)]
pub struct Statement<'d, 't> {
    /// What sort of account.
    pub kind: Kind,
    /// The account's number.
    pub number: Option<Name>,
    /// Number or name of the bank or broker.
    pub institution: Option<Name>,
    /// What the file calls the account: `CHECKING`.
    pub title: Option<Name>,
    /// What amounts are in where a row says nothing.
    pub currency: Option<Name>,
    /// First and last day it covers, as it says itself.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Its transactions, in the order of the file.
    pub rows: Vec<Element<'d, 't>>,
    element: Element<'d, 't>,
}

/// A figure that a statement states of the close of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The day.
    pub day: NaiveDate,
    /// Which security; `None`: cash.
    pub security: Option<Name>,
    /// Units held, or the balance; negative where short or owed.
    pub quantity: Decimal,
    /// Line of the file.
    pub line: u32,
}

const STATEMENTS: &[(&str, Kind)] = &[
    ("STMTRS", Kind::Bank),
    ("CCSTMTRS", Kind::Debt),
    ("LOANSTMTRS", Kind::Debt),
    ("INVSTMTRS", Kind::Investment),
];

/// All statements of a file, in its order.
pub fn statements<'d, 't>(document: &'d Document<'t>) -> Vec<Statement<'d, 't>> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut after = 0;
    for element in document.elements() {
        let (at, end) = element.span();
        if at < after {
            continue;
        }
        if let Some((_, kind)) = STATEMENTS.iter().find(|(name, _)| element.is(name)) {
            statements.push(Statement::of(element, *kind));
            after = end;
        } else if is_transaction(element) {
            // A row outside any statement: its list has lost its end, or there is only a list.
            match statements.last_mut() {
                Some(statement) => statement.rows.push(element),
                None => statements.push(Statement {
                    rows: vec![element],
                    ..Statement::of(element, kind_of_row(element))
                }),
            }
            after = end;
        }
    }
    statements
}

/// Whether it is a transaction by its name.
fn is_transaction(element: Element) -> bool {
    is_one_of(TRANSACTIONS, element.name())
}

fn kind_of_row(row: Element) -> Kind {
    if row.is("STMTTRN") || row.is("STMTTRNP") { Kind::Bank } else { Kind::Investment }
}

impl<'d, 't> Statement<'d, 't> {
    fn of(element: Element<'d, 't>, kind: Kind) -> Statement<'d, 't> {
        let from = ["BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LOANACCTFROM"]
            .iter()
            .find_map(|name| element.find(name));
        let name = |key: &str| from.and_then(|from| from.value(key)).map(|text| Name::new(&text));
        let list = element.descendants().find(|element| is_list(*element)).unwrap_or(element);
        let day = |name| list.value(name).and_then(|text| value::day(name, &text).ok());
        Statement {
            kind,
            number: name("ACCTID").or_else(|| name("LOANACCTID")),
            institution: name("BROKERID").or_else(|| name("BANKID")),
            title: name("ACCTTYPE"),
            currency: element.value("CURDEF").and_then(|code| currency(&code)),
            days: day("DTSTART").zip(day("DTEND")).filter(|(first, last)| first <= last),
            rows: rows(element),
            element,
        }
    }

    /// What the statement states of cash and positions at its end, where it can be read: a figure
    /// that cannot is no tie, and nothing hangs on it.
    pub fn stated(&self, listed: &Listed, numbers: Numbers, books: &dyn Books) -> Vec<Stated> {
        let mut stated = Vec::new();
        let read = |element: Element, name: &'static str| {
            element.value(name).and_then(|text| numbers.read(name, &text).ok())
        };
        let day_of = |element: Element, name: &'static str| {
            element.value(name).and_then(|text| value::day(name, &text).ok())
        };
        let as_of = day_of(self.element, "DTASOF").or(self.days.map(|(_, last)| last));
        if let Some(balance) = self.element.find("LEDGERBAL") {
            let cash = read(balance, "BALAMT").zip(day_of(balance, "DTASOF"));
            stated.extend(cash.map(|(quantity, day)| Stated {
                day,
                security: None,
                quantity,
                line: balance.line(),
            }));
        }
        if let Some(balance) = self.element.find("INVBAL") {
            stated.extend(read(balance, "AVAILCASH").zip(as_of).map(|(quantity, day)| Stated {
                day,
                security: None,
                quantity,
                line: balance.line(),
            }));
        }
        for position in self.element.named(&["INVPOS"]) {
            let Some(day) = day_of(position, "DTPRICEASOF").or(as_of) else { continue };
            let security = listed.get(position, books, day);
            let Some((security, units)) = security.zip(read(position, "UNITS")) else { continue };
            let short =
                position.value("POSTYPE").is_some_and(|kind| kind.eq_ignore_ascii_case("SHORT"));
            let units = match (short, security.sort) {
                (true, _) => -units.abs(),
                // Debt is stated in face value; some count bonds, and their value tells.
                (false, Some(Sort::Debt)) => {
                    let price = read(position, "UNITPRICE");
                    face(units, price, read(position, "MKTVAL"), security.par)
                }
                (false, _) => units,
            };
            let line = position.line();
            stated.push(Stated { day, security: Some(security.id), quantity: units, line });
        }
        stated
    }
}

/// Face value of `units` of debt: what they are, or so many bonds of `par`, where price (a
/// percentage) and value fit only that.
pub fn face(
    units: Decimal,
    price: Option<Decimal>,
    value: Option<Decimal>,
    par: Option<Decimal>,
) -> Decimal {
    let counted = || {
        let (price, value, par) = (price?, value?, par?);
        let nominal = units.checked_mul(par)?;
        let worth = |units: Decimal| {
            let worth = units.checked_mul(price)?.checked_div(Decimal::ONE_HUNDRED)?.abs();
            Some((worth - value.abs()).abs())
        };
        let (as_face, as_bonds) = (worth(units)?, worth(nominal)?);
        let near = value.abs().checked_div(Decimal::from(50))?;
        (as_bonds <= near && as_bonds < as_face && as_face > near).then_some(nominal)
    };
    counted().unwrap_or(units)
}

/// A currency as ISO 4217 writes it: three letters.
pub fn currency(code: &str) -> Option<Name> {
    let code = code.trim();
    (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .then(|| code.to_ascii_uppercase().into())
}

fn is_list(element: Element) -> bool {
    let name = element.name().to_ascii_uppercase();
    name.ends_with("TRANLIST") || matches!(&*name, "BANKTRANLISTP" | "INVOOLIST")
}

/// The rows of a statement: transactions wherever they stand, and every other aggregate right below
/// a list of transactions.
fn rows<'d, 't>(statement: Element<'d, 't>) -> Vec<Element<'d, 't>> {
    let mut rows = Vec::new();
    let mut lists: Vec<usize> = Vec::new();
    let mut after = 0;
    for element in statement.descendants() {
        let (at, end) = element.span();
        if at < after {
            continue;
        }
        while lists.last().is_some_and(|list| *list <= at) {
            lists.pop();
        }
        if is_list(element) {
            lists.push(end);
        } else if is_transaction(element) {
            rows.push(element);
            after = end;
        } else if !lists.is_empty() {
            // Right below a list, for everything below that is passed over.
            after = end;
            if element.is_aggregate() {
                rows.push(element);
            }
        }
    }
    rows
}
