//! Reads OFX and QFX: what banks and brokers give to money programs, SGML of 1.x and XML of 2.x.
//!
//! In: texts, and what the books know. Out: of every transaction its events, or why it is none, or
//! what could not be read; `entry` joins them. OFX is no table,
//! so no profile describes it: every element has a name, and the specification says what it means.
//! What brokers make of it beyond that stands in `words`. Knows nothing of other formats.

mod beside;
mod cash;
mod files;
mod identity;
mod make;
mod names;
mod security;
mod statement;
mod syntax;
mod trade;
mod units;
mod value;
mod words;

use std::collections::HashSet;
use std::fmt::Write as _;

pub use files::files;
pub use security::{Books, Listed};
pub use statement::{Kind, Stated, Statement};

use crate::event::{Account, RowHash};
use crate::source::Source;
use syntax::Document;
use value::Numbers;

/// A file's text, its elements told.
#[derive(Debug)]
pub struct Export<'t> {
    document: Document<'t>,
    numbers: Numbers,
    listed: Listed,
    /// By what it was recognised: `its first tag is <OFX>, version 102`.
    pub why: String,
}

/// Why a file that is OFX holds nothing to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// What it is.
    pub reason: String,
    /// What to do instead.
    pub advice: String,
}

/// Whether the text is OFX, by its content: a header of OFX, or `<OFX>` as its first tag.
pub fn recognises(text: &str) -> bool {
    syntax::begins(text) || syntax::is_only_a_header(text)
}

/// Reads a text that `recognises` knows. `Err`: it has nothing to import, and why.
pub fn open(source: &Source) -> Result<Export<'_>, Nothing> {
    let nothing = |reason: &str, advice: &str| Nothing {
        reason: reason.to_owned(),
        advice: advice.to_owned(),
    };
    if !syntax::begins(&source.text) {
        return Err(nothing("an OFX header without data", "download the file again"));
    }
    let document = syntax::parse(&source.text);
    if !document.complete {
        let reason = format!("OFX that breaks off on line {}", document.lines);
        return Err(nothing(&reason, "download the file again"));
    }
    if statement::statements(&document).is_empty() {
        return Err(without_statement(&document));
    }
    let numbers = Numbers::of(&document);
    let listed = Listed::of(&document, numbers);
    let version = document.version.map(|version| format!(", version {version}"));
    let why = format!("its first tag is <OFX>{}", version.unwrap_or_default());
    Ok(Export { document, numbers, listed, why })
}

/// What an OFX file without a statement is.
fn without_statement(document: &Document) -> Nothing {
    let nothing = |reason: String, advice: &str| Nothing { reason, advice: advice.to_owned() };
    let tax = |name: &str| name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("TAX1099"));
    if document.elements().any(|element| tax(element.name())) {
        return nothing(
            "tax forms (1099) as OFX, not transactions".to_owned(),
            "keep it for `rentier reconcile`; download the history as OFX or CSV",
        );
    }
    let refused = document.named(&["STATUS"]).find(|status| {
        status.value("SEVERITY").is_some_and(|severity| severity.eq_ignore_ascii_case("ERROR"))
    });
    if let Some(status) = refused {
        let code = status.value("CODE").unwrap_or_default();
        let message = status.value("MESSAGE").map(|message| format!(": {message}"));
        let message = message.unwrap_or_default();
        let reason = format!("an answer of the bank without data, error {code}{message}");
        return nothing(reason, "download the file again");
    }
    nothing(
        "OFX without a statement".to_owned(),
        "download the transactions of an account as OFX or CSV",
    )
}

/// The name of this format, as a profile's.
pub const NAME: &str = "ofx";

/// For the eye, as a profile's title and download.
pub const TITLE: &str = "OFX and QFX of any bank or broker";
/// How to get such a file.
pub const DOWNLOAD: &str = "Download, for Quicken or Microsoft Money (QFX, OFX)";

/// What words of a memo mean, a line for each rule: what `rentier profile show ofx` shows, since OFX
/// has no table of actions.
pub fn shown() -> String {
    let mut text = format!(
        "# {TITLE}\n# Transactions are read by their types, as the OFX specification has them; words\n\
         # of a memo add what the types cannot say. The first rule that fits wins.\n"
    );
    for rule in words::RULES {
        let _ = writeln!(
            text,
            "\n{}\n    says {}\n    such as \"{}\"",
            rule.wanted(),
            rule.meaning(),
            rule.example
        );
    }
    text
}

/// How many rules there are.
pub fn rules() -> usize {
    words::RULES.len()
}

/// A file and what stands in it.
struct Opened<'s> {
    source: &'s Source,
    export: Export<'s>,
}

impl Export<'_> {
    /// The statements, one for each account the file has an answer for.
    pub fn statements(&self) -> Vec<Statement<'_, '_>> {
        statement::statements(&self.document)
    }

    /// What a statement states of cash and positions at its end.
    pub fn stated(&self, statement: &Statement, books: &dyn Books) -> Vec<Stated> {
        statement.stated(&self.listed, self.numbers, books)
    }

    /// FITIDs that several transactions of a statement share: no identity, in no file of the account.
    fn reused(&self, statement: &Statement) -> HashSet<String> {
        identity::reused(statement, self.numbers)
    }

    /// The hashes of a statement's rows, if it were this account's.
    fn hashes(
        &self,
        statement: &Statement,
        account: &Account,
        reused: &HashSet<String>,
    ) -> Vec<RowHash> {
        identity::hashes(statement, self.numbers, account, reused)
    }

    /// The name of the bank or broker.
    fn bank(&self) -> Option<String> {
        let signed_on = self.document.named(&["FI"]).next()?;
        signed_on.value("ORG").map(std::borrow::Cow::into_owned)
    }
}
