//! What a person sees, and what the browser knows beside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::deed::Deed;
use super::find::{Element, Kind, Thing, text};
use super::wire::{Answer, Refused};
use super::{Browser, GLANCE, PATIENCE};

/// What has the keyboard's focus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    /// The element's tag: `button`; `body` when nothing has the focus.
    pub tag: String,
    /// What a screen reader calls its kind: `textbox`.
    pub role: String,
    /// What a screen reader calls it: its label, or the words on it.
    pub name: String,
}

/// A cookie that the page's server would be sent.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host it is for.
    pub domain: String,
    /// The path it is for.
    pub path: String,
    /// Whether it goes over TLS only.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// `Strict`, `Lax` or `None`.
    #[serde(default)]
    pub same_site: String,
    /// When it ends, in seconds since 1970; with the browser when there is none.
    pub expiry: Option<i64>,
}

/// Something that the page has loaded, itself included.
#[derive(Clone, Debug, Deserialize)]
pub struct Loaded {
    /// Where from.
    pub url: String,
    /// The answer's status; 0 when there was none, as for scripts where none run, or another site does not tell.
    pub status: u16,
    /// How many bytes of it came over the line, compressed as they were, without headers; none from the cache.
    pub bytes: u64,
}

impl Browser {
    /// The address of the page.
    pub async fn url(&self) -> String {
        let url = self.wire.get("url").await;
        text(&self.sure("read the address", url).await)
    }

    /// The title of the page.
    pub async fn title(&self) -> String {
        let title = self.wire.get("title").await;
        text(&self.sure("read the title", title).await)
    }

    /// The words of the page's first heading.
    pub async fn heading(&self) -> String {
        text(&self.told("return (document.querySelector('h1') || { innerText: '' }).innerText").await)
    }

    /// What can be read on the page.
    pub async fn text(&self) -> String {
        text(&self.told("return document.body ? document.body.innerText : ''").await)
    }

    /// The cells of each row of each table, as they are read.
    pub async fn rows(&self) -> Vec<Vec<String>> {
        let script = "return [...document.querySelectorAll('tr')].map((row) => [...row.cells].map((cell) => cell.innerText))";
        parsed(self.told(script).await)
    }

    /// Waits until the words can be read.
    pub async fn sees(&self, words: &str) {
        let begun = Instant::now();
        while !self.text().await.contains(words) {
            if begun.elapsed() > PATIENCE {
                self.lost(&format!("“{words}” cannot be read")).await;
            }
            sleep(GLANCE).await;
        }
    }

    /// What is in the field with this label.
    pub async fn value(&self, label: &str) -> String {
        text(&self.with(Thing::new(Kind::Field, label), Deed::Read).await)
    }

    /// What has the keyboard's focus.
    pub async fn focused(&self) -> Focus {
        let focus = self.focus().await;
        self.sure("tell what has the focus", focus).await
    }

    async fn focus(&self) -> Result<Focus, Refused> {
        let element = Element(self.wire.get("element/active").await?);
        let of = async |what: &str| self.wire.get(&element.path(what)).await.map(|found| text(&found));
        Ok(Focus {
            tag: of("name").await?,
            role: of("computedrole").await?,
            // Now and then Chromium has a blank before it that the page has not.
            name: of("computedlabel").await?.trim().to_owned(),
        })
    }

    /// The cookies for this page, with those that its scripts cannot read.
    pub async fn cookies(&self) -> Vec<Cookie> {
        let cookies = self.wire.get("cookie").await;
        parsed(self.sure("read the cookies", cookies).await)
    }

    /// The source of the page as it is now.
    pub async fn source(&self) -> String {
        let source = self.wire.get("source").await;
        text(&self.sure("read the source", source).await)
    }

    /// A picture of the whole page, as PNG.
    ///
    /// # Panics
    /// If there is none.
    pub async fn screenshot(&self) -> Vec<u8> {
        let taken = self.picture().await;
        let taken = text(&self.sure("take a picture", taken).await["data"]);
        STANDARD.decode(taken).expect("base64")
    }

    async fn picture(&self) -> Answer {
        let layout = self.wire.devtools("Page.getLayoutMetrics", json!({})).await?;
        let page = &layout["cssContentSize"];
        let whole = json!({ "x": 0, "y": 0, "width": page["width"], "height": page["height"], "scale": 1 });
        let wish = json!({ "format": "png", "captureBeyondViewport": true, "clip": whole });
        self.wire.devtools("Page.captureScreenshot", wish).await
    }

    /// What went wrong since this was last asked, on any page: scripts that failed, what the page's
    /// Content-Security-Policy forbade, what could not be loaded.
    pub async fn errors(&self) -> Vec<String> {
        let log = self.wire.post("se/log", &json!({ "type": "browser" })).await;
        let log: Vec<Value> = parsed(self.sure("read the console", log).await);
        // The browser asks for this one by itself, when the page names no icon.
        let wanted = |entry: &&Value| {
            entry["level"] == "SEVERE" && !text(&entry["message"]).contains("/favicon.ico - Failed to load")
        };
        let line = |entry: &Value| format!("{}: {}", text(&entry["source"]), text(&entry["message"]));
        log.iter().filter(wanted).map(line).collect()
    }

    /// All that the page has loaded so far.
    pub async fn loaded(&self) -> Vec<Loaded> {
        parsed(self.told(include_str!("loaded.js")).await)
    }

    /// What does not fit into the window, sticks out of its box or is cut off; a sentence each.
    pub async fn overflows(&self) -> Vec<String> {
        parsed(self.told(include_str!("overflows.js")).await)
    }

    async fn told(&self, script: &str) -> Value {
        let told = self.wire.run(script, &[]).await;
        self.sure("read the page", told).await
    }
}

fn parsed<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("what the script or chromedriver answers")
}
