//! What an import says, for people: a line for every file, reasons, ties, and what comes next.

use std::fmt::Write;

use indexmap::IndexMap;

use crate::books::Settings;
use crate::books::plan::{IMPORTED, Plan, There};
use crate::event::Account;
use crate::import::{Asked, Changed, Counts, Run, Tie, Ties, plural};
use crate::money::{Decimal, cash, grouped};
use crate::render;
use crate::source::{Name, harmless};

/// What is shown of a run, taken before its events are written.
pub struct Shown {
    files: Vec<Line>,
    refused: Vec<(String, String)>,
    ignored: Vec<(u32, String)>,
    ties: Vec<Tie>,
    changed: Vec<Changed>,
    /// How files were recognised, and how many were by the same.
    why: IndexMap<(Name, String), u32>,
}

struct Line {
    file: String,
    accounts: String,
    rows: Counts,
}

impl Shown {
    /// Of what an import said, before its events are written. Kept exports are shown with their folder.
    pub fn of(run: &Run, settings: &Settings, there: &There) -> Shown {
        let files = run.files.iter().map(|file| Line {
            file: harmless(&file.file).into_owned(),
            accounts: file.accounts.iter().map(|id| harmless(id)).collect::<Vec<_>>().join(", "),
            rows: file.rows,
        });
        let refused = run.refused.iter().map(|refused| {
            let advice = &refused.advice;
            let text = match &**advice {
                "" => refused.reason.clone(),
                advice => format!("{}: {advice}", refused.reason),
            };
            (harmless(&refused.file).into_owned(), text)
        });
        let mut reasons: IndexMap<&str, u32> = IndexMap::new();
        let mut why: IndexMap<(Name, String), u32> = IndexMap::new();
        for file in &run.files {
            for row in &file.ignored {
                *reasons.entry(&row.reason).or_default() += 1;
            }
            *why.entry((file.profile.clone(), file.why.clone())).or_default() += 1;
        }
        let mut ignored: Vec<(u32, String)> = reasons
            .into_iter()
            .map(|(reason, count)| {
                let reason = if count == 1 { reason.to_owned() } else { plural(reason) };
                (count, harmless(&reason).into_owned())
            })
            .collect();
        ignored.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut changed = run.changed.clone();
        for change in &mut changed {
            let file = &mut change.was.origin.file;
            if let (Some(keep), true) =
                (&settings.keep, there.statements.iter().any(|(name, _)| name == file))
            {
                *file = format!("{keep}/{file}").into();
            }
        }
        Shown {
            files: files.collect(),
            refused: refused.collect(),
            ignored,
            ties: run.files.iter().flat_map(|file| file.ties.clone()).collect(),
            changed,
            why,
        }
    }

    /// The table of files, what was ignored, and whether it ties.
    pub fn table(&self, width: usize) -> String {
        let mut text = String::new();
        let quiet = |line: &&Line| line.rows.known + line.rows.ignored == line.rows.read;
        let empty = self.files.iter().filter(|line| line.rows.read == 0).count();
        if empty > 0 {
            let _ = writeln!(text, "no rows in {}", counted(empty, "file"));
        }
        let nothing: Vec<&Line> =
            self.files.iter().filter(quiet).filter(|line| line.rows.read > 0).collect();
        if !nothing.is_empty() {
            let known: u32 = nothing.iter().map(|line| line.rows.known).sum();
            let ignored: u32 = nothing.iter().map(|line| line.rows.ignored).sum();
            let files = counted(nothing.len(), "file");
            let _ = write!(text, "nothing new in {files}: {known} known");
            if ignored > 0 {
                let _ = write!(text, ", {ignored} ignored");
            }
            text.push('\n');
        }
        let shown: Vec<&Line> = self.files.iter().filter(|line| !quiet(line)).collect();
        if !shown.is_empty() || !self.refused.is_empty() {
            self.files_table(&mut text, &shown, width);
        }
        if shown.is_empty() {
            return text;
        }
        for (at, ((profile, why), _)) in self.why.iter().enumerate() {
            let lead = if at == 0 { "Read as" } else { "" };
            paragraph(&mut text, lead, &format!("{profile}: {why}"), width);
        }
        if !self.ignored.is_empty() {
            let reasons: Vec<String> =
                self.ignored.iter().map(|(count, reason)| format!("{count} {reason}")).collect();
            paragraph(&mut text, "Ignored", &reasons.join(", "), width);
        }
        ties(&mut text, &self.ties);
        for change in &self.changed {
            changed(&mut text, change);
        }
        text
    }

    fn files_table(&self, text: &mut String, lines: &[&Line], width: usize) {
        const NUMBERS: [&str; 5] = ["New", "Known", "Changed", "Ignored", "Unresolved"];
        let numbers =
            |rows: Counts| [rows.new, rows.known, rows.changed, rows.ignored, rows.unresolved];
        let names = lines.iter().map(|line| &line.file);
        let names = names.chain(self.refused.iter().map(|(file, _)| file));
        let longest = names.map(|name| render::width(name)).max().unwrap_or(0).max(4);
        // The account's name and the count of rows share the room between them.
        let shared = lines
            .iter()
            .map(|line| render::width(&line.accounts) + 1 + line.rows.read.to_string().len())
            .max()
            .unwrap_or(0)
            .max("Account Rows".len());
        let wide: Vec<usize> = NUMBERS
            .iter()
            .enumerate()
            .map(|(at, heading)| {
                let widest =
                    lines.iter().map(|line| numbers(line.rows)[at].to_string().len()).max();
                widest.unwrap_or(0).max(heading.len())
            })
            .collect();
        let rest = shared + wide.iter().map(|wide| wide + 1).sum::<usize>();
        let room = longest.min(width.saturating_sub(rest + 1).max(20));
        if !lines.is_empty() {
            let _ = write!(text, "{:<room$} {}", "File", spread("Account", "Rows", shared));
            for (heading, wide) in NUMBERS.iter().zip(&wide) {
                let _ = write!(text, " {heading:>wide$}");
            }
            text.push('\n');
        }
        for line in lines {
            name(text, &line.file, room);
            text.push_str(&spread(&line.accounts, &line.rows.read.to_string(), shared));
            for (number, wide) in numbers(line.rows).iter().zip(&wide) {
                let _ = write!(text, " {number:>wide$}");
            }
            text.push('\n');
        }
        for (file, reason) in &self.refused {
            name(text, file, room);
            let _ = writeln!(text, "{reason}");
        }
    }

    fn new_events(&self) -> u32 {
        self.files.iter().map(|line| line.rows.new).sum()
    }

    fn unresolved(&self) -> u32 {
        self.files.iter().map(|line| line.rows.unresolved).sum()
    }
}

/// A file's name in its column; a longer one stands on a line of its own.
fn name(text: &mut String, name: &str, room: usize) {
    let wide = render::width(name);
    text.push_str(name);
    if wide > room {
        text.push('\n');
        text.push_str(&" ".repeat(room + 1));
    } else {
        text.push_str(&" ".repeat(room + 1 - wide));
    }
}

/// `left` and `right` at the ends of `width`.
fn spread(left: &str, right: &str, width: usize) -> String {
    let gap = width.saturating_sub(render::width(left) + render::width(right)).max(1);
    format!("{left}{}{right}", " ".repeat(gap))
}

/// A heading of ten columns and text beside it, wrapped.
fn paragraph(text: &mut String, lead: &str, words: &str, width: usize) {
    let room = width.saturating_sub(10).max(20);
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if render::width(line) + 1 + render::width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(text, "{:<10}{line}", if at == 0 { lead } else { "" });
    }
}

fn ties(text: &mut String, ties: &[Tie]) {
    let mut by_account: IndexMap<(&Name, &str), Vec<String>> = IndexMap::new();
    for tie in ties {
        let said = by_account.entry((&tie.account, tie.what)).or_default();
        let words = said_of(tie);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let account_width = by_account.keys().map(|(account, _)| render::width(account)).max();
    let account_width = account_width.unwrap_or(0).max(8);
    let mut lead = "Ties";
    for ((account, what), said) in &by_account {
        let said = if said.len() > 1 {
            let stated: Vec<String> =
                said.iter().filter(|words| !words.starts_with("not stated")).cloned().collect();
            if stated.is_empty() { said.clone() } else { stated }
        } else {
            said.clone()
        };
        for words in &said {
            let _ = writeln!(text, "{lead:<10}{account:<account_width$}  {what:<9}  {words}");
            lead = "";
        }
    }
}

fn said_of(tie: &Tie) -> String {
    match &tie.ties {
        Ties::NotStated => "not stated in this export".to_owned(),
        Ties::Stated { opening, moved, closing, off, currency } => {
            let money = |number: Decimal| grouped(cash(number, currency));
            let sign = if moved.is_sign_negative() { '-' } else { '+' };
            let sum = opening.checked_add(*moved).unwrap_or(*closing);
            let left =
                format!("{} {sign} {} = {}", money(*opening), money(moved.abs()), money(sum));
            if off.is_zero() {
                format!("{left}, as stated")
            } else {
                format!("{left}, stated {}: {} off", money(*closing), money(*off))
            }
        }
    }
}

fn changed(text: &mut String, change: &Changed) {
    let security = change.was.security().map(|name| format!(" {name}")).unwrap_or_default();
    let _ = writeln!(
        text,
        "changed: {} {}{security} {}, broker id {}, event {}",
        change.was.account,
        change.was.date,
        change.was.kind.name(),
        change.broker_id,
        change.was.id
    );
    let line = |event: &crate::event::Event| {
        let currency = event.currency.clone().unwrap_or_default();
        (event.origin.to_string(), format!("{} {currency}", grouped(cash(event.amount, &currency))))
    };
    let (was, now) = (line(&change.was), line(&change.now));
    let wide = was.0.len().max(now.0.len());
    let _ = writeln!(text, "   was  {:<wide$}   {}", was.0, was.1);
    let _ = writeln!(text, "   now  {:<wide$}   {}", now.0, now.1);
    let _ = writeln!(text, "   = help: accept it as a correction: add --accept {}", change.was.id);
}

/// The question for accounts that nothing tells, with the lines to paste, a section for each.
pub fn asked(asked: &[Asked]) -> Option<String> {
    let mut accounts: IndexMap<&Name, (&Asked, u32, Vec<String>)> = IndexMap::new();
    for one in asked {
        let (_, rows, matches) =
            accounts.entry(&one.suggested).or_insert_with(|| (one, 0, Vec::new()));
        *rows = rows.saturating_add(one.rows);
        let quoted = format!("\"{}\"", harmless(&one.matches));
        if !matches.contains(&quoted) {
            matches.push(quoted);
        }
    }
    let mut text = match accounts.len() {
        0 => return None,
        1 => "error: 1 account is not in rentier.toml: whose is it, and is it taxed?".to_owned(),
        many => format!(
            "error: {many} accounts are not in rentier.toml: whose are they, and are they taxed?"
        ),
    };
    text.push_str("\n  = help: write in rentier.toml, then import again:");
    for (at, (id, (first, rows, matches))) in accounts.iter().enumerate() {
        let section = format!("[account.{id}]");
        let file = harmless(&first.file);
        let rows = counted(*rows as usize, "row");
        let shelter = format!("shelter = \"{}\"", shelter(first));
        let _ = write!(
            text,
            "\n          {section:<28} # {file}, {rows}\n          owner = [\"me\"]\n          {}",
            match at {
                0 => format!("{shelter:<28} # or traditional, roth, hsa, isa..."),
                _ => shelter,
            }
        );
        let _ = write!(text, "\n          match = [{}]", matches.join(", "));
        if let Some(ledger) = &first.ledger {
            let _ = write!(text, "\n          ledger = \"{}\"", harmless(ledger));
        }
        // Two brokers gave out one number: the account must say whose exports are meant.
        if first.shared {
            let _ = write!(text, "\n          profile = \"{}\"", harmless(&first.profile));
        }
    }
    text.push_str("\n          or say it for this once: --account NAME");
    Some(text)
}

/// The shelter that the export's own title for the account speaks of: to be confirmed by a person.
fn shelter(asked: &Asked) -> &'static str {
    let title = asked.title.as_deref().unwrap_or_default().to_lowercase();
    let id = asked.suggested.to_lowercase();
    let says = |word: &str| {
        [&title, &id]
            .iter()
            .any(|text| text.split(|c: char| !c.is_alphanumeric()).any(|one| one == word))
    };
    match () {
        () if says("roth") => "roth",
        () if says("ira") || says("401k") || says("403b") || says("sep") => "traditional",
        () if says("hsa") => "hsa",
        () if says("529") || says("esa") => "education",
        () if says("isa") => "isa",
        () if says("sipp") => "sipp",
        () if says("rrsp") => "rrsp",
        () if says("tfsa") => "tfsa",
        () => "taxable",
    }
}

/// The last sentence: what was written, what waits, what comes next.
pub fn closing(
    shown: &Shown,
    plan: &Plan,
    settings: &Settings,
    dry_run: bool,
    added: Option<&Account>,
) -> String {
    let mut text = String::new();
    let events = counted(plan.events, "event");
    let unresolved = shown.unresolved();
    let rows = match unresolved {
        0 => String::new(),
        1 => "1 row is unresolved".to_owned(),
        rows => format!("{rows} rows are unresolved"),
    };
    if dry_run {
        text.push_str("Nothing written (--dry-run). ");
        let _ = match (plan.events, &*rows) {
            (0, "") => write!(text, "Nothing would be new."),
            (0, rows) => write!(text, "Nothing would be new, {rows}."),
            (_, "") => write!(text, "{events} would be new."),
            (_, rows) => write!(text, "{events} would be new, {rows}."),
        };
        text.push('\n');
        return text;
    }
    if plan.events > 0 {
        let place = match plan.journals.as_slice() {
            [one] => one.path.to_string(),
            _ => format!("{IMPORTED}/"),
        };
        let _ = write!(text, "Wrote {events} to {place}");
        if let (false, Some(keep)) = (plan.kept.is_empty(), &settings.keep) {
            let _ = write!(text, ", kept {} in {keep}/", counted(plan.kept.len(), "file"));
        }
        text.push('.');
        if let Some(account) = added {
            let _ =
                write!(text, " Added [account.{}] to rentier.toml: taxable, of me.", account.id);
        }
    }
    let mut waits = Vec::new();
    match shown.changed.len() {
        0 => {}
        1 => waits.push("1 change waits for you.".to_owned()),
        many => waits.push(format!("{many} changes wait for you.")),
    }
    if !rows.is_empty() {
        let mut rows = rows;
        rows.push('.');
        waits.push(rows);
    }
    if waits.is_empty() && plan.events > 0 && shown.new_events() > 0 {
        waits.push("Next: rentier income".to_owned());
    } else if unresolved > 0 {
        waits.push("Next: rentier check".to_owned());
    }
    if !text.is_empty() && !waits.is_empty() {
        text.push(' ');
    }
    text.push_str(&waits.join(" "));
    let lines = crate::cli::help::wrapped(&text, 80);
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

/// `1 row`, `2 rows`.
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        // Thousands are grouped, as everywhere in text.
        count => format!("{} {what}s", grouped(Decimal::from(count))),
    }
}

/// What became of the files of the inbox, and of those that stayed there.
pub fn moved(moved: usize, left: usize, settings: &Settings) -> String {
    let inbox = settings.inbox.as_deref().unwrap_or_default();
    let mut text = String::new();
    match &settings.keep {
        None => {
            let _ = writeln!(
                text,
                "The files stay in {inbox}/: the settings keep no exports ([import] keep)."
            );
        }
        Some(keep) => {
            if moved > 0 {
                let _ =
                    writeln!(text, "Moved {} from {inbox}/ to {keep}/.", counted(moved, "file"));
            }
            if left > 0 {
                let stay = if left == 1 { "stays" } else { "stay" };
                let _ =
                    writeln!(text, "{} {stay} in {inbox}/, as said above.", counted(left, "file"));
            }
        }
    }
    text
}
