//! How a browser looks to a page, and a page to its person.

use serde_json::{Value, json};

use super::wire::{Refused, Wire};

/// A person's browser: its language, its size, and what the person has asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The language that the person likes best, such as `de-DE`.
    pub language: &'static str,
    /// Whether the person likes it dark.
    pub dark: bool,
    /// Whether the person does not like things to move.
    pub reduced_motion: bool,
    /// Whether the page is as it would be printed.
    pub on_paper: bool,
    /// Whether scripts run.
    pub scripts: bool,
    /// The window's width. 320 is what one of 1280 has at 400 %.
    pub width: u32,
    /// The window's height.
    pub height: u32,
    /// The time zone, such as `Europe/Berlin`; the machine's own when there is none.
    pub zone: Option<&'static str>,
}

impl Default for Look {
    /// English, light, with scripts, on a desk.
    fn default() -> Self {
        Self {
            language: "en-GB",
            dark: false,
            reduced_motion: false,
            on_paper: false,
            scripts: true,
            width: 1280,
            height: 800,
            zone: None,
        }
    }
}

impl Look {
    /// What browsers accept whose person has chosen this language: `de-DE,de`.
    pub(super) fn accepted(&self) -> String {
        let plain = self.language.split_once('-').map(|(plain, _)| format!(",{plain}"));
        self.language.to_owned() + &plain.unwrap_or_default()
    }

    pub(super) async fn put_on(&self, wire: &Wire, agent: &str) -> Result<(), Refused> {
        for (command, parameters) in self.commands(agent) {
            wire.devtools(&format!("Emulation.{command}"), parameters).await?;
        }
        Ok(())
    }

    fn commands(&self, agent: &str) -> [(&'static str, Value); 6] {
        let size =
            json!({ "width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": false });
        let speech = json!({ "userAgent": agent, "acceptLanguage": self.accepted() });
        [
            ("setDeviceMetricsOverride", size),
            ("setEmulatedMedia", self.media()),
            ("setUserAgentOverride", speech),
            ("setLocaleOverride", json!({ "locale": self.language })),
            ("setTimezoneOverride", json!({ "timezoneId": self.zone.unwrap_or_default() })),
            ("setScriptExecutionDisabled", json!({ "value": !self.scripts })),
        ]
    }

    fn media(&self) -> Value {
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        json!({
            "media": if self.on_paper { "print" } else { "screen" },
            "features": [
                feature("prefers-color-scheme", if self.dark { "dark" } else { "light" }),
                feature("prefers-reduced-motion", if self.reduced_motion { "reduce" } else { "no-preference" }),
            ],
        })
    }
}

/// What the browser calls itself when a person sits before it.
pub(super) async fn agent(wire: &Wire) -> String {
    let version = wire.devtools("Browser.getVersion", json!({})).await;
    let version = version.unwrap_or_else(|refused| panic!("no version of the browser: {refused}"));
    version["userAgent"].as_str().unwrap_or_default().replace("Headless", "")
}
