//! Which kinds of events `tax` follows rather than the rows.

use crate::event::EventKind;

/// What `tax` follows: lots, contracts and statements about them. What of them is income comes as
/// matches and accruals.
pub(super) fn moves_units(kind: &EventKind) -> bool {
    match kind {
        EventKind::Opening { .. }
        | EventKind::Buy { .. }
        | EventKind::Sell { .. }
        | EventKind::ShortOpen { .. }
        | EventKind::ShortCover { .. }
        | EventKind::Redemption { .. }
        | EventKind::OptionOpen { .. }
        | EventKind::OptionClose { .. }
        | EventKind::OptionExpire { .. }
        | EventKind::OptionExercise { .. }
        | EventKind::OptionAssign { .. }
        | EventKind::OptionCashSettle { .. }
        | EventKind::FutureOpen { .. }
        | EventKind::FutureClose { .. }
        | EventKind::Mark { .. }
        | EventKind::Liquidation { .. }
        | EventKind::Split { .. }
        | EventKind::StockDividend { .. }
        | EventKind::Rights { .. }
        | EventKind::SpinOff { .. }
        | EventKind::Merger { .. }
        | EventKind::Exchange { .. }
        | EventKind::Rename { .. }
        | EventKind::RightsExercise { .. }
        | EventKind::CashInLieu { .. }
        | EventKind::Worthless { .. }
        | EventKind::TransferIn { .. }
        | EventKind::TransferOut { .. }
        | EventKind::StatedPosition { .. }
        | EventKind::StatedCash { .. } => true,
        EventKind::Dividend { .. }
        | EventKind::FundDistribution { .. }
        | EventKind::PaymentInLieu { .. }
        | EventKind::CapitalGainDistribution { .. }
        | EventKind::Interest { .. }
        | EventKind::AccruedInterest { .. }
        | EventKind::ReturnOfCapital { .. }
        | EventKind::OtherIncome { .. }
        | EventKind::CostAdjustment { .. }
        | EventKind::Deposit {}
        | EventKind::Withdrawal {}
        | EventKind::GiftIn { .. }
        | EventKind::GiftOut { .. }
        | EventKind::Inheritance { .. }
        | EventKind::Award { .. }
        | EventKind::CurrencyExchange { .. }
        | EventKind::Fee { .. }
        | EventKind::MarginInterest {}
        | EventKind::Withholding { .. }
        | EventKind::Rent { .. }
        | EventKind::SecurityDeposit { .. }
        | EventKind::SecurityDepositKept { .. }
        | EventKind::RentExpense { .. }
        | EventKind::MortgagePrincipal { .. }
        | EventKind::Improvement { .. }
        | EventKind::PlacedInService { .. }
        | EventKind::PropertySale { .. }
        | EventKind::Unknown { .. } => false,
    }
}
