//! Which postings a rule of a Ledger journal is for: `/^Income/`, `@Shop and Food`,
//! `expr account =~ /^Income/ & commodity == 'USD'`.
//!
//! In: the text after `=`. Out: a test of postings. `None` for whatever is not understood: a rule that
//! cannot be tested is refused, not guessed.

mod read;

use std::cmp::Ordering;

use regex::Regex;

pub use self::read::query;
use crate::ledger::model::{PostingKind, Status};
use crate::ledger::view::{Posting, Transaction};
use crate::money::Decimal;
use crate::period::NaiveDate;

/// A test of a posting.
#[derive(Clone, Debug)]
pub enum Query {
    /// The text of a field matches.
    Matches(Field, Regex),
    /// The text of a field is this.
    Is(Field, String),
    /// The amount compares so with a number of a commodity, or of whichever it has.
    Amount(Sign, Compare, Decimal, Option<String>),
    /// Its day compares so.
    Day(Compare, NaiveDate),
    /// It has this mark, or its transaction has.
    Has(Status),
    /// It is a real posting.
    Real,
    /// A tag matches, and its value does.
    Tagged(Regex, Regex),
    /// A tag of this name has this value, or one that matches.
    Value(String, Value),
    /// All do, or none.
    Always(bool),
    /// Some posting of the transaction passes.
    Any(Box<Query>),
    /// All of its postings pass.
    All(Box<Query>),
    /// It does not pass.
    Not(Box<Query>),
    /// Both pass.
    And(Box<Query>, Box<Query>),
    /// One of them passes.
    Or(Box<Query>, Box<Query>),
}

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The posting's account.
    Account,
    /// The transaction's payee.
    Payee,
    /// The transaction's code.
    Code,
    /// The posting's commodity.
    Commodity,
    /// The names of tags, of the posting or its transaction.
    Tag,
    /// The comments, of the posting or its transaction.
    Note,
}

/// Which sign an amount has when it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Its own: `amount`
    Own,
    /// The other one: `-amount`
    Other,
    /// None: `abs(amount)`
    None,
}

/// What a tag's value must be.
#[derive(Clone, Debug)]
pub enum Value {
    /// This text.
    Is(String),
    /// Such a one.
    Matches(Regex),
}

/// How values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Other,
}

impl Query {
    /// Whether `posting` passes.
    pub fn passes(&self, posting: Posting<'_>) -> bool {
        match self {
            Query::Matches(field, pattern) => {
                field.texts(posting).iter().any(|text| pattern.is_match(text))
            }
            Query::Is(field, wanted) => field.texts(posting).contains(wanted),
            Query::Amount(sign, compare, number, commodity) => {
                let own = posting.number();
                let own = match sign {
                    Sign::Own => own,
                    Sign::Other => -own,
                    Sign::None => own.abs(),
                };
                // Of different commodities the symbols are compared.
                let symbols = commodity.as_deref().map(|other| (**posting.commodity()).cmp(other));
                let order = symbols.unwrap_or(Ordering::Equal).then_with(|| own.cmp(number));
                compare.holds(order)
            }
            Query::Day(compare, day) => compare.holds(posting.date().cmp(day)),
            Query::Has(status) => posting.status() == *status,
            Query::Real => posting.kind() == PostingKind::Real,
            Query::Tagged(name, wanted) => {
                tags(posting).any(|(key, value)| name.is_match(key) && wanted.is_match(value))
            }
            Query::Value(name, wanted) => {
                let value = posting.tag(name).or_else(|| posting.transaction.tag(name));
                value.is_some_and(|value| match wanted {
                    Value::Is(wanted) => value == wanted,
                    Value::Matches(pattern) => pattern.is_match(value),
                })
            }
            Query::Always(passes) => *passes,
            Query::Any(query) => all(posting.transaction).any(|other| query.passes(other)),
            Query::All(query) => all(posting.transaction).all(|other| query.passes(other)),
            Query::Not(query) => !query.passes(posting),
            Query::And(one, other) => one.passes(posting) && other.passes(posting),
            Query::Or(one, other) => one.passes(posting) || other.passes(posting),
        }
    }
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Less => order.is_lt(),
            Compare::AtMost => order.is_le(),
            Compare::More => order.is_gt(),
            Compare::AtLeast => order.is_ge(),
            Compare::Equal => order.is_eq(),
            Compare::Other => order.is_ne(),
        }
    }
}

/// The tags of a posting and of its transaction.
fn tags(posting: Posting<'_>) -> impl Iterator<Item = (&str, &str)> {
    posting.tags().into_iter().chain(posting.transaction.tags())
}

fn all(transaction: Transaction<'_>) -> impl Iterator<Item = Posting<'_>> {
    transaction.postings()
}

impl Field {
    fn texts(self, posting: Posting<'_>) -> Vec<String> {
        let transaction = posting.transaction;
        match self {
            Field::Account => vec![posting.account().to_string()],
            Field::Payee => {
                vec![transaction.tag("Payee").map_or_else(|| transaction.payee(), str::to_owned)]
            }
            Field::Code => vec![transaction.code().to_owned()],
            Field::Commodity => vec![posting.commodity().to_string()],
            Field::Tag => tags(posting).map(|(key, _)| key.to_owned()).collect(),
            Field::Note => {
                let comments = posting.comments().chain(transaction.comments());
                comments.map(|(_, comment)| comment.to_owned()).collect()
            }
        }
    }
}
