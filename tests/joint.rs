//! The joint books of `UX.md`, as dated events: what the rules make of them are the figures that its
//! screens show.

use std::collections::HashMap;

use rentier::event::{
    Account, Claim, Claims, Dates, Distribution, Event, EventId, EventKind, Fact, Journal,
    LotElection, LotMethod, Origin, Owner, Part, Parts, Property, Security, Shelter, TaxAuthority,
    WithheldTax,
};
use rentier::income::Judged;
use rentier::money::{Decimal, plain};
use rentier::period::{Datelike, NaiveDate, TaxYear};
use rentier::regime;
use rentier::report::{Filing, judge};
use rentier::source::Name;
use toml::Table;

fn number(text: &str) -> Decimal {
    plain(text).expect("a number")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

struct Books(Journal);

impl Books {
    fn push(
        &mut self,
        date: NaiveDate,
        account: &str,
        kind: EventKind,
        amount: Decimal,
    ) -> &mut Event {
        let at = self.0.events.len();
        let Ok(id) = format!("j{at}").parse::<EventId>();
        let mut event = Event::new(id, date, account.into(), kind, Origin::new("joint".into(), 1));
        event.amount = amount;
        event.currency = Some("USD".into());
        self.0.events.push(event);
        self.0.events.last_mut().expect("one was just pushed")
    }

    fn security(&mut self, id: &str) -> &mut Security {
        self.0
            .securities
            .0
            .entry(id.into())
            .or_insert_with(|| Security { id: id.into(), ..Security::default() })
    }

    fn fact(&mut self, id: &str, key: &str, value: &str) {
        let fact = Fact { key: key.into(), value: value.into(), from: None, year: None };
        self.security(id).facts.0.push(fact);
    }

    fn trade(&mut self, date: &str, account: &str, security: &str, quantity: i64, amount: &str) {
        let (security, quantity) = (security.into(), Decimal::from(quantity));
        let kind = if quantity.is_sign_negative() {
            EventKind::Sell { security, quantity, price: None }
        } else {
            EventKind::Buy { security, quantity, price: None }
        };
        self.push(day(date), account, kind, number(amount));
    }

    fn account(
        &mut self,
        id: &str,
        owners: &[&str],
        shelter: Shelter,
        method: LotMethod,
        reached: &str,
    ) {
        let mut account = Account::taxable(id.into());
        account.owners = owners.iter().map(|owner| Name::new(owner)).collect();
        account.shelter = shelter;
        account.lots = vec![LotElection { from: day("2019-03-15"), method, instructed: None }];
        account.reached = Some(day(reached));
        self.0.accounts.insert(id.into(), account);
    }
}

/// The books' events: payments once a year for each payer, trades on their days.
fn books() -> Journal {
    let path = format!("{}/fixtures/report/joint.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the figures are part of the repository");
    let figures: Table = toml::from_str(&text).expect("the figures are readable");
    let mut books = Books(Journal::default());
    for (id, affiliate) in [("me", false), ("spouse", true)] {
        books.0.owners.insert(id.into(), Owner { id: id.into(), affiliate });
    }
    let both = ["me", "spouse"];
    books.account("schwab", &both, Shelter::Taxable, LotMethod::Fifo, "2025-02-10");
    books.account("fidelity", &["me"], Shelter::Taxable, LotMethod::HighestCost, "2025-02-10");
    books.account("roth", &["spouse"], Shelter::Roth, LotMethod::Fifo, "2024-12-31");

    // Shares.
    for (date, account, security, quantity, amount) in [
        ("2021-03-04", "schwab", "VTI", 30, "-5952.00"),
        ("2022-06-16", "schwab", "VTI", 20, "-3725.00"),
        ("2022-09-14", "schwab", "INTC", 200, "-5880.00"),
        ("2022-10-13", "fidelity", "VXUS", 400, "-17920.00"),
        ("2022-01-03", "schwab", "MSFT", 200, "-60000.00"),
        ("2023-01-04", "schwab", "OLD", 10, "-1000.00"),
        ("2021-01-04", "schwab", "OLDER", 10, "-1000.00"),
        ("2023-06-05", "schwab", "OLD", -10, "582.00"),
        ("2023-06-05", "schwab", "OLDER", -10, "2964.40"),
        ("2023-11-08", "schwab", "VYM", 80, "-8252.00"),
        ("2024-02-12", "fidelity", "VXUS", 60, "-3426.00"),
        ("2024-04-19", "schwab", "VYM", -80, "9384.00"),
        ("2024-06-14", "fidelity", "VXUS", -60, "3180.00"),
        ("2024-06-28", "fidelity", "VXUS", 25, "-1355.00"),
        ("2024-08-15", "schwab", "JNJ", 100, "-15820.00"),
        ("2024-08-21", "schwab", "VTI", -50, "13855.00"),
        ("2024-09-30", "schwab", "JNJ", -100, "16190.00"),
        ("2024-12-18", "schwab", "INTC", -200, "4020.00"),
        ("2024-12-20", "roth", "VTI", 5, "-1400.00"),
    ] {
        books.trade(date, account, security, quantity, amount);
    }

    // Options written: two expire, one is bought back.
    for (written, ended, symbol, received, paid) in [
        ("2023-02-01", "2023-03-17", "MSFT230317C00300000", "972.10", None),
        ("2024-02-01", "2024-03-15", "MSFT240315C00420000", "618.70", None),
        ("2024-06-03", "2024-07-12", "MSFT240719C00460000", "848.70", Some("-1211.30")),
        ("2024-11-01", "2024-12-20", "MSFT241220C00450000", "1028.70", None),
    ] {
        let security: Name = symbol.into();
        let two = Decimal::TWO;
        let open = EventKind::OptionOpen {
            security: security.clone(),
            quantity: -two,
            price: None,
            multiplier: None.into(),
        };
        books.push(day(written), "schwab", open, number(received));
        let (kind, amount) = match paid {
            Some(paid) => (
                EventKind::OptionClose {
                    security,
                    quantity: two,
                    price: None,
                    multiplier: None.into(),
                },
                number(paid),
            ),
            None => (EventKind::OptionExpire { security, quantity: two }, Decimal::ZERO),
        };
        books.push(day(ended), "schwab", kind, amount);
    }

    dividends(&mut books, &figures);
    interest(&mut books, &figures);
    properties(&mut books, &figures);
    books.0.events.sort_by_key(|event| event.date);
    books.0
}

fn dividends(books: &mut Books, figures: &Table) {
    for payer in figures["payer"].as_array().expect("payers") {
        let text = |key: &str| payer[key].as_str().expect("text");
        let (name, year) = (text("name"), payer["year"].as_integer().expect("a year"));
        let amount = |key: &str| number(text(key));
        let date = if name == "JNJ" { day("2024-09-10") } else { day(&format!("{year}-11-20")) };
        let parts = [
            ("ordinary", amount("ordinary")),
            ("capital_gain", amount("capital_gain")),
            ("return_of_capital", amount("return_of_capital")),
            ("qualified", amount("claimed")),
            ("section_199a", amount("section_199a")),
        ];
        let gross: Decimal = parts[..3].iter().map(|(_, amount)| *amount).sum();
        let parts = parts.iter().filter(|(_, amount)| !amount.is_zero() || gross.is_zero());
        let parts: Vec<Part> =
            parts.map(|(name, amount)| Part { name: (*name).into(), amount: *amount }).collect();
        let security: Name = name.into();
        // The shares are told by their claims, the funds by what a person copied from the form.
        let plain = parts.len() == 2 && amount("ordinary") == amount("claimed");
        if !plain {
            let split = Distribution {
                date,
                account: None,
                parts: Parts::from_iter(parts),
                source: None,
                line: 1,
            };
            books.security(name).splits.push(split);
        }
        if amount("claimed").is_zero() {
            books.fact(name, "payer", "not");
        }
        if matches!(name, "VTI" | "VYM" | "VXUS" | "FCNTX" | "SPAXX")
            && books.security(name).facts.0.is_empty()
        {
            books.fact(name, "kind", "fund");
        }
        let withheld = amount("foreign_tax");
        let kind = EventKind::Dividend { security, per_share: None, parts: Parts::default() };
        let event = books.push(date, text("account"), kind, gross - withheld);
        if plain {
            event.claimed = Claims::default().with(Claim::Qualified);
        }
        if !withheld.is_zero() {
            event.further.withheld = withheld;
            event.further.tax =
                Some(WithheldTax { authority: TaxAuthority::Foreign, country: None });
        }
        if name == "JNJ" {
            event.further.dates = Dates { ex: Some(day("2024-08-27")), ..Dates::default() };
        }
    }
}

fn interest(books: &mut Books, figures: &Table) {
    for (id, issuer) in [("TBILL", "us-treasury"), ("TNOTE", "us-treasury"), ("MUNI", "municipal")]
    {
        books.fact(id, "issuer", issuer);
    }
    for (year, rows) in figures["interest"].as_table().expect("years") {
        let amount = |key: &str| number(rows[key].as_str().expect("text"));
        let date = day(&format!("{year}-12-15"));
        let interest = |security: Option<&str>| EventKind::Interest {
            security: security.map(Name::new),
            per_share: None,
        };
        books.push(date, "schwab", interest(None), amount("sweep_schwab"));
        books.push(date, "schwab", interest(None), amount("savings"));
        for (key, security) in
            [("treasury_bill", "TBILL"), ("treasury_note", "TNOTE"), ("municipal_bond", "MUNI")]
        {
            if !amount(key).is_zero() {
                books.push(date, "schwab", interest(Some(security)), amount(key));
            }
        }
        if !amount("accrued_paid").is_zero() {
            let kind = EventKind::AccruedInterest { security: "TNOTE".into() };
            books.push(day(&format!("{year}-01-11")), "schwab", kind, amount("accrued_paid"));
        }
        let premium = amount("municipal_premium");
        let kind = EventKind::CostAdjustment {
            security: "MUNI".into(),
            cost: Some(premium),
            income: Some(premium),
        };
        books.push(date, "schwab", kind, Decimal::ZERO).reason = Some("premium".into());
        let exempt = EventKind::Dividend {
            security: "VTEB".into(),
            per_share: None,
            parts: Parts::default(),
        };
        books.push(date, "schwab", exempt, amount("municipal_fund_vteb")).claimed =
            Claims::default().with(Claim::TaxExempt);
        if !amount("payment_in_lieu").is_zero() {
            let kind = EventKind::PaymentInLieu { security: "VTI".into(), per_share: None };
            books.push(date, "schwab", kind, amount("payment_in_lieu"));
            let kind = EventKind::FundDistribution {
                security: "ETV".into(),
                per_share: None,
                parts: Parts::default(),
            };
            books.push(day("2024-12-31"), "fidelity", kind, amount("not_placed_etv"));
        }
    }
}

fn properties(books: &mut Books, figures: &Table) {
    for (id, placed, building) in
        [("maple", "2019-03-15", "220000"), ("harbor", "2023-07-01", "165000")]
    {
        let property = Property {
            id: id.into(),
            title: None,
            placed_in_service: Some(day(placed)),
            building: Some(number(building)),
            land: None,
            life: None,
            facts: rentier::event::Facts::default(),
            days: Vec::new(),
            line: 1,
        };
        books.0.properties.insert(id.into(), property);
    }
    for row in figures["property"].as_array().expect("properties") {
        let text = |key: &str| row[key].as_str().expect("text");
        let property: Name = text("name").into();
        let date = day(&format!("{}-12-05", row["year"].as_integer().expect("a year")));
        let rent = EventKind::Rent { property: property.clone(), covers: None };
        books.push(date, "schwab", rent, number(text("rents")));
        for expense in ["mortgage_interest", "taxes", "insurance", "repairs", "management", "other"]
        {
            let paid = number(text(expense));
            if !paid.is_zero() {
                let kind =
                    EventKind::RentExpense { property: property.clone(), expense: expense.into() };
                books.push(date, "schwab", kind, -paid);
            }
        }
        let principal = EventKind::MortgagePrincipal { property };
        books.push(date, "schwab", principal, -number(text("mortgage_principal")));
    }
}

fn judged() -> Judged {
    judge(
        &books(),
        &regime::shipped("us").expect("it is shipped"),
        &Filing { status: "joint".into() },
    )
}

#[test]
fn the_figures_of_the_screens_come_out_of_the_events() {
    let judged = judged();
    for (category, first, second) in [
        ("dividend.ordinary", "3933.62", "4334.72"),
        ("dividend.qualified", "2343.69", "2457.30"),
        ("dividend.section199a", "842.40", "861.12"),
        ("dividend.capital_gain_distribution", "612.40", "1140.22"),
        ("interest.taxable", "473.22", "1008.66"),
        ("interest.us_government", "257.90", "779.67"),
        ("capital.short", "554.10", "2643.30"),
        ("capital.short.shares", "-418.00", "1358.50"),
        ("capital.adjustment.wash", "0", "102.50"),
        ("capital.short.options", "972.10", "1284.80"),
        ("capital.long", "1964.40", "2318.00"),
        ("rent.net", "3663.60", "8986.72"),
        ("rent.gross", "34800.00", "43800.00"),
        ("rent.expense.paid", "20386.65", "20814.68"),
        ("rent.expense.depreciation", "10749.75", "13998.60"),
        ("rent.net.maple", "3184.15", "4731.62"),
        ("rent.net.harbor", "479.45", "4255.10"),
        ("other.substitute_payment", "0", "18.40"),
        ("interest.tax_exempt", "761.56", "785.75"),
        ("foreign_tax.creditable", "44.12", "51.37"),
        ("dividend.nondividend", "46.20", "51.30"),
        ("unplaced", "0", "332.10"),
    ] {
        for (year, wanted) in [(2023, first), (2024, second)] {
            let got = judged
                .figures
                .get(&TaxYear(year))
                .and_then(|figures| figures.get(category))
                .copied();
            assert_eq!(got.unwrap_or_default(), number(wanted), "{category} of {year}");
        }
    }
}

#[test]
fn what_adds_up_is_the_taxable_total_and_the_cash_total() {
    let judged = judged();
    let us = regime::shipped("us").expect("it is shipped");
    let mut cash: HashMap<i32, Decimal> = HashMap::new();
    for income in &judged.cash {
        *cash.entry(income.date.year()).or_default() += income.amount;
    }
    for (year, taxable, in_cash) in [(2023, "11201.34", "17740.57"), (2024, "20450.02", "28251.61")]
    {
        let figures = &judged.figures[&TaxYear(year)];
        let adding = us.categories.values().filter(|category| category.adds && category.shown);
        let total: Decimal = adding
            .map(|category| {
                let figure = figures.get(&category.id).copied().unwrap_or_default();
                if category.negative { -figure } else { figure }
            })
            .sum();
        assert_eq!(total, number(taxable), "{year}");
        assert_eq!(cash[&year], number(in_cash), "cash of {year}");
    }
}

#[test]
fn one_question_is_open_and_one_loss_may_still_be_deferred() {
    let judged = judged();
    let asked: Vec<&str> = judged.questions.iter().map(|question| &*question.asks).collect();
    assert_eq!(asked, ["how much of this distribution was return of capital?"]);
    let question = &judged.questions[0];
    assert_eq!(question.amount, Some(number("332.10")));
    assert_eq!(
        question.write.text,
        "[[security.ETV.split]]\ndate = 2024-12-31\nreturn_of_capital = \"…\""
    );
    let changes = &judged.findings.may_change;
    assert_eq!(changes.len(), 1);
    assert_eq!((&*changes[0].security, changes[0].until), ("INTC", day("2025-01-17")));
    assert_eq!(changes[0].waits_for, [Name::new("roth")]);
    assert_eq!(judged.sheltered.len(), 1);
}
