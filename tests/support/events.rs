//! Generated events of all kinds, with every field an event can have.

use indexmap::IndexMap;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rentier::diagnostic::Diagnostic;
use rentier::event::{
    Account, Claim, Dates, Event, EventId, EventKind, FieldError, Link, Lot, LotBasis, Lots,
    Origin, Part, Parts, Relation, RowHash, TaxAuthority, Value, WithheldTax,
};
use rentier::ledger::{self, Ledger, Options};
use rentier::money::Decimal;
use rentier::period::{NaiveDate, NaiveTime};
use rentier::source::{Name, Source};

/// The accounts that generated events happen in; the last is in no settings.
const ACCOUNTS: &[&str] = &["schwab", "roth", "inner", "Assets:Test:Deep"];

/// Accounts whose `ledger`s lie beside and below each other.
pub fn accounts() -> IndexMap<Name, Account> {
    let account = |id: &str, ledger: &str| {
        let account = Account::taxable(id.into());
        (Name::new(id), Account { ledger: ledger.into(), ..account })
    };
    IndexMap::from([
        account("schwab", "Assets:Schwab"),
        account("inner", "Assets:Schwab:Inner part"),
        account("roth", "Assets:Old & new: Roth"),
        account("Assets:Test:Deep", "Assets:Test:Deep"),
    ])
}

/// The journal, read.
pub fn read(text: &str) -> Ledger {
    let mut load = |path: &str, _: &Name| Err(format!("no include here, but `{path}`"));
    ledger::read(Source::new("printed.journal", text), &Options::default(), &mut load)
}

/// The events of the tagged blocks of a journal, and all its problems.
pub fn try_events_of(
    text: &str,
    accounts: &IndexMap<Name, Account>,
) -> (Vec<Event>, Vec<Diagnostic>) {
    let mut ledger = read(text);
    let mut problems = std::mem::take(&mut ledger.diagnostics);
    let context = ledger::blocks::Context { accounts, currency: "USD" };
    let (events, wrong) = ledger::blocks::events(&ledger, &context);
    problems.extend(wrong);
    (events, problems)
}

/// An event of the kind with this number.
pub fn event_of(kind: usize) -> impl Strategy<Value = Event> {
    let head = (any_id(), day(), 0..ACCOUNTS.len(), any_kind(EventKind::NAMES[kind]));
    let money =
        (money(), rarely(money()), rarely(money()), currency(), any::<bool>(), any::<bool>());
    let facts = (
        vec(0..Claim::ALL.len(), 0..3),
        option::weighted(0.3, word()),
        option::weighted(0.3, dates()),
        vec((0..Relation::ALL.len(), any_id()), 0..3),
        option::weighted(0.3, (0..TaxAuthority::ALL.len(), option::of(word()))),
    );
    let words = (text(), word(), 0u32..100_000, vec(1u32..100_000, 0..2));
    (head, money, facts, words).prop_map(|(head, money, facts, words)| {
        let (id, date, account, kind) = head;
        let (file, line, also) = (words.1, words.2, words.3);
        let mut origin = Origin::new(file, line);
        for line in also {
            origin.add(line);
        }
        let mut event = Event::new(id, date, ACCOUNTS[account].into(), kind, origin);
        event.text = Name::new(&ledger::blocks::text::header(&words.0)).into();
        let (amount, fees, withheld, currency, moneyless, at_price) = money;
        if !moneyless {
            (event.amount, event.fees, event.further.withheld) = (amount, fees, withheld);
            event.currency = Some(currency.into());
            if at_price {
                event.amount = at_its_price(&event).unwrap_or(event.amount);
            }
        } else if matches!(event.kind, EventKind::CurrencyExchange { .. }) {
            event.currency = Some(currency.into());
            event.amount = amount;
        }
        event.claimed = facts.0.into_iter().map(|at| Claim::ALL[at]).collect();
        event.reason = facts.1;
        event.further.dates = facts.2.unwrap_or_default();
        let links = facts.3.into_iter();
        event.further.links =
            links.map(|(at, to)| Link { relation: Relation::ALL[at], to }).collect();
        if event.kind.name() != "withholding" {
            event.further.tax = facts
                .4
                .map(|(at, country)| WithheldTax { authority: TaxAuthority::ALL[at], country });
        }
        event
    })
}

/// The cash of a trade at exactly its price.
fn at_its_price(event: &Event) -> Option<Decimal> {
    let price = event.kind.fields().into_iter().find_map(|(name, shown)| match shown {
        rentier::event::Shown::Number(price) if name == "price" => Some(price),
        _ => None,
    })?;
    let gross = -(event.quantity().checked_mul(price)?);
    if gross.normalize().scale() > 10 {
        return None;
    }
    Some(gross - event.fees - event.further.withheld)
}

fn any_kind(name: &'static str) -> impl Strategy<Value = EventKind> {
    let fields = EventKind::field_names(name).expect("a kind");
    let values: Vec<_> =
        fields.iter().map(|field| option::weighted(0.7, value(field)).boxed()).collect();
    let needed: Vec<_> = fields.iter().map(|field| value(field).boxed()).collect();
    (values, needed).prop_map(move |(mut values, needed)| {
        loop {
            let mut get = |field: &'static str| {
                let at = fields.iter().position(|name| *name == field)?;
                values[at].clone()
            };
            match EventKind::build(name, &mut get) {
                Ok(kind) => return kind,
                Err(FieldError::Missing(field)) => {
                    let at = fields.iter().position(|name| *name == field).expect("its field");
                    values[at] = Some(needed[at].clone());
                }
                Err(error) => panic!("{name}: {error:?}"),
            }
        }
    })
}

fn value(field: &str) -> BoxedStrategy<Value> {
    match field {
        "security" | "into" => security().prop_map(Value::Text).boxed(),
        "into_currency" => Just(Value::Text("CHF".into())).boxed(),
        "property" | "expense" | "covers" | "country" => word().prop_map(Value::Text).boxed(),
        "row" => text().prop_map(|row| Value::Text(Name::new(&format!("r{row}")))).boxed(),
        "tax" => (0..TaxAuthority::ALL.len())
            .prop_map(|at| Value::Text(TaxAuthority::ALL[at].text().into()))
            .boxed(),
        "acquired" => day().prop_map(Value::Day).boxed(),
        "lots" => vec(lot(), 0..3).prop_map(|lots| Value::Lots(Lots::from_iter(lots))).boxed(),
        "parts" => vec((0..Parts::NAMES.len(), money()), 0..3)
            .prop_map(|parts| {
                let parts = parts.into_iter();
                Value::Parts(Parts(
                    parts
                        .map(|(at, amount)| Part { name: Parts::NAMES[at].into(), amount })
                        .collect(),
                ))
            })
            .boxed(),
        _ => units().prop_map(Value::Number).boxed(),
    }
}

fn lot() -> impl Strategy<Value = Lot> {
    (units(), option::of((day(), option::of(money())))).prop_map(|(quantity, basis)| Lot {
        quantity,
        basis: basis.map(|(acquired, cost)| LotBasis { acquired, cost }),
    })
}

fn dates() -> impl Strategy<Value = Dates> {
    let day = || option::weighted(0.4, day());
    let time = option::weighted(0.3, (0u32..24, 0u32..60, 0u32..60));
    ((day(), day(), day()), (day(), day(), day()), time).prop_map(
        |((posted, settles, ex), (record, declared, entitled), time)| Dates {
            posted,
            settles,
            ex,
            record,
            declared,
            entitled,
            time: time
                .and_then(|(hour, minute, second)| NaiveTime::from_hms_opt(hour, minute, second)),
        },
    )
}

fn any_id() -> impl Strategy<Value = EventId> {
    let ours = ("[a-z]{1,8}", 1u32..20, 0u8..40).prop_map(|(row, ordinal, part)| {
        EventId::new(RowHash::of("a", [&*row]), ordinal).with_part(part)
    });
    prop_oneof![4 => ours, 1 => word().prop_map(|given| given.parse().expect("any text is an id"))]
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0u64..20_000).prop_map(|days| {
        NaiveDate::from_ymd_opt(1985, 1, 1).expect("a day") + rentier::period::Days::new(days)
    })
}

fn currency() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("USD"), 1 => Just("EUR"), 1 => Just("JPY")]
}

/// Money, often none, in any number of decimals that brokers write.
fn money() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        6 => (-10_000_000i64..10_000_000, 0u32..5).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        1 => Just(Decimal::ZERO),
    ]
}

fn rarely(number: impl Strategy<Value = Decimal>) -> impl Strategy<Value = Decimal> {
    prop_oneof![2 => Just(Decimal::ZERO), 1 => number]
}

fn units() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        6 => (-10_000_000i64..10_000_000, 0u32..8).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        1 => (any::<i64>(), 12u32..18).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
        1 => Just(Decimal::ZERO),
    ]
}

fn security() -> impl Strategy<Value = Name> {
    let odd = prop_oneof![
        Just("BRK.B"),
        Just("91282CHT1"),
        Just("MSFT240315C00420000"),
        Just("A \"B\"; C"),
        Just("NYSE:X"),
        Just("or"),
        Just("日本 1"),
        Just("3,5% [2030-01-01]"),
        Just("H"),
    ];
    prop_oneof![4 => "[A-Z]{1,2}[XZ]", 1 => odd.prop_map(str::to_owned)].prop_map(Name::from)
}

/// One or more letters of any sort, which every tag must carry.
fn word() -> impl Strategy<Value = Name> {
    let odd = prop_oneof![
        Just("a, b"),
        Just("50%"),
        Just(" edges "),
        Just("x\ny"),
        Just("%2C"),
        Just("a: b"),
        Just("[2024-01-01]"),
        Just("::"),
        Just(";"),
        Just("\u{a0}"),
    ];
    prop_oneof![5 => "[a-z_]{1,12}", 1 => odd.prop_map(str::to_owned), 1 => "\\PC{1,12}"]
        .prop_map(Name::from)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[A-Za-z0-9 .,;|()*!=\"@-]{0,40}".boxed(), 1 => any::<String>().boxed()]
}
