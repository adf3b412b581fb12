//! Three values of one quantity.

use std::iter::Sum;
use std::ops::{Add, Mul};

use serde::Serialize;

/// A quantity or an amount: a low, an expected and a high value, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Range {
    /// Value of a quiet account.
    pub low: f64,
    /// Value of a usual account.
    pub expected: f64,
    /// Value of a busy account.
    pub high: f64,
}

impl Range {
    /// Three values, from low to high.
    pub const fn new(low: f64, expected: f64, high: f64) -> Self {
        Self { low, expected, high }
    }

    /// A value that is known.
    pub const fn exact(value: f64) -> Self {
        Self::new(value, value, value)
    }

    /// Applies a function to each value. It must not decrease, so that the order stays.
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self::new(function(self.low), function(self.expected), function(self.high))
    }

    /// Whether all three values are the same.
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }
}

impl Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.low + other.low, self.expected + other.expected, self.high + other.high)
    }
}

impl Mul for Range {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self::new(self.low * other.low, self.expected * other.expected, self.high * other.high)
    }
}

impl Mul<f64> for Range {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        self.map(|value| value * factor)
    }
}

impl Sum for Range {
    fn sum<I: Iterator<Item = Self>>(ranges: I) -> Self {
        ranges.fold(Self::default(), Add::add)
    }
}
