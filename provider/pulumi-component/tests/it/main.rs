//! One binary for all integration tests: linking costs more than running.

#[cfg(test)]
mod author;
#[cfg(test)]
mod authoring;
#[cfg(test)]
mod check;
#[cfg(test)]
mod choosing;
#[cfg(test)]
mod closures;
#[cfg(test)]
mod components;
#[cfg(test)]
mod construct;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod inexpressible;
#[cfg(test)]
mod invoking;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod methods;
#[cfg(test)]
mod outputs;
mod suggested;
#[cfg(test)]
mod telling;
#[cfg(test)]
mod values;
#[cfg(test)]
mod waiting;
