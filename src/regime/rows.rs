//! The rows of a regime, as they are after reading.

use indexmap::IndexMap;

use crate::money::Decimal;
use crate::period::TaxYear;
use crate::source::Name;

/// A name of the regime and how it stands on the statement.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // each is a key of the row by itself
pub struct Category {
    /// `dividend.qualified`.
    pub id: Name,
    /// The heading it stands under; empty for one that is computed and not shown.
    pub section: Name,
    /// For the eye, without the words `of which`.
    pub label: Name,
    /// The category whose part it is, or whose sum it explains.
    pub part_of: Option<Name>,
    /// Whether it is a part (`of which`) rather than a summand of `part_of`.
    pub of_which: bool,
    /// Whether it adds to the taxable total.
    pub adds: bool,
    /// Whether the statement prints it with the other sign: the form has costs positive.
    pub negative: bool,
    /// Whether the statement shows it.
    pub shown: bool,
    /// Shown for each property under its own id: `rent.net.maple`.
    pub by_property: bool,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// What an event is: a row that is tried in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The category it gives; `none` says that the event is no income, and why in `law`.
    pub id: Name,
    /// Names of event kinds, or `match` and the names of accruals.
    pub events: Vec<Name>,
    /// Which figure of the event: `amount`, `ordinary`, `withheld`, `gain` …
    pub field: Name,
    /// Figures that are taken off it.
    pub less: Vec<Name>,
    /// What it is multiplied by.
    pub times: Decimal,
    /// Years it holds in.
    pub years: Years,
    /// What must be so.
    pub conditions: Vec<Where>,
    /// The category that it gives a part of, where the event gave that: outside the rule that the
    /// first match wins.
    pub part_of: Option<Name>,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// One condition: a fact and what it must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Where {
    /// A field of the event, or a fact about its security or property.
    pub fact: Name,
    /// It holds if one of them does.
    pub any: Vec<Test>,
    /// Whether the fact is asked for when it is missing; `stated WORD` never asks.
    pub asks: bool,
}

/// What a fact must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// This word.
    Is(Name),
    /// Any other word than this.
    Not(Name),
    /// A word with this ending: `*-fund`.
    Ends(Name),
    /// Not stated at all.
    Absent,
    /// A number above (`true`: or equal to) this.
    Above(Decimal, bool),
    /// A number below (`true`: or equal to) this.
    Below(Decimal, bool),
}

impl Test {
    /// Whether a stated fact passes.
    pub fn holds(&self, value: &str) -> bool {
        let number = || crate::money::plain(value);
        match self {
            Test::Is(word) => *word == *value,
            Test::Not(word) => *word != *value,
            Test::Ends(ending) => value.ends_with(&**ending),
            Test::Absent => false,
            Test::Above(limit, equal) => {
                number().is_some_and(|value| value > *limit || *equal && value == *limit)
            }
            Test::Below(limit, equal) => {
                number().is_some_and(|value| value < *limit || *equal && value == *limit)
            }
        }
    }

    /// Whether a number passes.
    pub fn holds_of(&self, value: Decimal) -> bool {
        match self {
            Test::Above(limit, equal) => value > *limit || *equal && value == *limit,
            Test::Below(limit, equal) => value < *limit || *equal && value == *limit,
            Test::Is(_) | Test::Not(_) | Test::Ends(_) | Test::Absent => {
                self.holds(&value.to_string())
            }
        }
    }
}

/// Years, each from and to, both included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Years(pub Vec<(i32, i32)>);

impl Years {
    /// Whether `year` is one of them; none named means always.
    pub fn holds(&self, year: TaxYear) -> bool {
        self.0.is_empty() || self.0.iter().any(|(from, to)| (*from..=*to).contains(&year.0))
    }
}

/// A payment that counts on another day than its own: declared late in a year, paid early in the
/// next, it counts on the last day of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Deemed {
    /// Names of event kinds.
    pub events: Vec<Name>,
    /// What must be so.
    pub conditions: Vec<Where>,
    /// First and last month in which it was declared, and of the record day; else it is claimed.
    pub declared: (u32, u32),
    /// First and last month in which it is paid.
    pub paid: (u32, u32),
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// How sales take units.
#[derive(Clone, Debug, PartialEq)]
pub struct Identify {
    /// Lots of each account apart, or those of all accounts together.
    pub by_account: bool,
    /// The passes, in order, where nothing is elected.
    pub passes: Vec<Pass>,
    /// Passes under an election, by its name: `average`.
    pub elected: IndexMap<Name, Vec<Pass>>,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

impl Default for Identify {
    fn default() -> Identify {
        let oldest = Pass { name: "lot".into(), window: None, take: Take::Oldest, pooled: false };
        Identify { by_account: true, passes: vec![oldest], elected: IndexMap::new(), law: None }
    }
}

/// One pass over the lots.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// As in the file.
    pub name: Name,
    /// Days of purchase relative to the sale, first and last; `None`: any day up to the sale.
    pub window: Option<(i64, i64)>,
    /// In which order.
    pub take: Take,
    /// Whether the cost is the pool's rather than the lot's own.
    pub pooled: bool,
}

/// Passes of an election, as the file has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passes(pub Vec<Pass>);

/// In which order a pass takes lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Those named at the sale, or picked by the account's standing order.
    Chosen,
    /// Earliest purchase first.
    Oldest,
}

/// The rule on losses when the same thing is bought again.
#[derive(Clone, Debug, PartialEq)]
pub struct Repurchase {
    /// First day relative to the sale.
    pub from: i64,
    /// Last day relative to the sale.
    pub to: i64,
    /// Whether purchases in sheltered accounts make the loss go for good.
    pub sheltered_lost: bool,
    /// Whether purchases of affiliates count.
    pub affiliates: bool,
    /// Things it does not hold for.
    pub unless: Vec<Where>,
    /// The code its adjustment has on the form.
    pub code: Name,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// As many tests of how long a thing was held as the text of a regime may have.
pub const MOST_TESTS: usize = 64;

/// A test of how long a thing was held.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldingTest {
    /// `long`, `qualified`.
    pub name: Name,
    /// More than so many whole months, for tests of a sale.
    pub months: Option<u32>,
    /// More than so many days, for tests around a day.
    pub days: Option<i64>,
    /// First and last day relative to the ex-date.
    pub within: Option<(i64, i64)>,
    /// Things it is for; the first test with this name whose conditions hold is the one.
    pub conditions: Vec<Where>,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// What an event does to the cost of what is held.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Name of an event kind.
    pub event: Name,
    /// +1 or -1 times the figure of the event.
    pub cost: i8,
    /// Which lots it falls on.
    pub units: Units,
    /// What goes below nil becomes gain.
    pub floor_gain: bool,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// Which units an effect falls on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// Held on the day.
    Date,
    /// Also what was sold earlier in the year.
    HeldInYear,
}

/// A line of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct FormLine {
    /// `Schedule B`.
    pub form: Name,
    /// `6`.
    pub line: Name,
    /// Years whose forms have it.
    pub years: Years,
    /// What adds up to it.
    pub sum: Vec<Term>,
    /// How it is rounded: `dollar`, `cent`, `none`.
    pub round: Name,
    /// It lists payers or rows: no figure of a statement lands there.
    pub lists: bool,
    /// Figures come here from other lines: named only where one comes alone.
    pub onward: bool,
    /// When the form is needed at all.
    pub needs: Option<Needs>,
    /// Only for sales without (`plain`) or with (`adjusted`) an adjustment.
    pub rows: Option<Name>,
    /// How a statement names it in full, where `FORM line LINE` will not do.
    pub text: Option<Name>,
    /// How a statement names it in little room, where the usual short form will not do.
    pub brief: Option<Name>,
}

impl FormLine {
    /// `Schedule B line 6`.
    pub fn full(&self) -> String {
        self.text.as_ref().map_or_else(
            || {
                if self.line.is_empty() {
                    self.form.to_string()
                } else {
                    format!("{} line {}", self.form, self.line)
                }
            },
            ToString::to_string,
        )
    }

    /// `B 6`, `1040 3b`, `Sch 1 8z`.
    pub fn short(&self) -> String {
        if let Some(brief) = &self.brief {
            return brief.to_string();
        }
        let form: &str = &self.form;
        let form = form.strip_prefix("Form ").unwrap_or(form);
        let form = match form.strip_prefix("Schedule ") {
            Some(letter) if letter.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("Sch {letter}")
            }
            Some(letter) => letter.to_owned(),
            None => form.to_owned(),
        };
        if self.line.is_empty() { form } else { format!("{form} {}", self.line) }
    }
}

/// When a form is needed: a figure is over a parameter, or one of others is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Needs {
    /// The figure.
    pub of: Name,
    /// The parameter.
    pub over: Name,
    /// Figures any of which will do.
    pub or: Vec<Name>,
}

/// `a`, `-a`, `a * param`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Taken off rather than added.
    pub minus: bool,
    /// A category, or a name some fold made.
    pub name: Name,
    /// A parameter it is multiplied by.
    pub times: Option<Name>,
}

/// A step on a year's totals.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// What it does.
    pub step: Step,
    /// Only in these years.
    pub years: Years,
    /// Also for each property by itself, under `NAME.PROPERTY`.
    pub by_property: bool,
    /// The law or publication behind it.
    pub law: Option<Name>,
}

/// The verbs of folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Terms added up into a name.
    Sum(Vec<Term>, Name),
    /// A name's amount taken off others in order, none below nil; what is left goes to `carry`.
    Net {
        /// The names it is taken off.
        of: Vec<Name>,
        /// What is taken off.
        less: Name,
        /// Where what is left goes.
        carry: Option<Name>,
    },
    /// A carried amount or a parameter taken off others in order, down to a limit.
    Use {
        /// What is used.
        of: Name,
        /// The names it is taken off.
        against: Vec<Name>,
        /// A parameter below which nothing is taken.
        down_to: Option<Name>,
        /// Where the amount used is recorded.
        used: Option<Name>,
    },
    /// A name times a parameter, into a name.
    Scale {
        /// What is multiplied.
        of: Name,
        /// The parameter.
        by: Name,
        /// The result.
        into: Name,
    },
    /// At most `to` of a loss counts this year; what is left of each part is carried on. The
    /// first part is used first.
    LimitLoss {
        /// The total that may be a loss.
        of: Name,
        /// The parameter.
        to: Name,
        /// The totals it is made of.
        parts: Vec<Name>,
        /// Where each part's rest goes.
        carry: Vec<Name>,
        /// The loss that counts, negative.
        into: Name,
    },
    /// The allowance for losses of let houses: 26 USC 469(i).
    RentalAllowance {
        /// The result that may be a loss.
        of: Name,
        /// Amounts of which one must be on record for the year.
        parts: Vec<Name>,
        /// The loss that counts, negative.
        into: Name,
        /// What is held back, positive; carried on.
        carry: Name,
        /// What of it this year adds, or takes back where it is used.
        held: Name,
    },
}

/// A fact that is asked for when it is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// As in `securities.toml`.
    pub key: Name,
    /// The question, `{security}` for the security; ends with a question mark.
    pub asks: Name,
    /// The line to write, `…` where the answer goes.
    pub write: Name,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// The same for all.
    One(Decimal),
    /// By filing status, or by kind.
    By(IndexMap<Name, Decimal>),
}

/// Names of carried amounts: key in the settings, category.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carry(pub IndexMap<Name, Name>);
