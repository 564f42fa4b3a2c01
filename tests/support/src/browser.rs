//! A real browser for tests: headless Chromium, told what to do in a person's words.
//!
//! It is started by chromedriver, which we speak WebDriver to: that is a few calls of JSON over HTTP,
//! and the crates for it bring in more than the whole harness is (and a licence that `deny.toml` refuses).

mod act;
mod axe;
mod deed;
mod driver;
mod find;
mod keys;
mod look;
mod see;
mod tabs;
mod way;
mod wire;

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use driver::Driver;
use wire::Wire;

pub use axe::Violation;
pub use keys::Key;
pub use look::Look;
pub use see::{Cookie, Focus, Loaded};
pub use tabs::Tab;

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(20);

/// A browser of the test's own: its profile, its processes, gone when it is dropped.
///
/// Whatever does not come about within half a minute panics with what could be seen instead.
pub struct Browser {
    wire: Wire,
    look: Mutex<Look>,
    /// What it calls itself, as people's browsers do.
    agent: String,
    /// How many pages were marked, to be told from those that follow them.
    marks: AtomicU64,
    driver: Driver,
}

impl Browser {
    /// Opens it with one empty tab.
    ///
    /// # Panics
    /// If Chromium or chromedriver are missing, or do not start.
    pub async fn open(look: Look) -> Self {
        let driver = Driver::start().await;
        let wire = Wire::begin(driver.port(), &driver.wishes(look)).await;
        let wire = wire.unwrap_or_else(|refused| panic!("no browser: {refused}\n{}", driver.said()));
        let agent = look::agent(&wire).await;
        let browser = Self { wire, look: Mutex::new(look), agent, marks: AtomicU64::new(1), driver };
        browser.look(look).await;
        browser
    }

    /// From now on it looks like this; a page that is open already too, except for language and scripts.
    pub async fn look(&self, look: Look) {
        *self.look.lock().expect("the look") = look;
        let put_on = look.put_on(&self.wire, &self.agent).await;
        self.sure("look like that", put_on).await;
    }

    fn present_look(&self) -> Look {
        *self.look.lock().expect("the look")
    }

    /// The ids of its processes: chromedriver's, and all of Chromium's.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        self.driver.processes()
    }

    /// What was to be done, or the end of the test.
    async fn sure<T>(&self, what: &str, done: Result<T, wire::Refused>) -> T {
        match done {
            Ok(done) => done,
            Err(refused) => self.lost(&format!("cannot {what}: {refused}")).await,
        }
    }

    /// Ends the test, and shows where the person was.
    async fn lost(&self, what: &str) -> ! {
        let shown = self.wire.run(include_str!("browser/shown.js"), &[]).await;
        let shown = shown.map_or_else(|refused| refused.to_string(), |shown| find::text(&shown));
        panic!("{what}\n--- shown\n{shown}\n---");
    }
}
