//! Pace of requests to an API: a token bucket that slows down where the service throttles, and recovers request by request.
//!
//! AWS Config does not publish the rates of its read operations, and they are shared by everything in the account and
//! region. So a function starts below what others have measured, halves its rate at each throttled request, and raises it
//! by a constant with each answered one (additive increase, multiplicative decrease).

/// Bounds of a pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests that may follow one another at once.
    pub burst: f64,
    /// Highest rate, in requests per second. A new pace starts with it.
    pub fastest: f64,
    /// Lowest rate, in requests per second.
    pub slowest: f64,
    /// Requests per second by which an answered request raises the rate.
    pub step: f64,
}

/// The pace of the requests of one process to one API.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    limits: Limits,
    rate: f64,
    tokens: f64,
    at_millis: u64,
    slowed_millis: Option<u64>,
}

/// A throttled request slows the pace once in so many milliseconds: several at once report the same.
const SLOWED_ONCE_MILLIS: u64 = 1_000;

impl Pace {
    /// A full bucket at `now_millis`, on any clock that does not go back.
    #[must_use]
    pub const fn new(limits: Limits, now_millis: u64) -> Self {
        Self { limits, rate: limits.fastest, tokens: limits.burst, at_millis: now_millis, slowed_millis: None }
    }

    /// Takes a token for one request: how many milliseconds to wait before sending it.
    pub fn take(&mut self, now_millis: u64) -> u64 {
        self.refill(now_millis);
        self.tokens -= 1.0;
        if self.tokens >= 0.0 { 0 } else { whole_millis(-self.tokens / self.rate) }
    }

    /// The service throttled a request.
    pub fn throttled(&mut self, now_millis: u64) {
        self.refill(now_millis);
        self.tokens = self.tokens.min(0.0);
        let slowed = self.slowed_millis.is_some_and(|at| now_millis.saturating_sub(at) < SLOWED_ONCE_MILLIS);
        if !slowed {
            self.rate = (self.rate / 2.0).max(self.limits.slowest);
            self.slowed_millis = Some(now_millis);
        }
    }

    /// The service answered a request.
    pub const fn answered(&mut self) {
        self.rate = (self.rate + self.limits.step).min(self.limits.fastest);
    }

    /// Its rate now, in requests per second.
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    fn refill(&mut self, now_millis: u64) {
        let seconds = std::time::Duration::from_millis(now_millis.saturating_sub(self.at_millis)).as_secs_f64();
        self.tokens = (self.tokens + seconds * self.rate).min(self.limits.burst);
        self.at_millis = self.at_millis.max(now_millis);
    }
}

/// Seconds as whole milliseconds, rounded up.
fn whole_millis(seconds: f64) -> u64 {
    let millis =
        std::time::Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(std::time::Duration::MAX).as_micros();
    u64::try_from(millis.div_ceil(1_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits { burst: 10.0, fastest: 8.0, slowest: 0.25, step: 0.05 };

    /// A service that admits `rate` requests a second, and `burst` at once: how many of `count` requests it throttled, and the
    /// milliseconds until all were answered.
    fn run(rate: f64, burst: f64, count: usize) -> (usize, u64) {
        let (mut now, mut pace) = (0, Pace::new(LIMITS, 0));
        let mut service = Pace::new(Limits { burst, fastest: rate, slowest: rate, step: 0.0 }, 0);
        let (mut throttled, mut answered) = (0, 0);
        while answered < count {
            now += pace.take(now);
            let mut admitted = service.clone();
            if admitted.take(now) == 0 {
                service = admitted;
                pace.answered();
                answered += 1;
            } else {
                pace.throttled(now);
                throttled += 1;
            }
        }
        (throttled, now)
    }

    #[test]
    fn pace_follows_a_service_of_one_request_a_second() {
        let (throttled, millis) = run(1.0, 1.0, 500);
        assert!(throttled < 120, "{throttled} of 500");
        assert!(millis < 800_000, "{millis} ms");
    }

    #[test]
    fn pace_of_an_unthrottled_service_is_the_fastest_rate() {
        let (throttled, millis) = run(1_000.0, 100.0, 410);
        // The burst, and then 8 a second.
        assert_eq!((throttled, millis), (0, 50_000));
    }

    #[test]
    fn pace_recovers_after_throttling() {
        let mut pace = Pace::new(LIMITS, 0);
        (0..20).for_each(|second| pace.throttled(second * 1_000));
        assert!((pace.rate() - LIMITS.slowest).abs() < f64::EPSILON);
        (0..200).for_each(|_| pace.answered());
        assert!((pace.rate() - LIMITS.fastest).abs() < f64::EPSILON);
    }

    #[test]
    fn throttled_requests_of_one_second_slow_the_pace_once() {
        let mut pace = Pace::new(LIMITS, 0);
        (0..5).for_each(|millis| pace.throttled(millis));
        assert!((pace.rate() - 4.0).abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn pace_never_exceeds_burst_and_fastest_rate(pauses in proptest::collection::vec((0..2_000_u64, any::<bool>()), 1..200)) {
            let (mut now, mut pace, mut sent) = (0_u64, Pace::new(LIMITS, 0), Vec::new());
            for (pause, throttled) in pauses {
                now += pause;
                now += pace.take(now);
                sent.push(now);
                if throttled { pace.throttled(now) } else { pace.answered() }
                prop_assert!((LIMITS.slowest..=LIMITS.fastest).contains(&pace.rate()));
            }
            for (at, start) in sent.iter().enumerate() {
                let within = sent.get(at..).unwrap_or_default().iter().take_while(|time| **time < start + 1_000).count();
                prop_assert!(within <= 19, "{within} requests within a second");
            }
        }
    }
}
