//! `remit`: parse, then one verb.

use std::process::ExitCode;

use clap::Parser;
use remit::{
    base::{
        config::{Cli, LogFormat, Service, Settings, Verb},
        db::Db,
        vouched,
    },
    run::{backup, develop, doctor, serve},
    selling::merchants,
    shells::{http, watch},
    words::{dice::Dice, time::Clock},
};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = log(&cli.settings) {
        eprintln!("REMIT_LOG: {error}");
        return ExitCode::FAILURE;
    }
    match run(&cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn log(settings: &Settings) -> anyhow::Result<()> {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&settings.log)?)
        .with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Text => subscriber.with_target(false).init(),
        LogFormat::Json => subscriber.json().init(),
    }
    Ok(())
}

async fn run(cli: &Cli) -> anyhow::Result<ExitCode> {
    let (settings, verb) = (&cli.settings, cli.verb());
    match &verb {
        Verb::Openapi => {
            print!("{}", http::openapi());
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Doctor => return Ok(doctor::run(settings).await),
        Verb::Listen(args) => {
            develop::listen::run(args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Trigger(args) => {
            develop::trigger::run(args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Pay(args) => {
            develop::pay::run(args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::VerifyReceipt(args) => return Ok(develop::verify::run(args).await),
        _ => {}
    }
    let service = Service::resolve(settings, &verb)?;
    match verb {
        #[cfg(feature = "sandbox")]
        Verb::Sandbox => remit::run::sandbox::run(settings, service).await,
        #[cfg(feature = "sandbox")]
        Verb::World => remit::run::sandbox::run_world(settings, &service).await,
        #[cfg(not(feature = "sandbox"))]
        Verb::Sandbox | Verb::World => {
            anyhow::bail!("this build has no sandbox; build it with the feature `sandbox`")
        }
        Verb::Serve => serve_alone(service).await,
        Verb::Migrate => {
            let db = Db::open_patiently(&service.database_url, serve::PATIENCE).await?;
            println!("The {} database is up to date.", db.engine());
            Ok(ExitCode::SUCCESS)
        }
        Verb::Status => {
            let app = serve::assemble(service, Clock::system(), Dice::system()).await?;
            print!("{}", watch::command::status(&app).await?);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Rescan(of) => {
            let app = serve::assemble(service, Clock::system(), Dice::system()).await?;
            print!("{}", watch::command::rescan(&app, &of).await?);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Backup(args) => backup::backup(&service, &args.to).await,
        Verb::Restore(args) => backup::restore(&service, args.from.as_deref()).await,
        Verb::Merchant(verb) => {
            let app = serve::assemble(service, Clock::system(), Dice::system()).await?;
            merchants::command::run(&app, verb).await?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Openapi
        | Verb::Doctor
        | Verb::Listen(_)
        | Verb::Trigger(_)
        | Verb::Pay(_)
        | Verb::VerifyReceipt(_) => unreachable!("answered above"),
    }
}

/// The service by itself, against a real chain and Telegram, or against `remit world`.
async fn serve_alone(service: Service) -> anyhow::Result<ExitCode> {
    let recorder = serve::recorder()?;
    let listener = serve::listen(&service)?;
    let app = serve::assemble(service, Clock::system().steered(), Dice::system()).await?;
    vouched::at_start(&app).await?;
    serve::start(&app, listener)?;
    serve::metrics(&app, recorder).await?;
    println!("Remit is serving {} on {}", app.settings.public_url, app.settings.listen);
    let code = app.tasks.finish().await;
    serve::let_go(&app).await;
    Ok(code)
}
