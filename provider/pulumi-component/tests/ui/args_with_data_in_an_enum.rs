//! Pulumi has enumerations of values and unions of types, but no enums with fields.

/// Where a shelf stands.
#[pulumi_component::args]
enum Place {
    /// In a room.
    Room { name: String },
    /// Outside.
    Outside,
}

fn main() {}
