//! What other regions of the deployment do not evaluate, and why.

use crate::{
    input::Elsewhere,
    table::{Cell, Column},
};

/// Columns of the table.
pub(crate) const COLUMNS: &[Column] = &[Column("Region", false), Column("Rule", false), Column("Result", false)];

/// Rows of the table. `home`: the region of the deployment.
pub(crate) fn rows(all: &[Elsewhere], home: &str) -> Vec<Vec<Cell>> {
    let row = |region: &str, rule: &str, result: &str| vec![Cell::text(region), Cell::text(rule), Cell::text(result)];
    let of_region = |one: &Elsewhere| {
        let assessed = format!("assessed in {home}");
        let at_home = one.at_home.iter().map(|rule| row(&one.region, rule, &assessed));
        let not_offered = one.not_offered.iter().map(|rule| row(&one.region, rule, "not assessed: not offered there"));
        let function = format!("not assessed: its function is in {home}");
        let function_at_home = one.function_at_home.iter().map(|rule| row(&one.region, rule, &function));
        at_home.chain(not_offered).chain(function_at_home).collect::<Vec<_>>()
    };
    all.iter().flat_map(of_region).collect()
}
