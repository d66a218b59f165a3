//! The settings of books: what `rentier.toml` says about the person and the accounts.

use indexmap::IndexMap;

use crate::diagnostic::strict::{At, File, Group};
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::{
    Account, Choice, EventId, EventKind, LotElection, LotMethod, Override, Owner, Shelter,
};
use crate::ledger::checks;
use crate::money::Decimal;
use crate::period::{DateForm, NaiveDate};
use crate::source::{Name, Place, Source};

/// What `rentier.toml` says. Accounts, owners and decisions go from here into the `Journal`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The id of the regime: `us`.
    pub regime: Name,
    /// Where it is said, for a message about a regime that nobody knows.
    pub regime_place: Option<Place>,
    /// What statements are in.
    pub currency: Name,
    /// How the return is filed, where the regime asks: `single`, `joint`, `separate`, `head`.
    pub filing: Name,
    /// The files the books begin from.
    pub sources: Vec<Name>,
    /// Where copies of exports are kept, relative to the books; `None` keeps none.
    pub keep: Option<Name>,
    /// What `rentier inbox` imports.
    pub inbox: Option<Name>,
    /// People by id; `me` where none is named.
    pub owners: IndexMap<Name, Owner>,
    /// Accounts by id.
    pub accounts: IndexMap<Name, Account>,
    /// How the dates of an account's exports are written, where one can be read two ways.
    pub date_forms: IndexMap<Name, DateForm>,
    /// How hand-written transactions become events; the first match wins.
    pub rules: Vec<RuleText>,
    /// Lots named at a sale.
    pub choices: Vec<Choice>,
    /// What a person decided about one event.
    pub overrides: Vec<Override>,
    /// What came before the books begin, by year and key: `capital_loss_short`, `rent_suspended.maple`.
    pub carry: Vec<(i32, Name, Decimal)>,
    /// Defaults of flags.
    pub report: Report,
    /// What `rentier check` asks.
    pub check: Check,
}

/// A `[[rule]]` as it is written; which kinds and fields there are is checked here.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleText {
    /// An account of the journal, or one above it.
    pub account: Option<Name>,
    /// Words that the payee must have.
    pub payee: Option<Name>,
    /// Words that the description must have.
    pub words: Vec<Name>,
    /// The kind of event.
    pub event: Name,
    /// Of a `rent-expense`: the last part of its category.
    pub expense: Option<Name>,
    /// The let property.
    pub property: Option<Name>,
    /// Where it stands.
    pub place: Place,
}

/// Defaults of the flags of reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What `--by` says when it is not given.
    pub by: Option<Name>,
    /// What `--view` says when it is not given.
    pub view: Option<Name>,
}

/// What `rentier check` asks beside what must always hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Checks that are made without being named.
    pub always: Vec<Name>,
    /// Days that an account may go on without a stated balance.
    pub recent_days: u32,
}

impl Default for Check {
    /// None, and a week.
    fn default() -> Check {
        Check { always: Vec::new(), recent_days: checks::RECENT }
    }
}

/// How a return may be filed (26 USC 1).
pub const FILINGS: &[&str] = &["single", "joint", "separate", "head"];

/// The spellings of `dates`.
const DATE_FORMS: &[(&str, DateForm)] = &[
    ("mm/dd/yyyy", DateForm::MonthDayYear),
    ("dd/mm/yyyy", DateForm::DayMonthYear),
    ("yyyy-mm-dd", DateForm::YearMonthDay),
];

impl Default for Settings {
    /// As without books: regime `us`, filing `single`.
    fn default() -> Settings {
        Settings {
            regime: "us".into(),
            regime_place: None,
            currency: "USD".into(),
            filing: "single".into(),
            sources: vec!["main.journal".into()],
            keep: Some("statements".into()),
            inbox: Some("inbox".into()),
            owners: IndexMap::from([("me".into(), Owner { id: "me".into(), affiliate: false })]),
            accounts: IndexMap::new(),
            date_forms: IndexMap::new(),
            rules: Vec::new(),
            choices: Vec::new(),
            overrides: Vec::new(),
            carry: Vec::new(),
            report: Report::default(),
            check: Check::default(),
        }
    }
}

impl Settings {
    /// Reads `rentier.toml`. What is wrong is said, and the rest holds.
    pub fn read(source: &Source) -> (Settings, Vec<Diagnostic>) {
        File::read(source, settings)
    }
}

fn settings(root: &Group) -> Settings {
    let mut settings = Settings::default();
    if let Some(regime) = root.text("regime") {
        settings.regime_place = Some(root.place(&regime.span));
        settings.regime = regime.value;
    }
    if let Some(currency) = root.text("currency") {
        settings.currency = currency.value;
    }
    if let Some(filing) = root.word::<WordName>("filing", FILINGS) {
        settings.filing = filing.value.0;
    }
    if root.has("sources") {
        settings.sources = values(root.texts("sources"));
    }
    if let Some(import) = root.group("import") {
        if let Some(keep) = import.text("keep") {
            inside(&import, &keep);
            settings.keep = (!keep.value.is_empty()).then_some(keep.value);
        }
        if let Some(inbox) = import.text("inbox") {
            inside(&import, &inbox);
            settings.inbox = (!inbox.value.is_empty()).then_some(inbox.value);
        }
        import.finish();
    }
    let owners = root.named("owner");
    if !owners.is_empty() {
        settings.owners.clear();
    }
    for (id, group) in owners {
        let affiliate = group.flag("affiliate").is_some_and(|flag| flag.value);
        group.finish();
        settings.owners.insert(id.value.clone(), Owner { id: id.value, affiliate });
    }
    for (id, group) in root.named("account") {
        let form = group.word::<DateWord>("dates", &["mm/dd/yyyy", "dd/mm/yyyy", "yyyy-mm-dd"]);
        if let Some(form) = form {
            settings.date_forms.insert(id.value.clone(), form.value.0);
        }
        let account = account(&id, &group, &settings);
        group.finish();
        settings.accounts.insert(id.value, account);
    }
    conflicts(root, &settings);
    settings.rules = root.groups("rule").iter().filter_map(rule).collect();
    settings.choices = root.groups("choose").iter().filter_map(choice).collect();
    for (id, group) in root.named("override") {
        settings.overrides.extend(decision(&id, &group));
    }
    for (year, group) in root.named("carry") {
        if let Ok(number) = year.value.parse() {
            settings
                .carry
                .extend(group.numbers().into_iter().map(|(key, value)| (number, key.value, value)));
        } else {
            let message = format!("expected a year such as `[carry.2022]`, found `{}`", year.value);
            root.wrong(Diagnostic::error("unreadable-setting", message), &year.span);
        }
    }
    if let Some(report) = root.group("report") {
        let by = ["category", "payer", "account", "owner", "property", "month"];
        settings.report.by = report.word::<WordName>("by", &by).map(|word| word.value.0);
        settings.report.view =
            report.word::<WordName>("view", &["tax", "cash"]).map(|word| word.value.0);
        report.finish();
    }
    if let Some(check) = root.group("check") {
        let known: Vec<&str> = checks::names().collect();
        settings.check.always = values(check.words("always", &known));
        if let Some(days) = check.number("recent_days") {
            if let Ok(number) = days.value.to_string().parse() {
                settings.check.recent_days = number;
            } else {
                let message = "expected a number of days for `recent_days`, such as 7";
                let problem = Diagnostic::error("unreadable-setting", message);
                check.wrong(problem.help("write: recent_days = 7"), &days.span);
            }
        }
        check.finish();
    }
    settings
}

fn account(id: &At<Name>, group: &Group, settings: &Settings) -> Account {
    let mut account = Account::taxable(id.value.clone());
    if let Some(title) = group.text("title") {
        account.title = title.value;
    }
    let owners = group.texts("owner");
    for owner in &owners {
        if !settings.owners.contains_key(&owner.value) {
            let known = settings.owners.keys().map(|id| &**id);
            let near = nearest(&owner.value, known).first().map(|near| format!("write \"{near}\""));
            let help = near.unwrap_or_else(|| format!("write above: [owner.{}]", owner.value));
            let message = format!("no owner `{}`", owner.value);
            group.wrong(Diagnostic::error("unknown-owner", message).help(help), &owner.span);
        }
    }
    if !owners.is_empty() {
        account.owners = values(owners);
    }
    let shelters: Vec<&str> = Shelter::ALL.iter().map(|shelter| shelter.text()).collect();
    match group.word::<Shelter>("shelter", &shelters) {
        Some(shelter) => account.shelter = shelter.value,
        // A shelter decides whether there is any income at all: it is never taken for granted.
        None if !group.has("shelter") => {
            let message = format!("is the account `{}` taxed? no `shelter` says so", id.value);
            let help = "write: shelter = \"taxable\"   (or traditional, roth, hsa, isa ...)";
            group.wrong(Diagnostic::error("no-shelter", message).help(help), &id.span);
        }
        None => {}
    }
    account.profile = group.text("profile").map(|profile| profile.value);
    account.matches = values(group.texts("match"));
    account.sweep = values(group.texts("sweep"));
    account.currency = group.text("currency").map(|currency| currency.value);
    account.reached = group.day("reached").map(|day| day.value);
    account.was = values(group.texts("was"));
    // An account that was renamed keeps its place in the ledger unless another is named.
    account.ledger = match group.text("ledger") {
        Some(ledger) => ledger.value,
        None => Account::taxable(account.identity().clone()).ledger,
    };
    account.lots = elections(&id.value, group);
    account
}

/// `lots`, oldest first. Two from the same day contradict each other.
fn elections(id: &Name, group: &Group) -> Vec<LotElection> {
    let methods: Vec<&str> = LotMethod::ALL.iter().map(|method| method.text()).collect();
    let mut elections: Vec<(At<NaiveDate>, LotElection)> = Vec::new();
    for lot in group.groups("lots") {
        let from = lot.day("from");
        let method = lot.word::<LotMethod>("method", &methods);
        let instructed = lot.day("instructed").map(|day| day.value);
        lot.finish();
        let (Some(from), Some(method)) = (from, method) else { continue };
        if let Some((first, _)) = elections.iter().find(|(first, _)| first.value == from.value) {
            let message = format!("two lot methods for `{id}` from the same day");
            let second = lot.place(&from.span).labelled("second");
            lot.found(
                Diagnostic::error("two-lot-methods", message)
                    .at(second)
                    .at(lot.place(&first.span).labelled("first"))
                    .help("remove one, or give one another day"),
            );
            continue;
        }
        let election = LotElection { from: from.value, method: method.value, instructed };
        elections.push((from, election));
    }
    elections.sort_by_key(|(from, _)| from.value);
    elections.into_iter().map(|(_, election)| election).collect()
}

/// What two accounts cannot share: a ledger, a name that one had, a `match` where no `profile` tells
/// whose exports each is for.
fn conflicts(root: &Group, settings: &Settings) {
    let mut names: IndexMap<(&str, Option<&Name>, &Name), &Name> = IndexMap::new();
    for account in settings.accounts.values() {
        let profile = account.profile.as_ref();
        let own = std::iter::once(("ledger", None, &account.ledger))
            .chain(account.matches.iter().map(|name| ("match", profile, name)))
            .chain(account.was.iter().map(|name| ("name", None, name)))
            .chain(std::iter::once(("name", None, &account.id)));
        for (what, profile, name) in own {
            let Some(other) = names.insert((what, profile, name), &account.id) else { continue };
            let message = if *other == account.id {
                format!("`{name}` stands twice in the account `{other}`")
            } else {
                format!("the accounts `{other}` and `{}` both have the {what} `{name}`", account.id)
            };
            let help = match what {
                "match" => {
                    "keep it in one of them, or say in each whose exports it is for: profile = \"...\""
                }
                _ => "keep it in one of them",
            };
            let span = root.named("account").into_iter().find(|(id, _)| id.value == account.id);
            let span = span.map_or(0..0, |(id, _)| id.span);
            root.wrong(Diagnostic::error("same-account", message).help(help), &span);
        }
    }
}

fn rule(group: &Group) -> Option<RuleText> {
    let account = group.text("account");
    let payee = group.text("payee");
    let words = group.texts("words");
    let event = group.word::<WordName>("event", EventKind::NAMES);
    let expense = group.text("expense").map(|expense| expense.value);
    let property = group.text("property").map(|property| property.value);
    let lacks = if account.is_none() && payee.is_none() && words.is_empty() {
        Some("nothing to match: `account`, `payee` or `words`")
    } else if !group.has("event") {
        Some("no `event`")
    } else {
        None
    };
    group.finish();
    if let Some(lacks) = lacks {
        group.wrong(
            Diagnostic::error("unfinished-rule", format!("this rule has {lacks}")),
            &group.span,
        );
        return None;
    }
    Some(RuleText {
        account: account.map(|account| account.value),
        payee: payee.map(|payee| payee.value),
        words: values(words),
        event: event?.value.0,
        expense,
        property,
        place: group.place(&group.span),
    })
}

fn choice(group: &Group) -> Option<Choice> {
    let event = group.text("event");
    let lots = group.groups("lots");
    let lots = lots.iter().filter_map(|lot| {
        let acquired = lot.day("acquired");
        let units = lot.number("units");
        lot.finish();
        Some((acquired?.value, units?.value))
    });
    let lots = lots.collect();
    let instructed = group.day("instructed").map(|day| day.value);
    group.finish();
    let Ok(event) = event?.value.parse::<EventId>();
    Some(Choice { event, lots, instructed })
}

fn decision(id: &At<Name>, group: &Group) -> Option<Override> {
    let kind = group.word::<WordName>("event", EventKind::NAMES);
    let why = group.text("why").map(|why| why.value);
    let on = group.day("on").map(|day| day.value);
    if why.is_none() {
        let message = format!("why is `{}` something else? no `why` says so", id.value);
        let help = "write: why = \"Form 8937 of the issuer, 2025-01-20\"";
        group.wrong(Diagnostic::error("no-reason", message).help(help), &id.span);
    }
    group.finish();
    let Ok(event) = id.value.parse::<EventId>();
    Some(Override { event, kind: kind?.value.0, why: why.unwrap_or_default(), on })
}

/// A folder of the books: nothing is written outside them.
fn inside(group: &Group, path: &At<Name>) {
    let leaves = path.value.starts_with(['/', '\\', '~'])
        || path.value.split(['/', '\\']).any(|part| part == "..");
    if leaves {
        let message = format!("`{}` is outside the books", path.value);
        let help = "name a folder in these books, such as \"statements\"";
        group.wrong(Diagnostic::error("outside-books", message).help(help), &path.span);
    }
}

fn values<T>(all: Vec<At<T>>) -> Vec<T> {
    all.into_iter().map(|at| at.value).collect()
}

/// A word that only has to be one of those known.
struct WordName(Name);

impl std::str::FromStr for WordName {
    type Err = ();
    fn from_str(text: &str) -> Result<WordName, ()> {
        Ok(WordName(text.into()))
    }
}

/// A spelling of `dates`.
struct DateWord(DateForm);

impl std::str::FromStr for DateWord {
    type Err = ();
    fn from_str(text: &str) -> Result<DateWord, ()> {
        DATE_FORMS.iter().find(|(name, _)| *name == text).map(|(_, form)| DateWord(*form)).ok_or(())
    }
}
