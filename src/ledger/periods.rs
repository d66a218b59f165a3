//! Whether what follows `~` is a period: `every 2 weeks from 2024-01-01`.
//!
//! In: the text after it. Out: a test of its words. The transactions of a period are in no figure, so
//! which days it means is of no concern here; a line that is none is a slip of the pen.

use crate::ledger::model::Dialect;

/// What the words of a period begin with, in both dialects.
const WORDS: &str = "every from since to until in this next last of day days daily week weeks
weekly weekday weekdays weekend weekends weekendday weekenddays month months monthly quarter
quarters quarterly year years yearly biweekly bimonthly fortnightly today tomorrow yesterday
january february march april may june july august september october november december sunday
monday tuesday wednesday thursday friday saturday jan feb mar apr jun jul aug sep oct nov dec
sun mon tue wed thu fri sat sept tues wednes thur thurs";

/// Whether `text` may be a period. In Ledger, whose periods have more words, its first word tells; in
/// hledger all up to two blanks or a comment do.
pub fn is_period(text: &str, dialect: Dialect) -> bool {
    let text = text.trim();
    let text = text.split(';').next().unwrap_or_default();
    let text = text.split("  ").next().unwrap_or_default().to_ascii_lowercase();
    let mut words = text.split([' ', '\t', ',', '-', '.', '/']).filter(|word| !word.is_empty());
    let known = |word: &str| {
        word.bytes().any(|byte| byte.is_ascii_digit())
            || word == "q"
            || WORDS.split_ascii_whitespace().any(|known| known == word)
    };
    match dialect {
        Dialect::Ledger => words.next().is_none_or(known),
        Dialect::Hledger | Dialect::Beancount => words.all(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_of_few_words() {
        use Dialect::{Hledger, Ledger};
        for text in [
            " monthly",
            " every 2nd monday of month  x y",
            " 2024q1 ; foo",
            "every mon,wed from 2024/1/1 to next year",
            "Jan..Feb",
            "",
        ] {
            assert!(is_period(text, Hledger) && is_period(text, Ledger), "{text}");
        }
        assert!(!is_period(" monthly salary", Hledger) && is_period(" monthly salary", Ledger));
        assert!(!is_period(" salary monthly", Ledger));
    }
}
