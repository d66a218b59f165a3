//! Reads the files of `fixtures/oracle`: worked cases, their events as ours (`event-kinds.md` 4), and
//! what must come out.

use std::collections::HashMap;

use chrono::NaiveDate;
use rentier::event::{
    Account, Choice, Claim, Claims, Dates, Event, EventId, EventKind, Fact, Facts, Journal, Link,
    Lot, LotBasis, LotElection, LotMethod, Lots, Origin, Part, Parts, Property, PropertyUse,
    Relation, Security, Shelter, TaxAuthority, WithheldTax,
};
use rentier::money::{Decimal, plain};
use rentier::report::Filing;
use rentier::source::Name;
use serde::Deserialize;
use toml::Table;

/// A file of cases.
#[derive(Deserialize)]
pub struct File {
    pub case: Vec<Case>,
}

/// One worked case.
#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub filer: String,
    #[serde(default)]
    pub elections: Vec<String>,
    pub events: Vec<Table>,
    #[serde(default)]
    pub expect: Vec<Expect>,
    #[serde(default)]
    pub sale: Vec<Sale>,
    #[serde(default)]
    pub lot: Vec<HeldLot>,
    #[serde(default)]
    pub fact: Vec<Stated>,
}

/// A figure of a category.
#[derive(Deserialize)]
pub struct Expect {
    pub year: i32,
    pub category: String,
    pub amount: String,
    pub tolerance: Option<String>,
}

/// A row of Form 8949.
#[derive(Deserialize)]
pub struct Sale {
    pub year: i32,
    pub security: String,
    pub quantity: String,
    pub acquired: String,
    pub sold: String,
    pub proceeds: String,
    pub basis: String,
    pub code: String,
    pub adjustment: String,
    pub gain: String,
    pub term: String,
    pub tolerance: Option<String>,
    pub holding_from: Option<String>,
}

/// A lot still held.
#[derive(Deserialize)]
pub struct HeldLot {
    pub as_of: toml::value::Datetime,
    pub security: String,
    pub quantity: String,
    pub basis: String,
    pub holding_from: Option<String>,
    pub tolerance: Option<String>,
}

/// Another statement.
#[derive(Deserialize)]
pub struct Stated {
    pub name: String,
    pub value: String,
}

/// The cases of `fixtures/oracle/NAME`.
pub fn cases(name: &str) -> Vec<Case> {
    let path = format!("{}/fixtures/oracle/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the oracle is part of the repository");
    toml::from_str::<File>(&text).expect("the oracle is readable").case
}

pub fn number(text: &str) -> Decimal {
    plain(text).unwrap_or_else(|| panic!("a number: {text}"))
}

pub fn day(value: &toml::value::Datetime) -> NaiveDate {
    let date = value.date.expect("a date");
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()).expect("a date")
}

impl Case {
    pub fn filing(&self) -> Filing {
        let status = match &*self.filer {
            "mfj" => "joint",
            "mfs" => "separate",
            _ => "single",
        };
        Filing { status: status.into() }
    }

    /// The case's events as a journal.
    pub fn journal(&self) -> Journal {
        let mut reader = Reader::default();
        for election in &self.elections {
            if election == "lot_method=average" {
                reader.method = Some(LotMethod::Average);
            }
        }
        reader.amortizes =
            self.events.iter().any(|event| text(event, "name") == Some("amortize_bond_premium"));
        reader.account("taxable", Shelter::Taxable);
        for event in &self.events {
            reader.facts(event);
        }
        for event in &self.events {
            reader.read(event);
        }
        // The records of a case reach to the end of the last year it says something about.
        let years = self.expect.iter().map(|expect| expect.year);
        if let Some(year) = years.max() {
            reader.journal.reach(NaiveDate::from_ymd_opt(year, 12, 31).expect("a date"));
        }
        reader.journal
    }
}

/// Says how far the records of all accounts reach.
pub trait Reach {
    fn reach(&mut self, day: NaiveDate);
}

impl Reach for Journal {
    fn reach(&mut self, day: NaiveDate) {
        for account in self.accounts.values_mut() {
            account.reached = Some(day);
        }
    }
}

fn text<'e>(event: &'e Table, key: &str) -> Option<&'e str> {
    event.get(key).and_then(|value| value.as_str())
}

fn flag(event: &Table, key: &str) -> Option<bool> {
    event.get(key).and_then(toml::Value::as_bool)
}

fn amount(event: &Table, key: &str) -> Option<Decimal> {
    text(event, key).map(number)
}

fn date(event: &Table, key: &str) -> Option<NaiveDate> {
    event.get(key).and_then(|value| value.as_datetime()).map(day)
}

#[derive(Default)]
struct Reader {
    journal: Journal,
    held: HashMap<String, Decimal>,
    lots: HashMap<(String, String), NaiveDate>,
    options: HashMap<String, (String, String, Option<Decimal>, bool)>,
    method: Option<LotMethod>,
    amortizes: bool,
}

impl Reader {
    fn account(&mut self, id: &str, shelter: Shelter) {
        let mut account = Account::taxable(id.into());
        account.shelter = shelter;
        if let Some(method) = self.method {
            let from = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a date");
            account.lots = vec![LotElection { from, method, instructed: None }];
        } else {
            let from = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a date");
            account.lots = vec![LotElection { from, method: LotMethod::Fifo, instructed: None }];
        }
        self.journal.accounts.entry(id.into()).or_insert(account);
    }

    fn fact(&mut self, security: &str, key: &str, value: &str, from: Option<NaiveDate>) {
        let known = self
            .journal
            .securities
            .0
            .entry(security.into())
            .or_insert_with(|| Security { id: security.into(), ..Security::default() });
        let Facts(facts) = &mut known.facts;
        if !facts.iter().any(|fact| fact.key == *key && fact.from == from) {
            facts.push(Fact { key: key.into(), value: value.into(), from, year: None });
        }
    }

    /// What the oracle says of a security on its events, and its convention where it says nothing.
    fn facts(&mut self, event: &Table) {
        let Some(security) = text(event, "security").map(str::to_owned) else { return };
        let kind = text(event, "kind").expect("a kind");
        let debt = kind.starts_with("bond_") || kind == "index_ratio";
        if text(event, "vehicle") == Some("ric") {
            self.fact(&security, "vehicle", "ric", None);
            self.fact(&security, "kind", "fund", None);
            self.fact(&security, "payer", "not", None);
        }
        if flag(event, "qualified_foreign") == Some(false) || flag(event, "pfic") == Some(true) {
            self.fact(&security, "payer", "not", None);
        }
        if flag(event, "collectible") == Some(true) {
            self.fact(&security, "collectible", "true", None);
        }
        if flag(event, "qsbs") == Some(true) {
            self.fact(&security, "qsbs", "true", None);
        }
        if text(event, "asset_class") == Some("digital") {
            self.fact(&security, "kind", "crypto", None);
        }
        if flag(event, "section1256") == Some(true) {
            self.fact(&security, "section_1256", "true", None);
        }
        if text(event, "institution") == Some("credit_union") {
            self.fact(&security, "issuer", "bank", None);
        }
        if let Some(days) = text(event, "period_days") {
            self.fact(&security, "preferred", days, None);
        }
        if let Some(rate) = text(event, "treaty_rate") {
            self.fact(&security, "treaty_rate", rate, None);
        }
        if let Some(ratio) = text(event, "index_ratio") {
            self.fact(&security, "index_ratio", ratio, date(event, "date"));
        }
        match text(event, "issuer") {
            Some("us_treasury") => self.fact(&security, "issuer", "us-treasury", None),
            Some(issuer) => self.fact(&security, "issuer", issuer, None),
            None => {}
        }
        if flag(event, "tax_exempt") == Some(true) {
            self.fact(&security, "issuer", "municipal", None);
        }
        if flag(event, "private_activity") == Some(true) {
            self.fact(&security, "private_activity", "true", None);
        }
        if kind == "bond_buy" {
            self.fact(&security, "kind", "bond", None);
            let face = amount(event, "quantity").expect("a face value");
            for key in ["issue_price", "redemption"] {
                if let Some(total) = amount(event, key) {
                    let each = total * Decimal::ONE_HUNDRED / face;
                    self.fact(&security, key, &each.to_string(), None);
                }
            }
            for key in ["coupon", "frequency", "compounding"] {
                if let Some(value) = text(event, key) {
                    let key = if key == "compounding" { "frequency" } else { key };
                    self.fact(&security, key, value, None);
                }
            }
            if let Some(day) = date(event, "maturity") {
                self.fact(&security, "maturity", &day.to_string(), None);
            }
            if let Some(original) = flag(event, "original_issue") {
                self.fact(&security, "original_issue", &original.to_string(), None);
            }
            if self.amortizes {
                self.fact(&security, "premium", "amortized", None);
            }
        }
        if debt || kind == "interest" && self.journal.securities.0.contains_key(&*security) {
            self.fact(&security, "issuer", "corporate", None);
        }
        if let (Some(underlying), Some(right)) = (text(event, "underlying"), text(event, "right")) {
            self.fact(&security, "kind", "option", None);
            self.fact(&security, "underlying", underlying, None);
            self.fact(&security, "right", right, None);
            if let Some(strike) = text(event, "strike") {
                self.fact(&security, "strike", strike, None);
            }
        }
        if matches!(kind, "dividend" | "dividend_reinvested") {
            self.fact(&security, "payer", "qualified", None);
        }
    }

    fn push(&mut self, event: &Table, kind: EventKind, cash: Decimal) -> usize {
        let account = match (text(event, "account"), text(event, "kind")) {
            (Some(account), _) => account.to_owned(),
            (None, Some("account_opening_gift" | "deposit" | "withdrawal")) => {
                text(event, "security").unwrap_or("taxable").to_owned()
            }
            _ => "taxable".to_owned(),
        };
        let shelter = if account == "ira" { Shelter::Traditional } else { Shelter::Taxable };
        self.account(&account, shelter);
        let at = self.journal.events.len();
        let Ok(id) = format!("e{at}").parse::<EventId>();
        let when = date(event, "date").expect("a date");
        let line = u32::try_from(at + 1).expect("few events");
        let mut made = Event::new(
            id,
            when,
            account.as_str().into(),
            kind,
            Origin::new("us.toml".into(), line),
        );
        made.amount = cash;
        made.currency = Some("USD".into());
        let dates = Dates {
            settles: date(event, "settle"),
            ex: date(event, "ex_date"),
            record: date(event, "record_date"),
            declared: date(event, "declared"),
            ..Dates::default()
        };
        if !dates.is_empty() {
            made.further.dates = dates;
        }
        if let Some(security) = made.kind.security() {
            *self.held.entry(security.to_string()).or_default() +=
                made.kind.quantity().unwrap_or_default();
        }
        self.journal.events.push(made);
        at
    }

    fn last(&mut self) -> &mut Event {
        self.journal.events.last_mut().expect("one was just read")
    }

    fn id_of(&self, at: usize) -> EventId {
        self.journal.events[at].id.clone()
    }

    fn property(&mut self, id: &str) -> &mut Property {
        self.journal.properties.entry(id.into()).or_insert_with(|| Property {
            id: id.into(),
            title: None,
            placed_in_service: None,
            building: None,
            land: None,
            life: None,
            facts: Facts::default(),
            days: Vec::new(),
            line: 0,
        })
    }

    /// A purchase; `kind` may be a reinvestment of the event before.
    fn buy(&mut self, event: &Table, cost: Decimal) {
        let security = text(event, "security").expect("a security");
        let quantity = amount(event, "quantity").expect("a quantity");
        let fee = amount(event, "fee").unwrap_or_default();
        let kind =
            EventKind::Buy { security: security.into(), quantity, price: amount(event, "price") };
        self.push(event, kind, -(cost + fee));
        self.last().fees = fee;
        if let (Some(lot), Some(day)) = (text(event, "lot"), date(event, "date")) {
            self.lots.insert((security.to_owned(), lot.to_owned()), day);
        }
    }

    fn total(event: &Table) -> Decimal {
        amount(event, "amount").unwrap_or_else(|| {
            amount(event, "quantity").expect("a quantity")
                * amount(event, "price").expect("a price")
        })
    }

    /// A sale names its lot by name or by day of purchase.
    fn choose(&mut self, event: &Table, at: usize, key: &str) {
        let Some(security) = text(event, "security") else { return };
        let acquired = match event.get(key) {
            Some(toml::Value::String(name)) => {
                self.lots.get(&(security.to_owned(), name.clone())).copied()
            }
            Some(toml::Value::Datetime(value)) => Some(day(value)),
            _ => None,
        };
        if let Some(acquired) = acquired {
            let units = amount(event, "quantity").expect("a quantity");
            let event = self.id_of(at);
            self.journal.choices.push(Choice {
                event,
                lots: vec![(acquired, units)],
                instructed: None,
            });
        }
    }

    #[allow(clippy::too_many_lines)]
    fn read(&mut self, event: &Table) {
        let zero = Decimal::ZERO;
        let kind = text(event, "kind").expect("a kind").to_owned();
        let security: Name = text(event, "security").unwrap_or_default().into();
        let property: Name = text(event, "property").unwrap_or_default().into();
        let money = amount(event, "amount").unwrap_or_default();
        let quantity = amount(event, "quantity").unwrap_or_default();
        let fee = amount(event, "fee").unwrap_or_default();
        match &*kind {
            "buy" => self.buy(event, Self::total(event)),
            "sell" => {
                let kind = EventKind::Sell {
                    security,
                    quantity: -quantity,
                    price: amount(event, "price"),
                };
                let at = self.push(event, kind, Self::total(event) - fee);
                self.last().fees = fee;
                self.choose(event, at, "lot");
            }
            "dividend" | "dividend_reinvested" => {
                let mut parts = Vec::new();
                for (key, name) in [
                    ("ordinary", "ordinary"),
                    ("exempt_interest", "exempt_interest"),
                    ("payer_qualified", "qualified"),
                    ("payer_section199a", "section_199a"),
                    ("private_activity", "private_activity"),
                ] {
                    if let Some(amount) = amount(event, key) {
                        parts.push(Part { name: name.into(), amount });
                    }
                }
                let withheld = amount(event, "foreign_tax").unwrap_or_default();
                let parts = Parts::from_iter(parts);
                let kind_ =
                    EventKind::Dividend { security, per_share: amount(event, "per_share"), parts };
                let at = self.push(event, kind_, money - withheld);
                self.last().further.withheld = withheld;
                if !withheld.is_zero() {
                    self.last().further.tax =
                        Some(WithheldTax { authority: TaxAuthority::Foreign, country: None });
                }
                if kind == "dividend_reinvested" {
                    self.buy(event, money);
                    let to = self.id_of(at);
                    self.last().further.links.push(Link { relation: Relation::Reinvests, to });
                }
            }
            "fund_distribution" => {
                let names =
                    ["ordinary", "qualified", "capital_gain", "unrecaptured_1250", "collectibles"];
                let parts = names.iter().filter_map(|name| {
                    Some(Part { name: (*name).into(), amount: amount(event, name)? })
                });
                let parts = parts.collect::<Parts>();
                self.push(
                    event,
                    EventKind::FundDistribution { security, per_share: None, parts },
                    money,
                );
            }
            "payment_in_lieu" => {
                self.push(
                    event,
                    EventKind::PaymentInLieu { security, per_share: amount(event, "per_share") },
                    money,
                );
            }
            "payment_in_lieu_paid" => {
                self.push(event, EventKind::PaymentInLieu { security, per_share: None }, -money);
            }
            "return_of_capital" => {
                let per_share = amount(event, "per_share");
                self.push(event, EventKind::ReturnOfCapital { security, per_share }, money);
            }
            "interest" => {
                let known = self.journal.securities.0.contains_key(&security);
                let security = known.then_some(security);
                self.push(event, EventKind::Interest { security, per_share: None }, money);
                if flag(event, "tax_exempt") == Some(true) {
                    self.last().claimed = Claims::default().with(Claim::TaxExempt);
                }
            }
            "bond_buy" => {
                let clean = amount(event, "clean_amount").expect("a price");
                let kind = EventKind::Buy { security: security.clone(), quantity, price: None };
                let at = self.push(event, kind, -clean);
                let accrued = amount(event, "accrued_interest").unwrap_or_default();
                if !accrued.is_zero() {
                    let to = self.id_of(at);
                    self.push(event, EventKind::AccruedInterest { security }, -accrued);
                    self.last().further.links.push(Link { relation: Relation::PartOf, to });
                }
            }
            "bond_sell" => {
                let clean = amount(event, "clean_amount").expect("a price");
                let kind = EventKind::Sell {
                    security: security.clone(),
                    quantity: -quantity,
                    price: None,
                };
                let at = self.push(event, kind, clean);
                let accrued = amount(event, "accrued_interest").unwrap_or_default();
                if !accrued.is_zero() {
                    let to = self.id_of(at);
                    self.push(event, EventKind::AccruedInterest { security }, accrued);
                    self.last().further.links.push(Link { relation: Relation::PartOf, to });
                }
            }
            "bond_maturity" => {
                self.push(
                    event,
                    EventKind::Redemption { security, quantity: -quantity, price: None },
                    money,
                );
                self.last().reason = Some("maturity".into());
            }
            "bond_premium_amortization" | "oid_accrual" | "undistributed_capital_gain" => {
                let paid = amount(event, "tax_paid").unwrap_or_default();
                let (reason, cost, income) = match &*kind {
                    "bond_premium_amortization" => ("premium", -money, -money),
                    "oid_accrual" => ("oid", money, money),
                    _ => ("undistributed-gain", money - paid, money),
                };
                self.push(
                    event,
                    EventKind::CostAdjustment { security, cost: Some(cost), income: Some(income) },
                    zero,
                );
                self.last().reason = Some(reason.into());
            }
            "early_withdrawal_penalty" => {
                self.push(event, EventKind::Fee { security: None }, -money);
                self.last().reason = Some("early-withdrawal".into());
            }
            "account_opening_gift" => {
                self.push(event, EventKind::OtherIncome { security: None }, money);
                self.last().reason = Some("account-opening".into());
            }
            "deposit" => {
                let _ = self.push(event, EventKind::Deposit {}, money);
            }
            "withdrawal" => {
                let _ = self.push(event, EventKind::Withdrawal {}, -money);
            }
            "investment_interest_paid" => {
                let _ = self.push(event, EventKind::MarginInterest {}, -money);
            }
            "split" => {
                let ratio = amount(event, "ratio").expect("a ratio");
                let held = self.held.get(&*security).copied().unwrap_or_default();
                let kind = EventKind::Split {
                    security,
                    quantity: held * (ratio - Decimal::ONE),
                    new: Some(ratio).into(),
                    old: Some(Decimal::ONE).into(),
                };
                self.push(event, kind, zero);
            }
            "stock_dividend" => {
                let held = self.held.get(&*security).copied().unwrap_or_default();
                let quantity = held * amount(event, "ratio").expect("a ratio");
                self.push(event, EventKind::StockDividend { security, quantity, into: None }, zero);
            }
            "rights" | "spin_off" => {
                let into: Name = text(event, "new_security").expect("another security").into();
                let when = date(event, "date").expect("a date");
                for (of, key) in [(&security, "fmv_per_share"), (&into, "fmv_new_per_share")] {
                    if let Some(price) = amount(event, key) {
                        self.journal.prices.push((when, of.clone(), price, "USD".into()));
                    }
                }
                let held = self.held.get(&*security).copied().unwrap_or_default();
                let made = if kind == "rights" {
                    EventKind::Rights { security, quantity, into: Some(into.clone()) }
                } else {
                    let ratio = amount(event, "ratio").expect("a ratio");
                    let (new, old) = (Some(ratio), Some(Decimal::ONE));
                    EventKind::SpinOff {
                        security,
                        into: into.clone(),
                        quantity: held * ratio,
                        new: new.into(),
                        old: old.into(),
                        share: None.into(),
                    }
                };
                let (of, units) = (
                    made.security().cloned().unwrap_or_default(),
                    made.quantity().unwrap_or_default(),
                );
                self.push(event, made, zero);
                *self.held.entry(of.to_string()).or_default() -= units;
                *self.held.entry(into.to_string()).or_default() += units;
                // The right's own issuer is what its exercise buys.
                self.options.insert(into.to_string(), (of.to_string(), String::new(), None, false));
            }
            "rights_exercise" => {
                let into =
                    self.options.get(&*security).map(|(of, ..)| Name::new(of)).unwrap_or_default();
                let kind = EventKind::RightsExercise {
                    security,
                    quantity: -quantity,
                    into,
                    into_quantity: quantity,
                };
                self.push(event, kind, -money);
            }
            "merger" => {
                let ratio = amount(event, "ratio").expect("a ratio");
                let held = self.held.get(&*security).copied().unwrap_or_default();
                let into = text(event, "new_security").map(Name::from);
                let when = date(event, "date").expect("a date");
                if let (Some(into), Some(price)) = (&into, amount(event, "fmv_new_per_share")) {
                    self.journal.prices.push((when, into.clone(), price, "USD".into()));
                }
                let other = amount(event, "other_property_fmv").unwrap_or_default();
                let dividend = amount(event, "earnings_share").unwrap_or_default();
                let cash = amount(event, "cash").unwrap_or_default() + other - dividend;
                if !dividend.is_zero() {
                    let parts =
                        Parts::from_iter([Part { name: "qualified".into(), amount: dividend }]);
                    let kind =
                        EventKind::Dividend { security: security.clone(), per_share: None, parts };
                    self.push(event, kind, dividend);
                }
                let into_quantity = into.is_some().then_some(held * ratio);
                let kind = EventKind::Merger {
                    security,
                    quantity: -held,
                    into,
                    into_quantity: into_quantity.into(),
                    new: Some(ratio).into(),
                    old: Some(Decimal::ONE).into(),
                };
                self.push(event, kind, cash);
            }
            "cash_in_lieu" => {
                self.push(
                    event,
                    EventKind::CashInLieu { security, quantity: Some(-quantity) },
                    money,
                );
            }
            "worthless" => {
                self.push(event, EventKind::Worthless { security, quantity: -quantity }, zero);
            }
            "inherit" => {
                let value = amount(event, "fmv");
                let lots = Lots::default();
                self.push(
                    event,
                    EventKind::Inheritance { security, quantity, lots, value: value.into() },
                    zero,
                );
            }
            "gift_in" => {
                let acquired = date(event, "donor_acquired").expect("a date");
                let basis = LotBasis { acquired, cost: amount(event, "donor_basis") };
                let lots = Lots::from_iter([Lot { quantity, basis: Some(basis) }]);
                let value = amount(event, "fmv");
                self.push(
                    event,
                    EventKind::GiftIn { security, quantity, lots, value: value.into() },
                    zero,
                );
            }
            "short_open" => {
                let kind = EventKind::ShortOpen { security, quantity: -quantity, price: None };
                self.push(event, kind, money - fee);
            }
            "short_close" => {
                let kind = EventKind::ShortCover { security, quantity, price: None };
                let at = self.push(event, kind, -(money + fee));
                self.choose(event, at, "deliver");
            }
            "option_buy" | "option_write" => {
                let written = kind == "option_write";
                let terms = |key| text(event, key).unwrap_or_default().to_owned();
                let option =
                    (terms("underlying"), terms("right"), amount(event, "strike"), written);
                self.options.insert(security.to_string(), option);
                let (quantity, cash) =
                    if written { (-quantity, money - fee) } else { (quantity, -(money + fee)) };
                let multiplier = Some(Decimal::ONE_HUNDRED);
                self.push(
                    event,
                    EventKind::OptionOpen {
                        security,
                        quantity,
                        price: None,
                        multiplier: multiplier.into(),
                    },
                    cash,
                );
                self.last().fees = fee;
            }
            "option_close" | "option_sell" => {
                let (quantity, cash) = if kind == "option_close" {
                    (quantity, -(money + fee))
                } else {
                    (-quantity, money - fee)
                };
                let multiplier = Some(Decimal::ONE_HUNDRED);
                self.push(
                    event,
                    EventKind::OptionClose {
                        security,
                        quantity,
                        price: None,
                        multiplier: multiplier.into(),
                    },
                    cash,
                );
                self.last().fees = fee;
            }
            "option_expire" => {
                let written = self.options.get(&*security).is_some_and(|option| option.3);
                let quantity = if written { quantity } else { -quantity };
                self.push(event, EventKind::OptionExpire { security, quantity }, zero);
            }
            "option_assign" | "option_exercise" => {
                let (underlying, right, strike, written) = self.options[&*security].clone();
                let shares = amount(event, "shares").expect("shares");
                let cash = shares * strike.expect("a strike");
                let (made, relation) = if written {
                    (EventKind::OptionAssign { security, quantity }, Relation::Assigns)
                } else {
                    (
                        EventKind::OptionExercise { security, quantity: -quantity },
                        Relation::Exercises,
                    )
                };
                let at = self.push(event, made, zero);
                let to = self.id_of(at);
                let sells = (right == "call") == written;
                let security: Name = underlying.as_str().into();
                if sells {
                    let kind = EventKind::Sell { security, quantity: -shares, price: strike };
                    self.push(event, kind, cash - fee);
                } else {
                    let kind = EventKind::Buy { security, quantity: shares, price: strike };
                    self.push(event, kind, -(cash + fee));
                }
                self.last().fees = fee;
                self.last().further.links.push(Link { relation, to });
            }
            "futures_open" => {
                self.push(event, EventKind::FutureOpen { security, quantity, value: money }, zero);
            }
            "futures_close" => {
                self.push(
                    event,
                    EventKind::FutureClose { security, quantity: -quantity, value: money },
                    zero,
                );
            }
            "mark_to_market" => {
                let value = amount(event, "fmv").expect("a value");
                self.push(
                    event,
                    EventKind::Mark { security, quantity: Some(quantity), value },
                    zero,
                );
            }
            "rent_received" | "lease_cancellation_received" => {
                self.push(event, EventKind::Rent { property, covers: None }, money);
            }
            "rent_expense" => {
                let expense = text(event, "expense").expect("an expense").into();
                self.push(event, EventKind::RentExpense { property, expense }, -money);
            }
            "rent_expense_paid_by_tenant" => {
                let expense = text(event, "expense").expect("an expense").into();
                self.push(
                    event,
                    EventKind::Rent { property: property.clone(), covers: None },
                    money,
                );
                self.push(event, EventKind::RentExpense { property, expense }, -money);
            }
            "mortgage_payment" => {
                let interest = amount(event, "interest").expect("interest");
                let principal = amount(event, "principal").expect("principal");
                let expense = "mortgage_interest".into();
                self.push(
                    event,
                    EventKind::RentExpense { property: property.clone(), expense },
                    -interest,
                );
                self.push(event, EventKind::MortgagePrincipal { property }, -principal);
            }
            "deposit_received" => {
                let _ = self.push(event, EventKind::SecurityDeposit { property }, money);
            }
            "deposit_returned" => {
                let _ = self.push(event, EventKind::SecurityDeposit { property }, -money);
            }
            "deposit_kept" => {
                self.push(
                    event,
                    EventKind::SecurityDepositKept { property, value: Some(money) },
                    zero,
                );
            }
            "placed_in_service" => {
                let kind = EventKind::PlacedInService {
                    property,
                    life: amount(event, "life").into(),
                    building: amount(event, "building_basis").into(),
                    land: amount(event, "land_basis").into(),
                };
                self.push(event, kind, zero);
            }
            "improvement" => {
                self.push(
                    event,
                    EventKind::Improvement { property, life: amount(event, "life").into() },
                    -money,
                );
            }
            "available_for_rent"
            | "vacant"
            | "personal_use"
            | "personal_use_during_paid_rental" => {
                let days = PropertyUse {
                    from: date(event, "date").expect("a date"),
                    to: date(event, "to").expect("a date"),
                    r#use: match &*kind {
                        "available_for_rent" => "rented",
                        "vacant" => "vacant",
                        _ => "personal",
                    }
                    .into(),
                };
                self.property(&property).days.push(days);
            }
            "carryover_in" | "modified_agi" => {
                let when = date(event, "date").expect("a date");
                let key = match text(event, "term") {
                    Some(term) => format!("capital_loss_{term}"),
                    None => "modified_agi".to_owned(),
                };
                let year = chrono::Datelike::year(&when);
                self.journal.carry.push((year, key.into(), money));
            }
            // Series, elections and results given from outside: they are facts, or nothing of ours.
            "index_ratio" | "election" | "straddle_open" | "straddle_leg_close"
            | "unrecognized_gain" | "nominee" => {}
            other => panic!("the oracle's `{other}` has no event of ours"),
        }
    }
}
