//! On the way from one page to the next.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::wire::Answer;
use super::{Browser, GLANCE, PATIENCE};

impl Browser {
    /// Does what always leads to another page.
    pub(super) async fn leave(&self, how: &str) {
        let left = async {
            let left = self.mark();
            self.wire.run(include_str!("leads.js"), &[left.clone(), Value::Null, json!("none")]).await?;
            self.wire.post(how, &json!({})).await.map(|_| left)
        };
        let left = left.await;
        let left = self.sure(&format!("do “{how}”"), left).await;
        self.arrived(&left).await;
    }

    /// Marks the page; the mark, if what is about to be done leads to another one.
    pub(super) async fn leads(&self, element: &Value, key: &str) -> Answer {
        let mark = self.mark();
        let arguments = [mark.clone(), element.clone(), json!(key)];
        let leads = self.wire.run(include_str!("leads.js"), &arguments).await?;
        Ok(if leads == true { mark } else { Value::Null })
    }

    fn mark(&self) -> Value {
        json!(self.marks.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until the page is there, and not the marked one that was left.
    pub(super) async fn arrived(&self, left: &Value) {
        let begun = Instant::now();
        loop {
            // While a page leaves, this is refused.
            let state = self.wire.run(include_str!("state.js"), std::slice::from_ref(left)).await;
            match state {
                Ok(state) if state == "complete" => return,
                _ if begun.elapsed() < PATIENCE => sleep(GLANCE).await,
                Ok(state) => self.lost(&format!("the next page does not come: {state}")).await,
                refused => drop(self.sure("wait for the page", refused).await),
            }
        }
    }
}
