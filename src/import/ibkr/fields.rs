//! What a column of an Interactive Brokers file holds, under all the names it goes by: a statement
//! says `T. Price`, a Flex query `TradePrice` or `tradePrice`. Names are compared by their letters and
//! digits only, case apart.

macro_rules! fields {
    ($( $(#[$doc:meta])* $field:ident = $( $name:literal ),+ ; )*) => {
        /// A column's meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(clippy::enum_variant_names, missing_docs)] // the names are the columns' own
        pub enum Field { $( $(#[$doc])* $field ),* }

        impl Field {
            /// The field of the column with this name, bare as of `bare`.
            fn named(bare: &str) -> Option<Field> {
                Some(match bare { $( $( $name )|+ => Field::$field, )* _ => return None })
            }
        }
    };
}

fields! {
    /// Order, fill, closed lot; detail or summary.
    Level = "datadiscriminator", "levelofdetail";
    /// Stocks, options, forex.
    Category = "assetcategory", "assetclass";
    /// What amounts are in.
    Currency = "currency", "currencyprimary";
    /// The account's number.
    Account = "account", "clientaccountid", "accountid";
    /// As the broker writes it.
    Symbol = "symbol";
    /// A sentence.
    Description = "description", "taxabledescription";
    /// The sentence of a corporate action.
    ActionDescription = "actiondescription";
    Isin = "isin";
    Cusip = "cusip";
    /// Either of them.
    SecurityId = "securityid";
    /// The broker's number of the security.
    Conid = "conid";
    DateTime = "datetime";
    TradeDate = "tradedate";
    /// Of a trade in old Flex queries, beside its date.
    TradeTime = "tradetime";
    Date = "date", "valuedate";
    SettleDate = "settledate", "settledatetarget";
    ReportDate = "reportdate";
    ExDate = "exdate";
    Quantity = "quantity", "qty";
    Price = "tprice", "tradeprice", "price", "xferprice", "transferprice";
    Proceeds = "proceeds";
    /// Quantity times price, signed as the quantity.
    TradeMoney = "trademoney";
    /// What a futures contract is worth.
    Notional = "notionalvalue";
    Commission = "commfee", "commtax", "commission", "ibcommission";
    CommissionCurrency = "ibcommissioncurrency", "commissioncurrency";
    Taxes = "taxes", "tax";
    NetCash = "netcash";
    Cost = "cost";
    Realized = "realizedpl", "fifopnlrealized";
    Accrued = "accruedint", "accruedinterest";
    Multiplier = "multiplier", "mult";
    Codes = "code", "notescodes", "notes", "codes";
    OpenClose = "opencloseindicator", "openclose";
    BuySell = "buysell";
    PutCall = "putcall";
    Strike = "strike";
    Expiry = "expiry";
    Underlying = "underlyingsymbol", "underlying";
    TradeId = "tradeid";
    TransactionId = "transactionid";
    ActionId = "actionid";
    /// The trade that a cancellation takes back.
    OrigTradeId = "origtradeid";
    Type = "type";
    TransactionType = "transactiontype";
    Amount = "amount", "salestax";
    Direction = "direction";
    CashAmount = "cashamount", "cashtransfer";
    Gross = "grossamount";
    NetAmount = "netamount";
    Subtitle = "subtitle";
    /// Of a position, or of what a corporate action moved.
    Value = "value", "marketvalue", "positionamount", "positionvalue";
    About = "fieldname";
    Says = "fieldvalue";
    CurrencySummary = "currencysummary";
    Total = "total";
    PriorQuantity = "priorquantity";
    CurrentQuantity = "currentquantity";
    StartingCash = "startingcash";
    EndingCash = "endingcash";
    Position = "position";
    FromDate = "fromdate";
    ToDate = "todate";
}

/// A name by its letters and digits only: `Date/Time` and `dateTime` are `datetime`.
pub fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What the column of this name holds; with it the currency where the name says it: `Comm in USD`.
pub fn field(name: &str) -> Option<(Field, Option<&str>)> {
    let bare = bare(name);
    if let Some(field) = Field::named(&bare) {
        return Some((field, None));
    }
    // Commissions of currency trades are in the base currency, which the column's name says.
    let code = name.trim().strip_prefix("Comm in ")?.trim();
    (code.len() == 3).then_some((Field::Commission, Some(code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_one_meaning_under_all_its_names() {
        for (name, expected) in [
            ("T. Price", Field::Price),
            ("TradePrice", Field::Price),
            ("tradePrice", Field::Price),
            ("Date/Time", Field::DateTime),
            ("Comm/Fee", Field::Commission),
            ("Gross Amount ", Field::Gross),
            ("Notes/Codes", Field::Codes),
            ("Buy/Sell", Field::BuySell),
        ] {
            assert_eq!(field(name), Some((expected, None)), "{name}");
        }
        assert_eq!(field("Comm in EUR"), Some((Field::Commission, Some("EUR"))));
        assert_eq!(field("C. Price"), None);
    }
}
