//! What helps after which error.

use super::{Remedy, remedy_by_number, remedy_by_state};

#[test]
fn what_is_wrong_with_the_server_asks_for_another_connection() {
    for state in [
        "08006", "08P01", "25006", "25P02", "28000", "28P01", "3D000", "57P01", "57P02", "57P03", "57P05",
        "58030", "55000", "55006", "26000", "42P05",
    ] {
        assert_eq!(remedy_by_state(state, ""), Remedy::Reconnect, "{state}");
    }
    assert_eq!(remedy_by_state("0A000", "cached plan must not change result type"), Remedy::Reconnect);
}

#[test]
fn what_the_server_is_too_busy_or_too_full_for_is_tried_again() {
    for state in ["40001", "40P01", "53100", "53200", "53300", "57014"] {
        assert_eq!(remedy_by_state(state, ""), Remedy::Retry, "{state}");
    }
    // BUSY, BUSY_SNAPSHOT, NOMEM, READONLY, READONLY_DBMOVED, IOERR_WRITE, FULL, CANTOPEN, PROTOCOL.
    for code in ["5", "517", "7", "8", "1032", "778", "13", "14", "15"] {
        assert_eq!(remedy_by_number(code), Remedy::Retry, "{code}");
    }
}

#[test]
fn what_is_wrong_with_a_statement_is_not_tried_again() {
    for state in ["0A000", "22P02", "23505", "42501", "42601", "42P01", "55P03", "P0001", "XX001"] {
        assert_eq!(remedy_by_state(state, ""), Remedy::Nothing, "{state}");
    }
    // ERROR, CONSTRAINT_UNIQUE, CORRUPT, NOTADB.
    for code in ["1", "2067", "11", "26", "nothing"] {
        assert_eq!(remedy_by_number(code), Remedy::Nothing, "{code}");
    }
}
