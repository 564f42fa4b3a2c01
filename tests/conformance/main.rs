//! One suite for both databases: every test here is stamped for SQLite and for
//! PostgreSQL, and knows neither; but for the few on what only one of them has.

#![expect(clippy::unwrap_used, reason = "what a test did not expect ends it")]

mod again;
mod audit;
mod batch;
mod bed;
mod bytes;
mod chart;
mod claims;
mod commands;
mod connections;
mod cut;
mod delivered;
mod facts;
mod framework;
mod history;
mod killed;
mod links;
mod list;
mod memory;
mod name_keys;
mod pages;
mod plan;
mod positions;
mod queue;
mod races;
mod reads;
mod rebuild;
mod replay;
mod restart;
mod seal;
mod sessions;
mod views;
mod waits;
mod wal;
mod witness;
mod witnessed;

/// Stamps each test for each database.
macro_rules! suite {
    (
        both { $($module:ident :: $name:ident),* $(,)? }
        sqlite { $($lite_module:ident :: $lite:ident),* $(,)? }
        postgres { $($server_module:ident :: $server:ident),* $(,)? }
    ) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::bed::Bed::sqlite().await).await; })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $lite() { crate::$lite_module::$lite(crate::bed::Bed::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::bed::Bed::postgres().await).await; })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $server() { crate::$server_module::$server(crate::bed::Bed::postgres().await).await; })*
        }
    };
}

suite! {
    both {
        again::a_commit_sent_again_counts_as_done,
        again::a_commit_sent_again_with_another_body_changes_nothing,
        again::an_event_id_used_in_another_commit_is_refused,
        audit::events_are_found_by_who_caused_them_and_why,
        audit::events_are_found_by_what_they_are,
        audit::events_are_found_by_when_they_were,
        audit::events_not_in_the_order_of_their_times_are_found,
        audit::a_rare_type_is_looked_for_so_far_and_no_further,
        audit::people_are_named_by_their_accounts,
        audit::origins_are_found_by_their_events,
        batch::a_stale_commit_fails_alone,
        batch::a_taken_username_fails_alone,
        batch::a_username_taken_twice_in_a_batch_is_the_firsts,
        batch::a_moved_guard_fails_its_commit,
        batch::a_guard_and_a_write_of_one_stream_are_kept_apart,
        batch::commits_to_one_stream_follow_each_other,
        batch::of_two_commits_that_guard_each_other_one_wins,
        batch::a_commit_with_a_hole_in_its_stream_is_refused,
        batch::of_suppressions_in_a_batch_the_last_word_holds,
        bytes::payloads_come_back_byte_for_byte,
        bytes::leaves_follow_from_the_stored_bytes,
        chart::mails_are_counted_by_hour_and_outcome,
        chart::a_mail_at_the_border_is_counted_once,
        claims::links_are_claimed_before_notices,
        commands::a_command_is_recorded_and_folded_again,
        commands::every_statement_can_be_prepared,
        delivered::a_checkpoint_is_mailed_and_posted,
        delivered::a_mail_tried_again_is_the_same_mail,
        delivered::a_webhook_that_refuses_is_tried_again,
        delivered::nobody_who_is_away_holds_up_the_seal,
        framework::each_event_is_applied_once,
        framework::a_conflict_is_told_as_one,
        history::events_cannot_be_changed,
        killed::a_killed_writer_loses_nothing_it_acknowledged,
        links::sixteen_uses_of_one_link_have_one_winner,
        list::accounts_are_listed_in_each_order_page_by_page,
        list::a_search_finds_what_begins_so,
        list::a_search_that_finds_too_much_says_so,
        list::the_erased_are_not_listed,
        list::a_page_goes_on_where_nobody_is,
        list::a_sign_in_moves_its_account,
        memory::already_so_is_decided_on_the_stream,
        memory::a_change_undone_elsewhere_is_made_again,
        memory::a_refusal_is_decided_on_the_stream,
        name_keys::keys_of_an_earlier_version_are_made_anew,
        name_keys::keys_are_made_anew_once,
        name_keys::a_suppression_follows_its_address,
        name_keys::of_two_accounts_that_come_to_share_a_name_neither_is_lost,
        pages::a_long_list_of_accounts_is_read_by_index,
        pages::the_newest_of_a_full_log_are_read_by_index,
        plan::a_full_log_is_read_by_index,
        positions::positions_have_no_gaps,
        positions::three_nodes_share_one_order,
        queue::a_full_queue_answers_busy,
        queue::commits_held_back_count_as_waiting,
        queue::a_caller_that_leaves_takes_nothing_back,
        races::two_nodes_at_one_version_have_one_winner,
        races::sixty_four_commands_to_one_stream_all_win,
        races::commands_of_three_nodes_to_one_stream_all_win,
        races::a_moved_guard_is_told_at_once,
        reads::a_gone_database_is_no_empty_history,
        reads::a_gone_table_is_no_empty_history,
        reads::a_stream_with_a_hole_is_damaged,
        reads::a_stream_asked_for_by_many_at_once_is_whole,
        reads::a_long_stream_is_whole,
        restart::another_epoch_stops_appends_loudly,
        sessions::all_sessions_but_one_are_ended,
        views::a_failed_commit_leaves_no_row,
        views::two_changes_of_one_row_leave_the_later,
        views::the_fold_of_the_log_is_the_views,
        waits::what_living_workers_wait_for_is_seen,
        waits::a_worker_that_was_killed_is_forgotten_after_a_day,
        rebuild::a_rebuild_left_halfway_leaves_the_live_views,
        rebuild::the_views_are_rebuilt_by_one_at_a_time,
        rebuild::views_are_rebuilt_while_the_log_goes_on,
        replay::a_head_that_counts_what_is_not_there_is_not_trusted,
        replay::a_row_that_is_missing_or_too_many_is_told,
        replay::a_row_that_was_changed_is_told,
        replay::an_event_in_a_wrong_history_is_told,
        seal::a_folder_of_another_key_is_refused,
        seal::a_head_that_counts_what_is_not_there_is_told,
        seal::a_log_that_grows_is_verified,
        seal::a_log_that_was_cut_is_not_signed,
        seal::a_log_that_was_restored_and_lives_on_is_not_signed,
        seal::a_sealer_goes_on_where_the_last_one_stopped,
        seal::an_event_with_another_leaf_is_found_by_what_was_signed,
        seal::another_epoch_is_another_tree,
        seal::of_earlier_checkpoints_one_an_hour_is_kept,
        seal::what_was_appended_is_signed_and_proven,
        seal::what_was_changed_after_it_was_signed_stops_the_next_start,
        seal::what_was_changed_is_not_signed,
        witnessed::a_checkpoint_is_cosigned,
        witnessed::a_false_cosignature_is_not_kept,
        witnessed::a_fork_is_not_cosigned,
        witnessed::a_witness_that_cannot_be_reached_holds_up_nothing,
        witnessed::a_witness_that_has_seen_more_tells_from_where,
        witnessed::a_witness_that_is_away_holds_up_nothing,
        witnessed::a_witness_that_knows_us_not_holds_up_nothing,
        witnessed::of_two_witnesses_each_counts,
    }
    sqlite {
        rebuild::both_sets_of_views_are_alike,
        history::replacing_an_event_is_refused,
        seal::a_value_of_another_kind_is_told_as_altered,
        wal::the_wal_is_bounded,
        wal::a_held_snapshot_stalls_nobody,
    }
    postgres {
        pages::links_are_issued_without_touching_the_list_of_accounts,
        plan::a_long_queue_is_claimed_by_index,
        connections::a_silent_line_is_given_up,
        connections::a_transaction_left_at_its_beginning_is_ended,
        connections::statements_left_halfway_cost_nobody_a_connection,
        connections::connections_that_were_cut_while_idle_cost_one_statement,
        cut::cut_connections_lose_and_double_nothing,
        history::truncating_the_log_is_refused,
        plan::a_plan_made_on_the_empty_log_outlives_it_well,
        rebuild::who_reads_at_length_puts_off_the_swap_and_nothing_else,
        restart::a_killed_server_loses_and_doubles_nothing,
    }
}
