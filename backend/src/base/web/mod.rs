//! What all routes share: who calls, what a request and a list are read from, how an error is told, and
//! places to wait for news.

pub mod call;
pub mod client;
pub mod extract;
pub mod list;
pub mod problem;
pub mod wait;
