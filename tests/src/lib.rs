//! What the stories are told with: a [`World`] with its own chain, Telegram, database and service, and
//! the people and shops in it.
//!
//! The world's clock stands still until a story moves it, and blocks are made when a story asks. Every
//! answer of the API is held against its published description.

pub mod api;
pub mod bad_day;
pub mod database;
pub mod gate;
pub mod kiosk;
pub mod person;
pub mod process;
pub mod receiver;
pub mod shop;
pub mod verify;
pub mod world;

use clap::Parser;
use remit::base::config::{Cli, Service};

pub use api::{Answer, Api};
pub use database::Engine;
pub use gate::Gate;
pub use kiosk::Kiosk;
pub use person::Person;
pub use process::Process;
pub use receiver::Receiver;
pub use shop::Shop;
pub use world::World;

/// What the sandbox runs with when nothing is set; a story changes what it cares about.
pub fn settings() -> Service {
    let cli = Cli::parse_from(["remit", "sandbox"]);
    Service::draft(&cli.settings, &cli.verb(), &|_| None).0
}

/// Tells a story on one of the databases, in a world of its own.
pub async fn tell<Told: Future<Output = ()>>(engine: Engine, story: impl FnOnce(World) -> Told) {
    if !engine.is_there() {
        eprintln!("not told: TEST_DATABASE_URL names no Postgres (scripts/test starts one)");
        return;
    }
    let world = World::new(engine).await;
    story(world.clone()).await;
    world.end().await;
}

/// The stories of a file. Each is told twice: on SQLite, and on the Postgres that `TEST_DATABASE_URL` names.
/// One that is not on the list is told nowhere, and the compiler calls it unused.
#[macro_export]
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::tell($crate::Engine::Sqlite, super::$name).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::tell($crate::Engine::Postgres, super::$name).await;
            })+
        }
    };
}
