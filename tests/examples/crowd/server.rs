//! The server under the crowd: started, asked what it has stored, weighed, ended.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

/// Until a started server must answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, ended when it is dropped.
pub struct Server {
    child: Child,
    address: String,
    http: reqwest::Client,
    _data: tempfile::TempDir,
}

impl Server {
    /// Starts it with a folder of its own.
    pub async fn start(command: &[String], port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(&command[0]);
        child.args(&command[1..]).args(["--listen", &address, "--data", data.path().to_str().unwrap()]);
        child.args(["--set", "log.level=error"]);
        let child = child.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("the server starts");
        // The client wants one although nothing here is encrypted. A second server finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let server = Self { child, address, http, _data: data };
        let began = Instant::now();
        while server.http.get(format!("http://{}/health", server.address)).send().await.is_err() {
            assert!(began.elapsed() < PATIENCE, "the server does not start");
            sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The turns that it has stored in a session.
    pub async fn turns(&self, caller: Option<&str>, session: &str) -> Vec<String> {
        let mut request = self.http.get(format!("http://{}/v1/sessions/{session}", self.address));
        if let Some(caller) = caller {
            request = request.bearer_auth(format!("demo-{caller}"));
        }
        let transcript: Value = request.send().await.unwrap().json().await.unwrap();
        let turns = transcript["turns"].as_array().cloned().unwrap_or_default();
        turns.iter().filter_map(|turn| turn["turn_id"].as_str().map(str::to_owned)).collect()
    }

    /// Its resident memory.
    pub fn memory_kb(&self) -> u64 {
        memory_kb(self.child.id().expect("it runs"))
    }

    /// Watches its memory until the result is dropped.
    pub fn sample(&self) -> Sample {
        let peak = Arc::new(AtomicU64::new(0));
        let (pid, seen) = (self.child.id().expect("it runs"), peak.clone());
        let watch = tokio::spawn(async move {
            loop {
                seen.fetch_max(memory_kb(pid), Ordering::Relaxed);
                sleep(Duration::from_millis(20)).await;
            }
        });
        Sample { peak, _watch: AbortOnDropHandle::new(watch) }
    }

    /// Asks it to end, and checks that it does.
    pub async fn end(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        Command::new("kill").arg(&pid).status().await.expect("it can be asked");
        let ended = timeout(PATIENCE, self.child.wait()).await.expect("it ends when asked").unwrap();
        assert!(ended.success(), "{ended}");
    }
}

/// The largest memory that was seen.
pub struct Sample {
    peak: Arc<AtomicU64>,
    _watch: AbortOnDropHandle<()>,
}

impl Sample {
    /// So far.
    pub fn peak_kb(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }
}

fn memory_kb(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse().ok()).unwrap_or_default()
}
