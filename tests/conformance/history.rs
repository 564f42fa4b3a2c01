//! The database itself refuses to rewrite history.

use crate::bed::Bed;
use crate::facts::{assert_gapless, begin};

/// What a copy of the first event would be made of, but for what `columns` say otherwise.
const COLUMNS: [&str; 12] = [
    "position",
    "epoch",
    "stream",
    "version",
    "event_id",
    "type",
    "schema",
    "recorded_at",
    "payload",
    "metadata",
    "leaf",
    "subject",
];

/// Fails unless each statement is refused in clear words and nothing has changed.
async fn assert_refused(bed: &Bed, statements: &[&str]) {
    for _ in 0..3 {
        bed.log.append(begin(bed)).await.unwrap();
    }
    let before = assert_gapless(&bed.store).await;
    let mut sql = bed.sql().await;
    for statement in statements {
        let refusal = sql.run(statement).await.expect_err(statement);
        assert!(refusal.contains("the log is append-only"), "{statement}: {refusal}");
        assert_eq!(assert_gapless(&bed.store).await, before, "{statement}");
    }
}

pub async fn events_cannot_be_changed(bed: Bed) {
    let statements = [
        "UPDATE events SET type = 'Other'",
        "UPDATE events SET position = position + 10 WHERE position = 2",
        "DELETE FROM events WHERE position = 3",
        "DELETE FROM events",
        "DELETE FROM log_head",
        "INSERT INTO events SELECT * FROM events WHERE position = 1
            ON CONFLICT (position) DO UPDATE SET type = 'Other'",
    ];
    assert_refused(&bed, &statements).await;
}

pub async fn truncating_the_log_is_refused(bed: Bed) {
    assert_refused(
        &bed,
        &["TRUNCATE events", "TRUNCATE log_head", "TRUNCATE events, log_head", "TRUNCATE events CASCADE"],
    )
    .await;
}

/// Trap: INSERT OR REPLACE deletes without firing the trigger against DELETE,
/// whichever constraint the new row would break.
pub async fn replacing_an_event_is_refused(bed: Bed) {
    let mut sql = bed.sql().await;
    assert_eq!(sql.number("PRAGMA recursive_triggers").await, 0, "else the trigger against DELETE would do");
    let other = ["90", "1", "randomblob(16)", "90", "randomblob(16)"];
    let replace = |verb: &str, kept: &[&str]| {
        let field = |at: usize| {
            if kept.contains(&COLUMNS[at]) { COLUMNS[at] } else { other.get(at).unwrap_or(&COLUMNS[at]) }
        };
        let fields: Vec<_> = (0..COLUMNS.len()).map(field).collect();
        format!("{verb} INTO events SELECT {} FROM events WHERE position = 2", fields.join(", "))
    };
    let statements = [
        replace("INSERT OR REPLACE", &["position"]),
        replace("INSERT OR REPLACE", &["stream", "version"]),
        replace("INSERT OR REPLACE", &["event_id"]),
        replace("REPLACE", &["position", "stream", "version", "event_id"]),
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 2".to_owned(),
    ];
    assert_refused(&bed, &statements.each_ref().map(String::as_str)).await;
}
