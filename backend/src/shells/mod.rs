//! How the world comes in and what goes out to it: the chain, deliveries, the bot and the web.

pub mod bot;
pub mod deliver;
pub mod http;
pub mod watch;
