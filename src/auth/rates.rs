//! How often somebody may ask: buckets from which each request takes, and which fill again with time.
//!
//! A bucket is one number, the moment at which it is full again (the generic cell rate algorithm), so that to take
//! from it is one exchange of a word in memory. Not the crate `governor`, which does the same: it gives nothing back,
//! and that a read was answered by 304 is known only when it is. Who asks is a user, whichever of their tokens
//! they send, or everybody at an address who does not say who they are. Of so many the ones that asked longest ago
//! are forgotten: their buckets are full.

use crate::{
    config::{self, Allowance},
    http::{address::Network, rate_limit::Standing},
};
use quick_cache::sync::Cache;
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Clients that are remembered: about 150 bytes each.
const MOST: usize = 100_000;
/// Parts of a request that are counted: a read without content takes one of them.
const PARTS: u64 = 10;

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// The user of that number.
    User(i64),
    /// Everybody there who does not say who they are.
    Network(Network),
}

/// What a request asks for, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Something to read, or to be calculated.
    Read,
    /// Something to read, without its content.
    Glance,
    /// A change.
    Write,
    /// A change that begins a training, an import or an application.
    Job,
}

/// The buckets that each client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bucket {
    Reads,
    Writes,
    Jobs,
}

impl Wish {
    /// What it takes: parts of requests from buckets.
    fn takes(self) -> &'static [(Bucket, u64)] {
        match self {
            Wish::Read => &[(Bucket::Reads, PARTS)],
            Wish::Glance => &[(Bucket::Reads, 1)],
            Wish::Write => &[(Bucket::Writes, PARTS)],
            Wish::Job => &[(Bucket::Writes, PARTS), (Bucket::Jobs, PARTS)],
        }
    }
}

/// How large a bucket is and how fast it fills.
#[derive(Debug, Clone, Copy)]
struct Shape {
    name: &'static str,
    quota: u32,
    window_s: u32,
    /// Nanoseconds until a part of a request is back.
    part_ns: u64,
}

impl Shape {
    fn new(name: &'static str, at_once: u32, per: Duration, count: u32) -> Shape {
        let part_ns = (per.as_nanos() as u64 / u64::from(count) / PARTS).max(1);
        let full_ns = part_ns * PARTS * u64::from(at_once);
        let window_s = Duration::from_nanos(full_ns).as_secs_f64().round().max(1.0) as u32;
        Shape { name, quota: at_once, window_s, part_ns }
    }

    fn all(allowed: Allowance) -> [Shape; 3] {
        let (second, hour) = (Duration::from_secs(1), Duration::from_secs(3_600));
        [
            Shape::new("reads", allowed.reads_at_once, second, allowed.reads_per_s),
            Shape::new("writes", allowed.writes_at_once, second, allowed.writes_per_s),
            Shape::new("jobs", allowed.jobs_per_h, hour, allowed.jobs_per_h),
        ]
    }

    fn whole_ns(&self) -> u64 {
        self.part_ns * PARTS
    }

    fn full_ns(&self) -> u64 {
        self.whole_ns() * u64::from(self.quota)
    }
}

/// What a client has taken: for each bucket when it is full again, in nanoseconds since the process counts.
#[derive(Debug, Default)]
struct Account([AtomicU64; 3]);

impl Account {
    /// Takes so much, or says how many nanoseconds later there will be enough.
    fn take(&self, bucket: Bucket, shape: &Shape, parts: u64, now: u64) -> Result<(), u64> {
        let (full_at, cost) = (&self.0[bucket as usize], shape.part_ns * parts);
        let taken = full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at| {
            let then = at.max(now) + cost;
            (then - now <= shape.full_ns()).then_some(then)
        });
        taken.map(drop).map_err(|at| at.max(now) + cost - now - shape.full_ns())
    }

    fn give_back(&self, bucket: Bucket, shape: &Shape, parts: u64) {
        self.0[bucket as usize].fetch_sub(shape.part_ns * parts, Ordering::Relaxed);
    }

    fn standing(&self, bucket: Bucket, shape: &Shape, now: u64) -> Standing {
        let missing =
            self.0[bucket as usize].load(Ordering::Relaxed).saturating_sub(now).min(shape.full_ns());
        let gone = missing.div_ceil(shape.whole_ns());
        // One more is back once less than a whole number is missing.
        let more_in = Duration::from_nanos(missing - gone.saturating_sub(1) * shape.whole_ns());
        Standing {
            policy: shape.name,
            quota: shape.quota,
            window_s: shape.window_s,
            left: shape.quota - gone as u32,
            more_in_s: (gone > 0).then(|| more_in.as_secs_f64().ceil() as u32),
        }
    }
}

/// What clients have asked for of late.
#[derive(Debug)]
pub struct Rates {
    anonymous: [Shape; 3],
    signed_in: [Shape; 3],
    accounts: Cache<Client, Arc<Account>>,
    began: Instant,
}

/// What a request took.
#[derive(Debug)]
pub struct Charge {
    account: Arc<Account>,
    shapes: [Shape; 3],
    wish: Wish,
    /// When, in nanoseconds since the process counts.
    at: u64,
}

/// Why a request is refused.
#[derive(Debug)]
pub struct Overdrawn {
    /// How long until there is enough.
    pub wait: Duration,
    /// The quota that is used up.
    pub standing: Standing,
}

impl Rates {
    /// With these settings; nothing if nobody is held up.
    pub fn new(settings: &config::Rates) -> Option<Rates> {
        settings.enabled.then(|| Rates {
            anonymous: Shape::all(settings.anonymous),
            signed_in: Shape::all(settings.signed_in),
            accounts: Cache::new(MOST),
            began: Instant::now(),
        })
    }

    /// Takes what a request of a client costs that came at that moment.
    pub fn charge(&self, client: Client, wish: Wish, at: Instant) -> Result<Charge, Overdrawn> {
        let shapes = match client {
            Client::User(_) => self.signed_in,
            Client::Network(_) => self.anonymous,
        };
        let at = at.saturating_duration_since(self.began).as_nanos() as u64;
        let charge = Charge { account: self.account(client), shapes, wish, at };
        for (index, (bucket, parts)) in wish.takes().iter().enumerate() {
            let shape = &shapes[*bucket as usize];
            if let Err(wait) = charge.account.take(*bucket, shape, *parts, at) {
                for (bucket, parts) in &wish.takes()[..index] {
                    charge.account.give_back(*bucket, &shapes[*bucket as usize], *parts);
                }
                let wait = Duration::from_nanos(wait);
                let more_in_s = Some(wait.as_secs_f64().ceil() as u32);
                let standing = Standing { left: 0, more_in_s, ..charge.account.standing(*bucket, shape, at) };
                return Err(Overdrawn { wait, standing });
            }
        }
        Ok(charge)
    }

    fn account(&self, client: Client) -> Arc<Account> {
        self.accounts
            .get_or_insert_with(&client, || Ok::<_, Infallible>(Arc::default()))
            .unwrap_or_else(|never| match never {})
    }
}

impl Charge {
    /// A read was answered without content: it costs as much as one that asked for none.
    pub fn was_a_glance(&self) {
        if self.wish == Wish::Read {
            self.account.give_back(Bucket::Reads, &self.shapes[Bucket::Reads as usize], PARTS - 1);
        }
    }

    /// What the client has left of the quotas that the request counted for.
    pub fn standings(&self) -> Vec<Standing> {
        let buckets = self.wish.takes().iter();
        let standing = |(bucket, _): &(Bucket, u64)| {
            self.account.standing(*bucket, &self.shapes[*bucket as usize], self.at)
        };
        buckets.map(standing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> Rates {
        let allowed = Allowance {
            reads_per_s: 2,
            reads_at_once: 10,
            writes_per_s: 1,
            writes_at_once: 3,
            jobs_per_h: 2,
        };
        Rates::new(&config::Rates { enabled: true, anonymous: allowed, signed_in: allowed }).unwrap()
    }

    const ANN: Client = Client::User(1);

    fn reads(rates: &Rates, wish: Wish, at: Instant) -> usize {
        (0..1_000).take_while(|_| rates.charge(ANN, wish, at).is_ok()).count()
    }

    #[test]
    fn so_many_at_once_and_then_as_many_as_come_back() {
        let (rates, now) = (rates(), Instant::now());

        assert_eq!(reads(&rates, Wish::Read, now), 10);
        let refused = rates.charge(ANN, Wish::Read, now).unwrap_err();
        assert_eq!(refused.wait, Duration::from_millis(500));
        assert_eq!((refused.standing.left, refused.standing.more_in_s), (0, Some(1)));
        assert_eq!(reads(&rates, Wish::Read, now + Duration::from_secs(3)), 6);
        assert_eq!(reads(&rates, Wish::Read, now + Duration::from_secs(3_600)), 10);
    }

    #[test]
    fn ten_glances_are_a_read_and_so_are_ten_reads_without_content() {
        let (rates, now) = (rates(), Instant::now());

        assert_eq!(reads(&rates, Wish::Glance, now), 100);
        let later = now + Duration::from_secs(60);
        let unchanged = || rates.charge(ANN, Wish::Read, later).map(|charge| charge.was_a_glance());
        assert_eq!((0..1_000).take_while(|_| unchanged().is_ok()).count(), 91);
    }

    #[test]
    fn what_is_refused_takes_nothing() {
        let (rates, now) = (rates(), Instant::now());
        rates.charge(ANN, Wish::Job, now).unwrap();
        rates.charge(ANN, Wish::Job, now).unwrap();

        let refused = rates.charge(ANN, Wish::Job, now).unwrap_err();
        assert_eq!((refused.standing.policy, refused.wait), ("jobs", Duration::from_secs(1_800)));
        rates.charge(ANN, Wish::Write, now).unwrap();
        let refused = rates.charge(ANN, Wish::Job, now).unwrap_err();
        assert_eq!((refused.standing.policy, refused.wait), ("writes", Duration::from_secs(1)));
    }

    #[test]
    fn what_is_left_is_told_in_whole_requests() {
        let (rates, now) = (rates(), Instant::now());
        let told = |standing: &Standing| (standing.left, standing.more_in_s);

        let charge = rates.charge(ANN, Wish::Read, now).unwrap();
        assert_eq!(told(&charge.standings()[0]), (9, Some(1)));
        charge.was_a_glance();
        let charge = rates.charge(ANN, Wish::Glance, now + Duration::from_secs(60)).unwrap();
        assert_eq!(told(&charge.standings()[0]), (9, Some(1)));
        let charge = rates.charge(ANN, Wish::Job, now).unwrap();
        let [writes, jobs] = charge.standings()[..] else { panic!("expected two quotas") };
        assert_eq!((writes.window_s, told(&writes)), (3, (2, Some(1))));
        assert_eq!((jobs.window_s, told(&jobs)), (3_600, (1, Some(1_800))));
    }

    #[test]
    fn each_client_has_buckets_of_their_own() {
        let (rates, now) = (rates(), Instant::now());
        assert_eq!(reads(&rates, Wish::Read, now), 10);

        rates.charge(Client::User(2), Wish::Read, now).unwrap();
        rates.charge(Client::Network(Network::V6(1)), Wish::Read, now).unwrap();
    }
}
