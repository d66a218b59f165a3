//! The options that Ledger takes from a line of a journal: `--strict`.
//!
//! In: the name of one. Out: whether Ledger knows it. A name that it does not know is a slip of the pen,
//! of an option that might have changed what is read.

/// All of them, in the order of their names.
const NAMES: &str = "
abbrev-len account account-width actual actual-dates add-budget amount amount-data amount-width
anon ansi auto-match aux-date average average-lot-prices balance-format base basis begin
bold-if budget budget-format by-payee check-payees cleared cleared-format collapse
collapse-if-zero color columns cost count csv-format current daily date date-format date-width
datetime-format day-break days-of-week dc decimal-comma depth detail deviation display
display-amount display-total dow download effective empty end equity exact exchange explicit
file first flat force-color force-pager forecast forecast-while forecast-years format gain
generated group-by group-title-format head historical immediate import inject input-date-format
invert last leeway limit lot-dates lot-notes lot-prices lot-tags lots lots-actual market
master-account meta meta-width monthly no-aliases no-color no-pager no-revalued no-rounding
no-titles no-total now only output pager payee payee-width pedantic pending percent period
period-sort permissive pivot plot-amount-format plot-total-format prepend-format prepend-width
price price-db price-exp pricedb-format prices-format primary-date quantity quarterly raw real
recursive-aliases register-format related related-all revalued revalued-only revalued-total
rich-data seed sort sort-all sort-xacts start-of-week strict subtotal tail time-colon
time-report total total-data total-width truncate unbudgeted uncleared unrealized
unrealized-gains unrealized-losses unround value-expr weekly wide yearly
";

/// Whether Ledger knows an option of this name. It may be written with `_` for `-`.
pub fn is_known(name: &str) -> bool {
    let name = name.replace('_', "-");
    NAMES.split_ascii_whitespace().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_either_dash() {
        assert!(is_known("decimal-comma") && is_known("decimal_comma") && is_known("strict"));
        assert!(is_known("display-total") && is_known("sort-xacts") && is_known("pricedb-format"));
        let whole = |name: &str| !name.starts_with('-') && !name.ends_with('-');
        assert!(NAMES.split_ascii_whitespace().all(whole));
        assert!(!is_known("decimal") && !is_known("") && !is_known("nosuch"));
    }
}
