//! More than one page open.

use serde_json::{Value, json};

use super::Browser;
use super::find::text;

/// A tab of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab(String);

impl Browser {
    /// The tab before the person.
    pub async fn tab(&self) -> Tab {
        let tab = self.wire.get("window").await;
        Tab(text(&self.sure("tell the tab", tab).await))
    }

    /// All tabs, also those that a page has opened.
    pub async fn tabs(&self) -> Vec<Tab> {
        let tabs = self.wire.get("window/handles").await;
        let tabs = self.sure("tell the tabs", tabs).await;
        tabs.as_array().into_iter().flatten().map(|tab| Tab(text(tab))).collect()
    }

    /// Opens an empty tab, and goes on there.
    pub async fn new_tab(&self) -> Tab {
        let opened = self.wire.post("window/new", &json!({ "type": "tab" })).await;
        let tab = Tab(text(&self.sure("open a tab", opened).await["handle"]));
        self.switch(&tab).await;
        tab
    }

    /// Goes on in another tab.
    pub async fn switch(&self, tab: &Tab) {
        let switched = self.wire.post("window", &json!({ "handle": tab.0 })).await;
        self.sure("switch to the tab", switched).await;
        // What was put on belongs to a tab.
        self.look(self.present_look()).await;
        self.arrived(&Value::Null).await;
    }
}
