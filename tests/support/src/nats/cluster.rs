//! Three servers that keep the same streams.

use std::array;

use super::Nats;
use crate::ports;

impl Nats {
    /// Starts three servers that know each other.
    pub async fn start_three() -> [Self; 3] {
        let routes: [u16; 3] = array::from_fn(|_| ports::free());
        let [one, two, three] = array::from_fn(|number| configuration(number, &routes));
        [
            Self::start_configured(&one).await,
            Self::start_configured(&two).await,
            Self::start_configured(&three).await,
        ]
    }

    /// What the server of this number, from 0, is called among the three.
    #[must_use]
    pub fn name(number: usize) -> String {
        format!("nats-{number}")
    }
}

fn configuration(number: usize, routes: &[u16; 3]) -> String {
    let all = routes.map(|port| format!("nats://127.0.0.1:{port}")).join(", ");
    format!(
        "server_name: {name}\ncluster {{ name: rekey, listen: \"127.0.0.1:{port}\", routes: [{all}] }}\n",
        name = Nats::name(number),
        port = routes[number],
    )
}
