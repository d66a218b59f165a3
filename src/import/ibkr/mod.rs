//! Reads what Interactive Brokers exports: activity statements, the transaction history, Flex queries
//! as CSV and XML.
//!
//! In: texts, and what the books know. Out: of every line of every section its events, or why it is
//! none, or what could not be read; `entry` joins them. No table describes these files: a statement
//! has a hundred sections, each with a header of its own. `statement`, `flex_csv` and `flex_xml` take
//! them apart into the same rows; what words mean stands in the profile `ibkr`, which a person can add
//! to; `make` and the rooms beside it make the events. Knows nothing of other brokers.

mod action;
mod beside;
mod cash;
mod fields;
mod files;
mod fills;
mod flex_csv;
mod flex_xml;
mod forex;
mod futures;
mod identity;
mod levels;
mod make;
mod rows;
mod rules;
mod sections;
mod security;
mod stated;
mod statement;
mod trade;
mod value;

pub use files::files;

use self::fields::Field;
use self::rows::Sheet;
use self::sections::Sort;
use crate::import::Refused;
use crate::import::record::{Cell, Records};
use crate::source::Source;

/// The profile of activity statements, and of the words that all files share.
pub const STATEMENT: &str = "ibkr";
/// The profile of Flex queries.
pub const FLEX: &str = "ibkr-flex";
/// The profile of the transaction history.
pub const HISTORY: &str = "ibkr-history";

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Statement,
    Csv,
    Headless,
    Xml,
    Answer,
}

/// A file taken apart.
struct Opened<'s> {
    sheet: Sheet<'s>,
    profile: &'static str,
    why: String,
}

/// Whether a text is one of these files, by its content.
pub fn recognises(text: &str) -> bool {
    form(text).is_some()
}

fn form(text: &str) -> Option<Form> {
    if let Some(name) = first_element(text) {
        return match name {
            "FlexQueryResponse" => Some(Form::Xml),
            "FlexStatementResponse" => Some(Form::Answer),
            _ => None,
        };
    }
    if is_statement(text) {
        return Some(Form::Statement);
    }
    match flex_csv::form(text) {
        flex_csv::Form::Query => Some(Form::Csv),
        flex_csv::Form::Headless => Some(Form::Headless),
        flex_csv::Form::Other => None,
    }
}

/// The name of the first element of XML, past its declaration and comments.
fn first_element(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    loop {
        rest = rest.strip_prefix('<')?;
        let end = match rest.as_bytes().first()? {
            b'?' => "?>",
            b'!' if rest.starts_with("!--") => "-->",
            b'!' => ">",
            _ => break,
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    Some(&rest[..end])
}

/// Whether the first line that is not blank is a header of a section.
fn is_statement(text: &str) -> bool {
    let mut records = Records::new(text, b',');
    let mut cells: Vec<Cell> = Vec::new();
    for _ in 0..8 {
        if records.next(&mut cells).is_none() {
            return false;
        }
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            return cells.len() > 3 && cells[1].trim() == "Header";
        }
    }
    false
}

/// Takes apart a file that `recognises` knows. `Err`: it has nothing to import, and why.
fn open(source: &Source) -> Result<Opened<'_>, Box<Refused>> {
    let refused = |reason: &str, advice: &str| {
        Box::new(Refused {
            file: source.name.clone(),
            reason: reason.to_owned(),
            advice: advice.to_owned(),
            diagnostic: None,
        })
    };
    match form(&source.text) {
        Some(Form::Statement) => {
            let sheet = statement::read(&source.text);
            if is_translated(&sheet) {
                return Err(refused(
                    "an Interactive Brokers statement in another language than English",
                    "choose English as the language of the statement, and download it again",
                ));
            }
            let history = sheet.rows.iter().any(|raw| raw.sort == Sort::History);
            let profile = if history { HISTORY } else { STATEMENT };
            let why = "its first line is a header of a section".to_owned();
            Ok(Opened { sheet, profile, why })
        }
        Some(Form::Csv) => {
            let sheet = flex_csv::read(&source.text);
            let why = "its header has columns of a Flex query".to_owned();
            Ok(Opened { sheet, profile: FLEX, why })
        }
        Some(Form::Xml) => match flex_xml::read(&source.text) {
            Ok(sheet) => {
                let why = "its first element is <FlexQueryResponse>".to_owned();
                Ok(Opened { sheet, profile: FLEX, why })
            }
            Err(line) => Err(refused(
                &format!("a Flex query that breaks off or is no XML on line {line}"),
                "run the query and download it again",
            )),
        },
        Some(Form::Headless) => Err(refused(
            "an Interactive Brokers Flex query without the names of its columns",
            "switch on Include Column Headers in the query's delivery settings, or choose XML",
        )),
        Some(Form::Answer) | None => Err(refused(
            "an answer of the Flex service without data",
            "wait until the query has run, and download it again",
        )),
    }
}

/// Whether a statement's sections and columns have names of another language.
fn is_translated(sheet: &Sheet) -> bool {
    let data = || sheet.rows.iter().filter(|raw| raw.aside.is_none());
    let ours = data().any(|raw| raw.sort != Sort::Other && !raw.cells.is_empty());
    let about = data().filter(|raw| raw.sort == Sort::About);
    let unnamed = about.clone().any(|raw| raw.cell(Field::About).is_none());
    data().next().is_some()
        && (!ours || unnamed && !about.clone().any(|raw| raw.cell(Field::About).is_some()))
}
