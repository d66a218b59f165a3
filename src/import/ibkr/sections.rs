//! What a section of a file holds, by the name that statements, Flex queries and their section codes
//! give it. Sections that hold nothing an event needs are told by the profile's asides.

use super::fields::{Field, bare};

/// What the rows of a section are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Orders, fills, closed lots.
    Trades,
    /// Money that moved without a trade.
    Cash,
    /// Corporate actions.
    Actions,
    /// Units and money from and to other accounts.
    Transfers,
    /// Options exercised, assigned, expired: told again by the trades.
    Options,
    /// Shares given by the broker.
    Grants,
    /// A list of transactions of every kind, in the base currency.
    History,
    /// Taxes and fees of trades, a row for each.
    TradeCosts,
    /// What the securities of the file are.
    Instruments,
    /// Positions at the end.
    Positions,
    /// Positions at the beginning and at the end.
    Performance,
    /// Cash at the beginning and at the end.
    CashReport,
    /// Whose file it is, of which days.
    About,
    /// None of these.
    Other,
}

/// The names of sections, bare, by what they hold.
#[rustfmt::skip]
const NAMES: &[(Sort, &[&str])] = &[
    (Sort::Trades, &["trades", "trade", "order", "lot", "symbolsummary", "assetsummary", "washsale",
        "tradeconfirm", "tradeconfirms", "trnt", "trns", "trad", "tconf", "tcnf"]),
    (Sort::Cash, &["dividends", "withholdingtax", "871mwithholding", "interest", "bondinterestreceived",
        "bondinterestpaid", "brokerinterestpaid", "brokerinterestreceived", "brokerinterest", "fees",
        "otherfees", "advisorfees", "clientfees", "brokerfees", "depositswithdrawals",
        "paymentinlieuofdividends", "commissionadjustments", "priceadjustments", "salestax", "otherincome",
        "cashtransaction", "cashtransactions", "ctrn", "cashsettlingmtm", "incentivecoupons",
        "debitcardactivity", "billpay", "cdeposits", "dividendsandpaymentinlieu", "borrowfees",
        "otherfeesandcommissions", "referralfee",
        "salestaxdetails", "salestaxes"]),
    (Sort::Actions, &["corporateactions", "corporateaction", "corp"]),
    (Sort::Transfers, &["transfers", "transfer", "trnf", "tran", "incominginternaltransfers",
        "outgoinginternaltransfers", "tradetransfer", "tradetransfers"]),
    (Sort::Options, &["optionexercisesassignmentsandexpirations", "optioneae", "opte", "opteae"]),
    (Sort::Grants, &["grantactivity", "stockgrantactivity", "stockgrantactivities"]),
    (Sort::History, &["transactionhistory"]),
    (Sort::TradeCosts, &["transactionfees", "transactiontax", "transactiontaxes"]),
    (Sort::Instruments, &["financialinstrumentinformation", "securityinfo", "securitiesinfo", "secu"]),
    (Sort::Positions, &["openpositions", "openposition", "post"]),
    (Sort::Performance, &["marktomarketperformancesummary"]),
    (Sort::CashReport, &["cashreport", "cashreportcurrency", "crtt"]),
    (Sort::About, &["statement", "accountinformation", "summary", "acct"]),
];

/// What the section of this name holds.
pub fn sort(name: &str) -> Sort {
    let bare = bare(name);
    NAMES.iter().find(|(_, names)| names.contains(&&*bare)).map_or(Sort::Other, |(sort, _)| *sort)
}

/// What a section without a name holds, by its columns.
pub fn by_columns(fields: &[Field]) -> Sort {
    let has = |field: Field| fields.contains(&field);
    let any = |some: &[Field]| some.iter().any(|field| has(*field));
    let money = [Field::Price, Field::TradeMoney, Field::Proceeds, Field::NetCash, Field::Cost];
    let trade = [Field::BuySell, Field::TradeId, Field::Commission];
    if has(Field::ActionDescription) {
        Sort::Actions
    } else if any(&[Field::StartingCash, Field::EndingCash]) {
        Sort::CashReport
    } else if has(Field::Position) {
        Sort::Positions
    } else if has(Field::Direction) {
        Sort::Transfers
    } else if has(Field::Quantity) && any(&money) && any(&trade) {
        Sort::Trades
    } else if has(Field::Type) && has(Field::Amount) {
        Sort::Cash
    } else if has(Field::Conid) && any(&[Field::Isin, Field::SecurityId, Field::Cusip]) {
        Sort::Instruments
    } else {
        Sort::Other
    }
}
