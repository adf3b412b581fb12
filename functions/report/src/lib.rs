//! The compliance report: what a run of aggregation tells people.
//!
//! Pure: verdicts, names and times come in, files come out; the same input gives the same bytes.
//!
//! | module | one job |
//! | --- | --- |
//! | [`input`] | what a report is made of: verdicts, facts of rules, what the run before left |
//! | [`collect`] | takes verdicts one at a time; memory grows with open findings and cells, not with verdicts |
//! | [`model`] | the report as data, which is also its JSON |
//! | [`score`] | the score and what each open rule costs |
//! | [`files`] | the page, its part files, JSON, CSV and the index of runs |
//! | `table`, `chart` | tables cut at a number of bytes; the trend as SVG |

pub mod collect;
pub mod files;
pub mod input;
pub mod model;
pub mod score;

mod chart;
mod table;
