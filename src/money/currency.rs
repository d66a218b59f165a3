//! Which commodities of a journal are currencies, and the code of each.

use std::borrow::Cow;

/// The codes of ISO 4217 that are money of a country or a union, sorted.
const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNH", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP",
    "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF",
    "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK",
    "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK",
    "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU",
    "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR",
    "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR",
    "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP",
    "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD",
    "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW",
    "ZWG",
];

/// Signs that mean one currency.
const SIGNS: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₫", "VND"),
    ("฿", "THB"),
    ("₱", "PHP"),
    ("₦", "NGN"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("US$", "USD"),
    ("C$", "CAD"),
    ("CA$", "CAD"),
    ("A$", "AUD"),
    ("AU$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("MX$", "MXN"),
    ("NT$", "TWD"),
    ("CN¥", "CNY"),
    ("JP¥", "JPY"),
];

/// The currencies that people write as `$`.
const DOLLARS: &[&str] = &[
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BMD", "BSD",
    "BBD", "BZD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD",
];

/// The code of the currency that a journal calls `name`: `$` is `USD`, or `home` where that is
/// another dollar; nothing is `home`. `None`: no currency.
pub fn currency<'n>(name: &'n str, home: &'n str) -> Option<Cow<'n, str>> {
    if name == home && !name.is_empty() && !matches!(name, "$" | "¥" | "￥") {
        return Some(Cow::Borrowed(name));
    }
    // A name of letters and digits is a code of three, or else none but for one sign.
    if name.len() > 3 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match name {
        "" => return Some(Cow::Borrowed(home)),
        "$" => return Some(Cow::Borrowed(if DOLLARS.contains(&home) { home } else { "USD" })),
        "¥" | "￥" => return Some(Cow::Borrowed(if home == "CNY" { home } else { "JPY" })),
        _ if CODES.binary_search(&name).is_ok() => {
            return Some(Cow::Borrowed(name));
        }
        _ => {}
    }
    if let Some((_, code)) = SIGNS.iter().find(|(sign, _)| *sign == name) {
        return Some(Cow::Borrowed(code));
    }
    let lower = name.len() == 3 && name.bytes().all(|byte| byte.is_ascii_lowercase());
    let upper = lower.then(|| name.to_ascii_uppercase())?;
    CODES.binary_search(&&*upper).is_ok().then_some(Cow::Owned(upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_codes_are_currencies() {
        assert!(CODES.is_sorted());
        for (name, home, code) in [
            ("$", "USD", Some("USD")),
            ("$", "CAD", Some("CAD")),
            ("$", "EUR", Some("USD")),
            ("€", "USD", Some("EUR")),
            ("eur", "USD", Some("EUR")),
            ("", "GBP", Some("GBP")),
            ("VTI", "USD", None),
            ("Eur", "USD", None),
            ("XAU", "USD", None),
            ("VTIAX", "USD", None),
            ("MINE", "MINE", Some("MINE")),
            ("Ft", "USD", Some("HUF")),
            ("CA$", "USD", Some("CAD")),
        ] {
            assert_eq!(currency(name, home).as_deref(), code, "{name}");
        }
    }
}
