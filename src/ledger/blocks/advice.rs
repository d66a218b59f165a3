//! What to write for a kind of event that has another name here.

use crate::diagnostic::nearest;
use crate::event::EventKind;

/// Words for kinds that people and other programs use, and what they are here.
const OTHERS: &[(&str, &str)] = &[
    ("div", "dividend"),
    ("distribution", "fund-distribution"),
    ("cap-gain", "capital-gain-distribution"),
    ("capital-gain", "capital-gain-distribution"),
    ("cgd", "capital-gain-distribution"),
    ("capgain-dist", "capital-gain-distribution"),
    ("roc", "return-of-capital"),
    ("pil", "payment-in-lieu"),
    ("payment-in-lieu-paid", "payment-in-lieu"),
    ("coupon", "interest"),
    ("int", "interest"),
    ("accrued", "accrued-interest"),
    ("bond-buy", "buy"),
    ("bond-sell", "sell"),
    ("purchase", "buy"),
    ("sale", "sell"),
    ("bond-maturity", "redemption"),
    ("bond-redeem", "redemption"),
    ("maturity", "redemption"),
    ("short-close", "short-cover"),
    ("short-sell", "short-open"),
    ("cover", "short-cover"),
    ("option-buy", "option-open"),
    ("option-write", "option-open"),
    ("option-sell", "option-close"),
    ("opt-open", "option-open"),
    ("opt-close", "option-close"),
    ("opt-expire", "option-expire"),
    ("opt-exercise", "option-exercise"),
    ("opt-assign", "option-assign"),
    ("futures-open", "future-open"),
    ("futures-close", "future-close"),
    ("mark-to-market", "mark"),
    ("liquidating-distribution", "liquidation"),
    ("investment-interest-paid", "margin-interest"),
    ("early-withdrawal-penalty", "fee"),
    ("rent-received", "rent"),
    ("lease-cancellation-received", "rent"),
    ("deposit-received", "security-deposit"),
    ("deposit-returned", "security-deposit"),
    ("deposit-kept", "security-deposit-kept"),
    ("property-sold", "property-sale"),
    ("inherit", "inheritance"),
    ("name-change", "rename"),
    ("spinoff", "spin-off"),
    ("withhold", "withholding"),
    ("tax", "withholding"),
    ("fx", "currency-exchange"),
    ("oid-accrual", "cost-adjustment"),
    ("transfer", "transfer-in"),
];

/// The kinds that a word may mean which is none of ours, likeliest first.
pub fn meant(word: &str) -> Vec<&'static str> {
    let kebab = word.trim().to_lowercase().replace(['_', ' '], "-");
    if let Some(name) = EventKind::NAMES.iter().find(|name| **name == kebab) {
        return vec![name];
    }
    if let Some((_, name)) = OTHERS.iter().find(|(other, _)| *other == kebab) {
        return vec![name];
    }
    if kebab == "dividend-reinvested" || kebab == "reinvest" {
        return vec!["dividend", "buy"];
    }
    if kebab == "mortgage-payment" {
        return vec!["rent-expense", "mortgage-principal"];
    }
    nearest(&kebab, EventKind::NAMES.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_lead_to_kinds_that_exist() {
        for (word, name) in OTHERS {
            assert!(EventKind::NAMES.contains(name), "{word} leads to {name}");
            assert!(!EventKind::NAMES.contains(word), "{word} is a kind");
        }
        assert_eq!(meant("Spin_Off"), ["spin-off"]);
        assert_eq!(meant("dividnd"), ["dividend"]);
        assert!(meant("groceries").is_empty());
    }
}
