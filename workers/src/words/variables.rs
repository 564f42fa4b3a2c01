//! The variables that words speak of, in them and in the words they refer to.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};

use super::Bundle;

/// The variables of what `key` says.
pub(super) fn of<'w>(bundle: &'w Bundle, key: &str) -> BTreeSet<&'w str> {
    let mut walk = Walk { bundle, found: BTreeSet::new() };
    walk.message(key);
    walk.found
}

struct Walk<'w> {
    bundle: &'w Bundle,
    found: BTreeSet<&'w str>,
}

impl<'w> Walk<'w> {
    fn message(&mut self, key: &str) {
        if let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) {
            self.pattern(pattern);
        }
    }

    fn pattern(&mut self, pattern: &Pattern<&'w str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&'w str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'w str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.found.insert(id.name);
            }
            InlineExpression::MessageReference { id, .. } => self.message(id.name),
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments.positional.iter().for_each(|argument| self.inline(argument));
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            // Terms see no variables of ours.
            InlineExpression::TermReference { .. }
            | InlineExpression::StringLiteral { .. }
            | InlineExpression::NumberLiteral { .. } => {}
        }
    }
}
