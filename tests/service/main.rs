//! The service from outside: a node over HTTP, with a real database and a real
//! mail server; each test here is stamped for SQLite and for PostgreSQL, but
//! for those that run the program itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod administrators;
mod api;
mod audit_cli;
mod backup;
mod bad_input;
mod bed;
mod checkpoints;
mod database_file;
mod document;
mod encoding;
mod epochs;
mod erasure;
mod faults;
mod idempotency;
mod languages;
mod limits;
mod lost_database;
mod mail;
mod mail_cli;
mod neutral;
mod odd_requests;
mod openapi;
mod outages;
mod pages;
mod people;
mod pooled;
mod races;
mod raw;
mod receipts;
mod roles;
mod rolling;
mod second_factor;
mod secrets;
mod served;
mod settings;
mod site;
mod starting;
mod stopping;
mod typed;
mod walkthrough;

/// Stamps each test for each database.
macro_rules! suite {
    (
        both { $($module:ident :: $name:ident),* $(,)? }
        postgres { $($server_module:ident :: $server:ident),* $(,)? }
    ) => {
        mod sqlite {
            use crate::bed::{Place, replayed};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { replayed(crate::$module::$name(Place::Sqlite)).await; })*
        }
        mod postgres {
            use crate::bed::{Place, replayed};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { replayed(crate::$module::$name(Place::Postgres)).await; })*
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $server() { replayed(crate::$server_module::$server(Place::Postgres)).await; })*
        }
    };
}

suite! {
    both {
        administrators::a_lost_second_factor_is_removed_by_an_administrator,
        administrators::a_program_cannot_send_links,
        administrators::a_revoked_right_ends_at_once,
        administrators::an_administrator_can_end_a_link,
        administrators::an_administrator_is_told_that_nothing_is_sent_to_a_suppressed_address,
        administrators::an_administrator_never_sees_the_link,
        administrators::it_takes_both_permissions_and_the_second_factor_used_in_this_session,
        administrators::the_list_says_who_is_entitled_and_why_not,
        administrators::who_never_signed_in_cannot_be_sent_a_link,
        audit_cli::a_log_is_exported_and_verified,
        audit_cli::a_reset_is_told_as_one_story,
        audit_cli::a_replay_compares_and_tells_what_was,
        audit_cli::a_replay_tells_what_is_wrong,
        audit_cli::an_event_is_proven,
        audit_cli::the_log_is_read_by_what_is_asked_for,
        bad_input::a_bad_authorization_is_refused,
        bad_input::a_bad_body_gets_a_clear_problem_and_changes_nothing,
        bad_input::a_bad_body_of_an_entitled_caller_changes_nothing_either,
        bad_input::a_bad_id_in_a_path_is_not_found,
        bad_input::a_bad_idempotency_key_is_refused,
        bad_input::a_bad_query_is_refused,
        bad_input::a_body_not_said_to_be_json_is_refused,
        bad_input::an_endless_body_is_cut_off,
        bad_input::an_unknown_path_is_not_found,
        bad_input::another_method_is_refused_and_those_there_are_are_named,
        erasure::an_erased_person_leaves_only_history,
        erasure::history_holds_when_a_person_is_erased,
        idempotency::a_change_of_password_made_again_is_not_a_wrong_password,
        idempotency::a_refusal_is_recorded_once,
        idempotency::another_callers_key_is_another_key,
        idempotency::answers_that_hold_a_secret_are_not_kept,
        idempotency::the_same_call_again_gets_the_same_answer_and_is_recorded_once,
        idempotency::the_same_key_with_another_body_is_refused,
        idempotency::two_at_once_are_recorded_once,
        languages::a_mail_speaks_the_persons_language_and_tells_the_persons_time,
        languages::a_zone_that_nobody_knows_costs_no_mail,
        limits::a_forged_link_is_refused_and_changes_nothing,
        limits::a_link_is_valid_for_an_hour,
        limits::a_session_ends_when_unused_and_after_half_a_day,
        limits::a_sign_in_and_a_new_password_end_the_link,
        limits::failed_sign_ins_are_slowed_down_alike,
        limits::five_wrong_usernames_end_the_link,
        limits::one_link_in_a_minute_and_five_in_a_day,
        limits::only_the_newest_link_works,
        limits::this_was_not_me_ends_the_link,
        mail_cli::a_deferred_mail_is_told_with_what_to_do,
        mail_cli::a_mail_whose_link_is_over_is_not_requeued,
        mail_cli::a_rejected_mail_is_listed_shown_and_requeued,
        mail_cli::a_suppression_is_lifted_from_the_command_line,
        mail_cli::without_tables_it_says_what_to_do,
        neutral::a_mail_goes_to_the_address_on_file,
        neutral::a_refused_sign_in_does_not_say_what_was_wrong,
        neutral::everybody_gets_the_same_answer,
        odd_requests::a_client_is_who_the_nearest_trusted_proxy_saw,
        odd_requests::a_code_is_found_in_a_mangled_link,
        odd_requests::a_page_says_how_long_to_wait,
        odd_requests::a_throttled_change_of_password_says_how_long_to_wait,
        odd_requests::a_throttled_sign_in_says_how_long_to_wait,
        odd_requests::attack_a_guessed_key_gives_nobody_anothers_answer,
        odd_requests::ipv6_clients_are_limited_by_their_64,
        odd_requests::nothing_below_the_page_of_a_link_is_missing,
        odd_requests::odd_bytes_in_one_header_discard_nothing_else,
        odd_requests::the_same_call_from_another_address_gets_the_first_answer,
        odd_requests::what_is_not_a_code_is_not_called_used_or_replaced,
        openapi::the_asyncapi_names_every_event,
        openapi::the_schema_of_every_version_of_every_event_is_served,
        openapi::every_answer_is_kept_from_caches_and_frames,
        openapi::every_kind_of_problem_is_explained,
        openapi::every_route_described_is_there,
        openapi::the_page_loads_its_own_files_only,
        pages::a_form_from_elsewhere_changes_nothing,
        pages::a_form_sent_twice_is_one_call,
        pages::a_suppression_is_lifted_by_the_button_on_the_users_and_on_the_mails_page,
        pages::a_password_is_appraised_for_whoever_can_set_it,
        pages::a_password_set_by_others_is_changed_before_anything_else,
        pages::a_ticket_opens_nothing_without_a_code_elsewhere_or_later,
        pages::cookies_are_this_hosts_alone,
        pages::people_are_sent_to_allowed_places_only,
        pages::a_time_zone_that_the_list_lacks_stays_the_one_chosen,
        pages::what_is_too_long_is_said_to_be_and_not_cut_short,
        pages::what_is_wrong_is_told_to_people_as_a_page,
        races::sixteen_uses_of_a_link_have_one_winner,
        receipts::an_accepted_mail_can_be_found_in_the_mail_servers_log,
        second_factor::a_code_works_once,
        second_factor::a_recovery_code_works_once,
        second_factor::a_reset_asks_for_the_second_factor_where_policy_says_so,
        second_factor::a_reset_keeps_the_second_factor,
        second_factor::a_wrong_code_enrols_nothing,
        second_factor::an_enrolled_second_factor_is_asked_for,
        second_factor::new_recovery_codes_end_the_old,
        second_factor::the_code_that_enrolled_is_used_up,
        second_factor::wrong_codes_end_the_link,
        typed::a_code_may_be_typed_in_other_digits,
        typed::a_password_may_have_any_character_but_controls,
        typed::a_second_factor_offered_again_within_an_hour_is_the_same,
        typed::an_address_is_searched_for_in_any_spelling,
        typed::an_address_on_file_in_a_labels_is_found_in_unicode,
        typed::an_address_on_file_in_unicode_is_found_in_a_labels,
        typed::invisible_characters_around_a_username_are_ignored,
        typed::registration_keeps_invisible_characters_out,
        typed::the_same_wrong_username_counts_once_for_a_link,
        walkthrough::a_changed_password_keeps_this_session_and_ends_the_others,
        walkthrough::a_forged_host_does_not_get_into_the_mail,
        walkthrough::a_forgotten_password_is_reset_by_the_link_once,
        walkthrough::a_rejected_password_leaves_the_link_usable,
        walkthrough::a_set_password_must_be_changed_before_anything_else,
        walkthrough::ones_own_sessions_can_be_listed_and_ended,
        walkthrough::the_old_password_works_until_the_new_one_is_set,
    }
    postgres {
        administrators::a_right_revoked_on_another_node_ends_at_once,
        races::a_link_used_on_two_nodes_has_one_winner,
    }
}
