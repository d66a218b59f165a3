//! Names of elements that reading leans on.

/// Aggregates that matter to us. They are told from leaves by name, so that a missing end does not
/// swallow or lose what follows, and none of them ever contains one of its own name.
#[rustfmt::skip]
pub const AGGREGATES: &[&str] = &[
    "OFX", "SONRS", "STATUS", "FI", "STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS", "STMTRS", "CCSTMTRS",
    "INVSTMTRS", "BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "BANKACCTTO", "CCACCTTO", "BANKTRANLIST",
    "BANKTRANLISTP", "INVTRANLIST", "STMTTRN", "STMTTRNP", "LEDGERBAL", "AVAILBAL", "INVTRAN", "SECID",
    "INVBUY", "INVSELL", "BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK", "SELLDEBT", "SELLMF",
    "SELLOPT", "SELLOTHER", "SELLSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE", "JRNLFUND", "JRNLSEC",
    "MARGININTEREST", "REINVEST", "RETOFCAP", "SPLIT", "TRANSFER", "INVBANKTRAN", "INVPOSLIST",
    "INVPOS", "POSDEBT", "POSMF", "POSOPT", "POSOTHER", "POSSTOCK", "INVBAL", "BALLIST", "BAL",
    "INVOOLIST", "OO", "SECLIST", "SECINFO", "DEBTINFO", "MFINFO", "OPTINFO", "OTHERINFO", "STOCKINFO",
    "CURRENCY", "ORIGCURRENCY", "INV401KBAL", "INV401K",
];

/// Aggregates that are one transaction each. One begins where another has lost its end.
#[rustfmt::skip]
pub const TRANSACTIONS: &[&str] = &[
    "STMTTRN", "STMTTRNP", "INVBANKTRAN", "BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK",
    "SELLDEBT", "SELLMF", "SELLOPT", "SELLOTHER", "SELLSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE",
    "JRNLFUND", "JRNLSEC", "MARGININTEREST", "REINVEST", "RETOFCAP", "SPLIT", "TRANSFER",
];

/// Elements that hold an amount, a price or units.
#[rustfmt::skip]
pub const AMOUNTS: &[&str] = &[
    "TRNAMT", "BALAMT", "UNITS", "UNITPRICE", "TOTAL", "COMMISSION", "FEES", "TAXES", "LOAD",
    "WITHHOLDING", "ACCRDINT", "MKTVAL", "AVAILCASH", "MARGINBALANCE", "SHORTBALANCE", "VALUE",
    "OLDUNITS", "NEWUNITS", "FRACCASH", "STRIKEPRICE",
];

/// Whether `name` is one of `names`, case apart.
pub fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}
