//! The keyboard.

use serde_json::{Value, json};

const SHIFT: char = '\u{E008}';

/// A key, or two held together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To the next thing that can have the focus.
    Tab,
    /// Shift and Tab: to the one before.
    BackTab,
    /// Enter.
    Enter,
    /// Space.
    Space,
    /// Escape.
    Escape,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
    /// To the beginning.
    Home,
    /// To the end.
    End,
}

impl Key {
    /// What fingers do.
    pub(super) fn strokes(self) -> Vec<Value> {
        let (key, held) = match self {
            Self::BackTab => (Self::Tab.code(), Some(SHIFT)),
            other => (other.code(), None),
        };
        let stroke = |kind: &str, key: char| json!({ "type": kind, "value": key });
        let down = held.into_iter().chain([key]).map(|key| stroke("keyDown", key));
        let up = [key].into_iter().chain(held).map(|key| stroke("keyUp", key));
        down.chain(up).collect()
    }

    /// As WebDriver writes it.
    fn code(self) -> char {
        match self {
            Self::Tab | Self::BackTab => '\u{E004}',
            Self::Enter => '\u{E007}',
            Self::Space => ' ',
            Self::Escape => '\u{E00C}',
            Self::End => '\u{E010}',
            Self::Home => '\u{E011}',
            Self::Left => '\u{E012}',
            Self::Up => '\u{E013}',
            Self::Right => '\u{E014}',
            Self::Down => '\u{E015}',
        }
    }
}
