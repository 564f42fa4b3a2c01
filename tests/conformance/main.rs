//! One suite for both databases: every test here is stamped for SQLite and for
//! PostgreSQL, and knows neither.

mod bed;
mod commands;

/// Stamps each test for each database.
macro_rules! on_both {
    ($($module:ident :: $name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::bed::Bed::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::bed::Bed::postgres().await).await; })*
        }
    };
}

on_both! {
    commands::a_command_is_recorded_and_folded_again,
    commands::every_statement_can_be_prepared,
    commands::positions_have_no_gaps,
}
