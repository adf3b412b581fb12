//! What must hold of a report, whatever it is made of.

#[cfg(test)]
mod controls;
#[cfg(test)]
mod global;
mod numbers;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod remediations;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod waivers;
#[cfg(test)]
mod week;
