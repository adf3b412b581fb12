//! The history of evaluations: Parquet files that DuckDB, Athena and others read, without a database to run.
//!
//! One file for each run, account and region, under [`key`]; its name is the run's id, so a retry writes the same file
//! again. `docs/history.md` documents the columns and gives the queries people need.
//!
//! Pure: verdicts come in, bytes go out; equal runs give equal bytes.

use std::{collections::BTreeMap, sync::Arc};

use functions_core::{
    compliance::Compliance,
    history::{COLUMNS, Column, Kind},
    key::segment,
};
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::{parser::parse_message_type, types::Type},
};
use thiserror::Error;

/// Prefix of the history in the bucket; the table of a query engine begins here.
pub const PREFIX: &str = functions_core::key::HISTORY_PREFIX;

/// The schema of every file, as Parquet spells [`COLUMNS`].
#[must_use]
pub fn schema() -> String {
    let columns = COLUMNS.map(|Column { name, kind }| match kind {
        Kind::Text => format!("  REQUIRED BYTE_ARRAY {name} (STRING);\n"),
        Kind::Timestamp => format!("  REQUIRED INT64 {name} (TIMESTAMP(MILLIS,true));\n"),
    });
    format!("message evaluation {{\n{}}}", columns.concat())
}

/// How many rows one source holds back before it writes them as a row group: what memory a source takes at most, beside
/// the bytes that are compressed.
const ROWS_PER_GROUP: usize = 20_000;

/// Why no file can be made.
#[derive(Debug, Error)]
#[error("the history: {0}")]
pub struct HistoryError(#[from] ParquetError);

/// One verdict.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Account id.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
    /// Name of the rule.
    pub rule: &'a str,
    /// Its severity: `critical`, `high`, `medium`, `low` or `informational`.
    pub severity: &'a str,
    /// Type of the resource.
    pub resource_type: &'a str,
    /// Id of the resource.
    pub resource_id: &'a str,
    /// The verdict.
    pub compliance: Compliance,
    /// The waiver that covers it; empty where none does.
    pub waiver: &'a str,
}

/// A file of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its key in the bucket.
    pub key: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Where the file of one run, account and region lies: `history/evaluations/date=<yyyy-mm-dd>/account=<id>/region=<region>/
/// <run id>.parquet`.
#[must_use]
pub fn key(date: &str, account: &str, region: &str, run_id: &str) -> String {
    let (date, account, region, run_id) = (segment(date), segment(account), segment(region), segment(run_id));
    format!("{PREFIX}date={date}/account={account}/region={region}/{run_id}.parquet")
}

/// The files of one run, as they grow.
pub struct History {
    run_id: ByteArray,
    run: String,
    date: String,
    unix_millis: i64,
    schema: Arc<Type>,
    properties: Arc<WriterProperties>,
    sources: BTreeMap<(String, String), Source>,
    texts: BTreeMap<String, ByteArray>,
}

struct Source {
    writer: SerializedFileWriter<Vec<u8>>,
    account: ByteArray,
    region: ByteArray,
    rules: Vec<ByteArray>,
    severities: Vec<ByteArray>,
    resource_types: Vec<ByteArray>,
    resource_ids: Vec<ByteArray>,
    compliances: Vec<ByteArray>,
    waivers: Vec<ByteArray>,
}

impl History {
    /// Nothing yet of the run `run_id` on `date`, `yyyy-mm-dd` in UTC; `unix_millis` is the time of its verdicts.
    ///
    /// # Errors
    /// Never: [`schema`] reads.
    pub fn new(run_id: &str, date: &str, unix_millis: i64) -> Result<Self, HistoryError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("aws-compliance".to_owned())
            .set_column_dictionary_enabled("resource_id".into(), false)
            .build();
        Ok(Self {
            run_id: run_id.into(),
            run: run_id.to_owned(),
            date: date.to_owned(),
            unix_millis,
            schema: Arc::new(parse_message_type(&schema())?),
            properties: Arc::new(properties),
            sources: BTreeMap::new(),
            texts: BTreeMap::new(),
        })
    }

    /// Adds a verdict.
    ///
    /// # Errors
    /// When Parquet refuses it.
    pub fn add(&mut self, row: Row<'_>) -> Result<(), HistoryError> {
        let rule = self.text(row.rule);
        let severity = self.text(row.severity);
        let resource_type = self.text(row.resource_type);
        let compliance = self.text(row.compliance.word());
        let waiver = self.text(row.waiver);
        let place = (row.account.to_owned(), row.region.to_owned());
        let source = match self.sources.entry(place) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let (account, region) = (row.account.into(), row.region.into());
                entry.insert(Source::new(account, region, &self.schema, &self.properties)?)
            }
        };
        source.rules.push(rule);
        source.severities.push(severity);
        source.resource_types.push(resource_type);
        source.resource_ids.push(row.resource_id.into());
        source.compliances.push(compliance);
        source.waivers.push(waiver);
        if source.rules.len() >= ROWS_PER_GROUP {
            source.flush(&self.run_id, self.unix_millis)?;
        }
        Ok(())
    }

    /// Words that come again and again share their bytes.
    fn text(&mut self, text: &str) -> ByteArray {
        if let Some(bytes) = self.texts.get(text) {
            return bytes.clone();
        }
        let bytes = ByteArray::from(text);
        self.texts.insert(text.to_owned(), bytes.clone());
        bytes
    }

    /// The files, one for each account and region that gave a verdict, each made when it is asked for.
    pub fn finish(self) -> impl Iterator<Item = Result<File, HistoryError>> {
        let Self { run_id, run, date, unix_millis, sources, .. } = self;
        sources.into_iter().map(move |((account, region), mut source)| {
            source.flush(&run_id, unix_millis)?;
            Ok(File { key: key(&date, &account, &region, &run), body: source.writer.into_inner()? })
        })
    }
}

impl Source {
    fn new(
        account: ByteArray,
        region: ByteArray,
        schema: &Arc<Type>,
        properties: &Arc<WriterProperties>,
    ) -> Result<Self, ParquetError> {
        Ok(Self {
            writer: SerializedFileWriter::new(Vec::new(), Arc::clone(schema), Arc::clone(properties))?,
            account,
            region,
            rules: Vec::new(),
            severities: Vec::new(),
            resource_types: Vec::new(),
            resource_ids: Vec::new(),
            compliances: Vec::new(),
            waivers: Vec::new(),
        })
    }

    /// Writes the rows held back as one row group, in the order of [`COLUMNS`].
    fn flush(&mut self, run_id: &ByteArray, unix_millis: i64) -> Result<(), ParquetError> {
        let rows = self.rules.len();
        if rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        write_same(&mut group, run_id, rows)?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&vec![unix_millis; rows], None, None)?;
            column.close()?;
        }
        for values in [
            &mut self.rules,
            &mut self.severities,
            &mut self.resource_types,
            &mut self.resource_ids,
            &mut self.compliances,
        ] {
            if let Some(mut column) = group.next_column()? {
                column.typed::<ByteArrayType>().write_batch(values, None, None)?;
                column.close()?;
            }
            values.clear();
        }
        write_same(&mut group, &self.account, rows)?;
        write_same(&mut group, &self.region, rows)?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<ByteArrayType>().write_batch(&self.waivers, None, None)?;
            column.close()?;
        }
        self.waivers.clear();
        group.close()?;
        Ok(())
    }
}

/// Writes the next column: the same text in each row.
fn write_same(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    text: &ByteArray,
    rows: usize,
) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&vec![text.clone(); rows], None, None)?;
        column.close()?;
    }
    Ok(())
}
