//! Small pieces of sentences that several reports share.

use crate::money::{self, Decimal};
use crate::period::NaiveDate;
use crate::source::Name;

/// `1 row`, `2 rows`, `1,146 events`: never `row(s)`.
pub fn count(number: usize, word: &str) -> String {
    let plural = plural(word);
    let word = if number == 1 { word } else { &plural };
    format!("{} {word}", money::grouped(Decimal::from(number)))
}

/// `rows`, `properties`, `keys`.
pub fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

/// `text` with `lead` before it; nothing where there is none.
pub fn after(lead: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{lead}{text}") }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// As [`list`], the first `most` of them: `a, b, c and 26 more`.
pub fn few<T: AsRef<str>>(words: &[T], most: usize) -> String {
    match words.len().checked_sub(most) {
        // "1 more" would take no less room than its name.
        None | Some(0 | 1) => list(words),
        Some(more) => {
            let mut shown: Vec<String> =
                words.iter().take(most).map(|word| word.as_ref().to_owned()).collect();
            shown.push(format!("{more} more"));
            list(&shown)
        }
    }
}

/// A security as people call it: an option's OCC symbol `MSFT240315C00420000` is `MSFT 240315C420`,
/// anything else is its id.
pub fn security(id: &str) -> String {
    option(id).unwrap_or_else(|| id.to_owned())
}

/// Whether `id` is an option's OCC symbol.
pub fn is_option(id: &str) -> bool {
    option(id).is_some()
}

fn option(id: &str) -> Option<String> {
    let at = id.len().checked_sub(15).filter(|at| *at > 0)?;
    let (underlying, rest) = (id.get(..at)?, id.get(at..)?);
    let bytes = rest.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let right = matches!(bytes[6], b'C' | b'P');
    if !right || !digits(&bytes[..6]) || !digits(&bytes[7..]) {
        return None;
    }
    let strike = Decimal::from_str_exact(&rest[7..]).ok()? / Decimal::ONE_THOUSAND;
    Some(format!("{underlying} {}{}", &rest[..7], strike.normalize()))
}

/// An amount for the eye: `1,234.56`, in `currency`'s decimals.
pub fn money(amount: Decimal, currency: &str) -> String {
    money::grouped(money::rounded(amount, money::decimals_of(currency)))
}

/// Units for the eye: `1,000`, `0.512`.
pub fn units(quantity: Decimal) -> String {
    money::grouped(quantity.normalize())
}

/// The days to which records reach, the accounts with the same day together: `roth 2024-12-31`.
pub fn reaches(accounts: &[(Name, NaiveDate)]) -> String {
    let each: Vec<String> =
        accounts.iter().map(|(account, day)| format!("{account} {day}")).collect();
    list(&each)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_words_are_the_first_and_how_many_more() {
        let words = ["a", "b", "c", "d", "e"];
        assert_eq!(few(&words[..3], 3), "a, b and c");
        assert_eq!(few(&words[..4], 3), "a, b, c and d");
        assert_eq!(few(&words, 3), "a, b, c and 2 more");
        assert_eq!(few::<&str>(&[], 3), "");
    }

    #[test]
    fn counts_are_words() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1146, "property"), "1,146 properties");
        assert_eq!(plural("key"), "keys");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn options_are_shown_by_day_and_strike() {
        assert_eq!(security("MSFT240315C00420000"), "MSFT 240315C420");
        assert_eq!(security("XYZ240419P00050500"), "XYZ 240419P50.5");
        for other in ["VTI", "91282CHT1", "240315C00420000", "é40315C00420000x"] {
            assert_eq!(security(other), other);
        }
    }
}
