//! Amounts as nearly all are written, quickly: `-91.05 USD`, few digits, a blank, a symbol of a few
//! capital letters, and a blank or nothing after it.
//!
//! In: the rest of a line. Out: what [`amount::any`] makes of it, and the same becomes known of the
//! commodity. Whatever is not plain is left to that.
//!
//! [`amount::any`]: crate::ledger::amount::any

use crate::ledger::commodities::Commodities;
use crate::ledger::model::Quantity;
use crate::ledger::number::Usual;

/// The amount at the start of `text`, and what follows it. `None`: look closer.
pub fn quantity<'t>(text: &'t str, commodities: &mut Commodities) -> Option<(Quantity, &'t str)> {
    if !commodities.has_no_units() {
        return None;
    }
    let bytes = text.as_bytes();
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(negative);
    let number = Usual::read(&bytes[start..])?;
    let symbol = start + number.width + 1;
    if bytes.get(symbol - 1) != Some(&b' ') {
        return None;
    }
    let (mut letters, mut end) = (0u64, symbol);
    while let Some(letter @ b'A'..=b'Z') = bytes.get(end) {
        letters = letters << 8 | u64::from(*letter);
        end += 1;
    }
    if !(1..=8).contains(&(end - symbol)) || !matches!(bytes.get(end), None | Some(b' ' | b'\t')) {
        return None;
    }
    let (symbol, rest) = (&text[symbol..end], &text[end..]);
    let commodity = commodities.usual(letters, symbol, number.decimals)?;
    let number = number.value(negative);
    commodities.written(commodity, number);
    Some((Quantity { number, commodity }, rest))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::ledger::amount;
    use crate::ledger::model::{CommodityId, Dialect};

    /// What is read of these texts, one after the other, and what is known then.
    fn read(texts: &[&str], mut known: Commodities, quickly: bool) -> String {
        let mut all = String::new();
        for text in texts {
            let quick = if quickly { quantity(text, &mut known) } else { None };
            let read = quick.map_or_else(|| amount::any(text, &mut known), Ok);
            let _ = writeln!(all, "{read:?}");
        }
        let Commodities { table, known, doubts, marks_seen, .. } = known;
        all + &format!("{:?} {known:?} {} {marks_seen:?}", table.names(), doubts.len())
    }

    #[test]
    fn usual_amounts_are_read_as_any_are() {
        let numbers = [
            "1",
            "0",
            "10.50",
            "-3",
            "-0",
            "-0.00",
            "1.",
            "1.5",
            "1.500",
            "1,500",
            "1,5",
            "0.001",
            "+4",
            "- 4",
            ".5",
            "-.5",
            "1.2.3",
            "12 000",
            "1e5",
            "123456789012345678",
            "1234567890123456789",
            "1234567890123456.78",
            "1'000",
            "",
        ];
        let symbols = [
            " USD",
            " EUR",
            " E",
            " A",
            " X5",
            "USD",
            "  USD",
            " usd",
            " USDé",
            " ABCDEFGH",
            " ABCDEFGHI",
            "",
        ];
        let ends = ["", " ", " @ 5 USD", "  ; note", ";", "\t", ")", " 5", "\u{a0}"];
        let mut texts = Vec::new();
        for number in numbers {
            for symbol in symbols {
                texts.extend(ends.iter().map(|end| format!("{number}{symbol}{end}")));
            }
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert!(
            texts
                .iter()
                .any(|text| quantity(text, &mut Commodities::new(Dialect::Ledger)).is_some())
        );
        for dialect in [Dialect::Hledger, Dialect::Ledger] {
            for declared in [None, Some(b'.'), Some(b',')] {
                let mut known = Commodities::new(dialect);
                known.decimal_mark = declared;
                let euro = CommodityId(known.add("EUR"));
                known.default = Some(euro);
                known.alias("USD", euro);
                // By itself, and after all those before it.
                for one in &texts {
                    let [quick, any] =
                        [true, false].map(|quickly| read(&[one], known.clone(), quickly));
                    assert_eq!(quick, any, "{one}");
                }
                let [quick, any] =
                    [true, false].map(|quickly| read(&texts, known.clone(), quickly));
                assert_eq!(quick, any, "{dialect:?} {declared:?}");
            }
        }
    }
}
