//! What an import says, for programs.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::import::{Changed, FileReport, Run, Tie, Ties};
use crate::render;
use crate::source::Name;

/// All of it. `paths` are the files as they were typed.
pub fn report(run: &Run, paths: &HashMap<Name, String>) -> Value {
    let path = |name: &Name| paths.get(name).cloned().unwrap_or_else(|| name.to_string());
    let files: Vec<Value> =
        run.files.iter().map(|report| file(report, &path(&report.file))).collect();
    let refused = run.refused.iter().map(|refused| {
        let mut value = json!({ "file": path(&refused.file), "reason": refused.reason });
        if !refused.advice.is_empty() {
            value["advice"] = refused.advice.clone().into();
        }
        value
    });
    let asked = run.asked.iter().map(|asked| {
        json!({
            "file": path(&asked.file),
            "reason": "whose account it is, neither the file nor the books tell",
            "profile": asked.profile,
            "number": asked.number,
            "rows": asked.rows,
            "suggested": asked.suggested,
            "match": asked.matches,
        })
    });
    let refused: Vec<Value> = refused.chain(asked).collect();
    let changed: Vec<Value> = run.changed.iter().map(change).collect();
    let diagnostics: Vec<Value> = run.diagnostics.iter().map(render::diagnostics::json).collect();
    json!({ "files": files, "refused": refused, "changed": changed, "diagnostics": diagnostics })
}

fn file(report: &FileReport, path: &str) -> Value {
    let rows = report.rows;
    let ignored = report.ignored.iter();
    let ignored: Vec<Value> =
        ignored.map(|row| json!({ "line": row.line, "reason": row.reason })).collect();
    let unresolved = report.unresolved.iter();
    let unresolved: Vec<Value> =
        unresolved.map(|row| json!({ "line": row.line, "reason": row.reason })).collect();
    let days = report.days.map(|(first, last)| json!([first.to_string(), last.to_string()]));
    json!({
        "file": path,
        "profile": report.profile,
        "why": report.why,
        "accounts": report.accounts,
        "days": days,
        "rows": {
            "read": rows.read,
            "new": rows.new,
            "known": rows.known,
            "changed": rows.changed,
            "ignored": rows.ignored,
            "unresolved": rows.unresolved,
        },
        "ignored": ignored,
        "unresolved": unresolved,
        "ties": report.ties.iter().map(tie).collect::<Vec<_>>(),
        "events": report.events,
    })
}

fn tie(tie: &Tie) -> Value {
    match &tie.ties {
        Ties::NotStated => json!({ "account": tie.account, "what": tie.what, "stated": false }),
        Ties::Stated { opening, moved, closing, off, currency } => json!({
            "account": tie.account,
            "what": tie.what,
            "stated": true,
            "opening": opening.to_string(),
            "moved": moved.to_string(),
            "closing": closing.to_string(),
            "off": off.to_string(),
            "currency": currency,
        }),
    }
}

fn change(change: &Changed) -> Value {
    json!({
        "file": change.file,
        "broker_id": change.broker_id,
        "event": change.was.id,
        "was": change.was,
        "now": change.now,
    })
}
