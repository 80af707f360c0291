//! The `Link` lines of an answer, as many as fit.

use std::fmt::Display;

/// Bytes of all links together: nginx takes a head of 4 KiB where nothing else is said, and some clients
/// (Alcaeus) read no links at all where there are more of them than about this.
const MOST: usize = 2_000;
const COMMA: &str = ", ";

/// Lines under construction.
pub struct Links {
    /// The lines.
    pub lines: Vec<String>,
    room: usize,
    /// Whether none was left out.
    all: bool,
}

impl Links {
    /// None yet.
    pub fn new() -> Links {
        Links { lines: Vec::new(), room: MOST, all: true }
    }

    /// Adds one as a line, if it fits: of a long query the document says the same, and proxies bound a head.
    pub fn add(&mut self, link: &impl Display) {
        let link = link.to_string();
        if link.len() > self.room {
            self.all = false;
            return;
        }
        self.take(link);
    }

    /// Adds some as one line, since each line costs something where an answer is given again; of all those the first,
    /// as far as there is room.
    pub fn add_line(&mut self, links: impl Iterator<Item = impl Display>) {
        let mut line = String::new();
        for link in links.map(|link| link.to_string()) {
            if line.len() + COMMA.len() + link.len() > self.room {
                self.all = false;
                break;
            }
            let comma = if line.is_empty() { "" } else { COMMA };
            line.extend([comma, &link]);
        }
        if !line.is_empty() {
            self.take(line);
        }
    }

    fn take(&mut self, line: String) {
        self.room = self.room.saturating_sub(line.len() + COMMA.len());
        self.lines.push(line);
    }

    /// Bytes that they might have more, if none was left out.
    pub fn room(&self) -> Option<usize> {
        self.all.then_some(self.room)
    }
}
