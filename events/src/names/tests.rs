//! Usernames, by the rules of today and, where one was on file before, by those of before.

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use proptest::prelude::*;

use super::*;

#[test]
fn case_and_width_do_not_matter() {
    assert_eq!(username_key("Ana"), Some("ana".to_owned()));
    assert_eq!(username_key(" ana "), username_key("ＡＮＡ"));
    assert_eq!(email_key(" Ana@Example.org"), "ana@example.org");
}

#[test]
fn what_is_no_username_matches_nobody() {
    for text in
        ["", "  ", "a b", "a\u{0}b", "a\nb", "\u{200b}", "a\u{200b}b", "a\u{2066}b", "ana🙂", "\u{e000}"]
    {
        assert_eq!(username_key(text), None, "{text:?}");
    }
}

#[test]
fn look_alikes_stay_apart() {
    assert_ne!(username_key("ana"), username_key("аna"));
    assert_ne!(email_key("mike@example.org"), email_key("mıke@example.org"));
}

#[test]
fn invisible_characters_around_a_username_are_ignored() {
    for invisible in
        ['\u{200e}', '\u{200b}', '\u{feff}', '\u{2060}', '\u{ad}', '\u{202a}', '\u{2069}', '\u{61c}']
    {
        let typed = format!("{invisible} Ana {invisible}{invisible}");
        assert_eq!(username_key(&typed).as_deref(), Some("ana"), "{invisible:?}");
        assert_eq!(username_of(&typed), "Ana");
    }
}

/// A joiner after a virama is part of a name (RFC 5892, appendix A.2).
#[test]
fn a_joiner_that_belongs_to_the_name_stays() {
    let name = "\u{915}\u{94d}\u{200d}";
    assert_eq!(username_key(name).as_deref(), Some(name));
    assert_eq!(username_key(&format!("{name}\u{200e}")).as_deref(), Some("\u{915}\u{94d}"));
}

/// `L·L` has its dot between two l as much as `l·l`.
#[test]
fn case_is_folded_before_the_context_is_looked_at() {
    assert_eq!(username_key("PARAL·LEL").as_deref(), Some("paral·lel"));
    assert_eq!(username_key("a·b"), None);
}

#[test]
fn letters_of_the_newest_scripts_are_letters() {
    // Garay (Unicode 16), Toto (14), Nag Mundari (15), CJK of extension H (15).
    for name in ["\u{10d70}\u{10d71}", "\u{1e290}\u{1e291}", "\u{1e4d0}\u{1e4d1}", "\u{31350}"] {
        assert!(username_key(name).is_some(), "{name:?}");
    }
}

#[test]
fn names_from_right_to_left_read_in_one_way() {
    for name in ["שָׁלוֹם", "محمد", "محمد1", "שלום-2"] {
        assert!(username_key(name).is_some(), "{name}");
    }
    for name in ["1محمد", "anaשלום", "שלוםana", "محمد1٢"] {
        assert_eq!(username_key(name), None, "{name}");
    }
}

#[test]
fn a_name_typed_in_pieces_is_the_name() {
    assert_eq!(username_key("zoe\u{308}"), username_key("ZOË"));
    assert_eq!(username_key("\u{1112}\u{1161}\u{11ab}"), username_key("한"));
}

/// What an earlier version folded, by the crate it did that with: Unicode 6.3.
fn folded_before(username: &str) -> Option<String> {
    UsernameCaseMapped::enforce(username.trim()).ok().map(std::borrow::Cow::into_owned)
}

#[test]
fn every_character_that_was_in_a_username_before_is_folded_as_before() {
    let mut known = 0;
    // All letters that there were are in the first three planes; of Han and Hangul one in sixteen.
    let is_uniform =
        |c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2ffff}');
    for character in ('\0'..='\u{2ffff}').filter(|c| !is_uniform(*c) || u32::from(*c).is_multiple_of(16)) {
        for name in [character.to_string(), format!("a{character}")] {
            if let Some(before) = folded_before(&name) {
                assert_eq!(username_key(&name), Some(before), "{name:?}");
                known += 1;
            }
        }
    }
    assert!(known > 20_000, "{known}");
}

/// Letters, marks, digits, joiners and signs with rules of their own, of several scripts.
const PIECES: &str = "aAlLzZ09·-_.ßςΣσİıÅÉe\u{301}\u{323}\u{308}\u{327}אבשׁ\u{5b8}\u{5f3}عبمه\u{64b}\u{660}\u{6f0}\u{200c}\u{200d}क\u{94d}\u{93c}ষ\u{9cd}가ァア・ー々漢\u{375}α\u{345}ǅＡｱ\u{ff9e}\u{3099}か";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn every_username_of_before_is_folded_as_before(
        name in prop::collection::vec(prop::sample::select(PIECES.chars().collect::<Vec<_>>()), 1..7)
    ) {
        let name: String = name.into_iter().collect();
        if let Some(before) = folded_before(&name) {
            prop_assert_eq!(username_key(&name), Some(before));
        }
    }

    #[test]
    fn any_text_is_folded_or_refused(name in "\\PC{0,12}") {
        let key = username_key(&name);
        prop_assert!(key.is_none_or(|key| !key.is_empty() && !key.contains(' ')));
    }
}
