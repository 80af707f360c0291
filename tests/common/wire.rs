//! A server on a socket of the loopback interface, for what only the wire shows: heads that a client
//! library would not send, and what stands in front of our own code.

use super::{Site, answer::Answer};
use rocket::{Shutdown, fairing::AdHoc};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};
use tokio::{sync::oneshot, task::JoinHandle};

/// A server that listens on a free port, ended by [`Wire::end`].
pub struct Wire {
    /// Where it listens: `127.0.0.1:port`.
    pub address: String,
    stop: Shutdown,
    served: JoinHandle<()>,
}

impl Wire {
    /// A second server over the same settings as a site's, database and folder included.
    pub async fn beside(site: &Site) -> Wire {
        let (tell, told) = oneshot::channel();
        let tell = std::sync::Mutex::new(Some(tell));
        let announce = AdHoc::on_liftoff("Wire", move |rocket| {
            Box::pin(async move {
                if let Some(tell) = tell.lock().expect("a lock").take() {
                    let _ = tell.send((rocket.config().port, rocket.shutdown()));
                }
            })
        });
        let rocket = site.another().attach(announce);
        let served = tokio::spawn(async move {
            let ended = rocket.launch().await.expect("a server that starts");
            almanac::server::close(&ended).await;
        });
        let (port, stop) = told.await.expect("a server that listens");
        Wire { address: format!("127.0.0.1:{port}"), stop, served }
    }

    /// Ends it.
    pub async fn end(self) {
        self.stop.notify();
        self.served.await.expect("a server that ends");
    }

    /// The answer to these bytes, after which the connection is closed.
    ///
    /// The head must ask for that, or be one that ends the connection.
    pub async fn send(&self, bytes: impl Into<Vec<u8>>) -> Answer {
        self.begin(bytes).await.end([]).await
    }

    /// Sends these bytes, a part of a request.
    pub async fn begin(&self, bytes: impl Into<Vec<u8>>) -> Begun {
        let (address, bytes) = (self.address.clone(), bytes.into());
        tokio::task::spawn_blocking(move || begun(&address, &bytes)).await.expect("a connection")
    }
}

/// A request of which only a part was sent.
pub struct Begun {
    stream: TcpStream,
    said: String,
}

impl Begun {
    /// Whether there is something to read already.
    pub fn is_answered(&self) -> bool {
        self.stream.set_nonblocking(true).expect("a socket");
        let answered = self.stream.peek(&mut [0]).is_ok();
        self.stream.set_nonblocking(false).expect("a socket");
        answered
    }

    /// The answer once the rest was sent too.
    pub async fn end(self, rest: impl Into<Vec<u8>>) -> Answer {
        let rest = rest.into();
        tokio::task::spawn_blocking(move || {
            let Begun { mut stream, said } = self;
            stream.write_all(&rest).expect("a request that is taken");
            answer(stream, said)
        })
        .await
        .expect("an exchange")
    }
}

fn begun(address: &str, bytes: &[u8]) -> Begun {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
    stream.write_all(bytes).expect("a request that is taken");
    let said = String::from_utf8_lossy(bytes).lines().next().unwrap_or_default().to_string();
    Begun { stream, said }
}

fn answer(mut stream: TcpStream, said: String) -> Answer {
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("an answer");
    let head_ends = received.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
    let head = String::from_utf8(received[..head_ends].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers = lines.filter_map(|line| line.split_once(": ").map(|(n, v)| (n.into(), v.into()))).collect();
    Answer { said, status, headers, body: received[head_ends + 4..].to_vec() }
}
