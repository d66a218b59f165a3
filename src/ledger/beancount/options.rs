//! `option "NAME" "VALUE"`: what of a Beancount file is adjustable, and what each value must be.
//!
//! In: name and value. Out: the option set, or what is wrong with it. Options that only dress up
//! another program's reports are known by name and have no effect.

use crate::ledger::beancount::draft::Booking;
use crate::money::{Decimal, plain};

/// The options that change what is read.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch that a file sets by itself")]
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// The first component of asset, liability, equity, income and expense accounts, in that order.
    pub roots: [String; 5],
    /// The method of accounts that name none.
    pub booking: Booking,
    /// By currency; `*` is any other.
    pub tolerances: Vec<(String, Decimal)>,
    /// What the last digit of an amount is multiplied with to give its tolerance.
    pub multiplier: Decimal,
    /// Whether costs and prices widen the tolerance.
    pub from_cost: bool,
    /// Whether what is computed is rounded to the finest instead of the coarsest amount.
    pub precise: bool,
    /// Whether `|` between payee and narration is nothing to mention.
    pub pipe: bool,
    /// `plugin_processing_mode` is `raw`: nothing is padded and no balance is checked.
    pub raw: bool,
    /// The currencies that reports are in.
    pub operating: Vec<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            roots: ["Assets", "Liabilities", "Equity", "Income", "Expenses"].map(str::to_owned),
            booking: Booking::Strict,
            tolerances: Vec::new(),
            multiplier: Decimal::new(5, 1),
            from_cost: false,
            precise: false,
            pipe: false,
            raw: false,
            operating: Vec::new(),
        }
    }
}

/// What setting an option came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// It changes what is read.
    Applied,
    /// It changes nothing here.
    Inert,
    /// An option of this name says the same now; Beancount refuses the old one.
    Renamed(&'static str),
    /// Beancount refuses it: what it allowed is going away.
    Deprecated,
    /// It is read, but only to be told that no file may set it.
    ReadOnly,
    /// No option goes by this name.
    Unknown,
    /// The value is none for this option: what would be one.
    Wrong(&'static str),
}

/// Options without an effect on figures.
const INERT: [&str; 9] = [
    "title",
    "conversion_currency",
    "documents",
    "render_commas",
    "long_string_maxlines",
    "insert_pythonpath",
    "commodities",
    "dcontext",
    "input_hash",
];

const ROOTS: [&str; 5] =
    ["name_assets", "name_liabilities", "name_equity", "name_income", "name_expenses"];

/// Leaf accounts of reports that are not ours; their names are checked all the same.
const LEAVES: [&str; 7] = [
    "account_previous_balances",
    "account_previous_earnings",
    "account_previous_conversions",
    "account_current_earnings",
    "account_current_conversions",
    "account_unrealized_gains",
    "account_rounding",
];

/// All names, for suggestions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let rest = [
        "operating_currency",
        "booking_method",
        "inferred_tolerance_default",
        "tolerance_multiplier",
        "infer_tolerance_from_cost",
        "display_precision",
        "use_precise_interpolation",
        "plugin_processing_mode",
    ];
    INERT.into_iter().chain(ROOTS).chain(LEAVES).chain(rest)
}

impl Options {
    /// Sets an option.
    pub fn set(&mut self, name: &str, value: &str) -> Set {
        if let Some(at) = ROOTS.iter().position(|known| *known == name) {
            if !is_root(value) {
                return Set::Wrong("one name that begins with a capital letter, such as `Assets`");
            }
            value.clone_into(&mut self.roots[at]);
            return Set::Applied;
        }
        match name {
            "operating_currency" => self.operating.push(value.to_owned()),
            "booking_method" => match Booking::named(value) {
                Some(booking) => self.booking = booking,
                None => {
                    return Set::Wrong(
                        "STRICT, STRICT_WITH_SIZE, FIFO, LIFO, HIFO, AVERAGE or NONE",
                    );
                }
            },
            "inferred_tolerance_default" | "default_tolerance" | "display_precision" => {
                let Some((currency, number)) = by_currency(value) else {
                    return Set::Wrong("a currency, or `*`, and a number: `USD:0.005`");
                };
                if name == "display_precision" {
                    return Set::Inert;
                }
                self.tolerances.retain(|(known, _)| known != currency);
                self.tolerances.push((currency.to_owned(), number));
                if name == "default_tolerance" {
                    return Set::Renamed("inferred_tolerance_default");
                }
            }
            "tolerance_multiplier" | "inferred_tolerance_multiplier" | "tolerance" => {
                match plain(value.trim()).filter(|number| !number.is_sign_negative()) {
                    Some(number) => self.multiplier = number,
                    None => return Set::Wrong("a number such as `0.5`"),
                }
                if name != "tolerance_multiplier" {
                    return Set::Renamed("tolerance_multiplier");
                }
            }
            "infer_tolerance_from_cost" => self.from_cost = is_true(value),
            "use_precise_interpolation" => self.precise = is_true(value),
            "allow_pipe_separator" => {
                self.pipe = is_true(value);
                return Set::Deprecated;
            }
            "allow_deprecated_none_for_tags_and_links" => return Set::Deprecated,
            "plugin_processing_mode" => match value {
                "raw" => self.raw = true,
                "default" => self.raw = false,
                _ => return Set::Wrong("`default` or `raw`"),
            },
            "filename" | "plugin" | "include" => return Set::ReadOnly,
            _ if LEAVES.contains(&name) => {
                return if value.split(':').all(is_leaf) {
                    Set::Inert
                } else {
                    Set::Wrong(
                        "names that begin with a capital letter or a digit, with `:` between",
                    )
                };
            }
            _ if INERT.contains(&name) => return Set::Inert,
            _ => return Set::Unknown,
        }
        Set::Applied
    }

    /// Whether an account that begins with this component is one.
    pub fn is_root(&self, component: &str) -> bool {
        self.roots.iter().any(|root| root == component)
    }
}

/// `USD:0.005`: a currency and a number without a sign; what follows the number is passed over.
fn by_currency(value: &str) -> Option<(&str, Decimal)> {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let (currency, rest) = value
        .rmatch_indices(':')
        .map(|(at, _)| (&value[..at], &value[at + 1..]))
        .find(|(_, rest)| rest.starts_with(is_part))?;
    let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    Some((currency, plain(&rest[..length])?))
}

/// Words that switch something on.
fn is_true(value: &str) -> bool {
    ["1", "true", "yes", "on"].contains(&value.to_lowercase().as_str())
}

fn is_root(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
}

fn is_leaf(name: &str) -> bool {
    name.starts_with(|first: char| {
        first.is_uppercase() || first.is_ascii_digit() || !first.is_ascii()
    }) && name.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked() {
        let mut options = Options::default();
        assert_eq!(options.set("name_assets", "Vermögen"), Set::Applied);
        assert!(options.is_root("Vermögen") && !options.is_root("Assets"));
        assert!(matches!(options.set("account_previous_balances", "oops"), Set::Wrong(_)));
        assert!(matches!(options.set("booking_method", "FILO"), Set::Wrong(_)));
        assert_eq!(options.set("inferred_tolerance_default", "*:0.001"), Set::Applied);
        for wrong in ["USD", "USD:", "USD:-1", "USD: 1", "USD:1.2.3"] {
            for name in ["inferred_tolerance_default", "display_precision"] {
                assert!(matches!(options.set(name, wrong), Set::Wrong(_)), "{name} {wrong}");
            }
        }
        assert_eq!(by_currency("A:B:.5%"), Some(("A:B", Decimal::new(5, 1))));
        assert_eq!(options.set("display_precision", "USD:0.01"), Set::Inert);
        assert_eq!(options.set("allow_pipe_separator", "TRUE"), Set::Deprecated);
        assert_eq!(options.set("flobado", "x"), Set::Unknown);
        assert_eq!(
            options.set("inferred_tolerance_multiplier", "1.1"),
            Set::Renamed("tolerance_multiplier")
        );
    }
}
