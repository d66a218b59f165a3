//! What one action word of a broker becomes, and under which conditions.

use std::fmt::Write;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use super::read::read_actions;
use super::{Expression, Field};
use crate::event::{Claims, Relation, TaxAuthority};
use crate::source::Name;

/// What the action words of a profile mean. Those of a shipped profile are read when they are first asked
/// for: an import asks for those of one broker, and there are many.
#[derive(Clone, Debug)]
pub struct Actions(Arc<LazyLock<Vec<Action>, Read>>);

type Read = Box<dyn FnOnce() -> Vec<Action> + Send>;

impl Actions {
    /// Those of `text`, the end of the shipped profile `file`.
    pub(super) fn shipped(file: &str, text: &'static str) -> Actions {
        let file = Name::new(file);
        Actions(Arc::new(LazyLock::new(Box::new(move || read_actions(&file, text)))))
    }
}

impl FromIterator<Action> for Actions {
    fn from_iter<I: IntoIterator<Item = Action>>(actions: I) -> Actions {
        let actions = Vec::from_iter(actions);
        Actions(Arc::new(LazyLock::new(Box::new(|| actions))))
    }
}

impl Default for Actions {
    fn default() -> Actions {
        Actions::from_iter([])
    }
}

impl Deref for Actions {
    type Target = [Action];

    fn deref(&self) -> &[Action] {
        &self.0
    }
}

/// One meaning of action words.
#[derive(Clone, Debug)]
pub struct Action {
    /// The whole of the action's words, case apart.
    pub is: Vec<String>,
    /// How the action's words begin, case apart.
    pub starts: Vec<String>,
    /// What the action's words contain, case apart.
    pub contains: Vec<String>,
    /// What else must hold of the row.
    pub when: When,
    /// How its words, else its text, read; the groups are values of the fields they are named for.
    /// Of several, the one in which quantity times price comes nearest to the amount.
    pub patterns: Vec<Expression>,
    /// What the row becomes.
    pub outcome: Outcome,
    /// A row, below the profile's header, that means this.
    pub example: Option<String>,
    /// The file it stands in.
    pub file: Name,
}

/// What a row becomes.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// No event, and why, in the singular; `{symbol}` stands for the row's symbol.
    Ignore(String),
    /// An event.
    Make(Make),
}

/// How an event is made of a row.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "settings of a file, each for itself")]
pub struct Make {
    /// The kind's name.
    pub kind: &'static str,
    /// The kind where the amount, or without one the quantity, is negative.
    pub negative: Option<&'static str>,
    /// What the broker claims of it.
    pub claimed: Claims,
    /// In kebab-case.
    pub reason: Option<Name>,
    /// Which way units go.
    pub side: Side,
    /// The kind where the units close a position that the records have: brokers that write neither
    /// open nor close.
    pub closing: Option<&'static str>,
    /// What the row does beside.
    pub beside: Option<Beside>,
    /// The security it comes from, where rows do not say: of a spin-off.
    pub from: Option<Name>,
    /// Who took the tax.
    pub tax: Option<TaxAuthority>,
    /// What was paid for a let property, by the last part of its category.
    pub expense: Option<Name>,
    /// What the row costs is an event of its own: its kind, and what of a let property it is.
    pub fees: Option<(&'static str, Option<Name>)>,
    /// The row is one of two or more that are one event.
    pub pair: Option<Pair>,
    /// The event belongs to another of the same account.
    pub link: Option<Link>,
    /// What it is about, `{symbol}` for the row's own: `{symbol}-CFD`.
    pub security: Option<Name>,
    /// What stands as fees is tax taken off.
    pub fees_are_tax: bool,
    /// Its amount has a sign, though amounts of this profile have none.
    pub signed: bool,
    /// Where no amount is stated, it is quantity times price.
    pub priced: bool,
    /// What stands as the amount is what the units are worth, no cash.
    pub valued: bool,
}

/// What a row does beside what it is named for: a second event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// What comes in buys the row's units at once, what goes out is paid by selling them.
    Invested,
    /// The units that come go on at once to another account of their owner.
    PassedOn,
}

/// Which way units go; the sign of a quantity that the broker writes without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Into the account.
    In,
    /// Out of the account.
    Out,
    /// As the row's own sign says.
    Signed,
    /// Whichever brings the position to 0.
    Closing,
}

/// Rows that are one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pair {
    /// What leaves in one row, what comes in the other.
    Legs,
    /// The quantity in one row, the amount in the other.
    Halves,
    /// What leaves in one row and what comes in the other, each money or a commodity, and what it
    /// cost; in more rows where an order was filled in parts.
    Swap,
}

/// How an event belongs to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A purchase paid by an income of the same day and security.
    Reinvests,
    /// A tax on an income of the same day and security.
    WithholdingOf,
    /// Takes an earlier event back and cannot stand without it.
    Reverses,
    /// Takes an earlier event back where there is one, else stands by itself.
    Corrects,
    /// Belongs to the trade of the same day and reference: a fee becomes one of its costs.
    PartOf,
}

impl Link {
    /// How the link is written in an event.
    pub fn relation(self) -> Relation {
        match self {
            Link::Reinvests => Relation::Reinvests,
            Link::WithholdingOf => Relation::WithholdingOf,
            Link::Reverses | Link::Corrects => Relation::Reverses,
            Link::PartOf => Relation::PartOf,
        }
    }
}

/// Conditions on a row; all must hold.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// Of the quantity.
    pub quantity: Option<Sign>,
    /// Of the amount.
    pub amount: Option<Sign>,
    /// Of the symbol.
    pub symbol: Vec<SymbolIs>,
    /// The type column is one of these, case apart.
    pub types: Vec<String>,
    /// Action or description contain one of these, case apart.
    pub text: Vec<String>,
    /// Fields in which nothing stands.
    pub empty: Vec<Field>,
    /// Fields in which something stands.
    pub filled: Vec<Field>,
}

/// A condition on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
    /// Zero, or nothing is stated.
    Zero,
    /// Not zero.
    Any,
}

/// A condition on a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SymbolIs {
    /// An option.
    Option,
    /// A fund that is cash in all but name, or the cash itself.
    Sweep,
    /// No security.
    None,
    /// A security.
    Some,
    /// This one.
    Is(Name),
}

impl When {
    /// How much is asked of the row.
    pub fn count(&self) -> usize {
        usize::from(self.quantity.is_some())
            + usize::from(self.amount.is_some())
            + usize::from(!self.symbol.is_empty())
            + usize::from(!self.types.is_empty())
            + usize::from(!self.text.is_empty())
            + usize::from(!self.empty.is_empty())
            + usize::from(!self.filled.is_empty())
    }

    /// Nothing is asked of the row.
    pub fn is_empty(&self) -> bool {
        let When { quantity, amount, symbol, types, text, empty, filled } = self;
        quantity.is_none()
            && amount.is_none()
            && symbol.is_empty()
            && types.is_empty()
            && text.is_empty()
            && empty.is_empty()
            && filled.is_empty()
    }
}

impl Action {
    /// Its words as a person wrote them: `is "Buy"`, with the conditions.
    pub fn words(&self) -> String {
        let is = self.is.iter().map(|word| format!("\"{word}\""));
        let starts = self.starts.iter().map(|word| format!("\"{word} …\""));
        let contains = self.contains.iter().map(|word| format!("\"… {word} …\""));
        let mut words = is.chain(starts).chain(contains).collect::<Vec<_>>().join(", ");
        if !self.when.is_empty() {
            words.push_str(" when ");
            words.push_str(&self.when.words());
        }
        for pattern in &self.patterns {
            words.push_str(" that reads ");
            words.push_str(pattern.text());
        }
        words
    }

    /// What it becomes: `dividend, claimed qualified`, `ignored: total`.
    pub fn becomes(&self) -> String {
        let make = match &self.outcome {
            Outcome::Ignore(reason) => return format!("ignored: {reason}"),
            Outcome::Make(make) => make,
        };
        let mut text = make.kind.to_owned();
        if let Some(negative) = make.negative {
            text.push_str(" or, negative, ");
            text.push_str(negative);
        }
        if let Some(closing) = make.closing {
            text.push_str(" or, of an open position, ");
            text.push_str(closing);
        }
        match make.beside {
            Some(Beside::Invested) => text.push_str(", invested"),
            Some(Beside::PassedOn) => text.push_str(", passed on"),
            None => {}
        }
        if !make.claimed.is_empty() {
            let claims: Vec<&str> = make.claimed.iter().map(crate::event::Claim::text).collect();
            text.push_str(", claimed ");
            text.push_str(&claims.join(" "));
        }
        if let Some(reason) = &make.reason {
            text.push_str(", reason ");
            text.push_str(reason);
        }
        if let Some(expense) = &make.expense {
            text.push_str(", expense ");
            text.push_str(expense);
        }
        if let Some(tax) = make.tax {
            text.push_str(", tax ");
            text.push_str(tax.text());
        }
        if let Some((kind, expense)) = &make.fees {
            let _ = write!(text, ", its fees {kind} {}", expense.as_deref().unwrap_or_default());
        }
        if let Some(link) = make.link {
            text.push_str(", ");
            text.push_str(link.relation().text());
        }
        if make.priced {
            text.push_str(", at quantity times price");
        }
        if make.valued {
            text.push_str(", its amount a value");
        }
        match make.pair {
            Some(Pair::Legs | Pair::Halves) => text.push_str(", two rows"),
            Some(Pair::Swap) => text.push_str(", two or more rows"),
            None => {}
        }
        text
    }
}

impl When {
    fn words(&self) -> String {
        let sign = |sign: Sign| match sign {
            Sign::Positive => "+",
            Sign::Negative => "-",
            Sign::Zero => "0",
            Sign::Any => "not 0",
        };
        let mut parts = Vec::new();
        if let Some(quantity) = self.quantity {
            parts.push(format!("quantity {}", sign(quantity)));
        }
        if let Some(amount) = self.amount {
            parts.push(format!("amount {}", sign(amount)));
        }
        if !self.symbol.is_empty() {
            let names: Vec<&str> = self
                .symbol
                .iter()
                .map(|symbol| match symbol {
                    SymbolIs::Option => "an option",
                    SymbolIs::Sweep => "a cash sweep",
                    SymbolIs::None => "none",
                    SymbolIs::Some => "a security",
                    SymbolIs::Is(name) => name,
                })
                .collect();
            parts.push(format!("symbol {}", names.join(" or ")));
        }
        if !self.types.is_empty() {
            parts.push(format!("type {}", self.types.join(" or ")));
        }
        if !self.text.is_empty() {
            parts.push(format!("text \"{}\"", self.text.join("\" or \"")));
        }
        for (fields, is) in [(&self.empty, "empty"), (&self.filled, "filled")] {
            if !fields.is_empty() {
                let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
                parts.push(format!("{} {is}", names.join(" and ")));
            }
        }
        parts.join(", ")
    }
}
