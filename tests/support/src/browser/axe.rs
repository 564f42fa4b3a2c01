//! axe-core, which tells what people cannot use.

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use super::Browser;
use super::wire::Answer;
use crate::tools;

/// One element that breaks one rule.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Violation {
    /// The rule: `color-contrast`.
    pub rule: String,
    /// What the rule asks for.
    pub help: String,
    /// The element.
    pub html: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}\n  {}", self.rule, self.help, self.html, self.why.replace('\n', "\n  "))
    }
}

impl Browser {
    /// What breaks the Web Content Accessibility Guidelines 2.2, levels A and AA, or axe-core's best practice,
    /// as the page looks now. Frames are left out: ask on their own pages.
    ///
    /// # Panics
    /// If axe-core is missing, or cannot judge the page.
    pub async fn axe(&self) -> Vec<Violation> {
        let judged = self.judged().await;
        let found = self.sure("have axe-core judge the page", judged).await;
        serde_json::from_value(found.clone()).unwrap_or_else(|_| panic!("axe-core: {found}"))
    }

    async fn judged(&self) -> Answer {
        let file = tools::folder().join("lib/axe.min.js");
        let axe = std::fs::read_to_string(file).expect("axe-core: run scripts/install-test-tools");
        // axe-core waits by timers: where scripts are off, they are on for just that.
        let off = json!({ "value": !self.present_look().scripts });
        self.wire.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await?;
        let judged = self.wire.run_long(&(axe + include_str!("axe.js")), &[]).await;
        self.wire.devtools("Emulation.setScriptExecutionDisabled", off).await?;
        judged
    }
}
