//! Nothing falls into a default category: what an event is, or that it is none, or a question.

use rentier::event::{
    Claim, Claims, Event, EventId, EventKind, Fact, Journal, Link, Origin, Override, Parts,
    Relation, Security, TaxAuthority, Value, WithheldTax,
};
use rentier::income::Judged;
use rentier::money::{Decimal, plain};
use rentier::period::{NaiveDate, TaxYear};
use rentier::regime::{self, Regime};
use rentier::report::{Filing, judge};
use rentier::source::{Name, Source};

fn number(text: &str) -> Decimal {
    plain(text).expect("a number")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn us() -> Regime {
    regime::shipped("us").expect("it is shipped")
}

fn push<'j>(journal: &'j mut Journal, date: &str, kind: EventKind, amount: &str) -> &'j mut Event {
    let Ok(id) = format!("c{}", journal.events.len()).parse::<EventId>();
    let mut event =
        Event::new(id, day(date), "schwab".into(), kind, Origin::new("x.csv".into(), 7));
    event.amount = number(amount);
    event.currency = Some("USD".into());
    journal.events.push(event);
    journal.events.last_mut().expect("one was just pushed")
}

fn fact(journal: &mut Journal, security: &str, key: &str, value: &str) {
    let known = journal
        .securities
        .0
        .entry(security.into())
        .or_insert_with(|| Security { id: security.into(), ..Security::default() });
    known.facts.0.push(Fact { key: key.into(), value: value.into(), from: None, year: None });
}

fn dividend(security: &str) -> EventKind {
    EventKind::Dividend { security: security.into(), per_share: None, parts: Parts::default() }
}

fn judged(journal: &Journal) -> Judged {
    judge(journal, &us(), &Filing::default())
}

fn figure(judged: &Judged, category: &str) -> Decimal {
    let figures = judged.figures.get(&TaxYear(2024));
    figures.and_then(|figures| figures.get(category)).copied().unwrap_or_default()
}

fn asked(judged: &Judged) -> Vec<&str> {
    judged.questions.iter().map(|question| &*question.asks).collect()
}

#[test]
fn every_kind_is_placed_left_aside_or_asked_about() {
    for regime in ["us", "plain"].map(|id| regime::shipped(id).expect("it is shipped")) {
        for name in EventKind::NAMES {
            let kind = EventKind::build(name, &mut |field| match field {
                "security" | "into" | "property" | "row" => Some(Value::Text("X".into())),
                "expense" => Some(Value::Text("repairs".into())),
                "tax" => Some(Value::Text("foreign".into())),
                "into_currency" => Some(Value::Text("EUR".into())),
                "quantity" | "value" | "into_amount" | "into_quantity" | "stated" | "income"
                | "cost" => Some(Value::Number(Decimal::TEN)),
                _ => None,
            });
            let kind = kind.expect("all that a kind can need");
            let mut journal = Journal::default();
            push(&mut journal, "2024-03-05", kind, "-25.00");
            let judged = judge(&journal, &regime, &Filing::default());
            let found = !judged.incomes.is_empty()
                || judged.aside == [0]
                || !judged.questions.is_empty()
                || !judged.findings.open.is_empty();
            assert!(found, "{name} is lost under {}", regime.id);
        }
    }
}

#[test]
fn a_claim_decides_before_a_fact_and_a_missing_fact_is_asked_once_a_year() {
    let mut journal = Journal::default();
    push(&mut journal, "2024-03-27", dividend("VTI"), "91.05").claimed =
        Claims::default().with(Claim::Qualified);
    push(&mut journal, "2024-04-02", dividend("AAPL"), "24.00");
    push(&mut journal, "2024-07-02", dividend("AAPL"), "25.00");
    push(&mut journal, "2024-08-02", dividend("O"), "9.00").claimed =
        Claims::default().with(Claim::Nonqualified);
    let open = judged(&journal);
    assert_eq!(figure(&open, "dividend.ordinary"), number("149.05"));
    assert_eq!(figure(&open, "dividend.qualified"), number("91.05"));
    assert_eq!(asked(&open), ["does AAPL pay qualified dividends?"]);
    assert!(open.questions[0].write.text.starts_with("[security.AAPL]\npayer = "));
    fact(&mut journal, "AAPL", "payer", "qualified");
    let answered = judged(&journal);
    assert_eq!(figure(&answered, "dividend.qualified"), number("140.05"));
    assert!(asked(&answered).is_empty());
}

#[test]
fn interest_of_a_bond_waits_for_who_issued_it() {
    let mut journal = Journal::default();
    let interest = EventKind::Interest { security: Some("912828XX1".into()), per_share: None };
    push(&mut journal, "2024-05-15", interest, "200.00");
    push(
        &mut journal,
        "2024-06-28",
        EventKind::Interest { security: None, per_share: None },
        "3.10",
    );
    let open = judged(&journal);
    assert_eq!(figure(&open, "interest.taxable"), number("3.10"));
    assert_eq!(figure(&open, "unplaced"), number("200.00"));
    assert_eq!(asked(&open), ["who issued 912828XX1?"]);
    for (issuer, taxable, government, exempt) in [
        ("us-treasury", "203.10", "200.00", "0"),
        ("municipal", "3.10", "0", "200.00"),
        ("bank", "203.10", "0", "0"),
    ] {
        let mut journal = journal.clone();
        fact(&mut journal, "912828XX1", "issuer", issuer);
        let answered = judged(&journal);
        assert_eq!(figure(&answered, "interest.taxable"), number(taxable), "{issuer}");
        assert_eq!(figure(&answered, "interest.us_government"), number(government), "{issuer}");
        assert_eq!(figure(&answered, "interest.tax_exempt"), number(exempt), "{issuer}");
        assert!(asked(&answered).is_empty(), "{issuer}");
    }
}

#[test]
fn tax_taken_off_is_a_credit_of_whoever_took_it_and_the_dividend_is_gross() {
    let mut journal = Journal::default();
    for (authority, account) in [(TaxAuthority::Foreign, "1"), (TaxAuthority::Federal, "2")] {
        let event = push(&mut journal, "2024-06-14", dividend("VXUS"), "85.00");
        event.further.withheld = number("15.00");
        event.claimed = Claims::default().with(Claim::Nonqualified);
        event.further.tax = Some(WithheldTax { authority, country: Some(account.into()) });
    }
    let own = EventKind::Withholding { tax: TaxAuthority::State, country: None, security: None };
    push(&mut journal, "2024-06-14", own, "-4.00");
    let judged = judged(&journal);
    assert_eq!(figure(&judged, "dividend.ordinary"), number("200.00"));
    assert_eq!(figure(&judged, "foreign_tax.creditable"), number("15.00"));
    assert_eq!(figure(&judged, "payment.federal_withholding"), number("15.00"));
    assert_eq!(figure(&judged, "payment.state_withholding"), number("4.00"));
    let cash: Decimal = judged.cash.iter().map(|income| income.amount).sum();
    assert_eq!(cash, number("166.00"));
}

#[test]
fn parts_that_do_not_add_up_are_asked_about_and_nothing_is_placed() {
    let mut journal = Journal::default();
    let part =
        |name: &str, amount| rentier::event::Part { name: name.into(), amount: number(amount) };
    let parts = Parts::from_iter([part("ordinary", "300.00"), part("capital_gain", "100.00")]);
    let kind = EventKind::FundDistribution { security: "F".into(), per_share: None, parts };
    push(&mut journal, "2024-12-20", kind, "500.00");
    let judged = judged(&journal);
    assert_eq!(figure(&judged, "unplaced"), number("500.00"));
    assert_eq!(figure(&judged, "dividend.ordinary"), Decimal::ZERO);
    assert_eq!(asked(&judged), ["what was this distribution made of? its parts add up to 400.00"]);
}

#[test]
fn a_part_that_a_person_states_leaves_the_rest_ordinary() {
    let mut journal = Journal::default();
    let kind = EventKind::FundDistribution {
        security: "ETV".into(),
        per_share: None,
        parts: Parts::default(),
    };
    push(&mut journal, "2024-12-31", kind, "332.10");
    fact(&mut journal, "ETV", "payer", "not");
    let parts = Parts::from_iter([rentier::event::Part {
        name: "return_of_capital".into(),
        amount: number("232.10"),
    }]);
    let split = rentier::event::Distribution {
        date: day("2024-12-31"),
        account: None,
        parts,
        source: None,
        line: 3,
    };
    journal.securities.0["ETV"].splits.push(split);
    let judged = judged(&journal);
    assert_eq!(figure(&judged, "dividend.ordinary"), number("100.00"));
    assert_eq!(figure(&judged, "dividend.nondividend"), number("232.10"));
    assert!(asked(&judged).is_empty());
}

#[test]
fn a_decision_about_one_event_holds_and_the_fact_stays() {
    let mut journal = Journal::default();
    push(&mut journal, "2024-06-03", dividend("O"), "51.30");
    let event = journal.events[0].id.clone();
    let why = "Form 8937 of the issuer".into();
    journal.overrides.push(Override { event, kind: "return-of-capital".into(), why, on: None });
    let judged = judged(&journal);
    assert_eq!(figure(&judged, "dividend.nondividend"), number("51.30"));
    assert_eq!(figure(&judged, "dividend.ordinary"), Decimal::ZERO);
    assert_eq!(journal.events[0].kind.name(), "dividend");
}

#[test]
fn what_replaces_an_event_stands_in_its_place() {
    let mut journal = Journal::default();
    push(
        &mut journal,
        "2024-06-03",
        EventKind::Interest { security: None, per_share: None },
        "48.20",
    );
    let to = journal.events[0].id.clone();
    let again = push(
        &mut journal,
        "2024-06-03",
        EventKind::Interest { security: None, per_share: None },
        "47.95",
    );
    again.further.links.push(Link { relation: Relation::Replaces, to });
    let judged = judged(&journal);
    assert_eq!(figure(&judged, "interest.taxable"), number("47.95"));
    assert_eq!(judged.cash.len(), 1);
}

#[test]
fn another_currency_needs_the_rate_of_its_day() {
    let mut journal = Journal::default();
    let interest = || EventKind::Interest { security: None, per_share: None };
    push(&mut journal, "2024-05-08", interest(), "118.40").currency = Some("EUR".into());
    let open = judged(&journal);
    assert_eq!(figure(&open, "interest.taxable"), Decimal::ZERO);
    assert_eq!(asked(&open), ["what was the EUR/USD rate of 2024-05-08, to convert 118.40 EUR?"]);
    journal.prices.push((day("2024-05-08"), "EUR".into(), number("1.075"), "USD".into()));
    let converted = judged(&journal);
    assert_eq!(figure(&converted, "interest.taxable"), number("127.28"));
    assert!(asked(&converted).is_empty());
}

#[test]
fn a_rate_holds_over_a_weekend_and_no_longer_and_own_cash_needs_none() {
    let mut journal = Journal::default();
    let interest = || EventKind::Interest { security: None, per_share: None };
    journal.prices.push((day("2024-03-28"), "EUR".into(), number("1.10"), "USD".into()));
    journal.prices.push((day("2024-03-29"), "EUR".into(), number("1.08"), "USD".into()));
    push(&mut journal, "2024-04-02", interest(), "100.00").currency = Some("EUR".into());
    assert_eq!(figure(&judged(&journal), "interest.taxable"), number("108.00"));
    push(&mut journal, "2024-04-03", interest(), "100.00").currency = Some("EUR".into());
    push(&mut journal, "2024-06-03", EventKind::Deposit {}, "500.00").currency = Some("EUR".into());
    let open = judged(&journal);
    assert_eq!(asked(&open), ["what was the EUR/USD rate of 2024-04-03, to convert 100.00 EUR?"]);
}

#[test]
fn amounts_of_any_size_are_asked_about_and_never_a_panic() {
    for amount in [
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "0.0000000000000000000000000001",
    ] {
        let mut journal = Journal::default();
        for date in ["2024-01-02", "2024-01-03"] {
            for kind in [
                dividend("X"),
                EventKind::Buy {
                    security: "X".into(),
                    quantity: number(amount).abs(),
                    price: None,
                },
                EventKind::Sell {
                    security: "X".into(),
                    quantity: -number(amount).abs(),
                    price: None,
                },
                EventKind::Rent { property: "p".into(), covers: None },
                EventKind::ReturnOfCapital { security: "X".into(), per_share: None },
            ] {
                push(&mut journal, date, kind, amount);
            }
        }
        let _ = judged(&journal);
    }
    // A little of something for a lot of money, and a fund that pays a lot on it.
    let mut journal = Journal::default();
    let tiny = number("0.0000000000000000000000000001");
    let buy = EventKind::Buy { security: "X".into(), quantity: tiny, price: None };
    push(&mut journal, "2024-01-02", buy, "-900000000000000");
    push(&mut journal, "2024-01-03", dividend("X"), "900000000000000").claimed =
        Claims::default().with(Claim::Long);
    let returned = EventKind::ReturnOfCapital { security: "X".into(), per_share: None };
    push(&mut journal, "2024-01-04", returned, "1");
    let more =
        EventKind::Buy { security: "X".into(), quantity: number("900000000000000"), price: None };
    push(&mut journal, "2024-01-05", more, "-0.01");
    let split = EventKind::Split {
        security: "X".into(),
        quantity: number("900000000000000"),
        new: None.into(),
        old: None.into(),
    };
    push(&mut journal, "2024-01-06", split, "0");
    let sell =
        EventKind::Sell { security: "X".into(), quantity: number("-900000000000000"), price: None };
    push(&mut journal, "2024-01-07", sell, "0.01");
    let _ = judged(&journal);
}

#[test]
fn without_any_law_kinds_are_the_categories() {
    let mut journal = Journal::default();
    push(&mut journal, "2024-03-27", dividend("VTI"), "91.05");
    let fund = EventKind::FundDistribution {
        security: "F".into(),
        per_share: None,
        parts: Parts::default(),
    };
    push(&mut journal, "2024-12-20", fund, "700.00");
    let trade = |quantity: &str| number(quantity);
    let buy = EventKind::Buy { security: "VTI".into(), quantity: trade("10"), price: None };
    push(&mut journal, "2024-01-02", buy, "-1000.00");
    journal.events.rotate_right(1);
    let sell = EventKind::Sell { security: "VTI".into(), quantity: trade("-10"), price: None };
    push(&mut journal, "2024-12-30", sell, "900.00");
    let plain = regime::shipped("plain").expect("it is shipped");
    let judged = judge(&journal, &plain, &Filing::default());
    for (category, amount) in
        [("dividends", "91.05"), ("fund_distributions", "700.00"), ("gains", "-100.00")]
    {
        assert_eq!(figure(&judged, category), number(amount), "{category}");
    }
    assert!(asked(&judged).is_empty());
}

#[test]
fn a_regime_of_one_s_own_is_read_strictly_and_comes_first() {
    let text = "[regime]\nid = \"us\"\ncurrency = \"USD\"\nbegins = \"01-01\"\nlabel = \"yyyy\"\n\n[[category]]\nid = \"other.income\"\nevent = \"payment-in-lieu\"\n\n[[category]]\nid = \"x\"\nevent = \"dance\"\nfeild = \"amount\"\n";
    let (own, diagnostics) = regime::read(&Source::new("regimes/us.toml", text));
    let lines: Vec<u32> =
        diagnostics.iter().filter_map(|one| one.places.first()).map(|place| place.line).collect();
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    assert!(diagnostics[0].message.contains("feild"), "{}", diagnostics[0].message);
    assert_eq!(lines, [14]);
    let regime = us().with(own);
    let mut journal = Journal::default();
    let kind = EventKind::PaymentInLieu { security: Name::new("VTI"), per_share: None };
    push(&mut journal, "2024-08-30", kind, "18.40");
    let judged = judge(&journal, &regime, &Filing::default());
    assert_eq!(figure(&judged, "other.income"), number("18.40"));
    assert_eq!(figure(&judged, "other.substitute_payment"), Decimal::ZERO);
}

#[test]
fn a_name_that_nothing_makes_is_told() {
    let text = "[regime]\nid = \"x\"\ncurrency = \"USD\"\nbegins = \"01-01\"\nlabel = \"yyyy\"\n\n[[category]]\nid = \"dividend\"\nevent = \"dividend\"\n\n[[line]]\nform = \"F\"\nline = \"1\"\nsum = [\"divident\"]\n";
    let (_, diagnostics) = regime::read(&Source::new("regimes/x.toml", text));
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].message, "no category and no step makes `divident`");
    assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `dividend`"));
    assert_eq!(diagnostics[0].places[0].line, 14);
}
