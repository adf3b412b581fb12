//! The components against a mock of the engine: what they ask for. Not that AWS accepts it.

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod all_regions;
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod by_name;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod custom;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod frameworks;
#[cfg(test)]
mod history;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod namesakes;
#[cfg(test)]
mod naming;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod organizations;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod partitions;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod policy_sizes;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod recorders;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod state_machine;
#[cfg(test)]
mod support;
#[cfg(test)]
mod whole;
