//! What a person does.

use serde_json::{Value, json};

use super::deed::Deed;
use super::find::{Element, Kind, Thing};
use super::wire::Answer;
use super::{Browser, Key};

impl Browser {
    /// Opens the address, and waits until the page is there.
    pub async fn go(&self, url: &str) {
        let went = self.wire.post("url", &json!({ "url": url })).await;
        self.sure(&format!("open {url}"), went).await;
        self.arrived(&Value::Null).await;
    }

    /// Forgets what it keeps of pages, as on a first visit.
    pub async fn forget_cache(&self) {
        let forgot = self.wire.devtools("Network.clearBrowserCache", json!({})).await;
        self.sure("forget what it keeps", forgot).await;
    }

    /// Goes back to the page before.
    pub async fn back(&self) {
        self.leave("back").await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.leave("refresh").await;
    }

    /// Presses the button with these words, and waits for the page that it leads to, if it does.
    /// What a script makes of it, wait for with [`Self::sees`].
    pub async fn press(&self, button: &str) {
        self.click(Thing::new(Kind::Button, button)).await;
    }

    /// The same in the row of a table or the entry of a list that has these words.
    pub async fn press_beside(&self, row: &str, button: &str) {
        self.click(Thing { row, ..Thing::new(Kind::Button, button) }).await;
    }

    /// Double-clicks the button with these words.
    pub async fn press_twice(&self, button: &str) {
        let left = self.with(Thing::new(Kind::Button, button), Deed::DoubleClick).await;
        self.arrived(&left).await;
    }

    /// Follows the link with these words, and waits for its page.
    pub async fn follow(&self, link: &str) {
        self.click(Thing::new(Kind::Link, link)).await;
    }

    /// The same in the row of a table or the entry of a list that has these words.
    pub async fn follow_beside(&self, row: &str, link: &str) {
        self.click(Thing { row, ..Thing::new(Kind::Link, link) }).await;
    }

    /// Types into the field with this label, in place of what was in it.
    pub async fn type_into(&self, label: &str, text: &str) {
        self.with(Thing::new(Kind::Field, label), Deed::Type(text)).await;
    }

    /// Pastes into the field with this label, in place of what was in it: any characters, all at the same time.
    pub async fn paste(&self, label: &str, text: &str) {
        self.with(Thing::new(Kind::Field, label), Deed::Paste(text)).await;
    }

    /// Types where the focus is.
    pub async fn type_here(&self, text: &str) {
        let typed = self.type_at_focus(text).await;
        self.sure("type here", typed).await;
    }

    /// Ticks the box or chooses the button with this label, or takes the tick away.
    pub async fn tick(&self, label: &str) {
        self.click(Thing::new(Kind::Field, label)).await;
    }

    /// Picks from the list with this label.
    pub async fn pick(&self, label: &str, choice: &str) {
        match self.with(Thing::new(Kind::Field, label), Deed::Pick(choice)).await {
            Value::Null => self.arrived(&Value::Null).await,
            instead => self.lost(&format!("no “{choice}” to pick from “{label}”, but {instead}")).await,
        }
    }

    /// Presses a key.
    pub async fn press_key(&self, key: Key) {
        let left = self.strike(key).await;
        let left = self.sure(&format!("press {key:?}"), left).await;
        self.arrived(&left).await;
    }

    async fn strike(&self, key: Key) -> Answer {
        let left = self.leads(&Value::Null, &format!("{key:?}")).await?;
        self.perform(json!({ "type": "key", "id": "keyboard", "actions": key.strokes() })).await?;
        Ok(left)
    }

    async fn click(&self, thing: Thing<'_>) {
        let left = self.with(thing, Deed::Click).await;
        self.arrived(&left).await;
    }

    async fn type_at_focus(&self, text: &str) -> Answer {
        let field = Element(self.wire.get("element/active").await?);
        self.wire.post(&field.path("value"), &json!({ "text": text })).await
    }
}
