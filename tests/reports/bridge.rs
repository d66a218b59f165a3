//! The bridge from cash to tax adds up for any events, and so do the statement's lines.

use proptest::prelude::*;
use rentier::event::{EventKind, TaxAuthority, WithheldTax};
use rentier::money::Decimal;
use rentier::report::income::{IncomeStatement, View};

use crate::made::{Made, dividend, interest, of};

/// One thing that may happen, with an amount in cents.
#[derive(Clone, Debug)]
struct Happened {
    what: u8,
    cents: i64,
    part: i64,
    month: u32,
}

fn happened() -> impl Strategy<Value = Happened> {
    (0u8..12, -99_999i64..999_999, 0i64..1000, 1u32..=12)
        .prop_map(|(what, cents, part, month)| Happened { what, cents, part, month })
}

/// Books in which all of it happened, judged in a way a regime might.
fn books(all: &[Happened]) -> Made {
    let mut made = Made::default();
    made.account("schwab", "2025-01-31");
    for one in all {
        let amount = Decimal::new(one.cents, 2);
        let part = amount * Decimal::new(one.part, 3);
        let (text, part_text) = (amount.to_string(), part.to_string());
        let date = format!("2024-{:02}-15", one.month);
        match one.what {
            0 => {
                let at = made.event(&date, "schwab", dividend("A"), &text);
                made.tax(at, "dividend.ordinary", &text);
                if !amount.is_sign_negative() {
                    made.tax(at, "dividend.qualified", &part_text);
                }
                made.cash(at, "cash.dividends");
            }
            1 => {
                // Tax was taken off: cash is less than income.
                let withheld = part.abs();
                let net = (amount - withheld).to_string();
                let at = made.event(&date, "schwab", dividend("B"), &net);
                made.journal.events[at].further.withheld = withheld;
                let authority = TaxAuthority::Federal;
                made.journal.events[at].further.tax =
                    Some(WithheldTax { authority, country: None });
                made.tax(at, "dividend.ordinary", &text);
                made.cash(at, "cash.dividends");
            }
            2 => {
                let at = made.event(&date, "schwab", interest(Some("MUNI")), &text);
                made.tax(at, "interest.tax_exempt", &text);
                made.cash(at, "cash.interest");
            }
            3 => {
                // A part of the payment is capital given back.
                let at = made.event(&date, "schwab", dividend("O"), &text);
                made.tax(at, "dividend.ordinary", &(amount - part).to_string());
                made.tax(at, "dividend.nondividend", &part_text);
                made.cash(at, "cash.dividends");
            }
            4 => {
                let at = made.event(&date, "schwab", dividend("ETV"), &text);
                made.tax(at, "unplaced", &text);
                made.cash(at, "cash.fund_distributions");
            }
            5 => {
                let kind = EventKind::Rent { property: "house".into(), covers: None };
                let at = made.event(&date, "schwab", kind, &text);
                made.tax(at, "rent.gross", &text);
                made.cash(at, "cash.rent_net");
            }
            6 => {
                let expense = || "repairs".into();
                let kind = EventKind::RentExpense { property: "house".into(), expense: expense() };
                let at = made.event(&date, "schwab", kind, &(-amount).to_string());
                made.tax(at, "rent.expense.repairs", &text);
                made.cash(at, "cash.rent_net");
            }
            7 => {
                let kind = EventKind::MortgagePrincipal { property: "house".into() };
                let at = made.event(&date, "schwab", kind, &(-amount.abs()).to_string());
                made.cash(at, "cash.rent_net");
            }
            8 => made.depreciation(2024, "house", &text),
            9 => {
                // Cash of one year that counts in another.
                let at = made.event(&date, "schwab", dividend("C"), &text);
                made.tax(at, "dividend.ordinary", &text);
                if let Some(income) = made.judged.incomes.last_mut() {
                    income.year = rentier::period::TaxYear(2023);
                }
                made.cash(at, "cash.dividends");
            }
            10 => {
                let kind = EventKind::AccruedInterest { security: "NOTE".into() };
                let at = made.event(&date, "schwab", kind, &text);
                made.tax(at, "interest.taxable", &text);
            }
            _ => {
                let kind = EventKind::Withholding {
                    tax: TaxAuthority::Foreign,
                    country: None,
                    security: Some("A".into()),
                };
                let at = made.event(&date, "schwab", kind, &(-amount).to_string());
                made.tax(at, "foreign_tax.creditable", &text);
                made.cash(at, "cash.dividends");
            }
        }
    }
    made
}

fn total(statement: &IncomeStatement, year: usize) -> Decimal {
    statement.total.amounts[year].unwrap_or_default()
}

proptest! {
    #[test]
    fn cash_and_items_come_to_the_tax_total(all in prop::collection::vec(happened(), 0..40)) {
        let made = books(&all);
        let tax = made.show(of(&[2023, 2024]));
        let mut request = of(&[2023, 2024]);
        request.view = View::Cash;
        let cash = made.show(request);
        for year in 0..2 {
            let (last, items) = tax.bridge.split_last().expect("a bridge");
            let sum: Decimal = items.iter().map(|item| item.amounts[year]).sum();
            prop_assert_eq!(sum, last.amounts[year]);
            prop_assert_eq!(last.amounts[year], total(&tax, year));
            prop_assert_eq!(items[0].amounts[year], total(&cash, year));
        }
    }

    #[test]
    fn every_difference_has_the_name_of_its_cause(all in prop::collection::vec(happened(), 0..40)) {
        let made = books(&all);
        let tax = made.show(of(&[2023, 2024]));
        let known = [
            "Cash income", "Taxable total", "Federal tax withheld, a payment",
            "Tax-exempt interest", "Return of capital, reduces basis", "Not placed yet",
            "Mortgage principal, cash but no expense", "Depreciation, no cash",
            "Counted in another year than it was paid in", "Accrued interest paid on purchase",
            "Accrued interest received on sale", "Foreign tax withheld, a credit",
        ];
        for item in &tax.bridge {
            prop_assert!(known.contains(&&*item.label), "{}", item.label);
        }
    }

    #[test]
    fn lines_add_up_and_parts_are_no_more_than_their_wholes(
        all in prop::collection::vec(happened(), 0..40),
    ) {
        let made = books(&all);
        let statement = made.show(of(&[2024]));
        let amount = |amounts: &[Option<Decimal>]| amounts[0].unwrap_or_default();
        let adding = statement.lines.iter().filter(|line| line.adds);
        let sum: Decimal = adding.map(|line| amount(&line.amounts)).sum();
        prop_assert_eq!(sum, total(&statement, 0));
        for line in &statement.lines {
            let of_line = |part: &&rentier::report::income::Line| {
                part.part_of.as_ref() == Some(&line.category)
            };
            let parts: Vec<_> = statement.lines.iter().filter(of_line).collect();
            let summands: Vec<_> = parts.iter().filter(|part| !part.of_which).collect();
            if !summands.is_empty() {
                let sum: Decimal = summands.iter().map(|part| amount(&part.amounts)).sum();
                prop_assert_eq!(sum, amount(&line.amounts), "{}", line.category);
            }
            let entries = |entries: &[rentier::report::income::Entry]| {
                entries.iter().map(|entry| entry.amount).filter(|one| !one.is_sign_negative()).sum::<Decimal>()
            };
            for part in parts.iter().filter(|part| part.of_which) {
                prop_assert!(entries(&part.entries) <= entries(&line.entries), "{}", part.category);
            }
        }
    }
}
