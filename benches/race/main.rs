//! The race: what is installed of plain-text accounting, and rentier, on the same books.
//!
//! `cargo bench --bench race -- --help` says how. All tools run in turn within each round, as whole
//! processes with their output thrown away; medians are printed, and ratios to the bare floor of the
//! same run, which is what a machine can do with those bytes. The peak of memory is measured in a run
//! before the first round, under GNU time. What rentier and the floor print is held against the sums
//! that the generator kept.

// The numbers here are counts, cents and times of one run: all far from where a cast would bend them.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_precision_loss)]

mod floor;
#[path = "../generate/investor.rs"]
mod investor;
#[path = "../generate/seed.rs"]
mod seed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use investor::{Books, books};

const HELP: &str = "\
cargo bench --bench race -- [--sizes 1000,100000] [--runs 5] [--only rentier,hledger]
                            [--jobs yearly,check] [--limit 60] [--bin NAME=PATH]

  --sizes   transactions, about 200 bytes each: 1000000 are 200 MB
  --only    these tools, of those that are found
  --jobs    yearly: income and expenses by account and year; check: read, balance, say what is wrong
  --limit   a tool is left out at a size where its last one predicts more seconds than this
  --bin     where a tool is that is not on the PATH
";

/// What Beancount's tools are asked for by year.
const QUERY: &str = "SELECT year, account, sum(position) WHERE account ~ '^(Income|Expenses)' \
                     GROUP BY year, account ORDER BY year, account";

/// One tool: the name in the table, its binary, and what it is told for each job; `{…}` are paths.
struct Tool {
    name: &'static str,
    binary: &'static str,
    jobs: &'static [(&'static str, &'static [&'static str])],
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "hledger",
        binary: "hledger",
        jobs: &[
            ("yearly", &["-f", "{ledger}", "incomestatement", "-Y"]),
            ("check", &["-f", "{ledger}", "check"]),
        ],
    },
    Tool {
        name: "ledger",
        binary: "ledger",
        jobs: &[
            (
                "yearly",
                &["--args-only", "-f", "{ledger}", "register", "--yearly", "^Income", "^Expenses"],
            ),
            ("check", &["--args-only", "-f", "{ledger}", "source"]),
        ],
    },
    Tool { name: "beanquery", binary: "bean-query", jobs: &[("yearly", &["{beancount}", QUERY])] },
    Tool { name: "beancount", binary: "bean-check", jobs: &[("check", &["{beancount}"])] },
    Tool {
        name: "rustledger",
        binary: "rledger",
        jobs: &[("yearly", &["query", "{beancount}", QUERY]), ("check", &["check", "{beancount}"])],
    },
    Tool { name: "okane", binary: "okane", jobs: &[("check", &["balance", "{ledger}"])] },
    Tool {
        name: "tackler",
        binary: "tackler",
        jobs: &[
            (
                "yearly",
                &["--config", "{tackler}", "--input.file", "{txn}", "--reports", "balance-group"],
            ),
            ("check", &["--config", "{tackler}", "--input.file", "{txn}", "--reports", ""]),
        ],
    },
];

/// How Tackler is set up: one report, by year.
const TACKLER: &str = "\
[kernel]
strict = false
audit = { mode = false, hash = \"SHA-256\" }
timestamp = { default-time = 00:00:00, timezone = { name = \"UTC\" } }
[kernel.input]
storage = \"fs\"
fs = { path = \".\", dir = \".\", ext = \"txn\" }
[transaction]
accounts = { path = \"none\" }
commodities = { path = \"none\" }
tags = { path = \"none\" }
[report]
report-timezone = \"UTC\"
scale = { min = 2, max = 2 }
formats = [ \"txt\" ]
accounts = [ \"Income(:.*)?\", \"Expenses(:.*)?\" ]
targets = [ \"balance-group\" ]
balance = { title = \"Balance\", type = \"flat\" }
balance-group = { title = \"Yearly\", type = \"flat\", group-by = \"year\" }
register = { title = \"Register\" }
[export]
targets = [ ]
";

struct Asked {
    sizes: Vec<u64>,
    runs: usize,
    only: Vec<String>,
    jobs: Vec<String>,
    limit: f64,
    bins: BTreeMap<String, PathBuf>,
}

/// One who runs: a name and how to start it.
struct Runner {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    threads: Option<&'static str>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|one| one != "--bench").collect();
    if let [flag, path, threads] = &arguments[..]
        && flag == "--floor"
    {
        let done = floor::run(Path::new(path), threads.parse().unwrap_or(1));
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let Some(asked) = asked(&arguments) else {
        print!("{HELP}");
        return ExitCode::FAILURE;
    };
    let folder = tempfile::tempdir().expect("a folder for the books");
    let mut last: BTreeMap<(String, String), (u64, f64)> = BTreeMap::new();
    for size in &asked.sizes {
        let made = books(*size);
        let paths = write(folder.path(), &made);
        println!("\n{size} transactions, {} bytes of ledger text", made.ledger.len());
        for job in &asked.jobs {
            race(*size, job, &asked, &paths, &made, &mut last);
        }
    }
    ExitCode::SUCCESS
}

fn asked(arguments: &[String]) -> Option<Asked> {
    let mut asked = Asked {
        sizes: vec![10, 1_000, 100_000],
        runs: 5,
        only: Vec::new(),
        jobs: vec!["yearly".to_owned(), "check".to_owned()],
        limit: 60.0,
        bins: BTreeMap::new(),
    };
    let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let mut arguments = arguments.iter();
    while let Some(flag) = arguments.next() {
        let value = arguments.next()?;
        match flag.as_str() {
            "--sizes" => {
                asked.sizes =
                    words(value).iter().map(|size| size.parse().ok()).collect::<Option<_>>()?;
            }
            "--runs" => asked.runs = value.parse().ok().filter(|runs| *runs > 0)?,
            "--only" => asked.only = words(value),
            "--jobs" => asked.jobs = words(value),
            "--limit" => asked.limit = value.parse().ok()?,
            "--bin" => {
                let (name, path) = value.split_once('=')?;
                asked.bins.insert(name.to_owned(), path.into());
            }
            _ => return None,
        }
    }
    Some(asked)
}

/// Writes the books; the paths by the words that tools are told them with.
fn write(folder: &Path, books: &Books) -> BTreeMap<&'static str, PathBuf> {
    let files = [
        ("{ledger}", "books.ledger", &*books.ledger),
        ("{beancount}", "books.beancount", &*books.beancount),
        ("{txn}", "books.txn", &*books.tackler),
        ("{tackler}", "tackler.toml", TACKLER),
    ];
    files
        .into_iter()
        .map(|(word, name, text)| {
            let path = folder.join(name);
            fs::write(&path, text).expect("the books can be written");
            (word, path)
        })
        .collect()
}

fn race(
    size: u64,
    job: &str,
    asked: &Asked,
    paths: &BTreeMap<&'static str, PathBuf>,
    made: &Books,
    last: &mut BTreeMap<(String, String), (u64, f64)>,
) {
    let mut runners = runners(job, asked, paths);
    let mut left_out = Vec::new();
    runners.retain(|runner| {
        let before = last.get(&(job.to_owned(), runner.name.clone()));
        // What a few entries take is start-up and says nothing of many.
        let before = before.filter(|(of, _)| *of >= 1_000);
        let slow = before.is_some_and(|(of, took)| took * (size as f64 / *of as f64) > asked.limit);
        if slow {
            left_out.push(runner.name.clone());
        }
        !slow
    });
    let mut rows = Vec::new();
    for runner in &runners {
        rows.push((memory(runner), checked(runner, job, made), Vec::new()));
    }
    for _ in 0..asked.runs {
        for (runner, (.., times)) in runners.iter().zip(&mut rows) {
            let start = Instant::now();
            let done = runner.command().status();
            let took = start.elapsed();
            // rentier ends with 1 where the books leave a question open, as these do for `check`.
            let asks = runner.name.starts_with("rentier");
            let good = |code| code == 0 || (asks && code == 1);
            times.push((took, done.is_ok_and(|status| status.code().is_some_and(good))));
        }
    }
    let median = |times: &[(Duration, bool)]| {
        let mut all: Vec<f64> = times.iter().map(|(time, _)| time.as_secs_f64()).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let floor = median(&rows[0].2);
    println!("\n| {job} | seconds | x floor | MB | bytes/transaction | sums |");
    println!("|---|--:|--:|--:|--:|---|");
    for (runner, (memory, sums, times)) in runners.iter().zip(&rows) {
        let seconds = median(times);
        last.insert((job.to_owned(), runner.name.clone()), (size, seconds));
        let (megabytes, each) = match memory {
            Some(kilobytes) => (
                format!("{:.0}", kilobytes / 1e3),
                format!("{:.0}", kilobytes * 1024.0 / size as f64),
            ),
            None => ("?".to_owned(), "?".to_owned()),
        };
        let failed = if times.iter().all(|(_, good)| *good) { sums } else { "FAILED" };
        println!(
            "| {} | {seconds:.4} | {:.2} | {megabytes} | {each} | {failed} |",
            runner.name,
            seconds / floor
        );
    }
    if !left_out.is_empty() {
        println!("left out, over {} s: {}", asked.limit, left_out.join(", "));
    }
}

/// The floor, rentier, and each tool that is found.
fn runners(job: &str, asked: &Asked, paths: &BTreeMap<&'static str, PathBuf>) -> Vec<Runner> {
    let path = |word: &str| paths[word].to_string_lossy().into_owned();
    let own = env::current_exe().expect("this program has a path");
    let floor = |threads: &str| Runner {
        name: format!("floor, {threads} thread(s)"),
        program: own.clone(),
        arguments: vec!["--floor".to_owned(), path("{ledger}"), threads.to_owned()],
        threads: None,
    };
    let told: &[&str] = match job {
        "yearly" => &["balance", "--yearly", "--format", "csv", "-f"],
        _ => &["check", "-f"],
    };
    let rentier = |name: &str, file: &str, threads| Runner {
        name: name.to_owned(),
        program: asked.bins.get("rentier").cloned().unwrap_or(env!("CARGO_BIN_EXE_rentier").into()),
        arguments: told.iter().map(|word| (*word).to_owned()).chain([path(file)]).collect(),
        threads,
    };
    let mut all = vec![
        floor("2"),
        floor("1"),
        rentier("rentier", "{ledger}", None),
        rentier("rentier, 1 thread", "{ledger}", Some("1")),
        rentier("rentier, Beancount", "{beancount}", None),
    ];
    for tool in TOOLS {
        let found = asked.bins.get(tool.name).cloned().or_else(|| on_path(tool.binary));
        let arguments = tool.jobs.iter().find(|(name, _)| *name == job).map(|(_, words)| words);
        let (Some(program), Some(arguments)) = (found, arguments) else { continue };
        let word = |word: &&str| paths.get(word).map_or((*word).to_owned(), |_| path(word));
        let arguments = arguments.iter().map(word).collect();
        all.push(Runner { name: tool.name.to_owned(), program, arguments, threads: None });
    }
    let floors = 2;
    let mut at = 0;
    all.retain(|runner| {
        at += 1;
        at <= floors || asked.only.is_empty() || asked.only.contains(&runner.name)
    });
    all
}

fn on_path(binary: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    env::split_paths(&paths).map(|folder| folder.join(binary)).find(|path| path.is_file())
}

impl Runner {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        self.settle(&mut command);
        command
    }

    fn settle(&self, command: &mut Command) {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(threads) = self.threads {
            command.env("RAYON_NUM_THREADS", threads);
        }
    }
}

/// The peak of memory in kilobytes, where GNU time is there to tell.
fn memory(runner: &Runner) -> Option<f64> {
    let report = tempfile::NamedTempFile::new().ok()?;
    let mut command = Command::new(on_path("time")?);
    command
        .args(["-f", "%M", "-o"])
        .arg(report.path())
        .arg(&runner.program)
        .args(&runner.arguments);
    runner.settle(&mut command);
    command.status().ok()?;
    fs::read_to_string(report.path()).ok()?.lines().last()?.trim().parse().ok()
}

/// Whether what is printed by year is what the generator has added up.
fn checked(runner: &Runner, job: &str, made: &Books) -> &'static str {
    let found = match (job, &*runner.name) {
        ("yearly", name) if name.starts_with("floor") => printed(runner, |line| {
            let mut words = line.split(' ');
            let (year, account) = (words.next()?.parse().ok()?, words.next()?.to_owned());
            Some(((year, account), words.next()?.parse().ok()?))
        }),
        ("yearly", name) if name.starts_with("rentier") => printed(runner, |line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [section, year, account, "USD", number] = cells[..] else { return None };
            let (whole, cents) = number.split_once('.').unwrap_or((number, ""));
            let cents: i64 = format!("{whole}{cents:0<2}").parse().ok()?;
            let sign = if section == "Revenues" { -1 } else { 1 };
            Some(((year.parse().ok()?, account.to_owned()), sign * cents))
        }),
        _ => return "",
    };
    let kept = made.sums.iter().filter(|(_, cents)| **cents != 0);
    let kept: BTreeMap<(u64, String), i64> =
        kept.map(|((year, account), cents)| ((*year, (*account).to_owned()), *cents)).collect();
    if found == kept { "agree" } else { "DIFFER" }
}

fn printed(
    runner: &Runner,
    read: impl Fn(&str) -> Option<((u64, String), i64)>,
) -> BTreeMap<(u64, String), i64> {
    let output = runner.command().stdout(Stdio::piped()).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().filter_map(read).collect()
}
