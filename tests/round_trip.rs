//! Events, printed and read, are the same events; their text, printed again, the same bytes.

#[path = "support/events.rs"]
mod events;

use proptest::test_runner::{Config, TestCaseError, TestRunner};
use rentier::event::EventKind;
use rentier::ledger;

#[test]
fn events_of_every_kind_come_back() {
    let accounts = events::accounts();
    for (number, kind) in EventKind::NAMES.iter().enumerate() {
        let mut runner = TestRunner::new(Config::with_cases(60));
        let outcome = runner.run(&events::event_of(number), |event| {
            let text = ledger::print(std::slice::from_ref(&event), &accounts);
            let (back, problems) = events::try_events_of(&text, &accounts);
            let again = ledger::print(&back, &accounts);
            if problems.is_empty() && back == [event] && again == text {
                return Ok(());
            }
            Err(TestCaseError::fail(format!("{text}comes back as\n{again}{problems:#?}")))
        });
        if let Err(error) = outcome {
            panic!("{kind}: {error}");
        }
    }
}
