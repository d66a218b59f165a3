//! `-h`, `--help`, `rentier help`: pages made of the flags themselves, and topics of the manual.
//!
//! `-h` is one screen: what a command does, its words, its flags by group, examples. `--help` says
//! each flag's meaning and adds paragraphs. The groups of commands and the topics are files.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::args::{CommandLine, HelpArgs};
use super::{Error, Exit, World};

/// The topics of the manual with their texts.
const TOPICS: &[(&str, &str)] = &[
    ("year-end", include_str!("help/year-end.md")),
    ("books", include_str!("help/books.md")),
    ("profiles", include_str!("help/profiles.md")),
    ("rules", include_str!("help/rules.md")),
    ("exit-codes", include_str!("help/exit-codes.md")),
];

/// The commands in their groups.
const COMMANDS: &str = include_str!("help/commands.md");

/// What stands below the commands.
const EXAMPLES: &str = "\
rentier init --regime us --filing joint   make books here
rentier import ~/Downloads/*.csv -n       see what exports hold
rentier income 2024                       the year, by tax category
rentier income 2024 export.csv            the same from a file";

/// Whether help is asked for, wherever the flag stands before a `--`.
pub fn is_asked(args: &[OsString]) -> bool {
    args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "-h" || arg == "--help")
}

/// The help of the command that the arguments name, or of the program.
pub fn asked(args: &[OsString], world: &mut World) -> Result<Exit, Error> {
    let long = args.iter().any(|arg| arg == "--help");
    let mut program = CommandLine::command();
    program.build();
    let mut named = args.iter().skip(1).filter_map(|arg| arg.to_str());
    let page = match named.find_map(|arg| program.find_subcommand(arg)) {
        Some(command) => page(command, long),
        None => front(&program, long),
    };
    world.out.write_all(page.as_bytes())?;
    Ok(Exit::Done)
}

/// `rentier help [TOPIC]`
pub fn run(args: &HelpArgs, world: &mut World) -> Result<Exit, Error> {
    let mut program = CommandLine::command();
    program.build();
    let page = match args.topic.first() {
        None => front(&program, true),
        Some(topic) => match program.find_subcommand(topic) {
            Some(command) => page(command, true),
            None => self::topic(topic, &program)?.to_owned(),
        },
    };
    world.out.write_all(page.as_bytes())?;
    Ok(Exit::Done)
}

fn topic(topic: &str, program: &Command) -> Result<&'static str, Error> {
    let found = TOPICS.iter().find(|(name, _)| *name == topic).map(|(_, text)| *text);
    found.ok_or_else(|| {
        let commands = program.get_subcommands().map(Command::get_name);
        let topics = TOPICS.iter().map(|(name, _)| *name);
        let known: Vec<&str> = topics.clone().chain(commands).collect();
        let near = crate::diagnostic::nearest(topic, known);
        let help = match near.first() {
            Some(near) => format!("near it: rentier help {near}"),
            None => format!("topics are {}", topics.collect::<Vec<_>>().join(", ")),
        };
        Error::new(format!("no topic or command `{}`", crate::source::harmless(topic))).help(help)
    })
}

/// The page of the program itself.
fn front(program: &Command, long: bool) -> String {
    let mut page = String::new();
    let about = program.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "{about}\nUsage: rentier [COMMAND] [OPTIONS]\n");
    page.push_str(COMMANDS);
    if long {
        page.push('\n');
        flags(&mut page, program, true);
        let topics: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
        let _ = writeln!(page, "\nTopics: rentier help {}", topics.join(", "));
    } else {
        page.push_str("A command's flags: rentier COMMAND -h. All about it: --help\n");
    }
    examples(&mut page, EXAMPLES);
    page
}

/// The page of one command.
fn page(command: &Command, long: bool) -> String {
    let mut page = String::new();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let _ = writeln!(page, "{about}\n{}", usage.trim());
    for positional in command.get_positionals() {
        let words = positional.get_help().map(ToString::to_string).unwrap_or_default();
        for line in words.lines() {
            let _ = writeln!(page, "  {}", line.trim());
        }
    }
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "  {:<10} {about}", sub.get_name());
    }
    if long {
        let more = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        for paragraph in more.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            let _ = writeln!(page, "\n{}", wrapped(paragraph, 80).join("\n"));
        }
        page.push('\n');
    }
    flags(&mut page, command, long);
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    if long && !after.is_empty() {
        page.push('\n');
    }
    examples(&mut page, &after);
    page
}

/// Flags under their headings: each on a line with its meaning, or in rows.
fn flags(page: &mut String, command: &Command, long: bool) {
    let mut groups: Vec<(&str, Vec<&Arg>)> = Vec::new();
    let shown = |arg: &&Arg| !arg.is_positional() && !arg.is_hide_set();
    for arg in command.get_arguments().filter(shown) {
        let heading = arg.get_help_heading().unwrap_or("Flags");
        match groups.iter_mut().find(|(name, _)| *name == heading) {
            Some((_, args)) => args.push(arg),
            None => groups.push((heading, vec![arg])),
        }
    }
    // What holds for every command stands last, and on one screen not at all.
    groups.sort_by_key(|(heading, _)| *heading == "Always");
    for (heading, args) in groups {
        if long {
            let _ = writeln!(page, "{heading}");
            for arg in args {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                let _ = writeln!(page, "  {:<22}  {help}", spelled(arg, true));
            }
        } else if heading != "Always" {
            let words = args.iter().map(|arg| spelled(arg, false)).collect::<Vec<_>>().join("  ");
            let lead = format!("{heading}:");
            for (at, line) in rows(&words, 70).iter().enumerate() {
                let _ = writeln!(page, "{:<10}{line}", if at == 0 { &lead } else { "" });
            }
        }
    }
}

/// `-n, --dry-run`, `--view tax|cash`; on one line of many only the shorter spelling.
fn spelled(arg: &Arg, long: bool) -> String {
    let mut text = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(name)) if long => format!("-{short}, --{name}"),
        (Some(short), _) => format!("-{short}"),
        (None, Some(name)) if long => format!("    --{name}"),
        (None, name) => format!("--{}", name.unwrap_or_default()),
    };
    if matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) {
        let values = arg.get_value_names().unwrap_or_default();
        let _ = write!(text, " {}", values.join(" "));
    }
    text
}

fn examples(page: &mut String, examples: &str) {
    for (at, line) in examples.lines().enumerate() {
        let _ = writeln!(page, "{:<10}{line}", if at == 0 { "Examples:" } else { "" });
    }
}

/// Words parted by two blanks, in rows up to `width`.
fn rows(words: &str, width: usize) -> Vec<String> {
    fill(words.split("  "), "  ", width)
}

/// A paragraph in lines up to `width`.
pub fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    fill(paragraph.split_whitespace(), " ", width)
}

fn fill<'w>(words: impl Iterator<Item = &'w str>, between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.len() + between.len() + word.len() <= width => {
                line.push_str(between);
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_its_group() {
        for command in CommandLine::command().get_subcommands() {
            let name = command.get_name();
            assert!(COMMANDS.contains(name), "{name} is not in help/commands.md");
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(name == "man" || after.contains(&format!("rentier {name}")), "{name}: example");
        }
    }

    #[test]
    fn short_help_is_one_screen() {
        let mut program = CommandLine::command();
        program.build();
        assert!(front(&program, false).lines().count() <= 24);
        for command in program.get_subcommands() {
            let page = page(command, false);
            assert!(page.lines().count() <= 24, "{page}");
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        }
    }
}
