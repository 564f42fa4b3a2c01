//! A large log is read and appended to by index, whenever the plan was made.

use rekey_events::account::{Account, AccountCommand};
use rekey_events::store::{Store, sql};
use rekey_test_support::sql::Sql;

use crate::bed::Bed;
use crate::facts::{account, execute};

pub const EVENTS: u32 = 100_000;

const FILL_SQLITE: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ROWS)
    INSERT INTO events SELECT h.position + n, h.epoch, randomblob(16), 1, randomblob(16), 'SignedIn', 1, 0,
        x'7b7d', x'7b7d', zeroblob(32), randomblob(16) FROM n, log_head h";
const FILL_POSTGRES: &str =
    "INSERT INTO events SELECT h.position + n, h.epoch, gen_random_uuid(), 1, gen_random_uuid(), 'SignedIn', 1, 0,
        '{}'::bytea, '{}'::bytea, sha256(''), gen_random_uuid() FROM generate_series(1, ROWS) n, log_head h";

/// Appends so many events past rekey, of streams of their own.
pub async fn fill(bed: &Bed, events: u32) {
    let text = match bed.store {
        Store::Sqlite(_) => FILL_SQLITE,
        Store::Postgres(_) => FILL_POSTGRES,
    };
    let mut sql = bed.sql().await;
    sql.run(&text.replace("ROWS", &events.to_string())).await.unwrap();
    sql.run("UPDATE log_head SET position = (SELECT max(position) FROM events)").await.unwrap();
}

/// Every statement that rekey knows, but for the few on another subject.
pub async fn a_full_log_is_read_by_index(bed: Bed) {
    fill(&bed, EVENTS).await;
    let mut sql = as_rekey(&bed).await;
    for (name, text) in sql::every(&bed.store) {
        for statement in text.split(';') {
            let plan = explain(&mut sql, statement).await;
            assert!(!plan.lines().any(scans_events), "{name}:\n{plan}");
        }
    }
}

/// Whether a line of either database's plan reads the table from end to end; `e` is its usual alias.
fn scans_events(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| !["SCAN", "Seq"].contains(word));
    match (words.next(), words.next()) {
        (Some("SCAN"), Some("events" | "e")) => true,
        (Some("Seq"), Some("Scan")) => words.nth(1) == Some("events"),
        _ => false,
    }
}

const MAILS: &str = "INSERT INTO mails
    SELECT gen_random_uuid(), 'reset_link', gen_random_uuid(), gen_random_uuid(), 'pending', 1, 0, 0, 0, n, 0
    FROM generate_series(1, 20000) n";

/// Trap: planned on an empty table, claims of what hints name went through the whole queue, and on statistics
/// of an empty one, claims took a bitmap and sorted it.
pub async fn a_long_queue_is_claimed_by_index(bed: Bed) {
    let mut sql = as_rekey(&bed).await;
    claims_by_index(&bed, &mut sql).await;
    sql.run(&format!("ANALYZE mails; {MAILS}")).await.unwrap();
    claims_by_index(&bed, &mut sql).await;
}

async fn claims_by_index(bed: &Bed, sql: &mut Sql) {
    for (claim, index) in
        [("CLAIM_MAILS", "mails_due"), ("CLAIM_OVERLOOKED", "mails_due"), ("CLAIM_HINTED", "mails_pkey")]
    {
        let (_, text) = sql::every(&bed.store).into_iter().find(|(name, _)| *name == claim).unwrap();
        let plan = explain(sql, text).await;
        assert!(plan.contains(&format!("Index Scan using {index} on mails m")), "{claim}:\n{plan}");
        let sorts_the_queue = plan.contains("Sort Key: m.due_at");
        assert!(!sorts_the_queue, "{claim}:\n{plan}");
    }
}

/// A connection with the settings of rekey's own; and the plan they would settle on.
pub async fn as_rekey(bed: &Bed) -> Sql {
    let mut sql = bed.sql().await;
    for (name, value) in sql::settings(&bed.store) {
        sql.run(&format!("SET {name} = {value}")).await.unwrap();
    }
    if matches!(sql, Sql::Postgres(_)) {
        sql.run("SET plan_cache_mode = force_generic_plan").await.unwrap();
    }
    sql
}

pub async fn explain(sql: &mut Sql, text: &str) -> String {
    let rows = match sql {
        Sql::Sqlite(_) => sql.rows(&format!("EXPLAIN QUERY PLAN {text}")).await,
        Sql::Postgres(_) => explain_generic(sql, text).await,
    };
    let lines: Vec<_> = rows.unwrap().into_iter().filter_map(|mut row| row.pop()).collect();
    lines.join("\n")
}

async fn explain_generic(sql: &mut Sql, text: &str) -> Result<Vec<Vec<String>>, String> {
    let count = (1..=20).filter(|number| text.contains(&format!("${number}"))).count();
    let nulls = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    sql.run(&format!("PREPARE statement AS {text}")).await?;
    let plan = sql.rows(&format!("EXPLAIN EXECUTE statement{nulls}")).await;
    sql.run("DEALLOCATE statement").await?;
    plan
}

/// Trap: a generic plan made on an empty table kept its sequential scan, and an
/// empty table got seven times slower than a full one. The database counts.
pub async fn a_plan_made_on_the_empty_log_outlives_it_well(bed: Bed) {
    for _ in 0..12 {
        work(&bed).await;
    }
    fill(&bed, EVENTS).await;
    for _ in 0..12 {
        work(&bed).await;
    }
    assert_eq!(scans(&bed).await, 0);
}

async fn work(bed: &Bed) {
    let id = account(bed, &bed.log).await;
    execute(bed, &bed.log, id, &AccountCommand::RecordSignIn).await.unwrap();
    bed.log.load::<Account>(id.into()).await.unwrap();
    bed.store.about(id, 0, 10).await.unwrap();
    bed.store.after(0, 10).await.unwrap();
}

/// A connection when all others have ended: a session reports what it did at its end.
pub async fn reported(bed: &Bed) -> Sql {
    bed.store.close().await;
    let mut sql = bed.sql().await;
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while sql.number(others).await > 0 {
        tokio::task::yield_now().await;
    }
    sql
}

/// Sequential scans of the log, but for those that built its indexes.
async fn scans(bed: &Bed) -> i64 {
    let mut sql = reported(bed).await;
    let indexes = sql.number("SELECT count(*) FROM pg_indexes WHERE tablename = 'events'").await;
    let scans = sql.number("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'events'").await;
    println!("{scans} sequential scans, {indexes} indexes");
    scans - indexes
}
