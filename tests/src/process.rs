//! The real program as a process of its own, which can be killed.

use std::{
    env,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use sandbox::World as Simulated;
use tempfile::TempDir;

/// `remit serve`, against a simulated world.
pub struct Process {
    pub base: String,
    settings: Vec<(&'static str, String)>,
    child: Option<Child>,
    _data: TempDir,
    http: reqwest::Client,
}

impl Process {
    pub fn new(simulated: &Simulated, database_url: String, http: reqwest::Client) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let base = format!("http://{address}");
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = vec![
            ("REMIT_DATA", data.path().display().to_string()),
            ("REMIT_LISTEN", address.to_string()),
            ("REMIT_METRICS_LISTEN", "off".to_owned()),
            ("DATABASE_URL", database_url),
            ("REMIT_PUBLIC_URL", base.clone()),
            ("REMIT_BOT_TOKEN", simulated.bot_token().to_owned()),
            ("REMIT_TELEGRAM_URL", simulated.url().to_owned()),
            ("REMIT_CHAIN_URL", format!("{}/api/v3", simulated.url())),
            ("REMIT_NETWORK", "-217".to_owned()),
            ("REMIT_JETTONS", format!("USDT={}:6:Test USDT", simulated.usdt_master())),
            ("REMIT_POLL", "20ms".to_owned()),
            ("REMIT_LOG", "warn".to_owned()),
        ];
        Self { base, settings, child: None, _data: data, http }
    }

    /// A command of the program, with this service's settings; its output.
    pub fn command(&self, words: &[&str]) -> String {
        let output = self.program().args(words).output().expect("the program runs");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("the program prints text")
    }

    /// A command of the program that may fail: its exit code, its output and its complaints.
    pub fn tries(&self, words: &[&str]) -> (i32, String, String) {
        let output = self.program().args(words).output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("the program prints text");
        let code = output.status.code().expect("the program ends by itself");
        (code, text(output.stdout), text(output.stderr))
    }

    /// A command of the program that goes on; what it prints can be read.
    pub fn begin(&self, words: &[&str]) -> Child {
        let child = self.program().args(words).stdout(Stdio::piped()).spawn();
        child.expect("the program runs")
    }

    /// Adds to what the program finds in its environment.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.settings.push((name, value.to_owned()));
    }

    /// Starts the service and waits until it answers.
    pub async fn starts(&mut self) {
        let child = self.program().arg("serve").stdout(Stdio::null()).spawn();
        self.child = Some(child.expect("the program runs"));
        for _ in 0..600 {
            if self.http.get(format!("{}/health/live", self.base)).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the service does not answer");
    }

    /// `kill -9`: no farewell, no flush.
    pub fn dies(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("the process is ours");
            child.wait().expect("the process is ours");
        }
    }

    /// Asks it to stop, and waits until it has; its exit code.
    pub fn stops(&mut self) -> i32 {
        let mut child = self.child.take().expect("the service runs");
        let id = child.id().to_string();
        let asked = Command::new("kill").arg(&id).status().expect("there is a kill");
        assert!(asked.success());
        child.wait().expect("the process is ours").code().unwrap_or(-1)
    }

    fn program(&self) -> Command {
        let mut command = Command::new(program());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.dies();
    }
}

/// The program built beside these tests.
fn program() -> PathBuf {
    let tests = env::current_exe().expect("a test has a path");
    let path = tests.ancestors().nth(2).expect("target/debug/deps/e2e").join("remit");
    assert!(path.exists(), "{} is missing: run `cargo build` first", path.display());
    path
}
