//! A token of this package is a name.

use pulumi_component::{TypeToken, token};

const TOKEN: TypeToken = token!("shop:index:Store");

fn main() {}
