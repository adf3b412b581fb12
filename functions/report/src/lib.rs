//! The compliance report: what a run of aggregation tells people.
//!
//! Pure: verdicts, names and times come in, files come out; the same input gives the same bytes.
//!
//! | module | one job |
//! | --- | --- |
//! | [`input`] | what a report is made of: verdicts, facts of rules, what is known of sources |
//! | [`gathered`] | verdicts in few bytes, as they are read and between invocations; each once, in order |
//! | [`collect`] | compares them with what the run before left; memory grows with resources and open findings |
//! | [`findings`] | findings in few bytes |
//! | [`evaluated`] | every result with the waiver that covers it, for the history |
//! | [`model`] | the report as data, which is also its JSON |
//! | [`trend`], [`week`] | the runs that are kept; how the score changed within a day; what changed within a week |
//! | [`score`] | the score and what each open rule costs |
//! | [`files`] | the page, its part files, JSON, CSV and the index of runs |
//! | [`fixes`], `pictures` | the time to fix; charts with what they show in words |
//! | `groups`, `frameworks` | sums by rule, account and region; how each framework stands |
//! | [`progress`] | how far the first evaluation has come |
//! | `framework_pages` | a page for each framework: its controls, and the findings that are the evidence |
//! | `first`, `page` | the first screen; a page with its tables |
//! | [`export`] | findings as OCSF, and as findings of Security Hub |
//! | `remediation` | what remediation plans, waits for and did |
//! | `cells` | cells of CSV that no spreadsheet runs |
//! | `lines`, `parts` | CSV, in files of a bounded number of lines; their names |
//! | `wording` | times and numbers as people read them |
//! | `rows`, `table`, `chart` | cells that several tables have; tables cut at a number of bytes; the trend as SVG |

pub mod collect;
pub mod evaluated;
pub mod export;
pub mod files;
pub mod findings;
pub mod fixes;
pub mod gathered;
pub mod input;
pub mod model;
pub mod progress;
pub mod score;
pub mod trend;
pub mod week;

mod cells;
mod chart;
mod coverage;
mod elsewhere;
mod first;
mod framework_pages;
mod frameworks;
mod groups;
mod lines;
mod page;
mod parts;
mod pictures;
mod remediation;
mod rows;
mod table;
mod waiving;
mod wording;

pub use parts::findings_file;
