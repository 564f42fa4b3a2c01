//! The line to chromedriver: WebDriver is JSON over HTTP, one call at a time.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// Longer than chromedriver's own patience, which gives the better reason.
const HANGS: Duration = Duration::from_secs(60);

/// A session, which is one browser.
pub(super) struct Wire {
    client: Client,
    session: String,
}

/// A call that was not done.
#[derive(Debug)]
pub(super) struct Refused {
    error: String,
    message: String,
}

pub(super) type Answer = Result<Value, Refused>;

impl Wire {
    /// Has chromedriver start the browser.
    pub(super) async fn begin(port: u16, wishes: &Value) -> Result<Self, Refused> {
        // The environment may name a proxy: it is not for us.
        let client = Client::builder().no_proxy().timeout(HANGS).build()?;
        let all = format!("http://127.0.0.1:{port}/session");
        let body = json!({ "capabilities": { "alwaysMatch": wishes } });
        let begun = ask(client.request(Method::POST, &all).json(&body)).await?;
        let session = format!("{all}/{}", begun["sessionId"].as_str().unwrap_or_default());
        Ok(Self { client, session })
    }

    pub(super) async fn get(&self, what: &str) -> Answer {
        ask(self.request(Method::GET, what)).await
    }

    pub(super) async fn post(&self, what: &str, body: &Value) -> Answer {
        ask(self.request(Method::POST, what).json(body)).await
    }

    pub(super) async fn delete(&self, what: &str) -> Answer {
        ask(self.request(Method::DELETE, what)).await
    }

    /// Runs a function's body in the page. The page's Content-Security-Policy does not count here.
    pub(super) async fn run(&self, script: &str, arguments: &[Value]) -> Answer {
        self.post("execute/sync", &json!({ "script": script, "args": arguments })).await
    }

    /// The same for one that calls its last argument with what it has found, later.
    pub(super) async fn run_long(&self, script: &str, arguments: &[Value]) -> Answer {
        self.post("execute/async", &json!({ "script": script, "args": arguments })).await
    }

    /// A command of the Chrome DevTools Protocol, for the present tab.
    pub(super) async fn devtools(&self, command: &str, parameters: Value) -> Answer {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    fn request(&self, method: Method, what: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}/{what}", self.session))
    }
}

async fn ask(request: reqwest::RequestBuilder) -> Answer {
    let answer = request.send().await?;
    let good = answer.status().is_success();
    let value = answer.json::<Value>().await?["value"].take();
    if good { Ok(value) } else { Err(Refused::told(&value)) }
}

impl Refused {
    fn told(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Self { error: text("error"), message: text("message") }
    }

    /// Whether nothing was done, and may be in a moment: the page is moving.
    pub(super) fn passes(&self) -> bool {
        let passing = ["stale element reference", "element click intercepted", "element not interactable"];
        passing.contains(&self.error.as_str())
    }
}

impl From<reqwest::Error> for Refused {
    fn from(error: reqwest::Error) -> Self {
        Self { error: "no answer from chromedriver".to_owned(), message: format!("{error:?}") }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.error, self.message)
    }
}
